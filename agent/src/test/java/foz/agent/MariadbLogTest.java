package foz.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Capture by the binlog of a real MariaDB.
class MariadbLogTest {

    static final LogSite.TableSpec ITEM =
            new LogSite.TableSpec(
                    "item",
                    1,
                    List.of("id bigint", "name varchar(200)", "large text", "price decimal(10,2)"));
    static final String ITEM_SQL =
            "CREATE TABLE item (id bigint PRIMARY KEY, name varchar(200), large longtext, price decimal(10,2))";

    @TempDir static Path serverFolder = Path.of("");

    /// A type, what the contract calls it, and literals.
    static final String[][] VALUES = {
        {"year", "year", "0", "2024", "1901"},
        {"bigint unsigned", "bigint unsigned", "18446744073709551615", "0"},
        {"bigint", "bigint", "-9223372036854775808", "9223372036854775807"},
        {"mediumint", "int", "-8388608", "8388607"},
        {"mediumint unsigned", "int", "16777215", "0"},
        {"tinyint(1)", "tinyint", "2", "-128"},
        {"smallint unsigned", "int", "65535", "1"},
        {"float", "float", "3.4028235e38", "-0.1", "1e-30", "16777216"},
        {
            "double",
            "double",
            "0.1",
            "1.7976931348623157e308",
            "-2.5e-320",
            "1e15",
            "123456789012345678",
            "0.000012"
        },
        {
            "decimal(65,30)",
            "decimal(65,30)",
            "1.5",
            "-99999999999999999999999999999999999.999999999999999999999999999999",
            "0"
        },
        {"decimal(10,0)", "decimal(10,0)", "-1", "9999999999"},
        {"decimal(4,4)", "decimal(4,4)", "-0.0001", "0.9999"},
        {"date", "varchar(10)", "'2024-02-29'", "'0000-00-00'", "'2024-00-15'", "'9999-12-31'"},
        {"datetime", "varchar(30)", "'0000-00-00'", "'2024-02-30 23:59:59'"},
        {"date", "date", "'2024-02-29'", "'1970-01-01'", "'1969-12-31'", "'0001-01-01'"},
        {
            "datetime(0)",
            "datetime",
            "'2024-01-01 10:00:00'",
            "'1970-01-01'",
            "'1969-12-31 23:59:59'"
        },
        {
            "datetime(6)",
            "datetime",
            "'2024-01-01 10:00:00.120000'",
            "'1000-01-01 00:00:00.000001'",
            "'1975-05-05 05:05:05.123456'"
        },
        {"datetime(3)", "datetime", "'2024-01-01 10:00:00.120'", "'2024-01-01'"},
        {
            "timestamp NULL",
            "timestamp with time zone",
            "'2024-01-01 09:00:00'",
            "'2038-01-19 12:14:07'"
        },
        {"timestamp(6) NULL", "varchar(40)", "'2024-01-01 09:00:00.000001'", "0"},
        {"timestamp(2) NULL", "varchar(40)", "'2024-01-01 09:00:00.25'", "'1970-01-01 09:00:01'"},
        {
            "time(6)",
            "varchar(20)",
            "'838:59:59.999999'",
            "'-838:59:59.999999'",
            "'-00:00:00.000001'",
            "'00:00:00'"
        },
        {"time(1)", "varchar(20)", "'-00:00:00.5'", "'100:00:00.1'"},
        {"time(3)", "varchar(20)", "'-01:02:03.456'", "'24:00:00'"},
        {"time", "varchar(20)", "'-12:00:00'", "'01:02:03'"},
        {"bit(10)", "bit(10)", "b'0000001010'", "b'1111111111'"},
        {"bit(64)", "bit(64)", "b'1'", "0xffffffffffffffff"},
        {"enum('a','ção','c')", "enum", "'ção'", "'a'", "0"},
        {"set('a','b','ç')", "set", "'a,ç'", "''", "'a,b,ç'"},
        {"json", "json", "'{\"a\": 1,  \"a\":2}'", "'[]'"},
        {
            "uuid",
            "uuid",
            "'123e4567-e89b-12d3-a456-426614174000'",
            "'01890a5d-ac96-774b-bcce-b302099a8057'",
            "'00000000-0000-0000-0000-000000000000'",
            "'ffffffff-ffff-ffff-ffff-ffffffffffff'",
            "'6ba7b810-9dad-41d1-80b4-00c04fd430c8'",
            "'123e4567-e89b-82d3-a456-426614174000'"
        },
        {
            "inet6",
            "inet6",
            "'::1'",
            "'::'",
            "'2001:db8::ff00:42:8329'",
            "'::ffff:1.2.3.4'",
            "'1:0:0:2:0:0:0:3'",
            "'fe80::'",
            "'::1.2.3.4'",
            "'1:2:3:4:5:6:7:8'",
            "'1:0:2:3:4:5:6:7'"
        },
        {"inet4", "varchar(20)", "'255.0.0.1'", "'0.0.0.0'"},
        {"varchar(9) CHARACTER SET latin1", "varchar(9)", "'ação'", "'€'"},
        {"varchar(9) CHARACTER SET utf16", "varchar(9)", "'aç😀'", "''"},
        {"varchar(300) CHARACTER SET ucs2", "varchar(300)", "'aç'", "''"},
        {"char(5) CHARACTER SET cp1251", "varchar(5)", "'Жук'", "''"},
        {"varchar(9)", "varchar(9)", "'😀 '", "''"},
        {"char(5)", "char(5)", "'ab  '", "''"},
        {"char(255)", "varchar(255)", "'é'", "repeat('é', 255)"},
        {"binary(5)", "binary(5)", "x'0100'", "x'0102030405'", "''"},
        {"varbinary(9)", "varbinary(9)", "x'00ff00'", "''"},
        {"text", "text", "''", "repeat('é', 10000)"},
        {"tinytext", "text", "'a'", "''"},
        {"longtext CHARACTER SET latin1", "text", "'ação'", "''"},
        {"blob", "blob", "x'00'", "''"},
        {"longblob", "blob", "repeat('x', 300)", "x'ff'"},
        {"point", "text", "ST_GeomFromText('POINT(1 2)')", "NULL"},
    };

