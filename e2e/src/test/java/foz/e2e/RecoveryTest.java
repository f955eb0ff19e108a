package foz.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import foz.harness.FozRun;
import foz.harness.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What operators do to a running Foz by mistake, or in need: an agent copied with its identity,
/// and a database brought back from a backup.
@Tag("slow")
class RecoveryTest {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String ONE_TENANT = "norte";

    @TempDir Path folder = Path.of("");

    private FozRun up(String life) {
        return FozRun.up(
                folder.resolve("foz"), "--scale", "0.02", "--life", life, "--tenants", ONE_TENANT);
    }

    @Test
    void aCopyOfAnAgentNeverWorksBesideTheFirst() throws Exception {
        try (FozRun run = up("20")) {
            Path copied = folder.resolve("copy");
            copy(run.data().resolve("agent"), copied);
            Path settings = copied.resolve("agent.properties");
            Files.writeString(
                    settings,
                    Files.readString(settings)
                            .replaceAll("(?m)^metricsPort = .*$", "metricsPort = 0"));
            Path firstLog = run.data().resolve("logs/agent.log");
            Process copy = run.agent(settings, folder.resolve("copy.log"));
            try {
                awaitLine(folder.resolve("copy.log"), "stream open");
                awaitLine(firstLog, "is held by the instance");
                awaitLine(firstLog, "does not hold the stream");
                order(run, "while-copied", 9001);
                assertClean(run);
            } finally {
                copy.destroy();
                copy.waitFor();
            }
            Files.writeString(firstLog, "");
            awaitLine(firstLog, "stream open");
            order(run, "first-again", 9002);
            assertClean(run);
        }
    }

    @Test
    void aDatabaseBroughtBackFromABackupCatchesUpByItself() throws Exception {
        Path database = folder.resolve("foz/postgres");
        Path backup = folder.resolve("backup");
        try (FozRun run = up("0");
                Phone phone = new Phone(run, "rep1.norte", folder)) {
            phone.firstSync();
            phone.awaitEqualToReplica();
            run.stop();
            copy(database, backup);
            try (FozRun later = up("30")) {
                long before = number(later, "SELECT next_seq FROM stream");
                Waiting.until(
                        "batches after the backup",
                        SOON,
                        () ->
                                number(later, "SELECT next_seq FROM stream") > before + 5
                                        ? null
                                        : "not yet");
                assertClean(later);
                phone.connect();
                phone.awaitEqualToReplica();
            }
            run("rm", "-r", database.toString());
            copy(backup, database);
            try (FozRun restored = up("0")) {
                assertClean(restored);
                assertTrue(
                        number(restored, "SELECT incarnation FROM stream") > 1,
                        "what the agent sent since the backup does not meet it: captured anew");
                phone.connect();
                phone.awaitEqualToReplica();
            }
        }
    }

    private static void assertClean(FozRun run) {
        run.foz("erp", "stop", "--data", run.data().toString());
        FozRun.Exit verified = run.foz("verify", "--data", run.data().toString(), "--wait", "90");
        assertEquals(0, verified.code(), verified.output());
    }

    private static void order(FozRun run, String id, int number) {
        FozRun.User rep = run.user("rep1.norte");
        FozRun.Answer taken =
                run.post(
                        run.url("api") + "/v1/commands/order",
                        rep.token(),
                        SalesOrder.of(id, number, 1, 1),
                        "Idempotency-Key",
                        id);
        assertEquals(202, taken.status(), taken.body());
        Waiting.until(
                "the ERP's verdict on " + id,
                SOON,
                () -> {
                    String answer =
                            run.get(run.url("api") + "/v1/commands/order/" + id, rep.token())
                                    .body();
                    return answer.contains("accepted") || answer.contains("rejected")
                            ? null
                            : answer;
                });
        Waiting.until(
                "the order once in the inbox",
                SOON,
                () -> {
                    long times = inbox(run, id);
                    return times == 1 ? null : times + " times";
                });
    }

    private static long inbox(FozRun run, String id) throws SQLException {
        try (Connection erp = run.erp()) {
            return number(erp, "SELECT count(*) FROM pcpedcfv WHERE idfv = '" + id + "'");
        }
    }

    private static long number(FozRun run, String sql) throws SQLException {
        try (Connection replica = run.replica()) {
            return number(replica, sql);
        }
    }

    private static long number(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(sql)) {
            found.next();
            return found.getLong(1);
        }
    }

    private static void awaitLine(Path log, String part) {
        Waiting.until(
                "'" + part + "' in " + log,
                SOON,
                () -> {
                    String text = Files.exists(log) ? Files.readString(log) : "";
                    return text.contains(part)
                            ? null
                            : text.substring(Math.max(0, text.length() - 2_000));
                });
    }

    /// With owners and rights, as PostgreSQL asks for its folder.
    private static void copy(Path from, Path to) throws IOException, InterruptedException {
        run("cp", "-a", from.toString(), to.toString());
    }

    private static void run(String... command) throws IOException, InterruptedException {
        assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor());
    }
}
