package foz.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import foz.contract.ScratchPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The agent as a process of its own, killed again and again while its source is written to.
///
/// `-Dfoz.rounds=200 -Dfoz.seed=…` for more rounds, or the same ones again.
class AgentCrashTest {

    private static final long WAIT_MS_MAX = 60_000;
    private static final int ROWS = 40_000;

    @SuppressWarnings("NullAway.Init")
    private static ScratchPostgres postgres;

    @TempDir Path folder = Path.of("");

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

    /// Where a round kills the agent.
    private enum Moment {
        BEFORE_A_BATCH_IS_TAKEN,
        BEFORE_A_BATCH_IS_ACKNOWLEDGED,
        IN_A_COPY,
        IN_A_LARGE_TRANSACTION,
        AS_A_BATCH_IS_WRITTEN,
        AT_ANY_TIME
    }

    private final long seed = Long.getLong("foz.seed", 5);
    private final Random random = new Random(seed);
    private final AtomicBoolean due = new AtomicBoolean();
    private final AgentProcess agent = new AgentProcess();

    @Test
    void killedAtAnyPointItLosesNothing() throws Exception {
        int rounds = Integer.getInteger("foz.rounds", 8);
        List<LogSite.TableSpec> tables =
                List.of(
                        new LogSite.TableSpec(
                                "item",
                                1,
                                List.of(
                                        "id bigint",
                                        "name text",
                                        "large text",
                                        "price numeric(10,2)")),
                        new LogSite.TableSpec(
                                "line", 2, List.of("doc text", "no integer", "note text")));
        try (Connection erp = postgres.create("crash", "SELECT 1");
                StandInServer server = new StandInServer(LogSite.contractText(tables))) {
            prepare(erp);
            Path config = server.settings(folder.resolve("agent"), postgres.url("crash"));
            agent.start(config);
            for (int round = 0; round < rounds; round++) {
                Moment moment = Moment.values()[random.nextInt(Moment.values().length)];
                String told = "round %d, %s, seed %d".formatted(round, moment, seed);
                try {
                    boolean anew = moment == Moment.IN_A_COPY || random.nextInt(4) == 0;
                    round(erp, server, config, moment, anew);
                } catch (AssertionError | Exception e) {
                    throw new AssertionError(told + ": " + e.getMessage(), e);
                }
            }
        } finally {
            agent.killed();
        }
    }

    private static void prepare(Connection erp) throws SQLException {
        try (Statement statement = erp.createStatement()) {
            statement.execute(
                    "CREATE TABLE item (id bigint PRIMARY KEY, name text, large text, price numeric(10,2))");
            statement.execute("ALTER TABLE item ALTER large SET STORAGE EXTERNAL");
            statement.execute(
                    "CREATE TABLE line (doc text, no integer, note text, PRIMARY KEY (doc, no))");
            statement.execute(
                    """
                    INSERT INTO item SELECT n, repeat('x', 300),
                        CASE WHEN n %% 100 = 0 THEN (SELECT string_agg(md5(k::text), '') FROM generate_series(1, 120) k) END, n
                    FROM generate_series(1, %d) n
                    """
                            .formatted(ROWS));
            statement.execute(
                    "INSERT INTO line SELECT 'd' || n, n % 3, repeat('y', 300) FROM generate_series(1, 10000) n");
        }
    }

    private void round(
            Connection erp, StandInServer server, Path config, Moment moment, boolean anew)
            throws Exception {
        if (anew) {
            agent.killed();
            dropSlot(erp);
            agent.start(config);
        }
        due.set(true);
        server.watch((_, taken) -> {
            Moment here =
                    taken ? Moment.BEFORE_A_BATCH_IS_ACKNOWLEDGED : Moment.BEFORE_A_BATCH_IS_TAKEN;
            if (moment == here && due.compareAndSet(true, false)) {
                agent.kill();
            }
        });
        Writer writer = new Writer(postgres.url("crash"), random.nextLong());
        Thread writing = Thread.ofPlatform().start(writer);
        awaitMoment(erp, moment);
        agent.killed();
        server.watch((_, _) -> {});
        agent.start(config);
        TimeUnit.MILLISECONDS.sleep(random.nextInt(300));
        writing.interrupt();
        writing.join();
        assertEquals("", writer.fault, "no statement of the source fails");
        awaitEqual(erp, server);
    }