    private static @Nullable ScratchMariadb server;
    private static int databases;

    @TempDir Path folder = Path.of("");

    @BeforeAll
    static void start() throws Exception {
        server =
                ScratchMariadb.start(
                        serverFolder,
                        "--log-bin=binlog",
                        "--server-id=7",
                        "--binlog-format=ROW",
                        "--binlog-row-metadata=FULL",
                        "--sync-binlog=0",
                        "--innodb-flush-log-at-trx-commit=0");
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    /// What reads the log.
    String logReader() {
        return "own";
    }

    /// Whether tables with a column of the type are read from the log.
    boolean isRead(String type) {
        return true;
    }

    /// Where the reader's adapter lies.
    Path adapters() {
        return folder.resolve("none");
    }

    /// What a server that was installed would have, and the reader asks for.
    void install(Statement statement) throws SQLException {}

    LogSite site(List<LogSite.TableSpec> tables, String... setup) throws SQLException {
        String database = "log" + databases++;
        String url = Objects.requireNonNull(server).url();
        Connection erp = DriverManager.getConnection(url + "?user=root");
        try (Statement statement = erp.createStatement()) {
            install(statement);
            statement.execute("CREATE DATABASE " + database + " CHARACTER SET utf8mb4");
            statement.execute("USE " + database);
            statement.execute("SET time_zone = '+09:00', sql_mode = 'ALLOW_INVALID_DATES'");
        }
        Path home = folder.resolve(database);
        return new LogSite(
                erp,
                new SourceSettings(
                        url + database,
                        "root",
                        "",
                        "UTC",
                        "foz_" + database,
                        home.resolve("log"),
                        adapters(),
                        logReader(),
                        Map.of()),
                home,
                adapters(),
                tables,
                setup);
    }

    @Test
    void whatIsThereAndWhatChangesArrive() throws Exception {
        try (LogSite site =
                site(
                        List.of(ITEM),
                        ITEM_SQL,
                        "INSERT INTO item SELECT seq, concat('tab\\t, é 🚚 ', seq), NULL, seq / 3 FROM seq_1_to_25000")) {
            site.awaitEqual();
            site.sql(
                    "INSERT INTO item VALUES (-1, '', NULL, NULL)",
                    "UPDATE item SET price = price + 1 WHERE id % 10 = 0",
                    "DELETE FROM item WHERE id % 7 = 0",
                    "UPDATE item SET id = id + 100000 WHERE id % 11 = 0");
            site.awaitEqual();
            assertTrue(site.mirror.rows() < 40_000, "rows that did not change do not come again");
            site.sql("TRUNCATE item", "INSERT INTO item VALUES (1, 'alone', NULL, 1)");
            site.awaitEqual();
            assertEquals(List.of("1|alone|∅|1.00"), site.mirror.lines("item"));
        }
    }

    /// Each value comes by the log as a SELECT gives it.
    @Test
    void theValuesOfEachTypeAreThoseOfASelect() throws Exception {
        List<String[]> values = Stream.of(VALUES).filter(each -> isRead(each[0])).toList();
        List<String> columns = new ArrayList<>(List.of("id bigint PRIMARY KEY"));
        List<String> contract = new ArrayList<>(List.of("id bigint"));
        int most = 0;
        for (int i = 0; i < values.size(); i++) {
            columns.add("c" + i + " " + values.get(i)[0]);
            contract.add("c" + i + " " + values.get(i)[1]);
            most = Math.max(most, values.get(i).length - 2);
        }
        columns.add("g1 varchar(30) AS (concat(id, '-')) STORED");
        columns.add("g2 varchar(30) AS (concat(id, '+')) VIRTUAL");
        columns.add("h int INVISIBLE DEFAULT 5");
        contract.addAll(List.of("g1 varchar(30)", "g2 varchar(30)", "h int"));
        List<String> inserts = new ArrayList<>();
        for (int row = 0; row < most; row++) {
            StringBuilder sql = new StringBuilder("INSERT INTO item (id");
            StringBuilder literals = new StringBuilder(Integer.toString(row));
            for (int i = 0; i < values.size(); i++) {
                sql.append(", c").append(i);
                literals.append(", ")
                        .append(row + 2 < values.get(i).length ? values.get(i)[row + 2] : "NULL");
            }
            inserts.add(sql + ") VALUES (" + literals + ")");
        }
        try (LogSite site =
                site(
                        List.of(new LogSite.TableSpec("item", 1, contract)),
                        "CREATE TABLE item (" + String.join(", ", columns) + ")",
                        inserts.getFirst())) {
            site.awaitEqual();
            for (String insert : inserts.subList(1, inserts.size())) {
                site.sql(insert);
            }
            site.sql("UPDATE item SET id = id + 100");
            site.awaitEqual();
        }
    }

    @Test
    void stopsUnderAWriterLoseNothing() throws Exception {
        Random random = new Random(Long.getLong("foz.seed", 5));
        try (LogSite site =
                site(
                        List.of(ITEM),
                        ITEM_SQL,
                        "INSERT INTO item SELECT seq, concat('n', seq), repeat('x', 500), seq FROM seq_1_to_25000")) {
            for (int round = 0; round < 12; round++) {
                for (int i = 0; i < 60; i++) {
                    int id = random.nextInt(30_000);
                    switch (random.nextInt(6)) {
                        case 0 ->
                                site.sql(
                                        "INSERT IGNORE INTO item VALUES (%d, 'new', NULL, %d)"
                                                .formatted(id, i));
                        case 1 -> site.sql("DELETE FROM item WHERE id = " + id);
                        case 2 ->
                                site.sql("UPDATE IGNORE item SET id = id + 70000 WHERE id = " + id);
                        case 3 ->
                                site.sql(
                                        "DELETE FROM item WHERE id = " + id,
                                        "INSERT INTO item VALUES (%d, 'again', 'y', %d)"
                                                .formatted(id, i));
                        case 4 ->
                                site.sql(
                                        "START TRANSACTION",
                                        "UPDATE item SET price = -1 WHERE id % 100 = " + id % 100,
                                        random.nextBoolean() ? "COMMIT" : "ROLLBACK");
                        default ->
                                site.sql(
                                        "UPDATE item SET price = price + 1 WHERE id BETWEEN %d AND %d"
                                                .formatted(id, id + 50));
                    }
                }
                site.stop();
                site.sql("UPDATE item SET price = price + 1 WHERE id % 97 = " + round);
                if (round == 6) {
                    site.sql("FLUSH BINARY LOGS");
                }
                site.start();
            }
            site.awaitEqual();
        }
    }

    @Test
    void aLargeTransactionArrivesWhole() throws Exception {
        try (LogSite site = site(List.of(ITEM), ITEM_SQL)) {
            site.awaitEqual();
            site.sql(
                    "START TRANSACTION",
                    "INSERT INTO item SELECT seq, 'n', repeat('y', 200), seq FROM seq_1_to_20000",
                    "SAVEPOINT s",
                    "UPDATE item SET price = 0",
                    "ROLLBACK TO SAVEPOINT s",
                    "UPDATE item SET name = 'm' WHERE id % 2 = 0",
                    "COMMIT");
            site.awaitEqual();
        }
    }

    @Test
    void tablesThatAreBuiltOtherwiseAreReadAgainOrStandStill() throws Exception {
        LogSite.TableSpec other =
                new LogSite.TableSpec("other", 1, List.of("id bigint", "name varchar(20)"));
        try (LogSite site =
                site(
                        List.of(ITEM, other),
                        ITEM_SQL,
                        "CREATE TABLE other (id bigint PRIMARY KEY, name varchar(20))",
                        "INSERT INTO item SELECT seq, 'n', NULL, seq FROM seq_1_to_3000",
                        "INSERT INTO other VALUES (1, 'a')")) {
            site.awaitEqual();
            site.sql(
                    "ALTER TABLE item ADD COLUMN extra int DEFAULT 3 FIRST",
                    "UPDATE item SET price = 7 WHERE id < 100",
                    "ALTER TABLE item MODIFY name varchar(500)",
                    "INSERT INTO item (id, name) VALUES (-5, repeat('w', 400))");
            site.awaitEqual();
            site.sql(
                    "ALTER TABLE item MODIFY price decimal(12,4)",
                    "UPDATE item SET price = 1.2345 WHERE id = 1");
            site.awaitEqual();
            site.sql(
                    "DROP TABLE other",
                    "CREATE TABLE other (name varchar(20), id bigint PRIMARY KEY)",
                    "INSERT INTO other VALUES ('b', 2)");
            site.awaitEqual();
            site.sql(
                    "RENAME TABLE item TO aside",
                    "UPDATE aside SET price = 5 WHERE id = 2",
                    "RENAME TABLE aside TO item",
                    "UPDATE other SET name = 'c'");
            site.awaitEqual("other");
            site.awaitEqual();
        }
    }

    @Test
    void aBinlogPurgedMeanwhileIsNoticedAndTheTablesAreReadAnew() throws Exception {
        try (LogSite site = site(List.of(ITEM), ITEM_SQL)) {
            site.sql("INSERT INTO item SELECT seq, 'n', NULL, seq FROM seq_1_to_1000");
            site.awaitEqual();
            site.stop();
            site.sql("DELETE FROM item WHERE id < 500", "FLUSH BINARY LOGS", "FLUSH BINARY LOGS");
            String last;
            try (Statement statement = site.erp.createStatement();
                    var rows = statement.executeQuery("SHOW MASTER STATUS")) {
                rows.next();
                last = rows.getString(1);
            }
            site.sql("PURGE BINARY LOGS TO '" + last + "'");
            site.start();
            site.awaitEqual();
            site.stop();
            site.sql(
                    "RESET MASTER",
                    "DELETE FROM item WHERE id < 700",
                    "INSERT INTO item (id) VALUES (9999)");
            site.start();
            site.awaitEqual();
        }
    }
}
