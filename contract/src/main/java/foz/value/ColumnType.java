package foz.value;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A column's type: what its canonical texts look like and what the replica (PostgreSQL) stores.
///
/// Canonical text is PostgreSQL's own output with ISO dates, UTC and hexadecimal bytes; every other
/// source is brought to it by its dialect. Types without an exact counterpart are kept as text.
///
/// @param precision digits in all for DECIMAL, characters for TEXT, 0 when unbounded; digits of a
///   second for TIMESTAMP
/// @param scale digits after the point, for DECIMAL with a precision
public record ColumnType(Kind kind, int precision, int scale) {

    public enum Kind {
        INTEGER,
        DECIMAL,
        FLOAT,
        TEXT,
        BOOLEAN,
        DATE,
        TIME,
        TIMESTAMP,
        TIMESTAMP_WITH_ZONE,
        BYTES,
        UUID,
        JSON
    }

    private static final int SECOND_DIGITS_MAX = 6;
    private static final int LONG_DIGITS = 18;
    private static final String PLAIN_TIMESTAMP = "0000-00-00 00:00:00";
    private static final Pattern FRACTION = Pattern.compile("\\.(\\d+)");
    private static final Pattern PHYSICAL =
            Pattern.compile(
                    "([a-z0-9_ \\[\\]\"]+?)\\s*(?:\\(\\s*(\\d+)\\s*(?:,\\s*(-?\\d+))?\\s*(?:char|byte)?\\s*\\))?(?:\\s+(with(?:out)?(?: local)? time zone|unsigned))?");
    private static final Pattern INTEGER = Pattern.compile("[+-]?\\d{1,19}");
    private static final Pattern DECIMAL =
            Pattern.compile("[+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d{1,4})?|NaN|-?Infinity");
    private static final Pattern BOOLEAN = Pattern.compile("t|f|true|false");
    private static final Pattern DATE =
            Pattern.compile("\\d{4,7}-\\d{2}-\\d{2}(?: BC)?|-?infinity");
    private static final Pattern TIME = Pattern.compile("\\d{2}:\\d{2}:\\d{2}(?:\\.\\d{1,6})?");
    private static final Pattern TIMESTAMP =
            Pattern.compile(
                    "\\d{4,7}-\\d{2}-\\d{2}[ T]\\d{2}:\\d{2}(?::\\d{2}(?:\\.\\d{1,9})?)?"
                            + "(?:Z|[+-]\\d{2}(?::?\\d{2}){0,2})?(?: BC)?|-?infinity");
    private static final Pattern BYTES = Pattern.compile("\\\\x(?:[0-9a-f]{2})*");
    private static final Pattern UUID =
            Pattern.compile("[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    public static ColumnType text() {
        return new ColumnType(Kind.TEXT, 0, 0);
    }

    /// The type behind a physical type as the source names it (`numeric(6,0)`, `VARCHAR2(40)`,
    /// `timestamp without time zone`), or, where that says nothing, behind ODCS's logical type.
    public static ColumnType of(Optional<String> physicalType, Optional<String> logicalType) {
        return physicalType
                .flatMap(ColumnType::ofPhysical)
                .or(() -> physicalType.isPresent() ? Optional.of(text()) : Optional.empty())
                .orElseGet(() -> ofLogical(logicalType.orElse("string")));
    }

    private static ColumnType ofLogical(String logicalType) {
        return switch (logicalType) {
            case "integer" -> new ColumnType(Kind.INTEGER, 0, 0);
            case "number" -> new ColumnType(Kind.DECIMAL, 0, 0);
            case "boolean" -> new ColumnType(Kind.BOOLEAN, 0, 0);
            case "date" -> new ColumnType(Kind.DATE, 0, 0);
            case "time" -> new ColumnType(Kind.TIME, 0, 0);
            case "timestamp" -> new ColumnType(Kind.TIMESTAMP, SECOND_DIGITS_MAX, 0);
            case String _ -> text();
        };
    }

