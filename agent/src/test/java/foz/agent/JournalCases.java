package foz.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What holds for the trigger journal of every engine, each on a real server. Nothing here compares
/// unless it says so: what arrives, the triggers told.
abstract class JournalCases {

    static final LogSite.TableSpec ITEM =
            new LogSite.TableSpec("item", 1, List.of("id bigint", "name text", "price numeric"));
    static final LogSite.TableSpec LINE =
            new LogSite.TableSpec("line", 2, List.of("doc text", "no integer", "note text"));
    private static final String[] SETUP = {
        "CREATE TABLE item (id bigint PRIMARY KEY, name varchar(300), price numeric(12,2))",
        "CREATE TABLE line (doc varchar(60) NOT NULL, no integer NOT NULL, note varchar(300), PRIMARY KEY (doc, no))",
        "INSERT INTO item VALUES (1, 'a', 1), (2, 'b', 2), (3, 'c', 3), (4, 'd', 4), (5, 'e', NULL)",
        "INSERT INTO line VALUES ('x', 1, 'p'), ('x', 2, 'q'), ('y', 1, NULL)"
    };

    @TempDir Path folder = Path.of("");

    /// A database of its own.
    abstract JournalSite site(List<LogSite.TableSpec> tables, String... setup) throws Exception;

    /// One more connection of the owner.
    abstract Connection connect(JournalSite site) throws SQLException;

    /// All that the database has: tables, triggers, routines, schemas.
    abstract List<String> catalogue(JournalSite site) throws SQLException;

    JournalSite site() throws Exception {
        return site(List.of(ITEM, LINE), SETUP);
    }

    JournalSite journalled() throws Exception {
        JournalSite site = site();
        site.install();
        site.snapshot();
        assertEquals(List.of("", ""), site.faults());
        return site;
    }

    @Test
    void tellsOfInsertUpdateDeleteAndOfOtherKeys() throws Exception {
        try (JournalSite site = journalled()) {
            String[] changes = {
                "INSERT INTO item VALUES (10, 'new', 10), (11, 'new', NULL)",
                "UPDATE item SET name = 'b2' WHERE id = 2",
                "DELETE FROM item WHERE id = 3",
                "UPDATE item SET id = 40, name = 'd2' WHERE id = 4",
                "UPDATE line SET no = no + 10 WHERE doc = 'x'",
                "DELETE FROM line WHERE doc = 'y'",
                "INSERT INTO line VALUES ('quote '' \" \\\\ ü € 😀 [],', 1, 'z'), ('', 0, ''), (' blanks  ', 3, 'z')",
                "UPDATE line SET doc = 'X' WHERE doc = 'x'",
                "DELETE FROM line WHERE doc LIKE 'quote%' OR doc = ''",
                "INSERT INTO item VALUES (3, 'again', 3)",
            };
            for (String change : changes) {
                site.sql(change);
                assertTrue(site.waiting() > 0, change);
                site.pass();
                site.assertSame("after " + change);
                assertEquals(0, site.waiting(), change);
            }
            int rows = site.mirror.rows();
            site.pass();
            site.compare();
            assertEquals(rows, site.mirror.rows(), "the compare finds nothing more");
        }
    }

    @Test
    void aRowThatIsAsItWasSentMakesNoBatch() throws Exception {
        try (JournalSite site = journalled()) {
            int rows = site.mirror.rows();
            site.sql(
                    "UPDATE item SET name = 'other' WHERE id = 1",
                    "UPDATE item SET name = 'a' WHERE id = 1",
                    "INSERT INTO item VALUES (77, 'gone at once', 1)",
                    "DELETE FROM item WHERE id = 77");
            site.pass();
            assertEquals(rows, site.mirror.rows());
            assertEquals(0, site.waiting());
        }
    }

