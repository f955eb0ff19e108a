package foz.server.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import foz.contract.Contract.Table;
import foz.server.TestDatabase;
import foz.server.identity.Caller;
import foz.server.replica.ReplicaWriter;
import foz.server.replica.Transactions;
import foz.server.settings.Settings;
import foz.server.tenant.Tenant;
import foz.server.tenant.Tenants;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.context.support.ResourceBundleMessageSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/// Commands that the legacy system never answers.
class DeadlinesTest {

    private static final Caller REP = new Caller("acme", "rep1", List.of("rep"), Map.of());

    @TempDir static Path folder = Path.of("");

    @SuppressWarnings("NullAway.Init")
    private static TestDatabase database;

    private final ReplicaWriter writer = new ReplicaWriter();
    private final Tenants tenants = new Tenants(database.dataSource());
    private final JdbcClient jdbc = JdbcClient.create(database.dataSource());

    @BeforeAll
    static void start() {
        database = new TestDatabase(folder);
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    @BeforeEach
    void tenant() {
        database.sales("acme");
        tenants.forget("acme");
    }

    private Deadlines deadlines() {
        ResourceBundleMessageSource messages = new ResourceBundleMessageSource();
        messages.setBasename("messages");
        messages.setDefaultEncoding("UTF-8");
        Settings settings =
                new Binder(new MapConfigurationPropertySource(Map.of()))
                        .bindOrCreate("foz", Settings.class);
        return new Deadlines(database.dataSource(), tenants, writer, messages, settings);
    }

    private interface Work {
        boolean run(Ledger ledger, Table table) throws java.sql.SQLException;
    }

    private boolean inLedger(Work work) {
        Tenant tenant = tenants.get("acme");
        Table table = tenant.command("order").orElseThrow();
        return Transactions.run(
                database.dataSource(),
                connection -> {
                    writer.lock(connection, tenant);
                    return work.run(new Ledger(connection, tenant, writer), table);
                });
    }

    private void queue(String id) {
        Submission order =
                new Submission(
                        "order",
                        id,
                        id,
                        Map.of("id", id, "numpedrca", id.substring(1), "codcli", "1"),
                        List.of());
        inLedger((ledger, table) -> {
            ledger.receive(order, REP, "", table.command().orElseThrow());
            return ledger.step(
                    ledger.find(id).orElseThrow(),
                    table,
                    Ledger.Step.of(CommandState.QUEUED, "foz", "waits"));
        });
        jdbc.sql(
                        """
                        INSERT INTO t_acme.foz_delivery (command_id, source, ordering_key) VALUES (?, 'erp', '1')
                        """)
                .param(id)
                .update();
    }

    private boolean verdict(String id, CommandState state) {
        return inLedger((ledger, table) ->
                ledger.step(
                        ledger.find(id).orElseThrow(),
                        table,
                        Ledger.Step.of(state, "agent", "late")));
    }

    private String one(String sql) {
        return jdbc.sql(sql).query(String.class).single();
    }

    private void pass(String id, String time) {
        jdbc.sql(
                        """
                        UPDATE t_acme.foz_command SET received_at = received_at - ?::interval,
                            deadline_at = deadline_at - ?::interval WHERE id = ?
                        """)
                .params(time, time, id)
                .update();
    }

    @Test
    void aCommandWithoutAVerdictExpiresAndItsDeviceIsTold() {
        queue("a1");
        queue("b2");
        deadlines().look();
        assertEquals("queued", one("SELECT state FROM t_acme.sales_order WHERE id = 'a1'"));
        pass("a1", "25 hours");
        deadlines().look();
        assertEquals("expired", one("SELECT state FROM t_acme.sales_order WHERE id = 'a1'"));
        assertFalse(one("SELECT message FROM t_acme.sales_order WHERE id = 'a1'").isBlank());
        assertEquals("queued", one("SELECT state FROM t_acme.sales_order WHERE id = 'b2'"));
        assertEquals(
                "b2",
                one("SELECT string_agg(command_id, ',') FROM t_acme.foz_delivery"),
                "what expired is not delivered any more");
    }

    @Test
    void whatAnAgentHoldsIsLeftToIt() {
        queue("a1");
        pass("a1", "25 hours");
        jdbc.sql(
                        "UPDATE t_acme.foz_delivery SET claimed_until = clock_timestamp() + '30s'::interval")
                .update();
        deadlines().look();
        assertEquals("queued", one("SELECT state FROM t_acme.foz_command WHERE id = 'a1'"));
    }

    @Test
    void aLateVerdictCountsUntilTheWatchEnds() {
        queue("a1");
        queue("b2");
        pass("a1", "25 hours");
        pass("b2", "62 days");
        deadlines().look();
        assertTrue(verdict("a1", CommandState.ACCEPTED));
        assertEquals("accepted", one("SELECT state FROM t_acme.sales_order WHERE id = 'a1'"));
        assertEquals(
                "f",
                one("SELECT final::text FROM t_acme.foz_command WHERE id = 'a1'").substring(0, 1));
        assertEquals(
                "expired true",
                one("SELECT state || ' ' || final FROM t_acme.foz_command WHERE id = 'b2'"));
    }
}
