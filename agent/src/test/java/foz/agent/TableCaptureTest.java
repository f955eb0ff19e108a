package foz.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import foz.contract.Contract;
import foz.contract.ContractReader;
import foz.contract.ScratchPostgres;
import foz.wire.BatchReader;
import foz.wire.Change;
import foz.wire.Protocol;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Capture from a real PostgreSQL.
class TableCaptureTest {

    /// 14 hours ahead of UTC: whoever takes one clock for another is off by more than any overlap.
    private static final String ZONE = "Pacific/Kiritimati";

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

    private static Contract.Table table(String how, List<String> columns) {
        return ContractReader.read(
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
                              - {property: foz.capture, value: {%s}}
                            properties:
                              - {name: %s, logicalType: string}
                        """
                                .formatted(
                                        how,
                                        String.join(
                                                ", logicalType: string}\n      - {name: ",
                                                columns)))
                .captured()
                .getFirst();
    }

    private static Contract.Table table(String how) {
        return ContractReader.read(
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
                              - {property: foz.capture, value: {%s}}
                            properties:
                              - {name: id, logicalType: integer, physicalType: bigint, primaryKey: true, primaryKeyPosition: 1}
                              - {name: name, logicalType: string, physicalType: text}
                              - {name: stamp_local, logicalType: timestamp, physicalType: timestamp}
                              - {name: stamp_zone, logicalType: timestamp, physicalType: timestamp with time zone}
                              - {name: stamp_day, logicalType: date, physicalType: date}
                        """
                                .formatted(how))
                .captured()
                .getFirst();
    }

    /// One table of a database of its own, and an agent's parts around it.
    private final class Source implements AutoCloseable {

        private final Connection erp;
        private final RowState state;
        private final Spool spool;
        private final Connection connection;
        private final Contract.Table table;
        private final Dialect dialect;
        private final Cutter cutter;
        private final int fetchRows;
        private final TableCapture capture;

        Source(String how) throws SQLException {
            this(
                    TableCaptureTest.table(how),
                    """
                    CREATE TABLE item (id bigint PRIMARY KEY, name text, stamp_local timestamp,
                        stamp_zone timestamptz, stamp_day date)
                    """);
        }

        Source(String how, String create, List<String> columns) throws SQLException {
            this(TableCaptureTest.table(how, columns), create);
        }

        private Source(Contract.Table table, String create) throws SQLException {
            String database = "capture" + databases++;
            erp = postgres.create(database, "SET TIME ZONE '" + ZONE + "'");
            sql(create);
            state = RowState.open(folder.resolve(database).resolve("rows"));
            spool = Spool.open(folder.resolve(database).resolve("spool"), 1L << 30);
            AgentSettings settings = settings(postgres.url(database));
            dialect =
                    Engines.of(settings.database(), settings.adaptersDir())
                            .dialect(settings.database());
            this.table = table;
            cutter = new Cutter(spool, settings);
            fetchRows = settings.fetchRows();
            capture = capture(dialect);
            connection = dialect.openForCapture();
        }

        TableCapture capture(Dialect by) {
            return capture(by, new Pace(Pace.Limits.none()));
        }

        TableCapture capture(Dialect by, Pace pace) {
            return new TableCapture(
                    table, by, state, cutter, spool, fetchRows, new TableDesk(), pace);
        }

        Mirror.Checked check(long number, Mirror mirror) throws SQLException, InterruptedException {
            capture.check(connection, number);
            takeInto(mirror);
            return mirror.checked(number).orElseThrow();
        }

        private AgentSettings settings(String jdbcUrl) {
            return TestSettings.of(
                    new SourceSettings(jdbcUrl, "postgres", "", ZONE, "foz_test", folder), folder);
        }

        void sql(String sql) throws SQLException {
            try (Statement statement = erp.createStatement()) {
                statement.execute(sql);
            }
        }

        /// What reached the spool since this was last asked.
        List<Change> sent() throws InterruptedException {
            List<Change> changes = new ArrayList<>();
            for (Optional<Spool.Batch> batch = spool.next(0);
                    batch.isPresent();
                    batch = spool.next(0)) {
                BatchReader reader = BatchReader.open(spool.body(batch.get()));
                for (Optional<Change> change = reader.next();
                        change.isPresent();
                        change = reader.next()) {
                    changes.add(change.get());
                }
                spool.acknowledge(batch.get().seq());
            }
            return changes;
        }

