package foz.adapter.camel;

import foz.value.ColumnType;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Brings a source's text to the canonical text of a column's type. What cannot be brought there is
/// left as it is, and the server's quarantine says what is wrong with it.
final class Canonical {

    private static final int EXPONENT_MAX = 100;
    private static final DateTimeFormatter ISO_TIMESTAMP =
            new DateTimeFormatterBuilder()
                    .append(DateTimeFormatter.ISO_LOCAL_DATE)
                    .optionalStart()
                    .appendPattern("['T'][' ']")
                    .append(DateTimeFormatter.ISO_LOCAL_TIME)
                    .appendPattern("[XXX][XX][X]")
                    .optionalEnd()
                    .toFormatter(Locale.ROOT);

    /// A fraction without zeros at its end, as PostgreSQL writes it.
    private static final DateTimeFormatter SECONDS =
            new DateTimeFormatterBuilder()
                    .appendPattern("HH:mm:ss")
                    .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
                    .toFormatter(Locale.ROOT);

    private final ColumnType type;
    private final ValueFormat format;
    private final List<String> nulls;
    private final Optional<Pattern> number;
    private final Optional<DateTimeFormatter> pattern;

    /// @param nulls texts that mean no value, where the format does not say
    Canonical(ColumnType type, ValueFormat format, List<String> nulls) {
        this.type = type;
        this.format = format;
        this.nulls = format.nulls().orElse(nulls);
        this.number = number(format);
        String written =
                switch (type.kind()) {
                    case DATE -> format.date();
                    case TIME -> format.time();
                    case TIMESTAMP, TIMESTAMP_WITH_ZONE -> format.timestamp();
                    case INTEGER, DECIMAL, FLOAT, TEXT, BOOLEAN, BYTES, UUID, JSON -> "";
                };
        this.pattern =
                written.isEmpty() || written.startsWith("epoch")
                        ? Optional.empty()
                        : Optional.of(ValueFormat.formatter(written));
    }

    /// Numbers as declared; none where they are written plainly.
    private static Optional<Pattern> number(ValueFormat format) {
        if (format.decimal().equals(".") && format.group().isEmpty()) {
            return Optional.empty();
        }
        String whole =
                format.group().isEmpty()
                        ? "\\d+"
                        : "(?:\\d+|\\d{1,3}(?:" + Pattern.quote(format.group()) + "\\d{3})+)";
        return Optional.of(
                Pattern.compile(
                        "([+-]?)("
                                + whole
                                + ")?(?:"
                                + Pattern.quote(format.decimal())
                                + "(\\d*))?(-?)"));
    }

    /// @throws IllegalArgumentException when the text would be taken for another value than the
    ///   declared form gives it
    @Nullable String of(@Nullable String raw) {
        if (raw == null || nulls.contains(raw)) {
            return null;
        }
        if (type.kind() == ColumnType.Kind.TEXT || type.kind() == ColumnType.Kind.JSON) {
            return raw;
        }
        String text = raw.strip();
        if (text.isEmpty() || nulls.contains(text)) {
            return null;
        }
        return switch (type.kind()) {
            case INTEGER, DECIMAL -> exact(plain(text));
            case FLOAT -> plain(text);
            case BOOLEAN -> truth(text);
            case DATE -> dated(text);
            case TIME -> timed(text);
            case TIMESTAMP, TIMESTAMP_WITH_ZONE -> stamped(text);
            case BYTES -> bytes(text);
            case UUID -> text.toLowerCase(Locale.ROOT);
            case TEXT, JSON -> raw;
        };
    }

    /// The number with a point and without groups.
    private String plain(String text) {
        if (number.isEmpty()) {
            return text;
        }
        Matcher matcher = number.get().matcher(text);
        if (!matcher.matches() || (matcher.group(2) == null && matcher.group(3) == null)) {
            if (type.problem(text).isEmpty()) {
                throw new IllegalArgumentException(
                        "is a number, but not with the decimal '%s' and the group '%s' that are declared"
                                .formatted(format.decimal(), format.group()));
            }
            return text;
        }
        String whole = matcher.group(2) == null ? "0" : matcher.group(2);
        String fraction = matcher.group(3) == null ? "" : matcher.group(3);
        boolean negative = matcher.group(1).equals("-") || matcher.group(4).equals("-");
        return (negative ? "-" : "")
                + (format.group().isEmpty() ? whole : whole.replace(format.group(), ""))
                + (fraction.isEmpty() ? "" : "." + fraction);
    }

