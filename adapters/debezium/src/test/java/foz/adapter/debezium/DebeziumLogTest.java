package foz.adapter.debezium;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import foz.agent.LogEvent;
import foz.agent.LogLostException;
import foz.agent.SourceSettings;
import foz.contract.Contract.Table;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Transactions and positions, of records in the forms in which the connectors give them.
class DebeziumLogTest {

    private static final Schema BEAT =
            SchemaBuilder.struct().field("ts_ms", Schema.INT64_SCHEMA).build();
    private static final Schema BOUNDARY =
            SchemaBuilder.struct()
                    .field("status", Schema.STRING_SCHEMA)
                    .field("id", Schema.STRING_SCHEMA)
                    .build();
    private static final Schema ROW =
            SchemaBuilder.struct()
                    .optional()
                    .field("id", type("bigint", Schema.Type.INT64))
                    .field("name", type("varchar", Schema.Type.STRING))
                    .build();
    private static final Schema SQL_SERVER =
            SchemaBuilder.struct()
                    .field("schema", Schema.STRING_SCHEMA)
                    .field("table", Schema.STRING_SCHEMA)
                    .field("commit_lsn", Schema.STRING_SCHEMA)
                    .build();
    private static final Schema MARIADB =
            SchemaBuilder.struct()
                    .field("table", Schema.STRING_SCHEMA)
                    .field("file", Schema.STRING_SCHEMA)
                    .field("pos", Schema.INT64_SCHEMA)
                    .build();
    private static final Schema CHANGE =
            SchemaBuilder.struct()
                    .field("type", Schema.STRING_SCHEMA)
                    .field("id", Schema.STRING_SCHEMA)
                    .build();
    private static final Schema STATEMENT =
            SchemaBuilder.struct()
                    .field("ddl", Schema.OPTIONAL_STRING_SCHEMA)
                    .field("tableChanges", SchemaBuilder.array(CHANGE).build())
                    .build();

    @TempDir Path folder = Path.of("");

    private long nowMs = 1_000_000;

    private static Schema type(String name, Schema.Type type) {
        return new SchemaBuilder(type)
                .optional()
                .parameter("__debezium.source.column.type", name)
                .parameter("__debezium.source.column.length", "50")
                .build();
    }

    @BeforeEach
    @AfterEach
    void empty() {
        ScriptedConnector.SCRIPT.clear();
    }

    private static void give(String topic, Map<String, ?> offset, Struct value) {
        ScriptedConnector.SCRIPT.add(
                new SourceRecord(Map.of("server", "foz"), offset, topic, value.schema(), value));
    }

    private void beat(Map<String, ?> offset, long afterMs) {
        nowMs += afterMs;
        give("__debezium-heartbeat.foz", offset, new Struct(BEAT).put("ts_ms", nowMs));
    }

    private static void boundary(String status, String id, Map<String, ?> offset) {
        give("foz.transaction", offset, new Struct(BOUNDARY).put("status", status).put("id", id));
    }

    private static void row(
            String op, Struct source, Map<String, ?> offset, @Nullable Long id, String name) {
        Schema envelope =
                SchemaBuilder.struct()
                        .field("op", Schema.STRING_SCHEMA)
                        .field("before", ROW)
                        .field("after", ROW)
                        .field("source", source.schema())
                        .build();
        Struct row = id == null ? null : new Struct(ROW).put("id", id).put("name", name);
        give(
                "foz.x.item",
                offset,
                new Struct(envelope).put("op", op).put("after", row).put("source", source));
    }

    private static Struct sqlServer(String lsn) {
        return new Struct(SQL_SERVER)
                .put("schema", "dbo")
                .put("table", "item")
                .put("commit_lsn", lsn);
    }

    private static Struct mariadb(long pos) {
        return new Struct(MARIADB)
                .put("table", "item")
                .put("file", "binlog.000001")
                .put("pos", pos);
    }

    private static Map<String, Object> lsn(String commit, @Nullable String change) {
        Map<String, Object> offset = new HashMap<>();
        offset.put("commit_lsn", commit);
        offset.put("change_lsn", change);
        return offset;
    }

