package foz.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import foz.contract.ScratchPostgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Capture by the log of a real PostgreSQL.
class LogCaptureTest {

    private static final LogSite.TableSpec ITEM =
            new LogSite.TableSpec(
                    "item",
                    1,
                    List.of("id bigint", "name text", "large text", "price numeric(10,2)"));
    private static final String ITEM_SQL =
            "CREATE TABLE item (id bigint PRIMARY KEY, name text, large text, price numeric(10,2))";
    private static final String LARGE =
            "(SELECT string_agg(md5(n::text), '') FROM generate_series(1, 200) n)";

    @SuppressWarnings("NullAway.Init")
    private static ScratchPostgres postgres;

    private static int databases;

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

    private LogSite site(List<LogSite.TableSpec> tables, String... setup) throws SQLException {
        String database = "log" + databases++;
        return new LogSite(postgres, folder.resolve(database), database, tables, setup);
    }

    @Test
    void whatIsThereAndWhatChangesArrive() throws Exception {
        try (LogSite site =
                site(
                        List.of(ITEM),
                        ITEM_SQL,
                        "INSERT INTO item SELECT n, E'tab\\t, line\\n, back\\\\slash é 🚚 ' || n, NULL, n / 3.0 FROM generate_series(1, 5000) n")) {
            site.awaitEqual();
            site.sql(
                    "INSERT INTO item VALUES (-1, '', NULL, NULL)",
                    "UPDATE item SET price = price + 1 WHERE id % 10 = 0",
                    "DELETE FROM item WHERE id % 7 = 0",
                    "UPDATE item SET id = id + 100000 WHERE id % 11 = 0");
            site.awaitEqual();
            assertTrue(site.mirror.rows() < 10_000, "rows that did not change do not come again");
            site.sql("TRUNCATE item", "INSERT INTO item VALUES (1, 'alone', NULL, 1)");
            site.awaitEqual();
            assertEquals(List.of("1|alone|∅|1.00"), site.mirror.lines("item"));
        }
    }

    @Test
    void valuesThatTheLogLeavesOutStay() throws Exception {
        try (LogSite site =
                site(
                        List.of(ITEM),
                        ITEM_SQL,
                        "ALTER TABLE item ALTER large SET STORAGE EXTERNAL",
                        "INSERT INTO item SELECT n, 'n' || n, "
                                + LARGE
                                + ", n FROM generate_series(1, 50) n")) {
            site.awaitEqual();
            site.sql(
                    "UPDATE item SET name = 'other' WHERE id < 20",
                    "UPDATE item SET id = id + 1000 WHERE id BETWEEN 10 AND 30");
            site.awaitEqual();
        }
    }

    @Test
    void aLargeTransactionArrivesWholeAndWithoutWhatWasRolledBack() throws Exception {
        try (LogSite site = site(List.of(ITEM), ITEM_SQL)) {
            site.awaitEqual();
            site.sql(
                    """
                    DO $$ BEGIN
                        INSERT INTO item SELECT n, repeat('a', 100), NULL, 1 FROM generate_series(1, 20000) n;
                        BEGIN
                            INSERT INTO item SELECT n, repeat('b', 100), NULL, 1 FROM generate_series(30001, 40000) n;
                            RAISE EXCEPTION 'no';
                        EXCEPTION WHEN raise_exception THEN NULL;
                        END;
                        UPDATE item SET price = 2 WHERE id % 2 = 0;
                    END $$
                    """,
                    "BEGIN; INSERT INTO item SELECT n, repeat('c', 100), NULL, 1 FROM generate_series(50001, 60000) n; ROLLBACK");
            site.awaitEqual();
        }
    }

    @Test
    void aTableBuiltAnewIsCapturedAnewAndTheOthersGoOn() throws Exception {
        LogSite.TableSpec other =
                new LogSite.TableSpec("other", 1, List.of("id bigint", "name text"));
        try (LogSite site =
                site(
                        List.of(ITEM, other),
                        ITEM_SQL,
                        "CREATE TABLE other (id bigint PRIMARY KEY, name text)",
                        "INSERT INTO item SELECT n, 'n', NULL, n FROM generate_series(1, 100) n",
                        "INSERT INTO other VALUES (1, 'a')")) {
            site.awaitEqual();
            for (String change :
                    List.of(
                            "ALTER TABLE item ALTER name TYPE varchar(40) USING upper(name)",
                            "ALTER TABLE item ADD COLUMN extra text DEFAULT 'e'",
                            "BEGIN; DROP TABLE item; "
                                    + ITEM_SQL
                                    + "; INSERT INTO item VALUES (7, 'made anew', NULL, 1); COMMIT",
                            "UPDATE item SET name = 'after' WHERE id = 7")) {
                site.sql(change, "UPDATE other SET name = name || 'x'");
                site.awaitEqual();
            }
            assertEquals(List.of("7|after|∅|1.00"), site.mirror.lines("item"));
        }
    }