        /// A replica of what was sent.
        Mirror mirror() throws InterruptedException {
            Mirror mirror = new Mirror();
            takeInto(mirror);
            return mirror;
        }

        void takeInto(Mirror mirror) throws InterruptedException {
            for (Optional<Spool.Batch> batch = spool.next(0);
                    batch.isPresent();
                    batch = spool.next(0)) {
                mirror.take(spool.body(batch.get()));
                spool.acknowledge(batch.get().seq());
            }
        }

        /// Name and note of the source's rows.
        List<String> contents() throws SQLException {
            return lines("SELECT name || '|' || coalesce(note, '∅') FROM item");
        }

        List<String> lines(String sql) throws SQLException {
            try (Statement statement = erp.createStatement();
                    var rows = statement.executeQuery(sql)) {
                List<String> lines = new ArrayList<>();
                while (rows.next()) {
                    lines.add(rows.getString(1));
                }
                lines.sort(null);
                return lines;
            }
        }

        /// The same of the mirror's rows, without their names of our own.
        List<String> mirrored(Mirror mirror) {
            return mirror.lines("item").stream()
                    .map(line -> line.substring(0, line.lastIndexOf('|')))
                    .sorted()
                    .toList();
        }

        List<String> sentIds() throws InterruptedException {
            List<String> ids = new ArrayList<>();
            for (Change change : sent()) {
                switch (change) {
                    case Change.Upsert(String[] values, List<Integer> _) ->
                            ids.add("+" + values[0]);
                    case Change.Delete(String[] values) -> ids.add("-" + values[0]);
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
            ids.sort(null);
            return ids;
        }

        /// The source's dialect, by which the connection breaks after so many rows.
        Dialect breakingAfter(int rows) {
            AtomicInteger left = new AtomicInteger(rows * table.columns().size());
            return (Dialect)
                    Proxy.newProxyInstance(
                            Dialect.class.getClassLoader(),
                            new Class<?>[] {Dialect.class},
                            (_, method, arguments) -> {
                                if (method.getName().equals("read") && left.decrementAndGet() < 0) {
                                    throw new SQLException("the connection broke", "08006");
                                }
                                try {
                                    return method.invoke(dialect, arguments);
                                } catch (InvocationTargetException e) {
                                    throw e.getCause();
                                }
                            });
        }

        @Override
        public void close() throws SQLException {
            connection.close();
            erp.close();
            state.close();
        }
    }

    @Test
    void rowsWithoutAKeyAreCountedAndNoneIsLostOrLeft() throws Exception {
        try (Source source =
                new Source(
                        "keyless: true",
                        "CREATE TABLE item (name text, note text)",
                        List.of("name", "note"))) {
            source.sql(
                    "INSERT INTO item SELECT 'n' || n % 700, CASE WHEN n % 2 = 0 THEN 'x' END FROM generate_series(1, 3000) n");
            source.capture.snapshot(source.connection);
            Mirror mirror = source.mirror();
            assertEquals(source.contents(), source.mirrored(mirror));
            for (String change :
                    List.of(
                            "INSERT INTO item VALUES ('n1', NULL), ('n1', NULL), ('twice', 'x'), ('twice', 'x')",
                            "DELETE FROM item WHERE ctid IN (SELECT ctid FROM item WHERE name = 'n5' LIMIT 1)",
                            "UPDATE item SET note = 'y' WHERE name = 'n7'",
                            // As many as before, and each pair by XOR as nothing.
                            "UPDATE item SET name = 'other' WHERE name = 'twice'",
                            "DELETE FROM item")) {
                source.sql(change);
                source.capture.compare(source.connection);
                source.takeInto(mirror);
                assertEquals(source.contents(), source.mirrored(mirror), change);
                source.capture.compare(source.connection);
                assertEquals(List.of(), source.sent(), "nothing is sent twice");
            }
        }
    }

    /// The connection breaks in the third page; the rows read so far change, go and come.
    @Test
    void aFirstCaptureGoesOnWithThePageInWhichItStopped() throws Exception {
        try (Source source =
                new Source(
                        TableCaptureTest.table("pollMs: 1000"),
                        """
                        CREATE TABLE item (id bigint PRIMARY KEY, name text, stamp_local timestamp,
                            stamp_zone timestamptz, stamp_day date)
                        """)) {
            source.sql(
                    "INSERT INTO item SELECT n, 'n' || n FROM generate_series(1, 50000) n ORDER BY random()");
            Mirror mirror = new Mirror();
            assertThrows(
                    SQLException.class,
                    () -> source.capture(source.breakingAfter(25_000)).snapshot(source.connection));
            source.takeInto(mirror);
            int sent = mirror.rows();
            assertTrue(sent == 20_000, "pages that were read are sent: " + sent);
            source.sql("UPDATE item SET name = 'changed' WHERE id % 1000 = 7");
            source.sql("DELETE FROM item WHERE id % 1000 = 8");
            source.sql("DELETE FROM item WHERE id BETWEEN 20001 AND 20010");
            source.sql("INSERT INTO item SELECT -n, 'new' FROM generate_series(1, 10) n");
            source.capture.snapshot(source.connection);
            source.takeInto(mirror);
            assertTrue(
                    mirror.rows() <= 50_010 + 10_000,
                    "at most one page is read again: " + mirror.rows());
            source.capture.compare(source.connection);
            source.takeInto(mirror);
            assertEquals(
                    source.lines("SELECT id || '|' || name FROM item"),
                    mirror.lines("item").stream()
                            .map(line -> String.join("|", List.of(line.split("\\|")).subList(0, 2)))
                            .sorted()
                            .toList());
            source.capture.compare(source.connection);
            assertEquals(List.of(), source.sent());
        }
    }

    @Test
    void capturesByEachTypeOfStampWhateverTheZones() throws Exception {
        for (String stamp : List.of("stamp_local", "stamp_zone", "stamp_day")) {
            try (Source source = new Source("stamp: " + stamp)) {
                source.capture.snapshot(source.connection);
                source.sent();
                // As an ERP does it, by the clock of its session's zone.
                source.sql(
                        """
                        INSERT INTO item
                        SELECT n, 'new', localtimestamp, now(), current_date FROM generate_series(1, 3) n
                        UNION ALL
                        SELECT n, 'old', localtimestamp - interval '3 days', now() - interval '3 days', current_date - 3
                        FROM generate_series(4, 6) n
                        """);
                for (String session : List.of("UTC", ZONE, "Pacific/Pago_Pago")) {
                    try (Statement statement = source.connection.createStatement()) {
                        statement.execute("SET TIME ZONE '" + session + "'");
                    }
                    source.sql("UPDATE item SET name = '" + session + "'");
                    source.capture.byStamp(
                            source.connection, source.table.column(stamp).orElseThrow(), 60_000);
                    assertEquals(
                            List.of("+1", "+2", "+3"),
                            source.sentIds(),
                            stamp + " in a session of " + session);
                }
            }
        }
    }

    /// Against a model: what is sent is what changed, whatever share of the table that is.
    @Test
    void compareSendsWhatChangedAndWhatIsGoneFromAFewRowsToAll() throws Exception {
        try (Source source = new Source("pollMs: 1000")) {
            source.sql("INSERT INTO item SELECT n, 'a' FROM generate_series(1, 3000) n");
            source.capture.snapshot(source.connection);
            assertEquals(3_000, source.sentIds().size());
            source.capture.compare(source.connection);
            assertEquals(List.of(), source.sentIds());
            source.sql("UPDATE item SET name = 'b' WHERE id = 7");
            source.sql("DELETE FROM item WHERE id IN (8, 9)");
            source.sql("INSERT INTO item VALUES (5000, 'new')");
            source.capture.compare(source.connection);
            assertEquals(List.of("+5000", "+7", "-8", "-9"), source.sentIds());
            source.sql("UPDATE item SET name = 'c'");
            source.sql("DELETE FROM item WHERE id <= 100");
            source.capture.compare(source.connection);
            List<String> sent = source.sentIds();
            assertEquals(98, sent.stream().filter(id -> id.startsWith("-")).count());
            assertEquals(2_901, sent.stream().filter(id -> id.startsWith("+")).count());
            assertEquals(2_999, Set.copyOf(sent).size());
            source.capture.compare(source.connection);
            assertEquals(List.of(), source.sentIds());
            source.sql("DELETE FROM item");
            source.capture.compare(source.connection);
            assertEquals(2_901, source.sentIds().size());
            source.sql("INSERT INTO item VALUES (1, 'again')");
            source.capture.compare(source.connection);
            assertEquals(List.of("+1"), source.sentIds());
        }
    }

    /// A table that was empty at its first capture, and is large now; it was never analyzed.
    @Test
    void compareSplitsTheGroupsOfATableThatGrewAndSendsEachRowOnce() throws Exception {
        try (Source source = new Source("pollMs: 1000")) {
            source.capture.snapshot(source.connection);
            source.sql("INSERT INTO item SELECT n, 'a' FROM generate_series(1, 140000) n");
            source.capture.compare(source.connection);
            assertEquals(140_000, source.sentIds().size());
            assertEquals(2_047, source.state.table("item").mask());
            source.sql("UPDATE item SET name = 'b'");
            source.capture.compare(source.connection);
            assertEquals(140_000, source.sentIds().size());
            source.capture.compare(source.connection);
            assertEquals(List.of(), source.sentIds());
        }
    }

    /// Text that does not compress, so that its batches are as large as they can be.
    private static final String NOISE =
            """
            (SELECT string_agg(translate(encode(sha512((i || '/' || %1$d)::text::bytea), 'base64'), E'\\n', ''), '')
             FROM generate_series(1, %1$d / 88) i)
            """;

    @Test
    void aRowTooLargeToBeSentStopsItsTableBeforeAnythingOfItIsSent() throws Exception {
        try (Source source = new Source("stamp: stamp_zone")) {
            source.sql(
                    "INSERT INTO item SELECT n, 'a', null, now() FROM generate_series(1, 5000) n");
            source.sql("INSERT INTO item VALUES (5001, repeat('é', 3 << 20))");
            for (int i = 0; i < 2; i++) {
                Exception refused =
                        assertThrows(
                                RowTooLargeException.class,
                                () -> source.capture.snapshot(source.connection));
                String message = String.valueOf(refused.getMessage());
                assertTrue(message.contains("'item'"), message);
                assertTrue(message.contains("[5001]"), message);
                assertTrue(message.contains("6291456 bytes"), message);
                assertTrue(message.contains("leave the large column out"), message);
                assertEquals(List.of(), source.sent());
            }
            source.sql("UPDATE item SET name = 'small' WHERE id = 5001");
            source.capture.snapshot(source.connection);
            assertEquals(5_001, source.sentIds().size());
            source.sql("UPDATE item SET name = 'b' WHERE id = 3");
            source.sql("INSERT INTO item VALUES (1000000, repeat('x', 5 << 20), null, now())");
            assertThrows(
                    RowTooLargeException.class, () -> source.capture.compare(source.connection));
            assertThrows(
                    RowTooLargeException.class,
                    () ->
                            source.capture.byStamp(
                                    source.connection,
                                    source.table.column("stamp_zone").orElseThrow(),
                                    60_000));
            assertEquals(List.of("+3"), source.sentIds());
            // What was sent once is not sent at each try.
            assertThrows(
                    RowTooLargeException.class, () -> source.capture.compare(source.connection));
            assertEquals(List.of(), source.sentIds());
        }
    }

    @Test
    void aComparisonFindsWhatIsWrongInTheReplicaAndLeavesOutWhatChanges() throws Exception {
        try (Source source = new Source("pollMs: 1000")) {
            source.sql("INSERT INTO item SELECT n, 'n' || n FROM generate_series(1, 25000) n");
            source.capture.snapshot(source.connection);
            source.sql("DELETE FROM item WHERE id = 4");
            Mirror mirror = source.mirror();
            assertEquals(new Mirror.Checked(24_999, List.of(), 0), source.check(1, mirror));
            assertEquals(24_999, mirror.lines("item").size(), "what was gone is gone");
            mirror.spoil("item", "7", 1, "rotten");
            mirror.lose("item", "8");
            List<String> wrong = source.check(2, mirror).wrong();
            assertEquals(2, wrong.size(), wrong.toString());
            assertTrue(wrong.contains("-8"), wrong.toString());
            source.capture.snapshot(source.connection);
            source.takeInto(mirror);
            assertEquals(List.of(), source.check(3, mirror).wrong());
        }
    }

    @Test
    void hoursThatEndInTheMiddleOfATableLeaveTheRestToTheNextOnes() throws Exception {
        try (Source source = new Source("pollMs: 1000")) {
            source.sql("INSERT INTO item SELECT n, 'n' || n FROM generate_series(1, 25000) n");
            AtomicInteger asked = new AtomicInteger();
            Clock evening =
                    new Clock() {
                        @Override
                        public Instant instant() {
                            return asked.incrementAndGet() < 4
                                    ? Instant.parse("2026-11-25T06:59:59Z")
                                    : Instant.parse("2026-11-25T07:00:00Z");
                        }

                        @Override
                        public ZoneId getZone() {
                            return ZoneOffset.UTC;
                        }

                        @Override
                        public Clock withZone(ZoneId zone) {
                            return this;
                        }
                    };
            ReadingHours nights = ReadingHours.of("19:00-07:00", ZoneOffset.UTC);
            TableCapture nightly =
                    source.capture(
                            source.dialect, new Pace(new Pace.Limits(0, 0, nights), evening));
            assertThrows(Pace.ClosedException.class, () -> nightly.snapshot(source.connection));
            assertFalse(nightly.mayCompare());
            assertTrue(source.connection.getAutoCommit(), "nothing is held at the source");
            source.capture.snapshot(source.connection);
            assertEquals(25_000, source.sentIds().size(), "each row once");
        }
    }

    @Test
    void rowsWithoutAKeyAreComparedToo() throws Exception {
        try (Source source =
                new Source(
                        "keyless: true",
                        "CREATE TABLE item (name text, note text)",
                        List.of("name", "note"))) {
            source.sql("INSERT INTO item VALUES ('a', 'x'), ('a', 'x'), ('b', NULL)");
            source.capture.snapshot(source.connection);
            Mirror mirror = source.mirror();
            assertEquals(List.of(), source.check(1, mirror).wrong());
        }
    }

    @Test
    void rowsJustUnderTheLimitGoInBatchesThatTheServerTakes() throws Exception {
        try (Source source = new Source("pollMs: 1000")) {
            source.sql(
                    "INSERT INTO item SELECT n, "
                            + NOISE.formatted(2 << 20)
                            + " FROM generate_series(1, 5) n");
            source.sql(
                    "INSERT INTO item SELECT n, "
                            + NOISE.formatted((4 << 20) - 100)
                            + " FROM generate_series(6, 9) n");
            source.capture.snapshot(source.connection);
            int batches = 0;
            int rows = 0;
            for (Optional<Spool.Batch> batch = source.spool.next(0);
                    batch.isPresent();
                    batch = source.spool.next(0)) {
                assertTrue(batch.get().bytes() <= Protocol.BATCH_BYTES_MAX, batch.get().toString());
                batches++;
                rows += batch.get().rows();
                source.spool.acknowledge(batch.get().seq());
            }
            assertEquals(9, rows);
            assertTrue(batches >= 6, "batches: " + batches);
        }
    }

    @Test
    void aBatchSizeThatTheServerWouldRefuseIsRefusedAtTheStart() throws Exception {
        Path file = folder.resolve("agent.properties");
        Files.writeString(
                file,
                """
                serverUrl = http://localhost:1
                clientId = a
                keyFile = key.jwk
                source = s
                jdbcUrl = jdbc:postgresql:x
                jdbcUser = u
                dataDir = data
                batchBytesMax = 8388608
                """);
        SettingsException refused =
                assertThrows(SettingsException.class, () -> AgentSettings.read(file));
        assertTrue(String.valueOf(refused.getMessage()).contains("to 7340032"), refused::toString);
    }
}
