package foz.agent.sqlserver;

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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The statements that SQL Server is asked. No SQL Server stands behind them: they are held against
/// a file that people have read, and given to a parser.
class SqlserverSqlTest {

    private static final int UNBOUNDED = Integer.MAX_VALUE;

    /// Column, the contract's type, the type as the driver names it, its precision.
    private static final Object[][] COLUMNS = {
        {"id", "int", "int identity", 10},
        {"branch", "varchar(4)", "varchar", 4},
        {"day", "datetime", "datetime", 23},
        {"tag", "binary(8)", "varbinary", 8},
        {"price", "decimal(12,2)", "decimal", 12},
        {"cost", "decimal(19,4)", "money", 19},
        {"active", "boolean", "bit", 1},
        {"ratio", "float", "float", 15},
        {"ratio4", "real", "real", 7},
        {"fixed", "nchar(3)", "nchar", 3},
        {"note", "nvarchar(2000)", "nvarchar", 2000},
        {"body", "text", "nvarchar", UNBOUNDED},
        {"old_body", "text", "text", UNBOUNDED},
        {"document", "xml", "xml", 0},
        {"born", "date", "date", 10},
        {"at", "time", "time", 16},
        {"minute", "smalldatetime", "smalldatetime", 16},
        {"changed_at", "datetime2(6)", "datetime2", 27},
        {"seen_at", "timestamp with time zone", "datetimeoffset", 34},
        {"picture", "varbinary", "varbinary", UNBOUNDED},
        {"old_picture", "varbinary", "image", UNBOUNDED},
        {"place", "varbinary", "geography", 0},
        {"version", "varbinary", "timestamp", 8},
        {"guid", "uuid", "uniqueidentifier", 36},
        {"thing", "varchar(4000)", "sql_variant", 8000},
        {"path", "varchar(4000)", "sys.hierarchyid", 892},
    };

    @TempDir Path folder = Path.of("");

    private static Map<String, SourceType> types(Object[][] columns) {
        Map<String, SourceType> types = new LinkedHashMap<>();
        for (Object[] column : columns) {
            types.put((String) column[0], new SourceType((String) column[2], (int) column[3], 2));
        }
        return types;
    }

    private static Table table(String name, int key, Object[][] columns) {
        List<String> declared = new ArrayList<>();
        for (Object[] column : columns) {
            declared.add(column[0] + " " + column[1]);
        }
        return RecordedSource.table(name, key, declared);
    }

    private static SqlserverDialect dialect(RecordedSource source, String zone) {
        SourceSettings settings = new SourceSettings("jdbc:sqlserver:", "foz", "secret", zone);
        return new SqlserverDialect(settings, new SiteDriver(source, settings.jdbcUrl()));
    }

    private static SqlserverDialect dialect() {
        return dialect(new RecordedSource(16, Map.of(), List.of()), "");
    }

    @Test
    void asksEveryVersionSo() throws Exception {
        for (int major : List.of(13, 16)) {
            RecordedSource source =
                    new RecordedSource(
                            major, types(COLUMNS), List.of("id", "branch", "day", "tag"));
            SqlserverDialect dialect = dialect(source, "UTC");
            Table table = table("dbo.item", 4, COLUMNS);
            source.capture(
                    dialect,
                    table,
                    List.of("changed_at", "seen_at", "day", "minute", "born"),
                    folder.resolve(String.valueOf(major)));
            List<String> statements = source.statements();
            SequencedMap<String, String> shared = new LinkedHashMap<>();
            shared.put("{key hash}", dialect.keyHash(table));
            shared.put("{row hash}", dialect.rowHash(table));
            shared.put(
                    "{all columns}",
                    table.columns().stream()
                            .map(column -> dialect.select(table, column))
                            .collect(Collectors.joining(", ")));
            GoldenSql.check("foz/agent/sqlserver/2016.sql", statements, shared);
            statements.stream().filter(sql -> !sql.startsWith("SET ")).forEach(GoldenSql::parse);
            assertTrue(
                    statements.stream()
                            .noneMatch(sql ->
                                    sql.matches("(?is)(insert|update|delete|merge|create)\\b.*")),
                    "only reads");
        }
    }

    @Test
    void aTableOfManyColumnsIsHashedByBundlesThatNoTextOutgrows() {
        Object[][] columns = new Object[1_000][];
        for (int i = 0; i < columns.length; i++) {
            columns[i] = new Object[] {"c" + i, "varchar(90)", "varchar", 90};
        }
        Table wide = table("wide", 1, columns);
        SqlserverDialect dialect = dialect();
        dialect.know(wide, types(columns), Map.of());
        String hash = dialect.rowHash(wide);
        GoldenSql.parse("SELECT " + hash + " FROM wide");
        // 1000 columns of 181 bytes make 24 bundles of 43 and less.
        assertEquals(25, hash.split("HASHBYTES", -1).length - 1, hash);
    }

    @Test
    void manyGroupsAreAskedForWithinWhatTheServerTakes() {
        SqlserverDialect dialect = dialect();
        List<Integer> few = IntStream.range(0, 1_000).map(i -> 2 * i).boxed().toList();
        List<Integer> many = IntStream.range(0, 30_000).map(i -> 2 * i).boxed().toList();
        List<Integer> all = IntStream.range(0, 65_536).boxed().toList();
        assertTrue(dialect.isAmong("g", few).startsWith("g IN (0, 2, "));
        String split = dialect.isAmong("g", many);
        assertTrue(split.contains("STRING_SPLIT('0,2,4,"), split);
        GoldenSql.parse("SELECT g FROM t WHERE " + split);
        assertEquals("g BETWEEN 0 AND 65535", dialect.isAmong("g", all));
    }

    @Test
    void namesAreWrittenAsTheServerTakesThem() {
        assertEquals("[item]", SqlserverSql.name("item"));
        assertEquals("[dbo].[item]", SqlserverSql.name("dbo.item"));
        assertEquals("[erp].[dbo].[item]", SqlserverSql.name("erp.dbo.item"));
        assertEquals("[a]]b c]", SqlserverSql.name("a]b c"));
        assertEquals("[a b.c]", SqlserverSql.name("a b.c"));
    }

    @Test
    void whatNoSelectComparesIsRefusedByName() {
        Object[][] columns = {
            {"id", "int", "int", 10}, {"old", "varchar(4)", "dbo.address", 0},
        };
        Table table = table("item", 1, columns);
        SqlserverDialect dialect = dialect();
        String message =
                String.valueOf(
                        assertThrows(
                                        SettingsException.class,
                                        () -> dialect.know(table, types(columns), Map.of()))
                                .getMessage());
        assertTrue(message.contains("'old'") && message.contains("dbo.address"), message);
    }
}
