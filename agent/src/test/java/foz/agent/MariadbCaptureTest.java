package foz.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import foz.contract.Contract;
import foz.contract.ContractReader;
import foz.wire.BatchReader;
import foz.wire.Change;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Capture from a real MariaDB.
class MariadbCaptureTest {

    private static final String ZONE = "Asia/Tokyo";

    @TempDir static Path serverFolder = Path.of("");

    private static ScratchMariadb server;
    private static String url = "";
    private static int sources;

    @TempDir Path folder = Path.of("");

    @BeforeAll
    static void start() throws Exception {
        server = ScratchMariadb.start(serverFolder);
        url = server.url();
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    /// A table `item` of a database of its own, and an agent's parts around it.
    private final class Source implements AutoCloseable {

        private final Connection erp;
        private final RowState state;
        private final Spool spool;
        private final Dialect dialect;
        private final Connection connection;
        private final Contract.Table table;
        private final TableCapture capture;

        /// @param columns of the contract, `name type`, the first one the key
        Source(String ddl, String... columns) throws SQLException {
            String database = "capture" + sources++;
            erp = DriverManager.getConnection(url + "?user=root");
            sql("CREATE DATABASE " + database + " CHARACTER SET utf8mb4");
            sql("USE " + database);
            sql("SET time_zone = '+09:00', sql_mode = 'ALLOW_INVALID_DATES'");
            sql(ddl);
            SourceSettings where = new SourceSettings(url + database, "root", "", ZONE);
            AgentSettings settings = settings(where);
            dialect = Engines.of(where, folder).dialect(where);
            state = RowState.open(folder.resolve(database).resolve("rows"));
            spool = Spool.open(folder.resolve(database).resolve("spool"), 1L << 30);
            table = table(columns);
            capture =
                    new TableCapture(
                            table,
                            dialect,
                            state,
                            new Cutter(spool, settings),
                            spool,
                            settings.fetchRows(),
                            new TableDesk(),
                            new Pace(Pace.Limits.none()));
            connection = dialect.openForCapture();
        }

        private AgentSettings settings(SourceSettings where) {
            return TestSettings.of(where, folder);
        }

        void sql(String sql) throws SQLException {
            try (Statement statement = erp.createStatement()) {
                statement.execute(sql);
            }
        }

        /// What reached the spool since this was last asked: `[values]`, or `-[values]` for what is
        /// gone.
        List<String> sent() throws InterruptedException {
            List<String> rows = new ArrayList<>();
            for (Optional<Spool.Batch> batch = spool.next(0);
                    batch.isPresent();
                    batch = spool.next(0)) {
                BatchReader reader = BatchReader.open(spool.body(batch.get()));
                for (Optional<Change> change = reader.next();
                        change.isPresent();
                        change = reader.next()) {
                    switch (change.get()) {
                        case Change.Upsert(String[] values, List<Integer> _) ->
                                rows.add(Arrays.toString(values));
                        case Change.Delete(String[] values) ->
                                rows.add("-" + Arrays.toString(values));
                        case Change.TableHeader _,
                                Change.SnapshotBegin _,
                                Change.SnapshotEnd _,
                                Change.Part _,
                                Change.CheckBegin _,
                                Change.Claim _,
                                Change.Moving _,
                                Change.CheckEnd _ -> {}
                    }
                }
                spool.acknowledge(batch.get().seq());
            }
            rows.sort(null);
            return rows;
        }

        @Override
        public void close() throws SQLException {
            connection.close();
            erp.close();
            state.close();
        }
    }

    private static Contract.Table table(String... columns) {
        StringBuilder yaml =
                new StringBuilder(
                        """
                        apiVersion: v3.1.0
                        kind: DataContract
                        id: capture
                        version: 1.0.0
                        status: active
                        schema:
                          - name: item
                            logicalType: object
                            customProperties:
                              - {property: foz.capture, value: {pollMs: 1000}}
                            properties:
                        """);
        for (int i = 0; i < columns.length; i++) {
            String[] column = columns[i].split(" ", 2);
            yaml.append("      - {name: ").append(column[0]);
            yaml.append(", logicalType: string, physicalType: '").append(column[1]).append("'");
            yaml.append(i == 0 ? ", primaryKey: true, primaryKeyPosition: 1}\n" : "}\n");
        }
        return ContractReader.read(yaml.toString()).captured().getFirst();
    }

    @Test
    void compareSendsWhatDiffersInCaseInBlanksAndInNullAndWhatIsGone() throws Exception {
        try (Source source =
                new Source(
                        "CREATE TABLE item (id bigint PRIMARY KEY, a varchar(20), b varchar(20))",
                        "id bigint",
                        "a varchar(20)",
                        "b varchar(20)")) {
            source.sql("INSERT INTO item SELECT seq, 'x', 'y' FROM seq_1_to_3000");
            source.capture.snapshot(source.connection);
            assertEquals(3_000, source.sent().size());
            source.capture.compare(source.connection);
            assertEquals(List.of(), source.sent());
            source.sql("UPDATE item SET a = 'X' WHERE id = 1");
            source.sql("UPDATE item SET a = 'x ' WHERE id = 2");
            source.sql("UPDATE item SET a = '' WHERE id = 3");
            source.sql("UPDATE item SET a = NULL WHERE id = 4");
            source.sql("UPDATE item SET a = 'xy', b = '' WHERE id = 5");
            source.sql("DELETE FROM item WHERE id = 6");
            source.capture.compare(source.connection);
            assertEquals(
                    List.of(
                            "-[6, null, null]",
                            "[1, X, y]",
                            "[2, x , y]",
                            "[3, , y]",
                            "[4, null, y]",
                            "[5, xy, ]"),
                    source.sent());
            source.sql("UPDATE item SET a = NULL WHERE id = 3");
            source.sql("UPDATE item SET a = '' WHERE id = 4");
            source.capture.compare(source.connection);
            assertEquals(List.of("[3, null, y]", "[4, , y]"), source.sent());
        }
    }

    @Test
    void capturesByEachTypeOfStampWhateverTheZones() throws Exception {
        for (String stamp : List.of("l", "z", "d")) {
            try (Source source =
                    new Source(
                            "CREATE TABLE item (id bigint PRIMARY KEY, l datetime(6), z timestamp(6) NULL, d date)",
                            "id bigint",
                            "l datetime",
                            "z timestamp with time zone",
                            "d date")) {
                source.capture.snapshot(source.connection);
                source.sql("INSERT INTO item VALUES (1, now(6), now(6), curdate())");
                source.sql(
                        "INSERT INTO item SELECT 2, l - INTERVAL 3 DAY, z - INTERVAL 3 DAY, d - INTERVAL 3 DAY FROM item");
                source.capture.byStamp(
                        source.connection, source.table.column(stamp).orElseThrow(), 60_000);
                List<String> sent = source.sent();
                assertEquals(1, sent.size(), stamp + ": " + sent);
                assertTrue(sent.getFirst().startsWith("[1,"), sent::toString);
            }
        }
    }

    @Test
    void theValuesOfEachTypeAreThoseOfTheSourceInTheSnapshotAndReadAgain() throws Exception {
        String[][] values = {
            {"bigint unsigned", "bigint unsigned", "18446744073709551615", "18446744073709551615"},
            {"tinyint(1)", "tinyint", "2", "2"},
            {"float", "float", "3.4028235e38", "3.4028234663852886e38"},
            {"double", "double", "0.1", "0.1"},
            {"decimal(65,30)", "decimal(65,30)", "1.5", "1.500000000000000000000000000000"},
            {"date", "date", "'2024-02-29'", "2024-02-29"},
            {"date", "varchar(10)", "'0000-00-00'", "0000-00-00"},
            {"date", "varchar(10)", "'2024-00-15'", "2024-00-15"},
            {"datetime", "varchar(30)", "'0000-00-00'", "0000-00-00 00:00:00"},
            {"datetime(6)", "datetime", "'2024-01-01 10:00:00.120000'", "2024-01-01 10:00:00.12"},
            {
                "timestamp NULL",
                "timestamp with time zone",
                "'2024-01-01 09:00:00'",
                "2024-01-01 00:00:00"
            },
            {"time(6)", "varchar(20)", "'838:59:59.999999'", "838:59:59.999999"},
            {"year", "year", "0", "0000"},
            {"bit(10)", "bit(10)", "b'0000001010'", "0000001010"},
            {"enum('a','b')", "enum", "'b'", "b"},
            {"set('a','b')", "set", "'a,b'", "a,b"},
            {"json", "json", "'{\"a\": 1,  \"a\":2}'", "{\"a\": 1,  \"a\":2}"},
            {
                "uuid",
                "uuid",
                "'123e4567-e89b-12d3-a456-426614174000'",
                "123e4567-e89b-12d3-a456-426614174000"
            },
            {"inet6", "inet6", "'::1'", "::1"},
            {"varchar(9) CHARACTER SET latin1", "varchar(9)", "'ação'", "ação"},
            {"varchar(9)", "varchar(9)", "'😀 '", "😀 "},
            {"char(5)", "char(5)", "'ab  '", "ab"},
            {"varbinary(9)", "varbinary(9)", "x'00ff'", "\\x00ff"},
            {"varbinary(9)", "varbinary(9)", "''", "\\x"},
            {"text", "text", "''", ""},
        };
        List<String> ddl = new ArrayList<>(List.of("id bigint PRIMARY KEY"));
        List<String> contract = new ArrayList<>(List.of("id bigint"));
        List<String> literals = new ArrayList<>(List.of("1"));
        List<String> texts = new ArrayList<>(List.of("1"));
        for (int i = 0; i < values.length; i++) {
            ddl.add("c" + i + " " + values[i][0]);
            contract.add("c" + i + " " + values[i][1]);
            literals.add(values[i][2]);
            texts.add(values[i][3]);
        }
        try (Source source =
                new Source(
                        "CREATE TABLE item (" + String.join(", ", ddl) + ")",
                        contract.toArray(String[]::new))) {
            source.sql("INSERT INTO item VALUES (" + String.join(", ", literals) + ")");
            source.capture.snapshot(source.connection);
            List<String> snapshot = source.sent();
            assertEquals(List.of(texts.toString()), snapshot);
            source.capture.compare(source.connection);
            assertEquals(List.of(), source.sent());
            source.sql("UPDATE item SET id = 2");
            source.capture.compare(source.connection);
            assertEquals(snapshot.getFirst().replaceFirst("1", "2"), source.sent().getLast());
        }
    }

    @Test
    void keysOfBytesAndOfTextAreFoundAgain() throws Exception {
        for (String type : List.of("varbinary(9)", "varchar(9)")) {
            try (Source source =
                    new Source(
                            "CREATE TABLE item (id " + type + " PRIMARY KEY, a int)",
                            "id " + type,
                            "a int")) {
                source.sql("INSERT INTO item VALUES ('aé', 1), ('b', 1)");
                source.capture.snapshot(source.connection);
                source.sent();
                source.sql("UPDATE item SET a = 2 WHERE id = 'aé'");
                source.sql("DELETE FROM item WHERE id = 'b'");
                source.capture.compare(source.connection);
                String[] keys =
                        type.startsWith("varb")
                                ? new String[] {"\\x61c3a9", "\\x62"}
                                : new String[] {"aé", "b"};
                assertEquals(
                        List.of("-[" + keys[1] + ", null]", "[" + keys[0] + ", 2]"), source.sent());
            }
        }
    }

    @Test
    void theConnectionForCaptureOnlyReads() throws Exception {
        try (Source source = new Source("CREATE TABLE item (id int PRIMARY KEY)", "id int");
                Statement statement = source.connection.createStatement()) {
            assertThrows(
                    SQLException.class, () -> statement.execute("INSERT INTO item VALUES (1)"));
        }
    }

    @Test
    void aDuplicateAndARefusalAreToldFromOtherFaults() throws Exception {
        try (Source source = new Source("CREATE TABLE item (id int PRIMARY KEY)", "id int");
                Connection commands = source.dialect.openForCommands();
                Statement statement = commands.createStatement()) {
            String insert = "INSERT INTO item VALUES (1)";
            statement.execute(insert);
            SQLException again = assertThrows(SQLException.class, () -> statement.execute(insert));
            assertTrue(source.dialect.isDuplicate(again) && source.dialect.isRefusal(again));
            SQLException absent =
                    assertThrows(SQLException.class, () -> statement.execute("SELECT 1 FROM no"));
            assertTrue(!source.dialect.isDuplicate(absent) && !source.dialect.isRefusal(absent));
        }
    }
}
