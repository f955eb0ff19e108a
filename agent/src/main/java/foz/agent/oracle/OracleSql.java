package foz.agent.oracle;

import foz.agent.Dialect;
import foz.agent.SettingsException;
import foz.contract.Contract.Column;
import foz.contract.Contract.Table;
import foz.value.ColumnType;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Statements in Oracle's SQL, by version.
///
/// @param major Oracle's version, 11 or later
/// @param timeZone of stamps that carry none; empty for the one that the server's clock shows
record OracleSql(int major, String timeZone) {

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z][A-Za-z0-9_$#]*");
    private static final String DAY_MS = "86400000";

    /// Values of an IN list; more are ORA-01795.
    private static final int LIST_MAX = 1_000;

    private static final int ROW_SUM_DIVISOR = 1 << Dialect.SUM_SHIFT;

    /// `OWNER.TABLE` is two names where both are plain. A plain name in one case is written as
    /// people write it and stands for Oracle's capitals; any other stands as it is.
    static String name(String physicalName) {
        List<String> parts = List.of(physicalName.split("\\.", -1));
        return parts.size() == 2 && parts.stream().allMatch(p -> PLAIN.matcher(p).matches())
                ? quoted(parts.getFirst()) + "." + quoted(parts.getLast())
                : quoted(physicalName);
    }

    private static String quoted(String name) {
        return "\"" + actual(name).replace("\"", "") + "\"";
    }

    /// The name as the catalogue has it.
    static String actual(String name) {
        boolean oneCase =
                name.equals(name.toUpperCase(Locale.ROOT))
                        || name.equals(name.toLowerCase(Locale.ROOT));
        return PLAIN.matcher(name).matches() && oneCase ? name.toUpperCase(Locale.ROOT) : name;
    }

    String hash(Table table, List<Column> columns, Map<String, OracleType> types) {
        return new OracleHash(major)
                .of(
                        columns.stream()
                                .map(column ->
                                        new OracleHash.Value(
                                                qualified(table, column), type(types, column)))
                                .toList());
    }

    /// With its table, since within a subquery a column of `DUAL` would come first.
    private static String qualified(Table table, Column column) {
        return name(table.physicalName()) + "." + quoted(column.physicalName());
    }

    private static OracleType type(Map<String, OracleType> types, Column column) {
        return Optional.ofNullable(types.get(column.name()))
                .orElseGet(() -> OracleType.likely(column.type()));
    }

    /// Of 64-bit hashes, by their upper bits; Oracle's numbers hold any sum of them.
    static String combine(String hash) {
        return "SUM(FLOOR(" + hash + " / " + ROW_SUM_DIVISOR + "))";
    }

    static String group(String hash, int mask) {
        return "MOD(%s + %s, %d)".formatted(hash, OracleHash.HALF, mask + 1L);
    }

    static String isAmong(String number, Collection<Integer> values) {
        if (values.size() <= LIST_MAX) {
            return "%s IN (%s)"
                    .formatted(
                            number,
                            values.stream().map(String::valueOf).collect(Collectors.joining(", ")));
        }
        int first = values.stream().mapToInt(Integer::intValue).min().orElseThrow();
        int last = values.stream().mapToInt(Integer::intValue).max().orElseThrow();
        if (last - first + 1 == values.size()) {
            return "%s BETWEEN %d AND %d".formatted(number, first, last);
        }
        // The bound is on single values, and not on pairs.
        return "(%s, 0) IN (%s)"
                .formatted(
                        number,
                        values.stream()
                                .map(value -> "(" + value + ", 0)")
                                .collect(Collectors.joining(", ")));
    }

    static Optional<String> bytes(Table table, Map<String, OracleType> types) {
        String sum =
                table.sourceColumns().stream()
                        .flatMap(column ->
                                bytes(qualified(table, column), type(types, column)).stream())
                        .map(length -> "NVL(" + length + ", 0)")
                        .collect(Collectors.joining(" + "));
        return sum.isEmpty() ? Optional.empty() : Optional.of(sum);
    }

    /// Of a text its characters: there may be more bytes, and no row is refused that has not too
    /// many.
    private static Optional<String> bytes(String x, OracleType type) {
        return switch (type.kind()) {
            case CLOB, XML, JSON -> Optional.of("DBMS_LOB.GETLENGTH(" + large(x, type) + ")");
            case BLOB -> Optional.of("2 * DBMS_LOB.GETLENGTH(" + x + ")");
            case NUMBER,
                    BINARY_FLOAT,
                    BINARY_DOUBLE,
                    TEXT,
                    NATIONAL_TEXT,
                    DATE,
                    TIMESTAMP,
                    INSTANT,
                    YEARS_TO_MONTHS,
                    DAYS_TO_SECONDS,
                    RAW,
                    BOOLEAN,
                    ROW_ID ->
                    Optional.empty();
        };
    }

    /// A value of such a type as a LOB.
    static String large(String x, OracleType type) {
        return switch (type.kind()) {
            case XML -> "XMLSERIALIZE(CONTENT " + x + " AS CLOB)";
            case JSON -> "JSON_SERIALIZE(" + x + " RETURNING CLOB)";
            default -> x;
        };
    }

    static String bool(String x) {
        return "CASE " + x + " WHEN TRUE THEN 't' WHEN FALSE THEN 'f' END";
    }

    static String select(Table table, Column column, Map<String, OracleType> types) {
        OracleType type = type(types, column);
        String name = quoted(column.physicalName());
        String x = qualified(table, column);
        String text =
                switch (type.kind()) {
                    // Without its zone, of which the driver would need to know more.
                    case INSTANT -> "SYS_EXTRACT_UTC(" + x + ")";
                    case YEARS_TO_MONTHS, DAYS_TO_SECONDS -> "TO_CHAR(" + x + ")";
                    case ROW_ID -> "CAST(" + x + " AS VARCHAR2(4000))";
                    case BOOLEAN -> bool(x);
                    case XML, JSON -> large(x, type);
                    case NUMBER,
                            BINARY_FLOAT,
                            BINARY_DOUBLE,
                            TEXT,
                            NATIONAL_TEXT,
                            CLOB,
                            DATE,
                            TIMESTAMP,
                            RAW,
                            BLOB ->
                            "";
                };
        return text.isEmpty() ? name : text + " AS " + name;
    }

    static String parameter(Column column, Map<String, OracleType> types) {
        return switch (type(types, column).kind()) {
            case NUMBER -> "TO_NUMBER(?)";
            case BINARY_FLOAT -> "TO_BINARY_FLOAT(?)";
            case BINARY_DOUBLE -> "TO_BINARY_DOUBLE(?)";
            case DATE -> "TO_DATE(?, 'SYYYY-MM-DD HH24:MI:SS')";
            case TIMESTAMP -> "TO_TIMESTAMP(?, 'SYYYY-MM-DD HH24:MI:SS.FF9')";
            case INSTANT ->
                    "FROM_TZ(TO_TIMESTAMP(REPLACE(?, '+00'), 'SYYYY-MM-DD HH24:MI:SS.FF9'), '+00:00')";
            // A key comes back as it was read: \x and digits.
            case RAW -> "HEXTORAW(SUBSTR(?, 3))";
            case ROW_ID -> "CHARTOROWID(?)";
            case TEXT,
                    NATIONAL_TEXT,
                    CLOB,
                    YEARS_TO_MONTHS,
                    DAYS_TO_SECONDS,
                    BLOB,
                    XML,
                    JSON,
                    BOOLEAN ->
                    "?";
        };
    }

    String firstRows(String select, int rows) {
        return major >= 12
                ? select + " FETCH FIRST " + rows + " ROWS ONLY"
                : "SELECT * FROM (" + select + ") WHERE ROWNUM <= " + rows;
    }

    static String literal(String value) {
        return "'" + value.replace("'", "''") + "'";
    }

    /// The clock by which the ERP stamps its rows, as a DATE: the server's own, or one of the zone
    /// that the settings name. That by its offset: of zones' rules Oracle knows what its time zone
    /// file knew.
    String localNow() {
        return timeZone.isEmpty()
                ? "SYSDATE"
                : "CAST(SYSTIMESTAMP AT TIME ZONE '%s' AS DATE)".formatted(offset());
    }

    private String offset() {
        String id = ZoneId.of(timeZone).getRules().getOffset(Instant.now()).getId();
        return id.equals("Z") ? "+00:00" : id;
    }

    String stampBefore(Column stamp, Map<String, OracleType> types, long ms) {
        String seconds = "NUMTODSINTERVAL(" + ms + " / 1000, 'SECOND')";
        return switch (type(types, stamp).kind()) {
            case DATE -> bound(stamp, localNow() + " - " + ms + " / " + DAY_MS);
            case TIMESTAMP ->
                    bound(
                            stamp,
                            "CAST(SYSTIMESTAMP%s AS TIMESTAMP) - %s"
                                    .formatted(
                                            timeZone.isEmpty()
                                                    ? ""
                                                    : " AT TIME ZONE '" + offset() + "'",
                                            seconds));
            case INSTANT -> "(SYSTIMESTAMP - " + seconds + ")";
            case NUMBER,
                    BINARY_FLOAT,
                    BINARY_DOUBLE,
                    TEXT,
                    NATIONAL_TEXT,
                    CLOB,
                    YEARS_TO_MONTHS,
                    DAYS_TO_SECONDS,
                    RAW,
                    BLOB,
                    XML,
                    JSON,
                    BOOLEAN,
                    ROW_ID ->
                    throw new SettingsException(
                            "the stamp '%s' is a %s at the source, which no clock can be compared with; name a column of type DATE or TIMESTAMP, or leave stamp out"
                                    .formatted(stamp.physicalName(), type(types, stamp).kind()));
        };
    }

    /// Where days alone count, the day in which the bound falls.
    private static String bound(Column stamp, String bound) {
        return (stamp.type().kind() == ColumnType.Kind.DATE ? "TRUNC(" : "(") + bound + ")";
    }
}
