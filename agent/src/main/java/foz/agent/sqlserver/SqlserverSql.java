package foz.agent.sqlserver;

import foz.agent.Dialect;
import foz.agent.SettingsException;
import foz.contract.Contract.Column;
import foz.contract.Contract.Table;
import foz.value.ColumnType;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Statements in SQL Server's SQL, from 2016 on.
///
/// @param timeZone of stamps that carry none; empty for the one that the server's clock shows
record SqlserverSql(String timeZone) {

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z_][A-Za-z0-9_@$#]*");
    private static final int NAMES_MAX = 3;

    /// Values of an IN list; by some thousands the server's optimizer gives up.
    private static final int LIST_MAX = 1_000;

    private static final long ROW_SUM_DIVISOR = 1L << Dialect.SUM_SHIFT;

    /// `dbo.item` and `db.dbo.item` are two and three names where all are plain.
    static String name(String physicalName) {
        List<String> parts = List.of(physicalName.split("\\.", -1));
        boolean qualified =
                parts.size() <= NAMES_MAX
                        && parts.stream().allMatch(p -> PLAIN.matcher(p).matches());
        return (qualified ? parts : List.of(physicalName))
                .stream()
                        .map(part -> "[" + part.replace("]", "]]") + "]")
                        .collect(Collectors.joining("."));
    }

    static String hash(List<Column> columns, Map<String, SqlserverType> types) {
        return SqlserverHash.of(
                columns.stream()
                        .map(column ->
                                new SqlserverHash.Value(
                                        name(column.physicalName()), type(types, column)))
                        .toList());
    }

    static SqlserverType type(Map<String, SqlserverType> types, Column column) {
        return Optional.ofNullable(types.get(column.name()))
                .orElseGet(() -> SqlserverType.likely(column.type()));
    }

    /// Of the hashes' upper bits. Without them first, since a division rounds towards zero.
    static String combine(String hash) {
        return "SUM((%s - (%s & %d)) / %d)"
                .formatted(hash, hash, ROW_SUM_DIVISOR - 1, ROW_SUM_DIVISOR);
    }

    static String group(String hash, int mask) {
        return "CONVERT(int, " + hash + " & " + mask + ")";
    }

    static String isAmong(String number, Collection<Integer> values) {
        String list = values.stream().map(String::valueOf).collect(Collectors.joining(", "));
        if (values.size() <= LIST_MAX) {
            return number + " IN (" + list + ")";
        }
        int first = values.stream().mapToInt(Integer::intValue).min().orElseThrow();
        int last = values.stream().mapToInt(Integer::intValue).max().orElseThrow();
        return last - first + 1 == values.size()
                ? "%s BETWEEN %d AND %d".formatted(number, first, last)
                : "%s IN (SELECT CONVERT(int, value) FROM STRING_SPLIT('%s', ','))"
                        .formatted(number, list.replace(" ", ""));
    }

    static Optional<String> bytes(Table table, Map<String, SqlserverType> types) {
        String sum =
                table.sourceColumns().stream()
                        .flatMap(column ->
                                bytes(name(column.physicalName()), type(types, column)).stream())
                        .map(length -> "ISNULL(" + length + ", 0)")
                        .collect(Collectors.joining(" + "));
        return sum.isEmpty() ? Optional.empty() : Optional.of(sum);
    }

    /// Of a text its characters: there may be more bytes, and no row is refused that has not too
    /// many.
    private static Optional<String> bytes(String x, SqlserverType type) {
        return switch (type.kind()) {
            case LARGE_TEXT ->
                    Optional.of(
                            "CONVERT(bigint, DATALENGTH(CONVERT(nvarchar(max), " + x + "))) / 2");
            case LARGE_BINARY, SPATIAL ->
                    Optional.of(
                            "CONVERT(bigint, DATALENGTH(CONVERT(varbinary(max), " + x + "))) * 2");
            case INTEGER,
                    DECIMAL,
                    MONEY,
                    BIT,
                    FLOAT,
                    REAL,
                    TEXT,
                    NATIONAL_TEXT,
                    DATE,
                    TIME,
                    DATETIME,
                    SMALLDATETIME,
                    DATETIME2,
                    DATETIMEOFFSET,
                    BINARY,
                    ROWVERSION,
                    UUID,
                    VARIANT,
                    HIERARCHY ->
                    Optional.empty();
        };
    }

    static String utc(String x) {
        return "CONVERT(datetime2(7), SWITCHOFFSET(" + x + ", '+00:00'))";
    }

    /// A value of whatever type as text, with all of its digits.
    static String variant(String x) {
        return """
        CASE WHEN SQL_VARIANT_PROPERTY(%1$s, 'BaseType') IN ('float', 'real') \
        THEN CONVERT(nvarchar(4000), CONVERT(float, %1$s), 3) \
        WHEN SQL_VARIANT_PROPERTY(%1$s, 'BaseType') IN ('binary', 'varbinary') \
        THEN CONVERT(nvarchar(max), CONVERT(varbinary(8000), %1$s), 1) \
        WHEN SQL_VARIANT_PROPERTY(%1$s, 'BaseType') IN ('char', 'varchar') \
        THEN CONVERT(nvarchar(max), CONVERT(varchar(8000), %1$s)) \
        WHEN SQL_VARIANT_PROPERTY(%1$s, 'BaseType') IN ('money', 'smallmoney') \
        THEN CONVERT(nvarchar(4000), CONVERT(decimal(19, 4), %1$s)) \
        WHEN SQL_VARIANT_PROPERTY(%1$s, 'BaseType') IN ('datetime', 'smalldatetime', 'datetime2') \
        THEN CONVERT(nvarchar(4000), CONVERT(datetime2(7), %1$s), 121) \
        ELSE CONVERT(nvarchar(4000), %1$s) END\
        """
                .formatted(x);
    }

    static String select(Column column, Map<String, SqlserverType> types) {
        String x = name(column.physicalName());
        return switch (type(types, column).kind()) {
            case DATETIMEOFFSET -> utc(x) + " AS " + x;
            case LARGE_TEXT -> "CONVERT(nvarchar(max), " + x + ") AS " + x;
            case LARGE_BINARY, SPATIAL -> "CONVERT(varbinary(max), " + x + ") AS " + x;
            case VARIANT -> variant(x) + " AS " + x;
            case HIERARCHY -> "CAST(" + x + " AS nvarchar(4000)) AS " + x;
            case INTEGER,
                    DECIMAL,
                    MONEY,
                    BIT,
                    FLOAT,
                    REAL,
                    TEXT,
                    NATIONAL_TEXT,
                    DATE,
                    TIME,
                    DATETIME,
                    SMALLDATETIME,
                    DATETIME2,
                    BINARY,
                    ROWVERSION,
                    UUID ->
                    x;
        };
    }

    static String parameter(Column column, Map<String, SqlserverType> types) {
        SqlserverType type = type(types, column);
        return switch (type.kind()) {
            case INTEGER -> "CONVERT(bigint, ?)";
            case DECIMAL -> "CONVERT(decimal(" + type.length() + ", " + type.scale() + "), ?)";
            case MONEY -> "CONVERT(money, ?)";
            case BIT -> "CONVERT(bit, ?)";
            case FLOAT, REAL -> "CONVERT(float, ?)";
            // As the column's own kind of text. Beside one of two bytes a character it would be
            // compared in another order than it is sorted in, and by no index.
            case TEXT ->
                    type.collation().isEmpty()
                            ? "CONVERT(varchar(8000), ?)"
                            : "CONVERT(varchar(8000), ? COLLATE " + type.collation() + ")";
            case DATE -> "CONVERT(date, ?, 23)";
            case TIME -> "CONVERT(time(7), ?)";
            case DATETIME -> "CONVERT(datetime, ?, 121)";
            case SMALLDATETIME -> "CONVERT(smalldatetime, ?, 121)";
            case DATETIME2 -> "CONVERT(datetime2(7), ?, 121)";
            // It comes back as it was read: with an offset of two digits.
            case DATETIMEOFFSET -> "CONVERT(datetimeoffset(7), ? + ':00')";
            case BINARY -> "CONVERT(varbinary(8000), SUBSTRING(?, 3, 16000), 2)";
            case ROWVERSION -> "CONVERT(binary(8), SUBSTRING(?, 3, 16), 2)";
            case UUID -> "CONVERT(uniqueidentifier, ?)";
            case HIERARCHY -> "CAST(? AS hierarchyid)";
            case NATIONAL_TEXT, LARGE_TEXT, LARGE_BINARY, SPATIAL, VARIANT -> "?";
        };
    }

    static String firstRows(String select, int rows) {
        return select + " OFFSET 0 ROWS FETCH NEXT " + rows + " ROWS ONLY";
    }

    static String literal(String value) {
        return "N'" + value.replace("'", "''") + "'";
    }

    /// The clock by which the ERP stamps its rows: the server's own, or one of the zone that the
    /// settings name. That by its offset: of zones' rules the server knows what Windows knows.
    String localNow() {
        return timeZone.isEmpty()
                ? "SYSDATETIME()"
                : "CONVERT(datetime2(7), SWITCHOFFSET(SYSDATETIMEOFFSET(), '%s'))"
                        .formatted(offset());
    }

    private String offset() {
        String id = ZoneId.of(timeZone).getRules().getOffset(Instant.now()).getId();
        return id.equals("Z") ? "+00:00" : id;
    }

    String stampBefore(Column stamp, Map<String, SqlserverType> types, long ms) {
        String back = "DATEADD(millisecond, -" + ms + ", " + localNow() + ")";
        SqlserverType type = type(types, stamp);
        boolean day = stamp.type().kind() == ColumnType.Kind.DATE;
        return switch (type.kind()) {
            case DATE -> "CONVERT(date, " + back + ")";
            // Where days alone count, the day in which the bound falls.
            case DATETIME ->
                    "CONVERT(datetime, " + (day ? "CONVERT(date, " + back + ")" : back) + ")";
            case DATETIME2 -> day ? "CONVERT(datetime2(7), CONVERT(date, " + back + "))" : back;
            // It holds minutes, some of them rounded down.
            case SMALLDATETIME ->
                    "CONVERT(smalldatetime, DATEADD(minute, -1, "
                            + (day ? "CONVERT(datetime, CONVERT(date, " + back + "))" : back)
                            + "))";
            case DATETIMEOFFSET -> "DATEADD(millisecond, -" + ms + ", SYSDATETIMEOFFSET())";
            case INTEGER,
                    DECIMAL,
                    MONEY,
                    BIT,
                    FLOAT,
                    REAL,
                    TEXT,
                    NATIONAL_TEXT,
                    LARGE_TEXT,
                    TIME,
                    BINARY,
                    LARGE_BINARY,
                    SPATIAL,
                    ROWVERSION,
                    UUID,
                    VARIANT,
                    HIERARCHY ->
                    throw new SettingsException(
                            "the stamp '%s' is a %s at the source, which no clock can be compared with; name a column of a type of date and time, or leave stamp out"
                                    .formatted(stamp.physicalName(), type.kind()));
        };
    }
}
