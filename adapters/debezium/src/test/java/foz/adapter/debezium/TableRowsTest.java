package foz.adapter.debezium;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.debezium.config.CommonConnectorConfig.BinaryHandlingMode;
import io.debezium.connector.sqlserver.SqlServerValueConverters;
import io.debezium.data.VariableScaleDecimal;
import io.debezium.jdbc.JdbcValueConverters.DecimalMode;
import io.debezium.jdbc.TemporalPrecisionMode;
import io.debezium.relational.Column;
import io.debezium.time.Date;
import io.debezium.time.MicroTimestamp;
import io.debezium.time.NanoTimestamp;
import io.debezium.time.Timestamp;
import io.debezium.time.ZonedTimestamp;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Types;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Changes with the schemas of Debezium's own connectors, which have no server here.
class TableRowsTest {

    private static Told oracle(String contract, String type, Schema schema) {
        return new Told(
                new Oracle(),
                List.of("ID numeric(10)", "V " + contract),
                List.of(
                        new Told.Column("ID", "NUMBER", 10, Schema.INT64_SCHEMA),
                        new Told.Column("V", type, -1, schema)));
    }

    /// What an insert of the value comes to: the text, or that the row is read again.
    private static String inserted(Told told, @Nullable Object value) {
        told.reread.clear();
        told.tell("c", null, told.row(7L, value));
        List<String> changes = told.changes();
        return changes.isEmpty()
                ? "reread " + String.join(",", told.reread)
                : changes.getFirst().substring("upsert 7|".length());
    }

    @Test
    void oraclesNumbersAreExact() {
        Told plain = oracle("numeric", "NUMBER", Schema.OPTIONAL_STRING_SCHEMA);
        assertEquals(
                "-99999999999999999999999999999999999999",
                inserted(plain, "-99999999999999999999999999999999999999"));
        assertEquals("0.1", inserted(plain, "0.10"));
        assertEquals("12300", inserted(plain, "1.23E+4"));
        assertEquals("∅", inserted(plain, null));
        Told declared = oracle("numeric(12,2)", "NUMBER", Schema.OPTIONAL_STRING_SCHEMA);
        assertEquals("0.10", inserted(declared, "0.1"));
        assertEquals("5.00", inserted(declared, "5"));
        assertEquals("0.123", inserted(declared, "0.123"), "what is too long is not rounded");
        Told whole = oracle("bigint", "NUMBER", Schema.OPTIONAL_INT64_SCHEMA);
        assertEquals("-9223372036854775808", inserted(whole, Long.MIN_VALUE));
        Told notWhole = oracle("bigint", "NUMBER", Schema.OPTIONAL_STRING_SCHEMA);
        assertEquals("reread 7", inserted(notWhole, "0.5"));
        assertEquals("reread 7", inserted(plain, "NaN"));
    }

    @Test
    void oraclesVariableScaleIsReadAgain() {
        Told told = oracle("numeric", "NUMBER", VariableScaleDecimal.builder().build());
        Struct value = VariableScaleDecimal.fromLogical(told.schema("V"), new BigDecimal("1.50"));
        assertEquals("reread 7", inserted(told, value));
    }

    @Test
    void oraclesDatesHaveATimeOfDayAndNoZone() {
        Told date = oracle("timestamp", "DATE", Timestamp.builder().optional().build());
        assertEquals("2017-10-15 00:30:00", inserted(date, 1_508_027_400_000L));
        assertEquals("1970-01-01 00:00:00", inserted(date, 0L));
        assertEquals("reread 7", inserted(date, -100_000_000_000_000L), "before our era");
        Told micros =
                oracle("timestamp", "TIMESTAMP(6)", MicroTimestamp.builder().optional().build());
        assertEquals("1975-05-05 05:05:05.123456", inserted(micros, 168_498_305_123_456L));
        Told nanos =
                oracle("timestamp", "TIMESTAMP(9)", NanoTimestamp.builder().optional().build());
        assertEquals("1969-12-31 23:59:59.999999999", inserted(nanos, -1L));
        Told zoned =
                oracle(
                        "timestamp with time zone",
                        "TIMESTAMP WITH LOCAL TIME ZONE",
                        ZonedTimestamp.builder().optional().build());
        assertEquals("reread 7", inserted(zoned, "2024-01-01T00:00:00Z"));
    }