    @Test
    void partitionsThatComeAndGoAreSeen() throws Exception {
        try (LogSite site =
                site(
                        List.of(ITEM),
                        ITEM_SQL + " PARTITION BY RANGE (id)",
                        "CREATE TABLE item_a PARTITION OF item FOR VALUES FROM (0) TO (100)",
                        "INSERT INTO item SELECT n, 'n', NULL, n FROM generate_series(1, 50) n")) {
            site.awaitEqual();
            site.sql(
                    "CREATE TABLE item_b (LIKE item INCLUDING ALL)",
                    "INSERT INTO item_b SELECT n, 'b', NULL, n FROM generate_series(100, 150) n",
                    "ALTER TABLE item ATTACH PARTITION item_b FOR VALUES FROM (100) TO (200)",
                    "UPDATE item SET id = id + 100 WHERE id BETWEEN 60 AND 99");
            site.awaitEqual();
            site.sql(
                    "UPDATE item SET id = id + 55 WHERE id BETWEEN 1 AND 20",
                    "DELETE FROM item WHERE id = 149");
            site.awaitEqual();
            site.sql("ALTER TABLE item DETACH PARTITION item_a");
            site.awaitEqual();
            assertTrue(site.mirror.lines("item").size() > 40, "the other partition's rows stay");
        }
    }

    @Test
    void aColumnThatGoesStopsItsTableAloneUntilItIsBack() throws Exception {
        LogSite.TableSpec other =
                new LogSite.TableSpec("other", 1, List.of("id bigint", "name text"));
        try (LogSite site =
                site(
                        List.of(ITEM, other),
                        ITEM_SQL,
                        "CREATE TABLE other (id bigint PRIMARY KEY, name text)",
                        "INSERT INTO item VALUES (1, 'one', NULL, 1)",
                        "INSERT INTO other VALUES (1, 'a')")) {
            site.awaitEqual();
            site.sql(
                    "ALTER TABLE item RENAME COLUMN name TO title",
                    "UPDATE item SET price = 2",
                    "UPDATE other SET name = 'b'");
            site.awaitEqual("other");
            assertEquals(List.of("1|one|∅|1.00"), site.mirror.lines("item"));
            site.sql("ALTER TABLE item RENAME COLUMN title TO name", "UPDATE item SET price = 3");
            site.awaitEqual();
        }
    }

    @Test
    void aSlotThatIsGoneIsNoticedAndTheTablesAreReadAnew() throws Exception {
        try (LogSite site =
                site(
                        List.of(ITEM),
                        ITEM_SQL,
                        "INSERT INTO item SELECT n, 'n', NULL, n FROM generate_series(1, 500) n")) {
            site.awaitEqual();
            site.stop();
            site.sql(
                    "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = current_database()",
                    "DELETE FROM item WHERE id % 3 = 0",
                    "UPDATE item SET name = 'unseen' WHERE id % 5 = 0");
            site.start();
            site.awaitEqual();
            site.sql("INSERT INTO item VALUES (9999, 'after', NULL, NULL)");
            site.awaitEqual();
        }
    }

    /// A writer that never rests, and an agent stopped again and again, wherever it is. Rows change
    /// all the time while their table is read, and the agent is stopped in it.
    @Test
    void noRowGoesBackWhileItsTableIsRead() throws Exception {
        LogSite.TableSpec counter =
                new LogSite.TableSpec("counter", 1, List.of("id bigint", "n bigint", "pad text"));
        try (LogSite site =
                site(
                        List.of(counter),
                        "CREATE TABLE counter (id bigint PRIMARY KEY, n bigint, pad text)",
                        "INSERT INTO counter SELECT n, 0, repeat('x', 400) FROM generate_series(1, 60000) n")) {
            site.mirror.rises("counter", 1);
            for (int round = 0; round < 6; round++) {
                for (int i = 0; i < 40; i++) {
                    site.sql("UPDATE counter SET n = n + 1 WHERE id % 600 = " + i * 7 % 600);
                }
                site.stop();
                site.sql("UPDATE counter SET n = n + 1 WHERE id % 1000 = " + round);
                site.start();
            }
            site.awaitEqual();
        }
    }