    private static Optional<ColumnType> ofPhysical(String physicalType) {
        Matcher matcher = PHYSICAL.matcher(physicalType.strip().toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            return Optional.empty();
        }
        int first = matcher.group(2) == null ? 0 : Integer.parseInt(matcher.group(2));
        int second = matcher.group(3) == null ? 0 : Integer.parseInt(matcher.group(3));
        String suffix = matcher.group(4) == null ? "" : matcher.group(4);
        return Optional.ofNullable(
                switch (matcher.group(1).strip()) {
                    case "smallint",
                            "int2",
                            "smallserial",
                            "integer",
                            "int",
                            "int4",
                            "serial",
                            "bigint",
                            "int8",
                            "bigserial",
                            "tinyint",
                            "mediumint" ->
                            suffix.equals("unsigned")
                                    ? new ColumnType(Kind.DECIMAL, 20, 0)
                                    : new ColumnType(Kind.INTEGER, 0, 0);
                    case "numeric", "decimal", "number", "dec" -> decimal(first, second);
                    case "real",
                            "float4",
                            "double precision",
                            "float8",
                            "double",
                            "float",
                            "binary_float",
                            "binary_double" ->
                            new ColumnType(Kind.FLOAT, 0, 0);
                    case "varchar",
                            "character varying",
                            "varchar2",
                            "nvarchar",
                            "nvarchar2",
                            "text",
                            "clob",
                            "nclob",
                            "longtext",
                            "mediumtext",
                            "tinytext",
                            "string" ->
                            new ColumnType(Kind.TEXT, first, 0);
                    case "char", "character", "bpchar", "nchar" ->
                            new ColumnType(Kind.TEXT, first, 0);
                    case "boolean", "bool", "bit" ->
                            matcher.group(1).equals("bit")
                                    ? null
                                    : new ColumnType(Kind.BOOLEAN, 0, 0);
                    case "date" -> new ColumnType(Kind.DATE, 0, 0);
                    case "time" ->
                            suffix.equals("with time zone")
                                    ? null
                                    : new ColumnType(Kind.TIME, 0, 0);
                    case "timestamp", "datetime", "datetime2", "smalldatetime" ->
                            new ColumnType(
                                    suffix.startsWith("with ")
                                            ? Kind.TIMESTAMP_WITH_ZONE
                                            : Kind.TIMESTAMP,
                                    matcher.group(2) == null ? SECOND_DIGITS_MAX : first,
                                    0);
                    case "timestamptz" ->
                            new ColumnType(
                                    Kind.TIMESTAMP_WITH_ZONE,
                                    matcher.group(2) == null ? SECOND_DIGITS_MAX : first,
                                    0);
                    case "bytea",
                            "blob",
                            "raw",
                            "long raw",
                            "varbinary",
                            "binary",
                            "longblob",
                            "mediumblob",
                            "tinyblob" ->
                            new ColumnType(Kind.BYTES, 0, 0);
                    case "uuid" -> new ColumnType(Kind.UUID, 0, 0);
                    case "json" -> new ColumnType(Kind.JSON, 0, 0);
                    case String _ -> null;
                });
    }

    private static ColumnType decimal(int precision, int scale) {
        return scale < 0 || scale > precision
                ? new ColumnType(Kind.DECIMAL, 0, 0)
                : new ColumnType(Kind.DECIMAL, precision, scale);
    }

    /// The type of the replica's column, in PostgreSQL's words.
    public String replicaType() {
        return switch (kind) {
            case INTEGER -> "bigint";
            case DECIMAL -> precision == 0 ? "numeric" : "numeric(" + precision + "," + scale + ")";
            case FLOAT -> "double precision";
            case TEXT -> "text";
            case BOOLEAN -> "boolean";
            case DATE -> "date";
            case TIME -> "time";
            case TIMESTAMP -> "timestamp";
            case TIMESTAMP_WITH_ZONE -> "timestamptz";
            case BYTES -> "bytea";
            case UUID -> "uuid";
            case JSON -> "text";
        };
    }

    /// Whether a device can hold the value as a JSON number without losing a digit.
    public boolean fitsJsonNumber() {
        return kind == Kind.INTEGER
                || kind == Kind.FLOAT
                || (kind == Kind.DECIMAL && precision > 0 && precision <= 15 && scale == 0);
    }

