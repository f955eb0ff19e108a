package foz.agent;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What holds of the agent's own reader of MariaDB's binlog holds of Debezium's, too.
class DebeziumMariadbTest extends MariadbLogTest {

    @BeforeAll
    static void fetch() throws Exception {
        Fetched.adapters();
    }

    @Override
    String logReader() {
        return "debezium";
    }

    /// Where Debezium's parser ends at a type, the table is refused.
    @Override
    boolean isRead(String type) {
        return !type.equals("inet6") && !type.equals("inet4");
    }

    @Override
    Path adapters() {
        return Fetched.FOLDER;
    }

    @Override
    void install(Statement statement) throws SQLException {
        Fetched.install(statement);
    }

    /// Nothing beside it has a row read again, so that each type's own values are told by the log.
    @Test
    void theValuesOfEachTypeAreThoseOfASelectInATableOfTheirOwn() throws Exception {
        List<String[]> types =
                Stream.of(VALUES)
                        .filter(each -> isRead(each[0]) && !each[0].equals("datetime"))
                        .toList();
        List<LogSite.TableSpec> tables = new ArrayList<>();
        List<String> setup = new ArrayList<>();
        List<String> changes = new ArrayList<>();
        for (int i = 0; i < types.size(); i++) {
            String[] type = types.get(i);
            String table = "t" + i;
            tables.add(new LogSite.TableSpec(table, 1, List.of("id bigint", "c " + type[1])));
            setup.add("CREATE TABLE %s (id bigint PRIMARY KEY, c %s)".formatted(table, type[0]));
            for (int value = 2; value < type.length; value++) {
                changes.add("INSERT INTO %s VALUES (%d, %s)".formatted(table, value, type[value]));
            }
            changes.add("INSERT INTO %s VALUES (0, NULL)".formatted(table));
            changes.add("UPDATE %s SET id = id + 100 WHERE id = 2".formatted(table));
        }
        try (LogSite site = site(tables, setup.toArray(String[]::new))) {
            site.awaitEqual();
            site.sql(changes.toArray(String[]::new));
            site.awaitEqual();
        }
    }

    /// Debezium says so in its log alone.
    @Test
    void whatASessionChangesWithoutLoggingTheRowsIsReadFromItsTable() throws Exception {
        try (LogSite site = site(List.of(ITEM), ITEM_SQL)) {
            site.sql("INSERT INTO item SELECT seq, 'n', NULL, seq FROM seq_1_to_1000");
            site.awaitEqual();
            site.sql(
                    "SET binlog_format = STATEMENT",
                    "UPDATE item SET price = 5 WHERE id < 100",
                    "SET binlog_format = ROW",
                    "UPDATE item SET price = 6 WHERE id = 7");
            site.awaitEqual();
        }
    }

    @Test
    void tablesThatDebeziumWouldReadOtherwiseAreRefusedAndTheReasonIsSaid() throws Exception {
        IllegalStateException refused =
                assertThrows(
                        IllegalStateException.class,
                        () ->
                                site(
                                        List.of(
                                                new LogSite.TableSpec(
                                                        "odd",
                                                        1,
                                                        List.of("id uuid", "a varchar(9)")),
                                                new LogSite.TableSpec(
                                                        "net", 1, List.of("id bigint", "a inet6"))),
                                        "CREATE TABLE odd (id uuid PRIMARY KEY, a varchar(9))",
                                        "CREATE TABLE net (id bigint PRIMARY KEY, a inet6)"));
        assertTrue(String.valueOf(refused.getMessage()).contains("its key has 'id' of the type"));
        assertTrue(
                String.valueOf(refused.getMessage())
                        .contains("Debezium does not understand how it is built"));
    }

    @Test
    void theSettingsThatWouldChangeValuesAreRefusedByName() throws Exception {
        // In the adapter's own tests each of them; here that the agent asks it.
        Path file = Files.createTempFile("agent", ".properties");
        Files.writeString(
                file,
                """
                serverUrl = https://foz.example
                clientId = a
                keyFile = k
                source = erp
                jdbcUrl = jdbc:mariadb://127.0.0.1:1/x
                jdbcUser = u
                dataDir = d
                logReader = debezium
                debezium.decimal.handling.mode = double
                """);
        SourceSettings settings = AgentSettings.read(file).database();
        SettingsException refused =
                assertThrows(
                        SettingsException.class,
                        () -> Engines.log(Engines.of(settings, adapters()), settings, adapters()));
        assertTrue(String.valueOf(refused.getMessage()).contains("debezium.decimal.handling.mode"));
        Files.delete(file);
    }