    @Test
    void aStopCostsOneChunkAtMost() throws Exception {
        int rows = 100_000;
        int chunk = 25_000;
        try (LogSite site =
                site(
                        List.of(ITEM),
                        ITEM_SQL,
                        "INSERT INTO item SELECT n, repeat('x', 400), NULL, n FROM generate_series(1, %d) n"
                                .formatted(rows))) {
            for (int stop = 1; stop <= 3; stop++) {
                int before = site.mirror.rows();
                assertTrue(site.mirror.awaitRows(Math.min(rows, before + 1_000)));
                site.stop();
                site.start();
            }
            site.awaitEqual();
            assertTrue(
                    site.mirror.rows() <= rows + 3 * chunk,
                    "three stops cost three chunks at most: " + site.mirror.rows());
        }
    }

    @Test
    void stopsUnderAWriterLoseNothing() throws Exception {
        long seed = Long.getLong("foz.seed", 11);
        Random random = new Random(seed);
        LogSite.TableSpec line =
                new LogSite.TableSpec("line", 2, List.of("doc text", "no integer", "note text"));
        try (LogSite site =
                site(
                        List.of(ITEM, line),
                        ITEM_SQL,
                        "ALTER TABLE item ALTER large SET STORAGE EXTERNAL",
                        "CREATE TABLE line (doc text, no integer, note text, PRIMARY KEY (doc, no))",
                        "INSERT INTO item SELECT n, repeat('x', 300), CASE WHEN n % 50 = 0 THEN "
                                + LARGE
                                + " END, n FROM generate_series(1, 60000) n",
                        "INSERT INTO line SELECT 'd' || n, n % 3, repeat('y', 500) FROM generate_series(1, 20000) n")) {
            Writer writer = new Writer(site.erp, seed);
            Thread thread = Thread.ofPlatform().start(writer);
            for (int round = 0; round < 12; round++) {
                int before = site.mirror.rows();
                int wanted = before + 1 + random.nextInt(4_000);
                assertTrue(
                        site.mirror.awaitRows(wanted),
                        () -> "round with a writer that is alive: " + thread.isAlive());
                site.stop();
                site.start();
            }
            thread.interrupt();
            thread.join();
            writer.requireNoFault();
            site.awaitEqual();
        } catch (AssertionError e) {
            throw new AssertionError("seed " + seed + ": -Dfoz.seed=" + seed, e);
        }
    }

    /// Inserts, updates, deletes, gives other keys, and truncates now and then.
    private static final class Writer implements Runnable {
        private final Connection connection;
        private final Random random;
        private volatile String fault = "";

        Writer(Connection connection, long seed) {
            this.connection = connection;
            this.random = new Random(seed);
        }

        @Override
        public void run() {
            try (var statement = connection.createStatement()) {
                for (int i = 0; !Thread.currentThread().isInterrupted(); i++) {
                    int id = 1 + random.nextInt(60_000);
                    statement.execute(
                            switch (random.nextInt(20)) {
                                case 0, 1, 2 ->
                                        "INSERT INTO item VALUES (%d, 'new', NULL, %d) ON CONFLICT (id) DO UPDATE SET name = 'again'"
                                                .formatted(id + random.nextInt(90_000), i);
                                case 3, 4 -> "DELETE FROM item WHERE id = " + id;
                                case 5 ->
                                        "UPDATE item SET id = %d WHERE id = %d AND NOT EXISTS (SELECT 1 FROM item WHERE id = %d)"
                                                .formatted(id + 200_000, id, id + 200_000);
                                case 6 ->
                                        "UPDATE line SET note = 'n%d' WHERE doc BETWEEN 'd%d' AND 'd%d'"
                                                .formatted(i, id, id + 100);
                                case 7 ->
                                        i % 400 == 7
                                                ? "TRUNCATE line"
                                                : "INSERT INTO line SELECT 'e%d', n, 'z' FROM generate_series(1, 30) n ON CONFLICT DO NOTHING"
                                                        .formatted(i);
                                case 8 ->
                                        "UPDATE item SET price = %d WHERE id BETWEEN %d AND %d"
                                                .formatted(
                                                        i % 1000,
                                                        id,
                                                        id + (i % 50 == 8 ? 3_000 : 20));
                                default ->
                                        "UPDATE item SET name = 'u%d' WHERE id = %d"
                                                .formatted(i, id);
                            });
                    // An agent that is stopped all the time must be able to follow.
                    Thread.sleep(1);
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            } catch (SQLException e) {
                fault = e.toString();
            }
        }

        void requireNoFault() {
            assertEquals("", fault, "no statement of the source fails");
        }
    }
}
