package foz.agent.oracle;

import foz.agent.CanonicalText;
import foz.value.ColumnType;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A value of Oracle's as canonical text. Days and times are read as they stand, never as a moment
/// of some zone: the agent's own may have no such hour.
final class OracleValue {

    private static final Pattern YEARS_TO_MONTHS = Pattern.compile("([+-]?)0*(\\d+)-0*(\\d+)");
    private static final Pattern DAYS_TO_SECONDS =
            Pattern.compile("([+-]?)0*(\\d+) 0*(\\d+):0*(\\d+):0*(\\d+)(?:\\.(\\d*?)0*)?");

    private OracleValue() {}

    static @Nullable String read(ResultSet row, int index, OracleType type, ColumnType wanted)
            throws SQLException {
        return switch (type.kind()) {
            case NUMBER -> {
                BigDecimal value = row.getBigDecimal(index);
                yield value == null ? null : CanonicalText.decimal(value, wanted);
            }
            case BINARY_FLOAT -> {
                float value = row.getFloat(index);
                yield row.wasNull() ? null : CanonicalText.floating(value);
            }
            case BINARY_DOUBLE -> {
                double value = row.getDouble(index);
                yield row.wasNull() ? null : CanonicalText.floating(value);
            }
            case DATE, TIMESTAMP -> {
                boolean day = wanted.kind() == ColumnType.Kind.DATE;
                yield local(row, index, day ? CanonicalText::day : CanonicalText::timestamp);
            }
            case INSTANT -> local(row, index, CanonicalText::instant);
            case YEARS_TO_MONTHS -> interval(row.getString(index), YEARS_TO_MONTHS);
            case DAYS_TO_SECONDS -> interval(row.getString(index), DAYS_TO_SECONDS);
            case RAW, BLOB -> {
                byte[] value = row.getBytes(index);
                yield value == null ? null : CanonicalText.bytes(value);
            }
            case TEXT, NATIONAL_TEXT, CLOB, XML, JSON, BOOLEAN, ROW_ID -> row.getString(index);
        };
    }

    private static @Nullable String local(
            ResultSet row, int index, Function<LocalDateTime, String> text) throws SQLException {
        LocalDateTime value = row.getObject(index, LocalDateTime.class);
        return value == null ? null : text.apply(value);
    }

    private static @Nullable String interval(@Nullable String text, Pattern pattern) {
        if (text == null) {
            return null;
        }
        Matcher parts = pattern.matcher(text.strip());
        return !parts.matches()
                ? text
                : pattern == YEARS_TO_MONTHS ? months(parts) : seconds(parts);
    }

    /// ISO 8601, as a session of PostgreSQL in that style writes it: each part has the sign.
    private static String months(Matcher parts) {
        String sign = parts.group(1).equals("-") ? "-" : "";
        String text = part(sign, parts.group(2), "Y") + part(sign, parts.group(3), "M");
        return text.isEmpty() ? "PT0S" : "P" + text;
    }

    private static String seconds(Matcher parts) {
        String sign = parts.group(1).equals("-") ? "-" : "";
        String fraction = parts.group(6) == null || parts.group(6).isEmpty() ? "" : parts.group(6);
        String second =
                fraction.isEmpty()
                        ? part(sign, parts.group(5), "S")
                        : sign + parts.group(5) + "." + fraction + "S";
        String time = part(sign, parts.group(3), "H") + part(sign, parts.group(4), "M") + second;
        String day = part(sign, parts.group(2), "D");
        return day.isEmpty() && time.isEmpty()
                ? "PT0S"
                : "P" + day + (time.isEmpty() ? "" : "T" + time);
    }

    private static String part(String sign, String number, String unit) {
        return number.equals("0") ? "" : sign + number + unit;
    }
}
