package foz.agent.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import foz.agent.GoldenSql;
import foz.agent.RecordedSource;
import foz.agent.SettingsException;
import foz.agent.SiteDriver;
import foz.agent.SourceSettings;
import foz.agent.SourceType;
import foz.contract.Contract.Table;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The statements that Oracle is asked, by version. No Oracle stands behind them: they are held
/// against files that people have read, and given to a parser.
class OracleSqlTest {

    /// Column, the contract's type, the type as the driver names it, its precision.
    private static final String[][] COLUMNS = {
        {"id", "number(10)", "NUMBER", "10"},
        {"branch", "varchar2(4)", "VARCHAR2", "4"},
        {"day", "timestamp(0)", "DATE", "0"},
        {"tag", "raw(8)", "RAW", "8"},
        {"price", "number(12,2)", "NUMBER", "12"},
        {"ratio", "binary_double", "BINARY_DOUBLE", "0"},
        {"ratio4", "binary_float", "BINARY_FLOAT", "0"},
        {"fixed", "char(3)", "CHAR", "3"},
        {"note", "varchar2(2000)", "VARCHAR2", "2000"},
        {"national", "nvarchar2(40)", "NVARCHAR2", "40"},
        {"body", "clob", "CLOB", "0"},
        {"changed_at", "timestamp(6)", "TIMESTAMP", "0"},
        {"seen_at", "timestamp(6) with time zone", "TIMESTAMP WITH TIME ZONE", "0"},
        {"heard_at", "timestamp(6) with local time zone", "TIMESTAMP WITH LOCAL TIME ZONE", "0"},
        {"term", "interval year to month", "INTERVALYM", "0"},
        {"lasted", "interval day to second", "INTERVALDS", "0"},
        {"picture", "blob", "BLOB", "0"},
        {"document", "xmltype", "SYS.XMLTYPE", "0"},
        {"place", "rowid", "ROWID", "0"},
        {"born", "date", "DATE", "0"},
    };

    @TempDir Path folder = Path.of("");

    private static Map<String, SourceType> types(String[][] columns) {
        Map<String, SourceType> types = new LinkedHashMap<>();
        for (String[] column : columns) {
            types.put(column[0], new SourceType(column[2], Integer.parseInt(column[3]), 0));
        }
        return types;
    }

    private static Table table(String name, int key, String[][] columns) {
        List<String> declared = new ArrayList<>();
        for (String[] column : columns) {
            declared.add(column[0] + " " + column[1]);
        }
        return RecordedSource.table(name, key, declared);
    }

    private static OracleDialect dialect(RecordedSource source, String zone) {
        SourceSettings settings = new SourceSettings("jdbc:oracle:", "foz", "secret", zone);
        return new OracleDialect(settings, new SiteDriver(source, settings.jdbcUrl()));
    }

    @ParameterizedTest
    @ValueSource(ints = {11, 12, 19, 23})
    void asksOneVersionSo(int major) throws Exception {
        String[][] columns = COLUMNS;
        if (major >= 23) {
            columns = Arrays.copyOf(COLUMNS, COLUMNS.length + 2);
            columns[COLUMNS.length] = new String[] {"active", "boolean", "BOOLEAN", "0"};
            columns[COLUMNS.length + 1] = new String[] {"more", "json", "JSON", "0"};
        }
        RecordedSource source =
                new RecordedSource(major, types(columns), List.of("ID", "BRANCH", "DAY", "TAG"));
        OracleDialect dialect = dialect(source, "UTC");
        Table table = table("ERP.ITEM", 4, columns);
        source.capture(
                dialect,
                table,
                List.of("changed_at", "seen_at", "heard_at", "day", "born"),
                folder);
        List<String> statements = source.statements();
        SequencedMap<String, String> shared = new LinkedHashMap<>();
        shared.put("{key hash}", dialect.keyHash(table));
        shared.put("{row hash}", dialect.rowHash(table));
        shared.put(
                "{all columns}",
                table.columns().stream()
                        .map(column -> dialect.select(table, column))
                        .collect(Collectors.joining(", ")));
        GoldenSql.check("foz/agent/oracle/" + major + ".sql", statements, shared);
        statements.stream()
                .filter(sql -> !sql.startsWith("ALTER SESSION") && !sql.startsWith("SET "))
                // The parser knows no RETURNING in it.
                .map(sql -> sql.replace(" RETURNING CLOB", ""))
                .forEach(GoldenSql::parse);
        assertTrue(
                statements.stream()
                        .noneMatch(sql ->
                                sql.matches("(?is)(insert|update|delete|merge|create|lock)\\b.*")),
                "only reads");
    }