    private static Map<String, Object> place(long pos, long event) {
        Map<String, Object> offset = new HashMap<>(Map.of("file", "binlog.000001", "pos", pos));
        if (event > 0) {
            offset.put("event", event);
            offset.put("transaction_id", "0-1-" + pos);
        }
        return offset;
    }

    private DebeziumLog open(Database database, String key, Told told)
            throws SQLException, InterruptedException {
        EngineRun run =
                new EngineRun(
                        Settings.of(
                                new SourceSettings("jdbc:x", "u", "p", "UTC", "foz_a", folder),
                                "",
                                Map.of("connector.class", ScriptedConnector.class.getName())));
        Table table = told.table();
        return new DebeziumLog(run, database, Map.of(key, table), "", false, told);
    }

    private static Told told(Database database) {
        return new Told(
                database,
                List.of("id bigint", "name varchar(50)"),
                List.of(
                        new Told.Column("id", "bigint", 19, Schema.INT64_SCHEMA),
                        new Told.Column("name", "varchar", 50, Schema.STRING_SCHEMA)));
    }

    /// The next event that has changes.
    private static LogEvent.Changes next(DebeziumLog log)
            throws SQLException, InterruptedException {
        for (int i = 0; i < 200; i++) {
            if (log.next(50) instanceof LogEvent.Changes changes && !changes.changes().isEmpty()) {
                return changes;
            }
        }
        throw new AssertionError("nothing came");
    }

    private static final String A = "00000025:00000448:0003";
    private static final String B = "00000025:00000450:0001";
    private static final String C = "00000025:00000460:0001";

    @Test
    void aTransactionOfSqlServerEndsWithTheNextOneOrWhenNothingComes() throws Exception {
        beat(lsn(A, null), 0);
        boundary("BEGIN", "1", lsn(B, "b1"));
        row("c", sqlServer(B), lsn(B, "b1"), 1L, "a");
        row("c", sqlServer(B), lsn(B, "b2"), 2L, "b");
        beat(lsn(B, "b2"), 10);
        boundary("END", "1", lsn(B, "b2"));
        boundary("BEGIN", "2", lsn(C, "c1"));
        row("c", sqlServer(C), lsn(C, "c1"), 3L, "c");
        beat(lsn(C, "c1"), 10);
        Told told = told(new SqlServer());
        try (DebeziumLog log = open(new SqlServer(), "dbo.item", told)) {
            assertEquals(A, Offset.read(log.start()).get("commit_lsn"));
            LogEvent.Changes first = next(log);
            assertEquals(2, first.changes().rows());
            assertEquals(
                    A,
                    Offset.read(first.position()).get("commit_lsn"),
                    "the log is read on from a place where no transaction is open");
            beat(lsn(C, "c1"), 3_000);
            beat(lsn(C, "c1"), 3_000);
            LogEvent.Changes second = next(log);
            assertEquals(1, second.changes().rows());
            assertEquals(A, Offset.read(second.position()).get("commit_lsn"));
            // Nothing is open now, and so it may be read on from here.
            boundary("BEGIN", "3", lsn(C, "c2"));
            beat(lsn(C, "c2"), 10);
            row("c", sqlServer(C), lsn(C, "c2"), 4L, "d");
            boundary("END", "3", lsn(C, "c2"));
            assertEquals("c1", Offset.read(next(log).position()).get("change_lsn"));
        }
    }

    @Test
    void whatMariadbPreparesIsNotTakenAsCommitted() throws Exception {
        beat(place(4, 0), 0);
        boundary("BEGIN", "0-1-1", place(100, 1));
        row("c", mariadb(150), place(100, 2), 1L, "prepared");
        boundary("BEGIN", "0-1-2", place(300, 1));
        row("c", mariadb(350), place(300, 2), 2L, "committed");
        boundary("END", "0-1-2", place(300, 3));
        beat(place(400, 0), 10);
        // XA COMMIT: begun, and nothing more.
        boundary("BEGIN", "0-1-3", place(400, 1));
        beat(place(400, 2), 1_000);
        Told told = told(new Mariadb());
        try (DebeziumLog log = open(new Mariadb(), "item", told)) {
            LogEvent.Changes changes = next(log);
            assertEquals(1, changes.changes().rows());
            assertEquals(List.of("item"), told.stale, "for what was read again of it");
            while (told.stale.size() < 2) {
                log.next(50);
            }
        }
    }