    @Test
    void whatDebeziumDoesNotHaveIsReadAgainAndNeverItsPlaceholder() {
        Told clob = oracle("text", "CLOB", Schema.OPTIONAL_STRING_SCHEMA);
        assertEquals("reread 7", inserted(clob, Settings.ABSENT));
        assertEquals("reread 7", inserted(clob, "a text"));
        Told text = oracle("varchar(99)", "VARCHAR2", Schema.OPTIONAL_STRING_SCHEMA);
        assertEquals("a text", inserted(text, "a text"));
        assertEquals("reread 7", inserted(text, Settings.ABSENT));
        Told bytes = oracle("bytea", "RAW", Schema.OPTIONAL_BYTES_SCHEMA);
        assertEquals(
                "reread 7",
                inserted(bytes, ByteBuffer.wrap(Settings.ABSENT.getBytes(StandardCharsets.UTF_8))));
    }

    @Test
    void aRowThatGetsAnotherKeyIsDeletedAndAddedAnew() {
        Told told = oracle("varchar(9)", "VARCHAR2", Schema.OPTIONAL_STRING_SCHEMA);
        told.tell("u", told.row(7L, "a"), told.row(8L, "b"));
        assertEquals(List.of("delete 7|∅", "upsert 8|b"), told.changes());
        told.tell("u", told.row(8L, "b"), told.row(9L, Settings.ABSENT));
        assertEquals(List.of("delete 8|∅"), told.changes());
        assertEquals(List.of("9"), told.reread);
        told.tell("d", told.row(9L, "b"), null);
        assertEquals(List.of("delete 9|∅"), told.changes());
        told.tell("t", null, null);
        assertEquals(List.of("SnapshotBegin", "SnapshotEnd"), told.changes());
        assertEquals(List.of("item"), told.emptied);
    }

    @Test
    void aChangeWithoutItsKeyOrItsColumnStandsStillInsteadOfBeingLeftOut() {
        Told told = oracle("varchar(9)", "VARCHAR2", Schema.OPTIONAL_STRING_SCHEMA);
        told.tell("d", null, null);
        assertEquals(List.of("the log does not tell its rows before a change"), told.pauses);
        Told other =
                new Told(
                        new Oracle(),
                        List.of("ID numeric(10)", "GONE varchar(9)"),
                        List.of(new Told.Column("ID", "NUMBER", 10, Schema.INT64_SCHEMA)));
        other.tell("c", null, other.row(1L));
        assertEquals(List.of("the source has no column 'gone' in it"), other.pauses);
    }

    /// A column of SQL Server, converted by the connector's own converters.
    private static String sqlServer(String contract, Column column, @Nullable Object value) {
        SqlServerValueConverters converters =
                new SqlServerValueConverters(
                        DecimalMode.STRING,
                        TemporalPrecisionMode.ADAPTIVE,
                        BinaryHandlingMode.BYTES);
        Schema schema = converters.schemaBuilder(column).optional().build();
        Object converted =
                value == null
                        ? null
                        : Objects.requireNonNull(
                                        converters.converter(column, new Field("V", 0, schema)))
                                .convert(value);
        Told told =
                new Told(
                        new SqlServer(),
                        List.of("ID bigint", "V " + contract),
                        List.of(
                                new Told.Column("ID", "bigint", 19, Schema.INT64_SCHEMA),
                                new Told.Column("V", column.typeName(), column.length(), schema)));
        return inserted(told, converted);
    }

    private static Column column(String type, int jdbcType, int length, int scale) {
        return Column.editor()
                .name("V")
                .type(type)
                .jdbcType(jdbcType)
                .length(length)
                .scale(scale)
                .optional(true)
                .create();
    }

