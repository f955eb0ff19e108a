package foz.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import foz.contract.ScratchPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The server takes nothing for longer than the agent's disk or spool can hold.
class AgentDiskTest {

    private static final long WAIT_MS_MAX = 60_000;
    private static final List<LogSite.TableSpec> TABLES =
            List.of(
                    new LogSite.TableSpec("item", 1, List.of("id bigint", "name text")),
                    new LogSite.TableSpec("line", 1, List.of("id bigint", "name text")));

    private static final String CONFIRMED =
            "SELECT confirmed_flush_lsn FROM pg_replication_slots WHERE database = current_database()";

    @SuppressWarnings("NullAway.Init")
    private static ScratchPostgres postgres;

    @TempDir Path folder = Path.of("");

    private final AgentProcess agent = new AgentProcess();

    @BeforeAll
    static void start() {
        postgres = ScratchPostgres.start();
    }

    @AfterAll
    static void stop() {
        if (postgres != null) {
            postgres.close();
        }
    }

    private static boolean runs(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
    }

    @Test
    void aFullDiskLosesNothing() throws Exception {
        Path data = Files.createDirectories(folder.resolve("agent/data"));
        assumeTrue(
                runs("mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", data.toString()),
                "a small disk needs the right to mount one");
        try {
            outage("disk", "", () -> agent.log().contains("No space left"));
        } finally {
            agent.killed();
            assertTrue(runs("umount", data.toString()));
        }
    }

    @Test
    void aFullSpoolHoldsNothingAtTheSourceAndLosesNothing() throws Exception {
        outage("spool", "spoolBytesMax = 1048576\n", () -> spooled() > 900_000);
        assertTrue(spooled() <= 1_048_576 + 2 * 131_072, "the spool keeps to its limit: " + most);
    }

    /// The most that lay in the spool.
    private long most;

    private long spooled() {
        try (Stream<Path> files = Files.list(folder.resolve("agent/data/spool"))) {
            most = Math.max(most, files.mapToLong(file -> file.toFile().length()).sum());
        } catch (IOException | UncheckedIOException _) {
            // Not there yet, or a file went meanwhile.
        }
        return most;
    }

    /// The server takes nothing until `full`; meanwhile the source goes on.
    private void outage(String database, String settings, BooleanSupplier full) throws Exception {
        String contract = LogSite.contractText(TABLES);
        int line = contract.indexOf("way: log", contract.indexOf("name: line"));
        contract =
                contract.substring(0, line)
                        + "pollMs: 100"
                        + contract.substring(line + "way: log".length());
        CountDownLatch taken = new CountDownLatch(1);
        try (Connection erp = postgres.create(database, "SELECT 1");
                StandInServer server = new StandInServer(contract)) {
            fill(erp);
            server.watch((_, _) -> {
                try {
                    taken.await();
                } catch (InterruptedException _) {
                    Thread.currentThread().interrupt();
                }
            });
            Path config = server.settings(folder.resolve("agent"), postgres.url(database));
            Files.writeString(
                    config,
                    settings + "logName = foz_" + database + "\n",
                    StandardOpenOption.APPEND);
            agent.start(config);
            await("nothing more that fits", config, full);
            List<String> confirmed = AgentProcess.lines(erp, CONFIRMED);
            sql(erp, "UPDATE item SET name = 'changed' WHERE id % 100 = 1");
            sql(erp, "DELETE FROM line WHERE id % 100 = 2");
            sql(erp, "SET lock_timeout = '3s'");
            sql(erp, "ALTER TABLE item ADD COLUMN another integer");
            sql(erp, "ALTER TABLE line ADD COLUMN another integer");
            spooled();
            TimeUnit.SECONDS.sleep(2);
            assertEquals(
                    confirmed,
                    AgentProcess.lines(erp, CONFIRMED),
                    "the source may forget nothing that the server has not");
            taken.countDown();
            await(
                    "all that is at the source",
                    config,
                    () ->
                            server.mirror.lines("item").equals(lines(erp, "item"))
                                    && server.mirror.lines("line").equals(lines(erp, "line")));
            assertEquals(List.of(), server.mirror.faults());
            assertEquals(1, server.incarnation(), "nothing is captured anew for that");
        } finally {
            agent.killed();
        }
    }

    private static void fill(Connection erp) throws SQLException {
        for (String table : List.of("item", "line")) {
            sql(erp, "CREATE TABLE " + table + " (id bigint PRIMARY KEY, name text)");
            sql(
                    erp,
                    """
                    INSERT INTO %s SELECT n, (SELECT string_agg(md5(n::text || k), '') FROM generate_series(1, 10) k)
                    FROM generate_series(1, 30000) n
                    """
                            .formatted(table));
        }
    }

    private static void sql(Connection erp, String sql) throws SQLException {
        try (Statement statement = erp.createStatement()) {
            statement.execute(sql);
        }
    }

    private static List<String> lines(Connection erp, String table) {
        try {
            return AgentProcess.lines(erp, "SELECT concat_ws('|', id, name) FROM " + table);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Waits, and starts the agent again whenever it ended by itself, as its supervisor would.
    private void await(String what, Path config, BooleanSupplier met) throws Exception {
        long until = System.currentTimeMillis() + WAIT_MS_MAX;
        while (!met.getAsBoolean()) {
            assertTrue(
                    System.currentTimeMillis() < until,
                    () -> what + "; the agent's log ends: " + agent.lastLog());
            if (!agent.isAlive()) {
                agent.start(config);
            }
            TimeUnit.MILLISECONDS.sleep(200);
        }
    }
}
