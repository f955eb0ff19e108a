package foz.contract;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads a live schema by JDBC's metadata and bounded SELECTs; writes nothing.
final class SourceCatalogue {

    private static final int TABLES_MAX = 2_000;
    private static final int SAMPLE_COLUMNS_MAX = 200;
    private static final int SAMPLE_CHARACTERS_MAX = 120;
    private static final int SAMPLE_SECONDS_MAX = 15;

    private final Connection connection;
    private final DatabaseMetaData metadata;
    private final @Nullable String catalog;
    private final @Nullable String schema;
    private final String quote;

    /// @param schema name as the source writes it; null for the connection's own
    SourceCatalogue(Connection connection, @Nullable String schema) throws SQLException {
        this.connection = connection;
        this.metadata = connection.getMetaData();
        this.catalog = connection.getCatalog();
        this.schema = schema != null ? schema : connection.getSchema();
        String found = metadata.getIdentifierQuoteString();
        this.quote = found == null || found.isBlank() ? "" : found;
    }

    /// The schema's name; where the product knows no schemas, the database's.
    String name() {
        return schema != null ? schema : Optional.ofNullable(catalog).orElse("source");
    }

    /// What people call it: the database where the schema is the product's usual one.
    String title() {
        return List.of("public", "dbo").contains(name()) ? catalog().orElse(name()) : name();
    }

    String product() throws SQLException {
        return metadata.getDatabaseProductName();
    }

    Optional<String> catalog() {
        return Optional.ofNullable(catalog);
    }

    String url() throws SQLException {
        return Optional.ofNullable(metadata.getURL()).orElse("");
    }

    /// The names of all schemas; empty where the product knows none.
    List<String> schemas() throws SQLException {
        List<String> names = new ArrayList<>();
        try (ResultSet rows = metadata.getSchemas()) {
            while (rows.next()) {
                names.add(rows.getString("TABLE_SCHEM"));
            }
        }
        return names;
    }

    /// The tables that `wanted` accepts, by name.
    List<SourceTable> tables(boolean views, Predicate<String> wanted) throws SQLException {
        Set<String> parts = partitions();
        Map<String, Boolean> names = new TreeMap<>();
        Map<String, String> remarks = new LinkedHashMap<>();
        try (ResultSet rows = metadata.getTables(catalog, pattern(schema), "%", null)) {
            while (rows.next()) {
                String name = rows.getString("TABLE_NAME");
                String type = text(rows, "TABLE_TYPE").toUpperCase(Locale.ROOT);
                boolean view = type.equals("VIEW") || type.equals("MATERIALIZED VIEW");
                boolean table = List.of("TABLE", "BASE TABLE", "PARTITIONED TABLE").contains(type);
                if ((table || (views && view))
                        && same(schema, rows.getString("TABLE_SCHEM"))
                        && !name.startsWith("BIN$")
                        && !parts.contains(name)
                        && wanted.test(name)) {
                    names.put(name, view);
                    remarks.put(name, text(rows, "REMARKS"));
                }
            }
        }
        if (names.size() > TABLES_MAX) {
            throw new ContractException(
                    List.of(
                            new Problem(
                                    "",
                                    0,
                                    "the schema " + name() + " has " + names.size() + " tables",
                                    "choose at most " + TABLES_MAX + " by include and exclude")));
        }
        List<SourceTable> tables = new ArrayList<>();
        for (Map.Entry<String, Boolean> entry : names.entrySet()) {
            String name = entry.getKey();
            tables.add(table(name, entry.getValue(), remarks.getOrDefault(name, "")));
        }
        return tables;
    }

    private SourceTable table(String name, boolean view, String remarks) throws SQLException {
        List<SourceTable.Column> columns = columns(name);
        List<SourceTable.Key> keys = new ArrayList<>();
        if (!view) {
            primaryKey(name).ifPresent(keys::add);
            keys.addAll(uniqueIndexes(name, columns));
        }
        return new SourceTable(
                name, view, remarks, columns, keys, view ? List.of() : references(name));
    }

    /// PostgreSQL lists the parts of a partitioned table beside it.
    private Set<String> partitions() throws SQLException {
        Set<String> names = new HashSet<>();
        if (product().equals("PostgreSQL")) {
            try (Statement statement = connection.createStatement();
                    ResultSet rows =
                            statement.executeQuery(
                                    """
                                    SELECT c.relname
                                    FROM pg_catalog.pg_class c
                                    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                                    WHERE c.relispartition AND n.nspname = '%s'
                                    """
                                            .formatted(name().replace("'", "''")))) {
                while (rows.next()) {
                    names.add(rows.getString(1));
                }
            }
        }
        return names;
    }