    /// A server that is slow, or a spool that is full, is not a source that has nothing to tell.
    @Test
    void aTransactionThatIsTakenSlowlyIsStillOne() throws Exception {
        beat(place(4, 0), 0);
        boundary("BEGIN", "0-1-1", place(100, 1));
        row("c", mariadb(150), place(100, 2), 1L, "a");
        beat(place(100, 2), 10);
        row("c", mariadb(160), place(100, 3), 2L, "b");
        beat(place(100, 3), 5_000);
        row("c", mariadb(170), place(100, 4), 3L, "c");
        beat(place(100, 4), 5_000);
        boundary("END", "0-1-1", place(100, 5));
        Told told = told(new Mariadb());
        try (DebeziumLog log = open(new Mariadb(), "item", told)) {
            assertEquals(3, next(log).changes().rows());
            assertEquals(List.of(), told.stale);
        }
    }

    /// SQL Server's connector tells of a table's new form between two changes.
    @Test
    void aTableAlteredWithinATransactionDoesNotEndIt() throws Exception {
        beat(lsn(A, null), 0);
        boundary("BEGIN", "1", lsn(B, "b1"));
        row("c", sqlServer(B), lsn(B, "b1"), 1L, "a");
        statement("ALTER TABLE item", "ALTER");
        row("c", sqlServer(B), lsn(B, "b2"), 2L, "b");
        boundary("END", "1", lsn(B, "b2"));
        Told told = told(new SqlServer());
        try (DebeziumLog log = open(new SqlServer(), "dbo.item", told)) {
            assertEquals(2, next(log).changes().rows());
            assertEquals(1, told.altered);
        }
    }

    @Test
    void aPositionIsNeverWithinATransaction() throws Exception {
        beat(place(4, 0), 0);
        beat(place(100, 0), 10);
        boundary("BEGIN", "0-1-1", place(100, 1));
        row("c", mariadb(150), place(100, 2), 1L, "a");
        beat(place(100, 2), 30);
        row("c", mariadb(180), place(100, 3), 2L, "b");
        boundary("END", "0-1-1", place(100, 4));
        Told told = told(new Mariadb());
        try (DebeziumLog log = open(new Mariadb(), "item", told)) {
            LogEvent.Changes changes = next(log);
            Map<String, Object> position = Offset.read(changes.position());
            assertEquals(100, position.get("pos"));
            assertFalse(position.containsKey("event"));
            assertFalse(log.hasPassed(Mariadb.number("binlog.000001", 181).toString()));
            beat(place(200, 0), 10);
            while (!log.hasPassed(Mariadb.number("binlog.000001", 200).toString())) {
                log.next(50);
            }
            assertInstanceOf(LogEvent.Nothing.class, log.next(0));
        }
    }

    @Test
    void aTableThatTakesAnothersPlaceHasTheLogBegunAnewAndOneMadeAnewIsReadWhole()
            throws Exception {
        beat(place(4, 0), 0);
        Told told = told(new Mariadb());
        try (DebeziumLog log = open(new Mariadb(), "item", told)) {
            statement("DROP TABLE `item`", "DROP");
            statement("ALTER TABLE item RENAME COLUMN a TO b", "ALTER");
            while (told.altered < 2) {
                log.next(50);
            }
            assertEquals(List.of("item"), told.stale);
            statement("RENAME TABLE item_new TO item", "ALTER");
            assertThrows(
                    LogLostException.class,
                    () -> {
                        for (int i = 0; i < 200; i++) {
                            log.next(50);
                        }
                    });
        }
    }

    private static void statement(String sql, String type) {
        give(
                "foz",
                place(500, 0),
                new Struct(STATEMENT)
                        .put("ddl", sql)
                        .put(
                                "tableChanges",
                                List.of(
                                        new Struct(CHANGE)
                                                .put("type", type)
                                                .put("id", "\"x\".\"item\""))));
    }
}
