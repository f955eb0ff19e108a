package foz.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The agent as a process of its own, killed again and again while its MariaDB is written to: one
/// table by the binlog, one by compare.
///
/// `-Dfoz.rounds=200 -Dfoz.seed=…` for more rounds, or the same ones again.
class MariadbCrashTest {

    private static final long WAIT_MS_MAX = 60_000;
    private static final int ROWS = 30_000;
    private static final List<LogSite.TableSpec> TABLES =
            List.of(
                    new LogSite.TableSpec(
                            "item",
                            1,
                            List.of("id bigint", "name varchar(300)", "price decimal(10,2)")),
                    new LogSite.TableSpec(
                            "line", 2, List.of("doc varchar(20)", "no int", "note varchar(300)")));

    @TempDir Path folder = Path.of("");

    private final long seed = Long.getLong("foz.seed", 7);
    private final Random random = new Random(seed);
    private final AgentProcess agent = new AgentProcess(heap());

    String heap() {
        return "104m";
    }

    /// Lines of the agent's settings, beside those of any agent.
    String settings() throws Exception {
        return "";
    }

    /// What a server that was installed would have, and the reader asks for.
    void install(Statement statement) throws SQLException {}

    @Test
    void killedAtAnyPointItLosesNothing() throws Exception {
        int rounds = Integer.getInteger("foz.rounds", 6);
        String contract = LogSite.contractText(TABLES);
        int line = contract.indexOf("way: log", contract.indexOf("name: line"));
        contract =
                contract.substring(0, line)
                        + "pollMs: 100"
                        + contract.substring(line + "way: log".length());
        try (ScratchMariadb server =
                        ScratchMariadb.start(
                                folder.resolve("mariadb"),
                                "--log-bin=binlog",
                                "--server-id=7",
                                "--binlog-format=ROW",
                                "--binlog-row-metadata=FULL",
                                "--sync-binlog=0",
                                "--innodb-flush-log-at-trx-commit=0");
                Connection erp = DriverManager.getConnection(server.url() + "?user=root");
                StandInServer sink = new StandInServer(contract)) {
            prepare(erp);
            Path config = sink.settings(folder.resolve("agent"), server.url() + "crash");
            Files.writeString(config, settings(), StandardOpenOption.APPEND);
            agent.start(config);
            for (int round = 0; round < rounds; round++) {
                try {
                    round(erp, server.url() + "crash?user=root", sink, config);
                } catch (AssertionError | Exception e) {
                    throw new AssertionError(
                            "round %d, seed %d: %s".formatted(round, seed, e.getMessage()), e);
                }
            }
        } finally {
            agent.killed();
        }
    }

    private void prepare(Connection erp) throws SQLException {
        try (Statement statement = erp.createStatement()) {
            install(statement);
            statement.execute("CREATE DATABASE crash CHARACTER SET utf8mb4");
            statement.execute("USE crash");
            statement.execute(
                    "CREATE TABLE item (id bigint PRIMARY KEY, name varchar(300), price decimal(10,2))");
            statement.execute(
                    "CREATE TABLE line (doc varchar(20), no int, note varchar(300), PRIMARY KEY (doc, no))");
            statement.execute(
                    "INSERT INTO item SELECT seq, repeat('x', 300), seq FROM seq_1_to_" + ROWS);
            statement.execute(
                    "INSERT INTO line SELECT concat('d', seq), seq % 3, repeat('y', 250) FROM seq_1_to_8000");
        }
    }

    /// Kills it at some batch, before or after the server took it, or at any time.
    private void round(Connection erp, String url, StandInServer sink, Path config)
            throws Exception {
        AtomicInteger until = new AtomicInteger(random.nextInt(30));
        sink.watch((_, _) -> {
            if (until.getAndDecrement() == 0) {
                agent.kill();
            }
        });
        Writer writer = new Writer(url, random.nextLong());
        Thread writing = Thread.ofPlatform().start(writer);
        TimeUnit.MILLISECONDS.sleep(500 + random.nextInt(1_500));
        agent.killed();
        sink.watch((_, _) -> {});
        agent.start(config);
        TimeUnit.MILLISECONDS.sleep(random.nextInt(300));
        writing.interrupt();
        writing.join();
        assertEquals("", writer.fault, "no statement of the source fails");
        awaitEqual(erp, sink);
    }

    private void awaitEqual(Connection erp, StandInServer sink) throws Exception {
        long until = System.currentTimeMillis() + WAIT_MS_MAX;
        List<String> items =
                AgentProcess.lines(
                        erp,
                        "SELECT concat_ws('|', id, ifnull(name, '∅'), ifnull(price, '∅')) FROM item");
        List<String> details =
                AgentProcess.lines(
                        erp, "SELECT concat_ws('|', doc, no, ifnull(note, '∅')) FROM line");
        while (!sink.mirror.lines("item").equals(items)
                || !sink.mirror.lines("line").equals(details)) {
            assertTrue(
                    System.currentTimeMillis() < until,
                    () ->
                            "item %d of %d, line %d of %d; agent alive %s, log %s"
                                    .formatted(
                                            sink.mirror.lines("item").size(),
                                            items.size(),
                                            sink.mirror.lines("line").size(),
                                            details.size(),
                                            agent.isAlive(),
                                            agent.lastLog()));
            TimeUnit.MILLISECONDS.sleep(50);
        }
        assertEquals(List.of(), sink.mirror.faults());
        assertEquals(1, sink.incarnation(), "no crash makes everything be captured anew");
    }

    /// Inserts, updates, deletes, gives other keys, and truncates now and then.
    private static final class Writer implements Runnable {
        private final String url;
        private final Random random;
        private volatile String fault = "";

        Writer(String url, long seed) {
            this.url = url;
            this.random = new Random(seed);
        }

        @Override
        public void run() {
            try (Connection connection = DriverManager.getConnection(url);
                    Statement statement = connection.createStatement()) {
                for (int i = 0; !Thread.currentThread().isInterrupted(); i++) {
                    statement.execute(next(i, 1 + random.nextInt(ROWS)));
                    TimeUnit.MILLISECONDS.sleep(1);
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            } catch (SQLException e) {
                fault = e.toString();
            }
        }

        private String next(int i, int id) {
            return switch (random.nextInt(20)) {
                case 0, 1 ->
                        "INSERT INTO item VALUES (%d, 'new', %d) ON DUPLICATE KEY UPDATE name = 'again'"
                                .formatted(id + random.nextInt(60_000), i);
                case 2, 3 -> "DELETE FROM item WHERE id = " + id;
                case 4 ->
                        "UPDATE IGNORE item SET id = %d WHERE id = %d".formatted(id + 200_000, id);
                case 5 ->
                        "INSERT IGNORE INTO line SELECT 'e%d', seq, 'z' FROM seq_1_to_30"
                                .formatted(id);
                case 6 ->
                        random.nextInt(60) == 0
                                ? "TRUNCATE item"
                                : "DELETE FROM line WHERE doc = 'd" + id % 8_000 + "'";
                case 7 ->
                        "UPDATE item SET price = %d WHERE id BETWEEN %d AND %d"
                                .formatted(i % 1000, id, id + (i % 30 == 7 ? 2_500 : 20));
                case 8 -> "UPDATE line SET note = 'u%d' WHERE doc = 'd%d'".formatted(i, id % 8_000);
                case 9 -> "DELETE FROM line WHERE doc = 'e%d'".formatted(id);
                default -> "UPDATE item SET name = 'u%d' WHERE id = %d".formatted(i, id);
            };
        }
    }
}
