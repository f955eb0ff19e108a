package foz.agent;

import foz.value.ColumnType;
import java.math.BigDecimal;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.HexFormat;
import java.util.Locale;

/// Values as the canonical texts of [ColumnType], for sources whose driver gives values and not
/// texts.
public final class CanonicalText {

    private static final int FLOAT_DIGITS = 6;
    private static final int DOUBLE_DIGITS = 15;

    private CanonicalText() {}

    /// Without an exponent, and with the digits behind the point that the column has: `0.10`.
    /// Digits that it has no room for stay.
    public static String decimal(BigDecimal value, ColumnType type) {
        BigDecimal bare = value.signum() == 0 ? BigDecimal.ZERO : value.stripTrailingZeros();
        int scale = type.precision() == 0 ? 0 : type.scale();
        return bare.setScale(Math.max(bare.scale(), scale)).toPlainString();
    }

    /// The shortest text that names this value and no other, as PostgreSQL writes it: `1e+15`,
    /// `0.1`, `NaN`, `-Infinity`.
    public static String floating(double value) {
        return Double.isFinite(value)
                ? shortest(Double.toString(value), DOUBLE_DIGITS)
                : Double.toString(value);
    }

    public static String floating(float value) {
        return Float.isFinite(value)
                ? shortest(Float.toString(value), FLOAT_DIGITS)
                : Float.toString(value);
    }

    private static String shortest(String text, int digits) {
        BigDecimal value = new BigDecimal(text);
        if (value.signum() == 0) {
            return text.startsWith("-") ? "-0" : "0";
        }
        BigDecimal bare = value.stripTrailingZeros();
        int exponent = bare.precision() - bare.scale() - 1;
        if (exponent >= -4 && exponent < digits) {
            return bare.toPlainString();
        }
        BigDecimal mantissa = bare.movePointLeft(exponent).stripTrailingZeros();
        return "%se%s%02d"
                .formatted(mantissa.toPlainString(), exponent < 0 ? "-" : "+", Math.abs(exponent));
    }

    /// `2026-11-25 10:00:00.5`; a year before the first as PostgreSQL writes it, `0044-… BC`.
    public static String timestamp(LocalDateTime value) {
        return date(value) + " " + time(value.toLocalTime()) + era(value);
    }

    /// An instant in UTC: `2026-11-25 10:00:00.5+00`.
    public static String instant(LocalDateTime utc) {
        return date(utc) + " " + time(utc.toLocalTime()) + "+00" + era(utc);
    }

    /// A day; with its time where it has one, which then is no day and is found to be none.
    public static String day(LocalDateTime value) {
        return value.toLocalTime().equals(LocalTime.MIDNIGHT)
                ? date(value) + era(value)
                : timestamp(value);
    }

    private static String date(LocalDateTime value) {
        int year = value.getYear() > 0 ? value.getYear() : 1 - value.getYear();
        return String.format(
                Locale.ROOT, "%04d-%02d-%02d", year, value.getMonthValue(), value.getDayOfMonth());
    }

    private static String era(LocalDateTime value) {
        return value.getYear() > 0 ? "" : " BC";
    }

    /// `10:00:00.5`, to the nanosecond.
    public static String time(LocalTime value) {
        String whole =
                String.format(
                        Locale.ROOT,
                        "%02d:%02d:%02d",
                        value.getHour(),
                        value.getMinute(),
                        value.getSecond());
        if (value.getNano() == 0) {
            return whole;
        }
        String fraction = String.format(Locale.ROOT, "%09d", value.getNano());
        return whole + "." + fraction.replaceFirst("0+$", "");
    }

    /// `\x00ff`.
    public static String bytes(byte[] value) {
        return "\\x" + HexFormat.of().formatHex(value);
    }
}
