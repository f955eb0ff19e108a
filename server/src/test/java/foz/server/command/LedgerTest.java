package foz.server.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import foz.contract.Contract.Table;
import foz.server.TestDatabase;
import foz.server.embedded.Home;
import foz.server.identity.Caller;
import foz.server.replica.ReplicaWriter;
import foz.server.replica.Transactions;
import foz.server.tenant.Tenant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The ledger on a real PostgreSQL, with the sales contract.
class LedgerTest {

    @TempDir static Path folder = Path.of("");

    @SuppressWarnings("NullAway.Init")
    private static TestDatabase database;

    private final ReplicaWriter writer = new ReplicaWriter();

    @BeforeAll
    static void start() throws IOException {
        database = new TestDatabase(folder);
        database.setup().add("acme");
        database.setup()
                .apply(
                        "acme",
                        Files.readString(
                                Home.find()
                                        .solutions()
                                        .resolve("sales/contracts/sales.odcs.yaml")));
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    @Test
    void everyPositionIsKeptWithItsStep() {
        Transactions.run(
                database.dataSource(),
                connection -> {
                    Tenant tenant = database.tenants().get("acme");
                    writer.lock(connection, tenant);
                    Table table = tenant.command("order").orElseThrow();
                    Ledger ledger = new Ledger(connection, tenant, writer);
                    Submission order =
                            new Submission("order", "a", "a", Map.of("codcli", "1"), List.of());
                    ledger.receive(
                            order,
                            new Caller("acme", "ana", List.of(), Map.of()),
                            order.sha256(),
                            table.command().orElseThrow());
                    take(ledger, table, CommandState.QUEUED, null);
                    take(ledger, table, CommandState.ACCEPTED, "pending");
                    take(ledger, table, CommandState.ACCEPTED, "released");
                    return take(ledger, table, CommandState.ACCEPTED, "invoiced");
                });
        assertEquals(
                Arrays.asList(null, null, "pending", "released", "invoiced"),
                database.jdbc()
                        .sql("SELECT position FROM t_acme.foz_command_event ORDER BY id")
                        .query((rs, _) -> rs.getString(1))
                        .list());
    }

    private static boolean take(
            Ledger ledger, Table table, CommandState state, @Nullable String position)
            throws SQLException {
        return ledger.step(
                ledger.find("a").orElseThrow(),
                table,
                new Ledger.Step(
                        state, "agent", "text", null, null, position, false, List.of(), position));
    }

    @Test
    void aTenantMadeBeforeStepsHadPositionsGainsTheColumn() {
        try (TestDatabase old = new TestDatabase(folder.resolve("old"), "1")) {
            old.setup().add("before");
            old.jdbc().sql("ALTER TABLE t_before.foz_command_event DROP COLUMN position").update();
            old.migrate("latest");
            assertEquals(
                    0,
                    old.jdbc()
                            .sql("SELECT count(position) FROM t_before.foz_command_event")
                            .query(Integer.class)
                            .single());
        }
    }
}
