package foz.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import foz.contract.ScratchPostgres;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What people ask of tables that a real PostgreSQL's log tells of: pause, resume, read whole
/// again, compare.
class LogOrdersTest {

    private static final LogSite.TableSpec ITEM =
            new LogSite.TableSpec("item", 1, List.of("id bigint", "name text", "price numeric"));
    private static final LogSite.TableSpec OTHER =
            new LogSite.TableSpec("other", 1, List.of("id bigint", "name text"));
    private static final String[] SETUP = {
        "CREATE TABLE item (id bigint PRIMARY KEY, name text, price numeric)",
        "CREATE TABLE other (id bigint PRIMARY KEY, name text)",
        "INSERT INTO item SELECT n, 'n' || n, n FROM generate_series(1, 6000) n",
        "INSERT INTO other VALUES (1, 'a')"
    };

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

    private LogSite site() throws SQLException {
        String database = "orders" + databases++;
        return new LogSite(
                postgres, folder.resolve(database), database, List.of(ITEM, OTHER), SETUP);
    }

    @Test
    void aPausedTableStandsTheOthersGoOnAndNothingIsLostAtTheEnd() throws Exception {
        try (LogSite site = site()) {
            site.awaitEqual();
            List<String> before = site.mirror.lines("item");
            Orders.Order pause = new Orders.Order(1, "item", Orders.Kind.PAUSE, "ana");
            site.asked(pause);
            site.await(pause, "taken");
            site.sql("UPDATE item SET price = 0 WHERE id < 100", "UPDATE other SET name = 'b'");
            site.awaitEqual("other");
            assertEquals(before, site.mirror.lines("item"));
            site.stop();
            site.sql("DELETE FROM item WHERE id = 5", "UPDATE other SET name = 'c'");
            site.start();
            site.awaitEqual("other");
            assertEquals(before, site.mirror.lines("item"), "it is paused after a stop as well");
            assertEquals("paused", site.told("item").get("phase"));
            assertEquals("paused by ana", site.told("item").get("what"));
            site.asked();
            site.awaitEqual();
        }
    }

    @Test
    void aTableIsReadWholeAgainOnceForAnOrderWhateverStopsBetween() throws Exception {
        try (LogSite site = site()) {
            site.awaitEqual();
            site.mirror.spoil("item", "7", 1, "rotten");
            Orders.Order reload = new Orders.Order(2, "item", Orders.Kind.RELOAD, "ana");
            site.asked(reload);
            site.await(reload, "taken");
            site.stop();
            site.start();
            site.awaitEqual();
            site.await(reload, "done");
            int rows = site.mirror.rows();
            site.asked(reload);
            site.sql("UPDATE other SET name = 'd'");
            site.awaitEqual();
            assertEquals(rows + 1, site.mirror.rows(), "what is done is not done again");
        }
    }

    @Test
    void aComparisonFindsWhatIsWrongAndNothingElseWhileRowsChange() throws Exception {
        try (LogSite site = site()) {
            site.awaitEqual();
            assertEquals(new Mirror.Checked(6_000, List.of(), 0), site.verify(3, "item"));
            site.mirror.spoil("item", "7", 1, "rotten");
            site.mirror.lose("item", "8");
            AtomicBoolean busy = new AtomicBoolean(true);
            Thread writer =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    write(site, busy);
                                } catch (SQLException | RuntimeException e) {
                                    site.mirror.fault(e.toString());
                                }
                            });
            Mirror.Checked found = site.verify(4, "item");
            busy.set(false);
            writer.join();
            assertEquals(2, found.wrong().size(), found.wrong().toString());
            assertTrue(found.wrong().contains("-8"), found.wrong().toString());
            assertTrue(found.named() > 5_000, found.toString());
            Orders.Order reload = new Orders.Order(5, "item", Orders.Kind.RELOAD, "ana");
            site.asked(reload);
            site.await(reload, "done");
            site.awaitEqual();
            assertEquals(List.of(), site.verify(6, "item").wrong());
            site.sql("DELETE FROM item WHERE id = 9");
            site.awaitEqual();
        }
    }

    /// Changes, moves, removes and adds rows, those two spared that are wrong.
    private static void write(LogSite site, AtomicBoolean on) throws SQLException {
        for (int i = 0; on.get(); i++) {
            site.sql(
                    "UPDATE item SET price = price + 1 WHERE id %% 997 = %d AND id > 8"
                            .formatted(i % 997),
                    "UPDATE item SET id = -id WHERE id = %d".formatted(100 + i * 7),
                    "DELETE FROM item WHERE id = %d".formatted(101 + i * 11),
                    "INSERT INTO item VALUES (%d, 'new', 1)".formatted(100_000 + i));
        }
    }

    @Test
    void outsideTheHoursChangesAreFollowedAndNothingIsReadWhole() throws Exception {
        try (LogSite site = site()) {
            site.awaitEqual();
            site.stop();
            Pace always = site.pace;
            site.pace =
                    new Pace(
                            new Pace.Limits(0, 0, ReadingHours.of("19:00-07:00", ZoneOffset.UTC)),
                            Clock.fixed(Instant.parse("2026-11-25T12:00:00Z"), ZoneOffset.UTC));
            site.start();
            site.mirror.spoil("item", "7", 1, "rotten");
            Orders.Order reload = new Orders.Order(8, "item", Orders.Kind.RELOAD, "ana");
            site.asked(reload);
            site.await(reload, "taken");
            site.sql("UPDATE item SET price = 0 WHERE id = 8", "UPDATE other SET name = 'e'");
            site.awaitEqual("other");
            assertTrue(site.mirror.lines("item").contains("8|n8|0"));
            assertTrue(site.mirror.lines("item").contains("7|rotten|7"));
            assertEquals("waiting", site.told("item").get("phase"));
            site.stop();
            site.pace = always;
            site.start();
            site.awaitEqual();
            site.await(reload, "done");
        }
    }

    @Test
    void aTruncatedTableIsComparedFromItsBeginning() throws Exception {
        try (LogSite site = site()) {
            site.awaitEqual();
            site.asked(new Orders.Order(7, "item", Orders.Kind.VERIFY, "ana"));
            site.sql("TRUNCATE item", "INSERT INTO item VALUES (1, 'alone', 1)");
            site.awaitEqual();
            for (int i = 0; site.mirror.checked(7).isEmpty() && i < 1_000; i++) {
                TimeUnit.MILLISECONDS.sleep(20);
            }
            assertEquals(List.of(), site.mirror.checked(7).orElseThrow().wrong());
        }
    }
}