    @Test
    void sqlServersValuesAreThoseOfItsOwnConverters() {
        assertEquals(
                "255", sqlServer("smallint", column("tinyint", Types.TINYINT, 3, 0), (short) 255));
        assertEquals(
                "-9223372036854775808",
                sqlServer("bigint", column("bigint", Types.BIGINT, 19, 0), Long.MIN_VALUE));
        assertEquals(
                "-1.50",
                sqlServer(
                        "numeric(10,2)",
                        column("decimal", Types.DECIMAL, 10, 2),
                        new BigDecimal("-1.50")));
        assertEquals(
                "922337203685477.5807",
                sqlServer(
                        "numeric(19,4)",
                        column("money", microsoft.sql.Types.MONEY, 19, 4),
                        new BigDecimal("922337203685477.5807")));
        assertEquals(
                "ação 🚚",
                sqlServer("varchar(50)", column("nvarchar", Types.NVARCHAR, 50, 0), "ação 🚚"));
        assertEquals("", sqlServer("varchar(50)", column("varchar", Types.VARCHAR, 50, 0), ""));
        assertEquals("∅", sqlServer("varchar(50)", column("varchar", Types.VARCHAR, 50, 0), null));
        assertEquals(
                "\\x00ff",
                sqlServer(
                        "bytea", column("varbinary", Types.VARBINARY, 50, 0), new byte[] {0, -1}));
        assertEquals(
                "2024-02-29",
                sqlServer(
                        "date",
                        column("date", Types.DATE, 10, 0),
                        java.sql.Date.valueOf(LocalDate.of(2024, 2, 29))));
    }

    @Test
    void whatSqlServerMayNotTellIsReadAgain() {
        int max = Integer.MAX_VALUE;
        assertEquals(
                "reread 7", sqlServer("text", column("nvarchar", Types.NVARCHAR, max, 0), null));
        assertEquals("long", sqlServer("text", column("nvarchar", Types.NVARCHAR, max, 0), "long"));
        assertEquals("reread 7", sqlServer("text", column("text", Types.LONGVARCHAR, max, 0), "x"));
        assertEquals("reread 7", sqlServer("double", column("float", Types.DOUBLE, 53, 0), 0.1));
        assertEquals(
                "reread 7",
                sqlServer(
                        "timestamp",
                        column("datetime", Types.TIMESTAMP, 23, 3),
                        java.sql.Timestamp.valueOf("2024-01-01 00:00:00.003")));
        assertEquals(
                "reread 7",
                sqlServer(
                        "uuid",
                        column("uniqueidentifier", Types.CHAR, 36, 0),
                        "6F9619FF-8B86-D011-B42D-00C04FC964FF"));
        assertEquals("reread 7", sqlServer("boolean", column("bit", Types.BIT, 1, 0), true));
    }

    @Test
    void keysThatMayComeOtherwiseAreNotSure() {
        Database database = new SqlServer();
        List<String> sure = new ArrayList<>();
        for (String type :
                List.of(
                        "int",
                        "bigint",
                        "varchar",
                        "nchar",
                        "decimal",
                        "uniqueidentifier",
                        "float")) {
            String contract =
                    switch (type) {
                        case "int", "bigint" -> "bigint";
                        case "decimal" -> "numeric(9,0)";
                        case "uniqueidentifier" -> "uuid";
                        case "float" -> "double";
                        case String _ -> "varchar(9)";
                    };
            if (database.isSureKey(
                    new SourceType(type, -1, ""),
                    Told.table("t", List.of("k " + contract)).columns().getFirst())) {
                sure.add(type);
            }
        }
        assertEquals(List.of("int", "bigint", "varchar", "nchar", "decimal"), sure);
    }

    @Test
    void daysOfMariadbsLogThatStandForNoneAreReadAgain() {
        Told told =
                new Told(
                        new Mariadb(),
                        List.of("id bigint", "v date"),
                        List.of(
                                new Told.Column("id", "BIGINT UNSIGNED", -1, Schema.STRING_SCHEMA),
                                new Told.Column(
                                        "v", "DATE", -1, Date.builder().optional().build())));
        told.tell("c", null, told.row("18446744073709551615", 19_782));
        assertEquals(List.of("upsert 18446744073709551615|2024-02-29"), told.changes());
        told.tell("c", null, told.row("1", null));
        told.tell("c", null, told.row("2", 0));
        assertEquals(List.of(), told.changes());
        assertEquals(List.of("1", "2"), told.reread);
    }
}