    private String exact(String text) {
        try {
            BigDecimal value = new BigDecimal(text);
            if (Math.abs((long) value.scale()) > EXPONENT_MAX) {
                return text;
            }
            boolean whole = type.kind() == ColumnType.Kind.INTEGER;
            if (whole || type.precision() > 0) {
                BigDecimal stripped =
                        value.signum() == 0 ? BigDecimal.ZERO : value.stripTrailingZeros();
                int scale = whole ? 0 : type.scale();
                return stripped.scale() > scale
                        ? value.toPlainString()
                        : stripped.setScale(scale).toPlainString();
            }
            return value.toPlainString();
        } catch (NumberFormatException _) {
            return text;
        }
    }

    private String truth(String text) {
        if (format.trueTexts().contains(text)) {
            return "t";
        }
        if (format.falseTexts().contains(text)) {
            return "f";
        }
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true", "t" -> "t";
            case "false", "f" -> "f";
            case String _ -> text;
        };
    }

    private String dated(String text) {
        try {
            TemporalAccessor found =
                    pattern.orElse(ISO_TIMESTAMP)
                            .parseBest(text, LocalDateTime::from, LocalDate::from);
            return switch (found) {
                case LocalDate date -> date.toString();
                case LocalDateTime at when at.toLocalTime().equals(LocalTime.MIDNIGHT) ->
                        at.toLocalDate().toString();
                case TemporalAccessor _ -> text;
            };
        } catch (DateTimeException _) {
            return text;
        }
    }

    private String timed(String text) {
        try {
            return time(LocalTime.parse(text, pattern.orElse(DateTimeFormatter.ISO_LOCAL_TIME)));
        } catch (DateTimeException _) {
            return text;
        }
    }

    private String stamped(String text) {
        try {
            if (format.timestamp().startsWith("epoch")) {
                long number = Long.parseLong(text);
                return at(
                        format.timestamp().equals("epochMs")
                                ? Instant.ofEpochMilli(number)
                                : Instant.ofEpochSecond(number));
            }
            TemporalAccessor found =
                    pattern.orElse(ISO_TIMESTAMP)
                            .parseBest(
                                    text,
                                    OffsetDateTime::from,
                                    LocalDateTime::from,
                                    LocalDate::from);
            return switch (found) {
                case OffsetDateTime instant
                        when type.kind() == ColumnType.Kind.TIMESTAMP && format.zone().isEmpty() ->
                        local(instant.toLocalDateTime());
                case OffsetDateTime instant -> at(instant.toInstant());
                case LocalDateTime wall -> wall(wall);
                case LocalDate day -> wall(day.atStartOfDay());
                case TemporalAccessor _ -> text;
            };
        } catch (DateTimeException | NumberFormatException _) {
            return text;
        }
    }

    private String wall(LocalDateTime wall) {
        return type.kind() == ColumnType.Kind.TIMESTAMP || format.zone().isEmpty()
                ? local(wall)
                : at(wall.atZone(format.zone().get()).toInstant());
    }

    private String at(Instant instant) {
        return type.kind() == ColumnType.Kind.TIMESTAMP
                ? local(LocalDateTime.ofInstant(instant, format.zone().orElse(ZoneOffset.UTC)))
                : local(LocalDateTime.ofInstant(instant, ZoneOffset.UTC)) + "+00";
    }

    private static String local(LocalDateTime at) {
        return at.toLocalDate() + " " + time(at.toLocalTime());
    }

    private static String time(LocalTime time) {
        return time.format(SECONDS);
    }

    private String bytes(String text) {
        try {
            byte[] bytes =
                    format.bytes().equals("hex")
                            ? HexFormat.of().parseHex(text)
                            : Base64.getDecoder().decode(text);
            return "\\x" + HexFormat.of().formatHex(bytes);
        } catch (IllegalArgumentException _) {
            return text;
        }
    }
}