    private List<SourceTable.Column> columns(String table) throws SQLException {
        Map<Integer, SourceTable.Column> columns = new TreeMap<>();
        try (ResultSet rows = metadata.getColumns(catalog, pattern(schema), pattern(table), "%")) {
            while (rows.next()) {
                if (table.equals(rows.getString("TABLE_NAME"))
                        && same(schema, rows.getString("TABLE_SCHEM"))) {
                    columns.put(rows.getInt("ORDINAL_POSITION"), column(rows));
                }
            }
        }
        return List.copyOf(columns.values());
    }

    private SourceTable.Column column(ResultSet row) throws SQLException {
        String type = text(row, "TYPE_NAME");
        int jdbcType = row.getInt("DATA_TYPE");
        int size = row.getInt("COLUMN_SIZE");
        int scale = row.getInt("DECIMAL_DIGITS");
        boolean scaled = !row.wasNull();
        return new SourceTable.Column(
                row.getString("COLUMN_NAME"),
                jdbcType,
                PhysicalType.of(product(), type, jdbcType, size, scale, scaled),
                size > PhysicalType.LENGTH_MAX ? 0 : Math.max(size, 0),
                scale,
                row.getInt("NULLABLE") == DatabaseMetaData.columnNoNulls,
                has(row, "IS_GENERATEDCOLUMN") && text(row, "IS_GENERATEDCOLUMN").equals("YES"),
                text(row, "REMARKS"),
                List.of());
    }

    private Optional<SourceTable.Key> primaryKey(String table) throws SQLException {
        Map<Integer, String> columns = new TreeMap<>();
        try (ResultSet rows = metadata.getPrimaryKeys(catalog, schema, table)) {
            while (rows.next()) {
                columns.put(rows.getInt("KEY_SEQ"), rows.getString("COLUMN_NAME"));
            }
        }
        return columns.isEmpty()
                ? Optional.empty()
                : Optional.of(new SourceTable.Key(Optional.empty(), List.copyOf(columns.values())));
    }

    private List<SourceTable.Key> uniqueIndexes(String table, List<SourceTable.Column> columns)
            throws SQLException {
        Map<String, Map<Integer, String>> indexes = new TreeMap<>();
        Set<String> partial = new HashSet<>();
        // Approximate figures will do; exact ones make some products analyse the table.
        try (ResultSet rows = metadata.getIndexInfo(catalog, schema, table, true, true)) {
            while (rows.next()) {
                String index = rows.getString("INDEX_NAME");
                String column = rows.getString("COLUMN_NAME");
                if (index == null
                        || rows.getShort("TYPE") == DatabaseMetaData.tableIndexStatistic) {
                    continue;
                }
                if (column == null || !text(rows, "FILTER_CONDITION").isEmpty()) {
                    partial.add(index);
                } else {
                    indexes.computeIfAbsent(index, _ -> new TreeMap<>())
                            .put((int) rows.getShort("ORDINAL_POSITION"), column);
                }
            }
        }
        List<String> required =
                columns.stream()
                        .filter(SourceTable.Column::required)
                        .map(SourceTable.Column::name)
                        .toList();
        List<SourceTable.Key> keys = new ArrayList<>();
        indexes.forEach((index, members) -> {
            if (!partial.contains(index) && required.containsAll(members.values())) {
                keys.add(new SourceTable.Key(Optional.of(index), List.copyOf(members.values())));
            }
        });
        keys.sort(Comparator.comparingInt(key -> key.columns().size()));
        return keys;
    }

    private List<SourceTable.Reference> references(String table) throws SQLException {
        Map<String, SourceTable.Reference> references = new TreeMap<>();
        try (ResultSet rows = metadata.getImportedKeys(catalog, schema, table)) {
            int unnamed = 0;
            while (rows.next()) {
                if (!same(schema, rows.getString("PKTABLE_SCHEM"))
                        || (schema == null && !same(catalog, rows.getString("PKTABLE_CAT")))) {
                    continue;
                }
                unnamed += rows.getShort("KEY_SEQ") == 1 ? 1 : 0;
                String given = rows.getString("FK_NAME");
                String name = given == null ? "unnamed " + unnamed : given;
                SourceTable.Reference next =
                        new SourceTable.Reference(
                                name,
                                List.of(rows.getString("FKCOLUMN_NAME")),
                                rows.getString("PKTABLE_NAME"),
                                List.of(rows.getString("PKCOLUMN_NAME")));
                references.merge(name, next, SourceCatalogue::join);
            }
        }
        return List.copyOf(references.values());
    }

    private static SourceTable.Reference join(
            SourceTable.Reference first, SourceTable.Reference next) {
        List<String> columns = new ArrayList<>(first.columns());
        columns.addAll(next.columns());
        List<String> targets = new ArrayList<>(first.targetColumns());
        targets.addAll(next.targetColumns());
        return new SourceTable.Reference(first.name(), columns, first.target(), targets);
    }

