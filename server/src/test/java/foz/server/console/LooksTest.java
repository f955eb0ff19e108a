package foz.server.console;

import static org.junit.jupiter.api.Assertions.assertEquals;

import foz.server.TestDatabase;
import foz.server.settings.Settings;
import foz.server.tenant.Tenant;
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
import org.springframework.jdbc.core.simple.JdbcClient;

/// What the console reads, on a real PostgreSQL.
class LooksTest {

    @TempDir static Path folder = Path.of("");

    @SuppressWarnings("NullAway.Init")
    private static TestDatabase database;

    private final JdbcClient jdbc = database.jdbc();
    private final Settings settings =
            new Binder(new MapConfigurationPropertySource(Map.of()))
                    .bindOrCreate("foz", Settings.class);
    private final Looks looks = new Looks(database.dataSource(), settings);

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
        database.setup().remove("acme");
        database.setup().add("acme");
        jdbc.sql("DELETE FROM sync_process").update();
    }

    private static Tenant acme() {
        return database.tenants().get("acme");
    }

    @Test
    void devicesAreThoseOfAllProcessesThatLive() {
        process("one", "10 seconds", "acme", 3);
        process("two", "10 seconds", "acme", 4);
        process("elsewhere", "10 seconds", "other", 50);
        process("silent", "-1 second", "acme", 100);
        assertEquals(new Look.Sync(3, 7, 14, 700), looks.look(acme()).sync());
    }

    @Test
    void whereNoProcessOfTheSyncRoleLivesNobodyIsConnected() {
        process("silent", "-1 second", "acme", 100);
        assertEquals(new Look.Sync(0, 0, 0, 0), looks.look(acme()).sync());
    }

    @Test
    void anOrdersHistoryNamesEachPositionAndRepeatsNothing() {
        jdbc.sql(
                        """
                        INSERT INTO t_acme.foz_command (id, name, idempotency_key, subject, lane, ordering_key, number_key,
                            payload, payload_sha256, state, deadline_at)
                        VALUES ('a', 'order', 'a', 'ana', 'normal', '1', '1', '{}', '', 'accepted', now())
                        """)
                .update();
        step("received", null, null);
        step("queued", "O pedido aguarda o ERP.", null);
        step("accepted", "Pedido 7 importado.", "pending");
        step("accepted", "Pedido 7 importado.", "released");
        step("accepted", "Pedido 7 importado. 1 item com corte.", "released");
        step("cancelled", "Sem estoque.", "cancelled");
        Orders.Detail detail = new Orders(database.dataSource()).detail(acme(), "a").orElseThrow();
        assertEquals(
                List.of(
                        List.of("received", "", ""),
                        List.of("queued", "", ""),
                        List.of("accepted", "Pedido 7 importado.", "pending"),
                        List.of("", "", "released"),
                        List.of("accepted", "Pedido 7 importado. 1 item com corte.", ""),
                        List.of("cancelled", "Sem estoque.", "")),
                detail.events().stream()
                        .map(step -> List.of(step.state(), step.reason(), step.position()))
                        .toList());
    }

    @Test
    void rowsInQuarantineAreNamedWithTheirReason() {
        jdbc.sql(
                        """
                        INSERT INTO t_acme.foz_quarantine (source, incarnation, seq, table_name, row_key, change, reason, released_at)
                        VALUES ('erp', 1, 1, 'product', '1', '{}', 'too long', NULL),
                            ('erp', 1, 1, 'product', '2', '{}', 'mended', now())
                        """)
                .update();
        List<TenantFacts.Quarantined> rows =
                new TenantFacts(database.dataSource(), settings).of(acme()).quarantine();
        assertEquals(
                List.of("product 1 too long"),
                rows.stream()
                        .map(row -> row.table() + " " + row.key() + " " + row.reason())
                        .toList());
    }

    private void process(String id, String life, String tenant, int devices) {
        jdbc.sql("INSERT INTO sync_process VALUES (?, now() + ?::interval)")
                .params(id, life)
                .update();
        jdbc.sql("INSERT INTO sync_traffic VALUES (?, ?, ?, ?, ?)")
                .params(id, tenant, devices, 2.0 * devices, 100.0 * devices)
                .update();
    }

    private void step(
            String state,
            @org.jspecify.annotations.Nullable String reason,
            @org.jspecify.annotations.Nullable String position) {
        jdbc.sql(
                        """
                        INSERT INTO t_acme.foz_command_event (command_id, state, actor, reason, position)
                        VALUES ('a', ?, 'foz', ?, ?)
                        """)
                .param(1, state)
                .param(2, reason, java.sql.Types.VARCHAR)
                .param(3, position, java.sql.Types.VARCHAR)
                .update();
    }
}