    /// The transaction that took its numbers first commits last.
    @Test
    void losesNothingOfTransactionsThatCommitOutOfOrder() throws Exception {
        try (JournalSite site = journalled();
                Connection first = connect(site);
                Connection second = connect(site);
                Connection third = connect(site)) {
            first.setAutoCommit(false);
            second.setAutoCommit(false);
            third.setAutoCommit(false);
            JournalSite.execute(first, List.of("INSERT INTO item VALUES (100, 'first', 1)"));
            JournalSite.execute(second, List.of("UPDATE item SET name = 'undone' WHERE id = 1"));
            JournalSite.execute(third, List.of("INSERT INTO item VALUES (102, 'third', 1)"));
            site.pass();
            site.assertSame("before any commit");
            third.commit();
            site.pass();
            site.assertSame("after the last one's commit");
            second.rollback();
            site.pass();
            JournalSite.execute(first, List.of("DELETE FROM item WHERE id = 5"));
            first.commit();
            site.pass();
            site.assertSame("after the first one's commit");
            assertEquals(0, site.waiting());
        }
    }

    /// Four writers, each with transactions of some statements, some of them rolled back, while the
    /// agent looks. Keys of all are the same few, so that they meet.
    @Test
    void followsWritersThatWorkAtTheSameTime() throws Exception {
        try (JournalSite site = journalled()) {
            ConcurrentLinkedQueue<String> failed = new ConcurrentLinkedQueue<>();
            List<Thread> writers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                Random random = new Random(i);
                writers.add(
                        Thread.ofPlatform()
                                .start(() -> {
                                    try (Connection connection = connect(site)) {
                                        write(connection, random);
                                    } catch (SQLException e) {
                                        failed.add(e.toString());
                                    }
                                }));
            }
            while (writers.stream().anyMatch(Thread::isAlive)) {
                site.pass();
            }
            for (Thread writer : writers) {
                writer.join();
            }
            assertEquals(List.of(), List.copyOf(failed));
            site.pass();
            site.assertSame("after all writers");
            assertEquals(0, site.waiting());
        }
    }

    private static void write(Connection connection, Random random) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            for (int i = 0; i < 150; i++) {
                try {
                    for (int n = 1 + random.nextInt(4); n > 0; n--) {
                        statement.execute(change(random, 1 + random.nextInt(60)));
                    }
                    if (random.nextInt(4) == 0) {
                        connection.rollback();
                    } else {
                        connection.commit();
                    }
                } catch (SQLException e) {
                    connection.rollback();
                    if (!isOfTheWritersOwn(e)) {
                        throw e;
                    }
                }
            }
        }
    }

    /// They lock the same rows in any order, and take keys that are taken.
    private static boolean isOfTheWritersOwn(SQLException e) {
        return List.of("40001", "40P01", "23505", "23000", "HY000").contains(e.getSQLState());
    }

    private static String change(Random random, int id) {
        return switch (random.nextInt(6)) {
            case 0 -> "INSERT INTO item VALUES (%d, 'n%d', 1)".formatted(id, random.nextInt(9));
            case 1 -> "DELETE FROM item WHERE id = " + id;
            case 2 -> "UPDATE item SET id = %d WHERE id = %d".formatted(id + 1, id);
            case 3 -> "INSERT INTO line VALUES ('d%d', %d, 'n')".formatted(id % 7, id);
            case 4 -> "UPDATE line SET note = 'u%d' WHERE no = %d".formatted(random.nextInt(9), id);
            default ->
                    "UPDATE item SET name = 'u%d' WHERE id BETWEEN %d AND %d"
                            .formatted(random.nextInt(9), id, id + 5);
        };
    }

    @Test
    void aStopBeforeTheJournalIsEmptiedLosesNothing() throws Exception {
        try (JournalSite site = journalled()) {
            site.sql(
                    "UPDATE item SET name = 'changed' WHERE id <= 2",
                    "DELETE FROM item WHERE id = 3",
                    "INSERT INTO line VALUES ('new', 1, 'n')");
            long waiting = site.waiting();
            site.stopsBeforeRemoval(true);
            assertThrows(SQLException.class, site::pass);
            assertEquals(waiting, site.waiting());
            site.sql("UPDATE item SET name = 'later' WHERE id = 1");
            site.restart();
            site.stopsBeforeRemoval(false);
            site.pass();
            site.assertSame("after the stop");
            assertEquals(0, site.waiting());
        }
    }

    @Test
    void manyChangesAreTakenSomeAtATime() throws Exception {
        try (JournalSite site = journalled()) {
            List<String> changes = new ArrayList<>();
            for (int n = 0; n < 26; n++) {
                StringBuilder rows = new StringBuilder("INSERT INTO item VALUES ");
                for (int i = 0; i < 500; i++) {
                    rows.append(i == 0 ? "" : ", ")
                            .append("(%d, 'n', 1)".formatted(1_000 + n * 500 + i));
                }
                changes.add(rows.toString());
            }
            site.sql(changes.toArray(String[]::new));
            site.sql("DELETE FROM item WHERE id >= 5000");
            site.pass();
            site.assertSame("after 22,000 changes");
            assertEquals(0, site.waiting());
        }
    }

    @Test
    void removalLeavesTheSourceAsItWasAndASecondInstallationChangesNothing() throws Exception {
        try (JournalSite site = site()) {
            List<String> before = catalogue(site);
            site.install();
            List<String> installed = catalogue(site);
            assertNotEquals(before, installed);
            site.sql("UPDATE item SET name = 'kept' WHERE id = 1");
            site.install();
            assertEquals(installed, catalogue(site));
            assertEquals(1, site.waiting(), "what waited is kept, and is there once");
            site.remove();
            assertEquals(before, catalogue(site));
            site.remove();
            site.sql("UPDATE item SET name = 'after' WHERE id = 1");
            assertTrue(site.faults().stream().noneMatch(String::isEmpty));
            site.install();
            site.snapshot();
            site.sql("UPDATE item SET name = 'anew' WHERE id = 1");
            site.pass();
            site.assertSame("after another installation");
        }
    }

    /// The owner's programs go on whatever becomes of the journal.
    @Test
    void noStatementOfTheOwnerFailsWithoutTheJournal() throws Exception {
        try (JournalSite site = journalled()) {
            site.sql("DROP TABLE " + site.journal.name());
            site.sql(
                    "INSERT INTO item VALUES (50, 'new', 1)",
                    "UPDATE item SET id = 51 WHERE id = 50",
                    "DELETE FROM item WHERE id = 1");
            assertTrue(site.faults().stream().noneMatch(String::isEmpty), site.faults().toString());
            site.pass();
            site.compare();
            site.assertSame("by compare");
            site.install();
            site.pass();
            site.sql("UPDATE item SET name = 'told' WHERE id = 51");
            site.pass();
            site.assertSame("by the journal again");
        }
    }

    /// An ERP's new version gives the key another name.
    @Test
    void noStatementOfTheOwnerFailsOverAKeyOfAnotherName() throws Exception {
        try (JournalSite site = journalled()) {
            site.sql("ALTER TABLE item RENAME COLUMN id TO number");
            site.sql(
                    "INSERT INTO item VALUES (50, 'new', 1)",
                    "UPDATE item SET number = 51 WHERE number = 50",
                    "UPDATE item SET name = 'x' WHERE number = 51",
                    "DELETE FROM item WHERE number = 51");
            assertNotEquals("", site.faults().getFirst());
        }
    }

    /// Names that are the same for as long as an engine lets names be.
    @Test
    void longNamesThatBeginAlikeDoNotMeet() throws Exception {
        String start = "t_" + "long_name_".repeat(5);
        List<LogSite.TableSpec> tables =
                List.of(
                        new LogSite.TableSpec(start + "a", 1, List.of("id bigint", "name text")),
                        new LogSite.TableSpec(start + "b", 1, List.of("id bigint", "name text")));
        try (JournalSite site =
                site(
                        tables,
                        "CREATE TABLE %sa (id bigint PRIMARY KEY, name varchar(9))"
                                .formatted(start),
                        "CREATE TABLE %sb (id bigint PRIMARY KEY, name varchar(9))"
                                .formatted(start))) {
            site.install();
            site.snapshot();
            site.sql(
                    "INSERT INTO %sa VALUES (1, 'a'), (2, 'a')".formatted(start),
                    "INSERT INTO %sb VALUES (1, 'b')".formatted(start),
                    "DELETE FROM %sa WHERE id = 1".formatted(start));
            site.pass();
            site.assertSame("each its own");
            assertEquals(0, site.waiting());
        }
    }
}