    /// The table with a few values in each column that `wanted` accepts, or as it was where the
    /// source does not let us read it.
    SourceTable sample(SourceTable table, int rowsMax, Predicate<SourceTable.Column> wanted)
            throws SQLException {
        List<SourceTable.Column> chosen =
                table.columns().stream().filter(wanted).limit(SAMPLE_COLUMNS_MAX).toList();
        if (rowsMax <= 0 || chosen.isEmpty()) {
            return table;
        }
        Map<String, List<String>> values = new LinkedHashMap<>();
        chosen.forEach(column -> values.put(column.name(), new ArrayList<>()));
        String sql =
                "SELECT "
                        + String.join(", ", values.keySet().stream().map(this::quoted).toList())
                        + " FROM "
                        + qualified(table.name());
        try (Statement statement = connection.createStatement()) {
            statement.setMaxRows(rowsMax);
            statement.setFetchSize(rowsMax);
            statement.setQueryTimeout(SAMPLE_SECONDS_MAX);
            try (ResultSet rows = statement.executeQuery(sql)) {
                while (rows.next()) {
                    int position = 1;
                    for (List<String> list : values.values()) {
                        String value = rows.getString(position++);
                        if (value != null && value.length() <= SAMPLE_CHARACTERS_MAX) {
                            list.add(value.strip());
                        }
                    }
                }
            }
        } catch (SQLException e) {
            // No right to read this table, or too slow: names alone must do.
            return table;
        } finally {
            if (!connection.getAutoCommit()) {
                connection.rollback();
            }
        }
        return new SourceTable(
                table.name(),
                table.view(),
                table.remarks(),
                table.columns().stream()
                        .map(c -> c.withSamples(values.getOrDefault(c.name(), List.of())))
                        .toList(),
                table.keys(),
                table.references());
    }

    private String qualified(String table) {
        String space = schema != null ? schema : catalog;
        return space == null ? quoted(table) : quoted(space) + "." + quoted(table);
    }

    private String quoted(String name) {
        return quote.isEmpty() ? name : quote + name.replace(quote, quote + quote) + quote;
    }

    /// The name as a pattern that matches it alone.
    private @Nullable String pattern(@Nullable String name) throws SQLException {
        String escape = metadata.getSearchStringEscape();
        return name == null || escape == null || escape.isEmpty()
                ? name
                : name.replace(escape, escape + escape)
                        .replaceAll(
                                "([_%])", java.util.regex.Matcher.quoteReplacement(escape) + "$1");
    }

    private static boolean same(@Nullable String wanted, @Nullable String found) {
        return wanted == null || wanted.equals(found);
    }

    /// Some drivers leave out the later columns of JDBC's metadata.
    private static boolean has(ResultSet row, String column) throws SQLException {
        for (int i = row.getMetaData().getColumnCount(); i > 0; i--) {
            if (column.equalsIgnoreCase(row.getMetaData().getColumnLabel(i))) {
                return true;
            }
        }
        return false;
    }

    private static String text(ResultSet row, String column) throws SQLException {
        String value = row.getString(column);
        return value == null ? "" : value.strip();
    }

    /// What a source calls a column's type, in a short form.
    static final class PhysicalType {

        /// What drivers report where there is no bound lies above this.
        static final int LENGTH_MAX = 10_000_000;

        private static final Pattern WITH_LENGTH =
                Pattern.compile("(?i).*(char|binary|raw|varbit).*|bit");
        private static final Pattern WITH_PRECISION = Pattern.compile("(?i)num.*|dec.*");
        private static final Map<String, String> POSTGRES =
                Map.ofEntries(
                        Map.entry("int2", "smallint"),
                        Map.entry("smallserial", "smallint"),
                        Map.entry("int4", "integer"),
                        Map.entry("serial", "integer"),
                        Map.entry("int8", "bigint"),
                        Map.entry("bigserial", "bigint"),
                        Map.entry("float4", "real"),
                        Map.entry("float8", "double precision"),
                        Map.entry("bool", "boolean"),
                        Map.entry("bpchar", "char"));

        private PhysicalType() {}

        static String of(
                String product, String type, int jdbcType, int size, int scale, boolean scaled) {
            String plain = type.replaceAll("(?i)\\s+identity|\\(\\)", "").replace("\"", "").strip();
            boolean postgres = product.equals("PostgreSQL");
            if (postgres && plain.startsWith("_")) {
                String element = plain.substring(1);
                return POSTGRES.getOrDefault(element, element) + "[]";
            }
            String name = postgres ? POSTGRES.getOrDefault(plain, plain) : plain;
            if (name.indexOf('(') >= 0) {
                return name;
            } else if (WITH_LENGTH.matcher(name).matches()) {
                return size > 0 && size <= LENGTH_MAX ? name + "(" + size + ")" : name;
            } else if (WITH_PRECISION.matcher(name).matches()) {
                boolean bounded = size > 0 && size <= 1_000 && scaled && scale >= -84;
                return bounded ? name + "(" + size + "," + scale + ")" : name;
            } else if (jdbcType == java.sql.Types.TIMESTAMP && postgres && scaled && scale < 6) {
                return name + "(" + scale + ")";
            }
            return name;
        }
    }
}