    /// Why a canonical text is not a value of this type, in English, or empty when it is.
    public Optional<ValueProblem> problem(String text) {
        if (text.indexOf('\0') >= 0) {
            return Optional.of(ValueProblem.of(ValueProblem.Kind.NUL));
        }
        return switch (kind) {
            case INTEGER ->
                    plainNumber(text, LONG_DIGITS, false)
                            ? Optional.empty()
                            : require(INTEGER, text, ValueProblem.Kind.WHOLE_NUMBER)
                                    .or(() -> longRange(text));
            case DECIMAL ->
                    plainNumber(text, precision == 0 ? Integer.MAX_VALUE : precision - scale, true)
                            ? Optional.empty()
                            : require(DECIMAL, text, ValueProblem.Kind.DECIMAL)
                                    .or(() -> decimalRange(text));
            case FLOAT -> require(DECIMAL, text, ValueProblem.Kind.NUMBER);
            case TEXT -> length(text);
            case JSON -> Optional.empty();
            case BOOLEAN -> require(BOOLEAN, text, ValueProblem.Kind.BOOLEAN);
            case DATE -> require(DATE, text, ValueProblem.Kind.DATE);
            case TIME -> require(TIME, text, ValueProblem.Kind.TIME);
            case TIMESTAMP, TIMESTAMP_WITH_ZONE ->
                    plainTimestamp(text)
                            ? Optional.empty()
                            : require(TIMESTAMP, text, ValueProblem.Kind.TIMESTAMP)
                                    .or(() -> fraction(text));
            case BYTES -> require(BYTES, text, ValueProblem.Kind.BYTES);
            case UUID -> require(UUID, text, ValueProblem.Kind.UUID);
        };
    }

    /// Whether the text is digits, perhaps with a point among them, that cannot round up past the
    /// type's range: what nearly every number is, told without a regular expression.
    private static boolean plainNumber(String text, int digitsMax, boolean point) {
        int at = text.startsWith("-") ? 1 : 0;
        int start = at;
        while (at < text.length() && digit(text.charAt(at))) {
            at++;
        }
        int digits = at - start;
        if (digits == 0 || digits > digitsMax) {
            return false;
        }
        if (at == text.length()) {
            return true;
        }
        // With as many digits as the type has, 9.99 could become 10.
        if (!point || text.charAt(at) != '.' || digits == digitsMax) {
            return false;
        }
        at++;
        while (at < text.length() && digit(text.charAt(at))) {
            at++;
        }
        return at == text.length();
    }

    /// Whether the text has the form `2026-11-24 10:00:00`.
    private static boolean plainTimestamp(String text) {
        if (text.length() != PLAIN_TIMESTAMP.length()) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char wanted = PLAIN_TIMESTAMP.charAt(i);
            char found = text.charAt(i);
            if (wanted == '0' ? !digit(found) : found != wanted) {
                return false;
            }
        }
        return true;
    }

    private static boolean digit(char c) {
        return c >= '0' && c <= '9';
    }

    private Optional<ValueProblem> length(String text) {
        return precision > 0
                        && text.length() > precision
                        && text.codePointCount(0, text.length()) > precision
                ? Optional.of(new ValueProblem(ValueProblem.Kind.CHARACTERS, precision))
                : Optional.empty();
    }

    /// A source would round what it cannot hold, and no longer know it by the value that was sent.
    private Optional<ValueProblem> fraction(String text) {
        Matcher matcher = FRACTION.matcher(text);
        if (!matcher.find() || matcher.group(1).length() <= precision) {
            return Optional.empty();
        }
        return Optional.of(
                precision == 0
                        ? ValueProblem.of(ValueProblem.Kind.SECOND_FRACTION)
                        : new ValueProblem(ValueProblem.Kind.SECOND_DIGITS, precision));
    }

    private static Optional<ValueProblem> require(
            Pattern pattern, String text, ValueProblem.Kind otherwise) {
        return pattern.matcher(text).matches()
                ? Optional.empty()
                : Optional.of(ValueProblem.of(otherwise));
    }

    private static Optional<ValueProblem> longRange(String text) {
        try {
            Long.parseLong(text);
            return Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.of(ValueProblem.of(ValueProblem.Kind.LONG_RANGE));
        }
    }

    private Optional<ValueProblem> decimalRange(String text) {
        int digits = precision - scale;
        if (precision == 0 || text.length() <= digits || text.endsWith("y") || text.equals("NaN")) {
            return Optional.empty();
        }
        BigDecimal value = new BigDecimal(text).setScale(scale, java.math.RoundingMode.HALF_UP);
        return value.precision() - value.scale() > digits
                ? Optional.of(new ValueProblem(ValueProblem.Kind.DIGITS, digits))
                : Optional.empty();
    }
}