    private void awaitMoment(Connection erp, Moment moment) throws Exception {
        long until = System.currentTimeMillis() + 1_000 + random.nextInt(1_500);
        while (System.currentTimeMillis() < until && due.get() && !isNow(erp, moment)) {
            TimeUnit.MILLISECONDS.sleep(1);
        }
        due.set(false);
    }

    private boolean isNow(Connection erp, Moment moment) throws Exception {
        return switch (moment) {
            case IN_A_COPY -> {
                try (Statement statement = erp.createStatement();
                        ResultSet found =
                                statement.executeQuery(
                                        "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'COPY%'")) {
                    found.next();
                    yield found.getInt(1) > 0 && random.nextInt(3) == 0;
                }
            }
            case IN_A_LARGE_TRANSACTION ->
                    has(folder.resolve("agent/data/log/spill"), "") && random.nextInt(3) == 0;
            case AS_A_BATCH_IS_WRITTEN ->
                    has(folder.resolve("agent/data/spool"), ".tmp") && random.nextInt(3) == 0;
            case BEFORE_A_BATCH_IS_TAKEN, BEFORE_A_BATCH_IS_ACKNOWLEDGED, AT_ANY_TIME -> false;
        };
    }

    private static boolean has(Path dir, String suffix) {
        try (Stream<Path> files = Files.list(dir)) {
            return files.anyMatch(file -> file.toString().endsWith(suffix));
        } catch (IOException _) {
            return false;
        }
    }

    private static void dropSlot(Connection erp) throws Exception {
        for (int tries = 0; ; tries++) {
            try (Statement statement = erp.createStatement()) {
                statement.execute(
                        """
                        SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots
                        WHERE database = current_database() AND active
                        """);
                statement.execute(
                        "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = current_database()");
                return;
            } catch (SQLException e) {
                if (tries > 100) {
                    throw e;
                }
                TimeUnit.MILLISECONDS.sleep(20);
            }
        }
    }

    private void awaitEqual(Connection erp, StandInServer server) throws Exception {
        long until = System.currentTimeMillis() + WAIT_MS_MAX;
        List<String> items =
                AgentProcess.lines(
                        erp,
                        "SELECT concat_ws('|', id, coalesce(name, '∅'), coalesce(large, '∅'), coalesce(price::text, '∅')) FROM item");
        List<String> details =
                AgentProcess.lines(
                        erp, "SELECT concat_ws('|', doc, no, coalesce(note, '∅')) FROM line");
        while (!server.mirror.lines("item").equals(items)
                || !server.mirror.lines("line").equals(details)) {
            assertTrue(
                    System.currentTimeMillis() < until,
                    () ->
                            "item %d of %d, line %d of %d; agent alive %s, log %s"
                                    .formatted(
                                            server.mirror.lines("item").size(),
                                            items.size(),
                                            server.mirror.lines("line").size(),
                                            details.size(),
                                            agent.isAlive(),
                                            agent.lastLog()));
            TimeUnit.MILLISECONDS.sleep(50);
        }
        assertEquals(List.of(), server.mirror.faults());
        assertEquals(1, server.incarnation(), "no crash makes everything be captured anew");
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
            try (Connection connection = DriverManager.getConnection(url, "postgres", "");
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
                        "INSERT INTO item VALUES (%d, 'new', NULL, %d) ON CONFLICT (id) DO UPDATE SET name = 'again'"
                                .formatted(id + random.nextInt(60_000), i);
                case 2, 3 -> "DELETE FROM item WHERE id = " + id;
                case 4 ->
                        "UPDATE item SET id = %d WHERE id = %d AND NOT EXISTS (SELECT 1 FROM item WHERE id = %d)"
                                .formatted(id + 200_000, id, id + 200_000);
                case 5 ->
                        "INSERT INTO line SELECT 'e%d', n, 'z' FROM generate_series(1, 30) n ON CONFLICT DO NOTHING"
                                .formatted(id);
                case 6 ->
                        random.nextInt(40) == 0
                                ? "TRUNCATE line"
                                : "DELETE FROM line WHERE doc = 'd" + id + "'";
                case 7 ->
                        "UPDATE item SET price = %d WHERE id BETWEEN %d AND %d"
                                .formatted(i % 1000, id, id + (i % 30 == 7 ? 2_500 : 20));
                default -> "UPDATE item SET name = 'u%d' WHERE id = %d".formatted(i, id);
            };
        }
    }
}
