package foz.adapter.debezium;

import foz.adapter.debezium.Conversion.Value;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Conversions that serve several databases. Each takes null for null.
final class Texts {

    private static final long MS = 1_000;
    private static final long MICROS = 1_000_000;
    private static final long NANOS = 1_000_000_000;
    private static final int DATE_LENGTH = 10;
    private static final int PLAIN_SCALE_MAX = 200;

    private static final DateTimeFormatter SECONDS =
            new DateTimeFormatterBuilder()
                    .append(DateTimeFormatter.ISO_LOCAL_DATE)
                    .appendLiteral(' ')
                    .appendPattern("HH:mm:ss")
                    .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
                    .toFormatter(Locale.ROOT);

    private Texts() {}

    static Value integer(@Nullable Object value) {
        return switch (value) {
            case null -> Value.NULL;
            case Byte number -> Value.of(number.toString());
            case Short number -> Value.of(number.toString());
            case Integer number -> Value.of(number.toString());
            case Long number -> Value.of(number.toString());
            default -> Value.UNSURE;
        };
    }

    /// A decimal that Debezium gives as text, with the digits that the column has.
    static Value decimal(@Nullable Object value) {
        if (value == null) {
            return Value.NULL;
        }
        try {
            BigDecimal number = new BigDecimal(value.toString());
            return Math.abs((long) number.scale()) > PLAIN_SCALE_MAX
                    ? Value.UNSURE
                    : Value.of(number.toPlainString());
        } catch (NumberFormatException _) {
            return Value.UNSURE;
        }
    }

    static Value text(@Nullable Object value) {
        return switch (value) {
            case null -> Value.NULL;
            case String text -> Value.of(text);
            default -> Value.UNSURE;
        };
    }

    static Value bytes(@Nullable Object value) {
        return switch (value) {
            case null -> Value.NULL;
            case byte[] bytes -> hex(bytes);
            case ByteBuffer buffer -> {
                byte[] bytes = new byte[buffer.remaining()];
                buffer.duplicate().get(bytes);
                yield hex(bytes);
            }
            default -> Value.UNSURE;
        };
    }

    private static Value hex(byte[] bytes) {
        return Value.of("\\x" + HexFormat.of().formatHex(bytes));
    }

    /// Dates, and times of a local clock; nothing of other meanings.
    static Conversion local(String meaning) {
        return switch (meaning) {
            case "io.debezium.time.Date" -> Texts::date;
            case "io.debezium.time.Timestamp" -> value -> local(value, MS);
            case "io.debezium.time.MicroTimestamp" -> value -> local(value, MICROS);
            case "io.debezium.time.NanoTimestamp" -> value -> local(value, NANOS);
            default -> Conversion.NONE;
        };
    }

    private static Value date(@Nullable Object value) {
        return switch (value) {
            case null -> Value.NULL;
            case Integer days -> sane(LocalDate.ofEpochDay(days).atStartOfDay(), DATE_LENGTH);
            default -> Value.UNSURE;
        };
    }

    private static Value local(@Nullable Object value, long unit) {
        return switch (value) {
            case null -> Value.NULL;
            case Long since ->
                    sane(
                            LocalDateTime.ofEpochSecond(
                                    Math.floorDiv(since, unit),
                                    (int) (Math.floorMod(since, unit) * (NANOS / unit)),
                                    ZoneOffset.UTC),
                            Integer.MAX_VALUE);
            default -> Value.UNSURE;
        };
    }

    /// What has a year of four digits; others are written in other ways.
    private static Value sane(LocalDateTime at, int length) {
        if (at.getYear() < 1 || at.getYear() > 9999) {
            return Value.UNSURE;
        }
        String text = SECONDS.format(at);
        return Value.of(text.substring(0, Math.min(length, text.length())));
    }

    /// What is a value to the log may be none, or another one, to a SELECT: no value and the
    /// beginning of 1970 are what Debezium gives for what it cannot read.
    static Conversion doubtful(Conversion conversion) {
        return value ->
                value == null || (value instanceof Number number && number.longValue() == 0)
                        ? Value.UNSURE
                        : conversion.of(value);
    }
}