    /// Such a statement begins a transaction in the log that no end follows.
    @Test
    void aStatementAloneHoldsNothingUp() throws Exception {
        try (LogSite site = site(List.of(ITEM), ITEM_SQL)) {
            site.sql("INSERT INTO item SELECT seq, 'n', NULL, seq FROM seq_1_to_1000");
            site.awaitEqual();
            site.sql("TRUNCATE item");
            site.awaitEqual();
            site.sql(
                    "INSERT INTO item VALUES (1, 'a', NULL, 1)",
                    "ALTER TABLE item MODIFY price decimal(12,4)");
            site.awaitEqual();
            // More chunks than wait for the log to pass them.
            site.stop();
            site.sql(
                    "INSERT INTO item SELECT seq + 10, 'n', NULL, seq FROM seq_1_to_65000",
                    "DROP TABLE IF EXISTS item_old",
                    "RENAME TABLE item TO item_old",
                    "CREATE TABLE item LIKE item_old",
                    "INSERT INTO item SELECT * FROM item_old",
                    "CREATE TABLE elsewhere (a inet6)");
            site.start();
            site.awaitEqual();
        }
    }

    /// Debezium tells the rows when they are prepared, and nothing of what becomes of them.
    @Test
    @Tag("slow")
    void whatIsPreparedCountsOnceItIsCommitted() throws Exception {
        try (LogSite site = site(List.of(ITEM), ITEM_SQL)) {
            site.sql("INSERT INTO item SELECT seq, 'n', NULL, seq FROM seq_1_to_1000");
            site.awaitEqual();
            for (String end : List.of("XA ROLLBACK 'a'", "XA COMMIT 'a'")) {
                try (Connection other =
                                DriverManager.getConnection(
                                        site.erp
                                                        .getMetaData()
                                                        .getURL()
                                                        .replaceAll("/[^/?]*(\\?|$)", "/$1")
                                                + "?user=root");
                        Statement statement = other.createStatement()) {
                    statement.execute("USE " + site.erp.getCatalog());
                    statement.execute("XA START 'a'");
                    statement.execute("UPDATE item SET price = -7 WHERE id < 50");
                    statement.execute("XA END 'a'");
                    statement.execute("XA PREPARE 'a'");
                    site.sql("UPDATE item SET price = 3 WHERE id = 900");
                    site.awaitEqual();
                    site.stop();
                    site.start();
                    site.sql("UPDATE item SET price = 4 WHERE id = 900");
                    site.awaitEqual();
                    statement.execute(end);
                    site.awaitEqual();
                }
            }
        }
    }

    /// Stopped only once the log is read again, with changes on their way.
    @Test
    @Tag("slow")
    void stopsInTheMiddleOfTheStreamLoseNothing() throws Exception {
        Random random = new Random(Long.getLong("foz.seed", 3));
        try (LogSite site = site(List.of(ITEM), ITEM_SQL)) {
            site.sql("INSERT INTO item SELECT seq, 'n', repeat('x', 300), seq FROM seq_1_to_20000");
            site.awaitEqual();
            for (int round = 0; round < 8; round++) {
                int mark = 900_000 + round;
                site.sql("INSERT INTO item VALUES (%d, 'mark', NULL, 0)".formatted(mark));
                long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
                while (site.mirror.lines("item").stream()
                        .noneMatch(line -> line.startsWith(mark + "|"))) {
                    assertTrue(System.nanoTime() < until, "round " + round + " is not read");
                    TimeUnit.MILLISECONDS.sleep(20);
                }
                for (int i = 0; i < 200; i++) {
                    int id = 1 + random.nextInt(20_000);
                    site.sql(
                            switch (random.nextInt(4)) {
                                case 0 -> "DELETE FROM item WHERE id = " + id;
                                case 1 ->
                                        "UPDATE IGNORE item SET id = id + 100000 WHERE id = " + id;
                                case 2 ->
                                        "UPDATE item SET price = %d WHERE id BETWEEN %d AND %d"
                                                .formatted(i, id, id + 300);
                                default ->
                                        "INSERT IGNORE INTO item VALUES (%d, 'again', NULL, %d)"
                                                .formatted(id, i);
                            });
                }
                site.stop();
                site.sql("UPDATE item SET price = price + 1 WHERE id % 89 = " + round);
                site.start();
            }
            site.awaitEqual();
        }
    }
}