    @Test
    void aTableOfManyColumnsIsHashedByBundlesThatNoTextOutgrows() {
        String[][] columns = new String[900][];
        for (int i = 0; i < columns.length; i++) {
            columns[i] = new String[] {"c" + i, "varchar2(90)", "VARCHAR2", "90"};
        }
        Table wide = table("WIDE", 1, columns);
        OracleDialect dialect = dialect(new RecordedSource(19, Map.of(), List.of()), "");
        dialect.know(wide, types(columns));
        String hash = dialect.rowHash(wide);
        GoldenSql.parse("SELECT " + hash + " FROM WIDE");
        // 900 columns of 366 bytes make 90 bundles of ten, and those two.
        assertEquals(93, hash.split("STANDARD_HASH", -1).length - 1, hash);
    }

    @Test
    void manyGroupsAreAskedForWithinWhatOracleTakes() {
        OracleDialect dialect = dialect(new RecordedSource(19, Map.of(), List.of()), "");
        List<Integer> few = IntStream.range(0, 1_000).map(i -> 2 * i).boxed().toList();
        List<Integer> many = IntStream.range(0, 30_000).map(i -> 2 * i).boxed().toList();
        List<Integer> all = IntStream.range(0, 65_536).boxed().toList();
        assertTrue(dialect.isAmong("g", few).startsWith("g IN (0, 2, "));
        assertTrue(dialect.isAmong("g", many).startsWith("(g, 0) IN ((0, 0), (2, 0), "));
        assertEquals("g BETWEEN 0 AND 65535", dialect.isAmong("g", all));
    }

    @Test
    void namesAreWrittenAsOracleHasThem() {
        assertEquals("\"ITEM\"", OracleSql.name("item"));
        assertEquals("\"ERP\".\"ITEM\"", OracleSql.name("erp.item"));
        assertEquals("\"Item\"", OracleSql.name("Item"));
        assertEquals("\"PRE O.X\"", OracleSql.name("PRE O.X"));
        assertEquals("\"SYS$X\"", OracleSql.name("sys$x"));
    }

    @Test
    void stampsAreHeldAgainstTheClockOfTheServerOrOfTheZoneThatIsSet() {
        Table table = table("ITEM", 1, COLUMNS);
        String offset = "-03:00";
        for (String zone : List.of("", "-03:00")) {
            OracleDialect dialect = dialect(new RecordedSource(19, Map.of(), List.of()), zone);
            dialect.know(table, types(COLUMNS));
            String now =
                    zone.isEmpty()
                            ? "SYSDATE"
                            : "CAST(SYSTIMESTAMP AT TIME ZONE '" + offset + "' AS DATE)";
            assertEquals(
                    "(" + now + " - 1500 / 86400000)",
                    dialect.stampBefore(table, table.column("day").orElseThrow(), 1_500));
            assertEquals(now, dialect.constant("$now"));
        }
    }

    @Test
    void whatNoSelectComparesIsRefusedByName() {
        for (String type : List.of("LONG", "LONG RAW", "BFILE", "ERP.ADDRESS_T", "VECTOR")) {
            String[][] columns = {
                {"id", "number(10)", "NUMBER", "10"}, {"old", "varchar2(4)", type, "0"},
            };
            Table table = table("ITEM", 1, columns);
            OracleDialect dialect = dialect(new RecordedSource(19, Map.of(), List.of()), "");
            String message =
                    String.valueOf(
                            assertThrows(
                                            SettingsException.class,
                                            () -> dialect.know(table, types(columns)))
                                    .getMessage());
            assertTrue(message.contains("'old'") && message.contains("'ITEM'"), message);
            assertTrue(message.contains(type) && message.contains("leave"), message);
        }
    }

    @Test
    void aDriverThatIsMissingIsAskedForByFolderAndJar() {
        SourceSettings settings =
                new SourceSettings(
                        "jdbc:oracle:thin:@//x/y",
                        "foz",
                        "",
                        "",
                        "foz",
                        folder,
                        folder,
                        "",
                        java.util.Map.of());
        String message =
                String.valueOf(
                        assertThrows(
                                        SettingsException.class,
                                        () ->
                                                SiteDriver.find(
                                                        settings,
                                                        "oracle",
                                                        "no.such.Driver",
                                                        "ojdbc17.jar"))
                                .getMessage());
        assertTrue(message.contains(folder.resolve("oracle").toString()), message);
        assertTrue(message.contains("ojdbc17.jar"), message);
    }
}
