package foz.server.console;

import foz.server.capture.CaptureDesk;
import foz.server.capture.TableStatus;
import foz.server.console.Station.Value;
import java.math.BigDecimal;
import java.text.NumberFormat;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.format.FormatStyle;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.springframework.context.MessageSource;

/// Measured values in the language of whoever reads.
record Words(MessageSource messages, Locale locale) {

    private static final String MISSING = "–";
    private static final int MINUTE = 60;
    private static final int HOUR = 3600;
    private static final int DAY = 86_400;
    private static final int FRACTION_DIGITS_MAX = 6;

    String say(String key, Object... values) {
        return messages.getMessage(key, values, locale);
    }

    /// The message, or the word itself where there is none: words of a legacy system are its own.
    public String sayOr(String key, String word) {
        String said = messages.getMessage(key, null, word, locale);
        return said == null ? word : said;
    }

    /// What was said of an order: where these are Foz's own words, in the reader's language.
    public String verdict(String state, String message) {
        return Orders.FOZ_SPEAKS.contains(state) ? say("verdict." + state) : message;
    }

    /// A column's value as the language writes it; as it came where it is not of the column's type.
    public String cell(Orders.Cell cell) {
        try {
            return switch (cell.type().kind()) {
                case DECIMAL, FLOAT ->
                        cell.measures() ? decimal(new BigDecimal(cell.text())) : cell.text();
                case DATE ->
                        DateTimeFormatter.ofLocalizedDate(FormatStyle.MEDIUM)
                                .withLocale(locale)
                                .format(LocalDate.parse(cell.text()));
                case TIMESTAMP ->
                        DateTimeFormatter.ofLocalizedDateTime(FormatStyle.MEDIUM)
                                .withLocale(locale)
                                .format(LocalDateTime.parse(cell.text().replace(' ', 'T')));
                case INTEGER, TEXT, BOOLEAN, TIME, TIMESTAMP_WITH_ZONE, BYTES, UUID, JSON ->
                        cell.text();
            };
        } catch (NumberFormatException | DateTimeParseException _) {
            return cell.text();
        }
    }

    private String decimal(BigDecimal number) {
        NumberFormat format = NumberFormat.getInstance(locale);
        format.setMaximumFractionDigits(FRACTION_DIGITS_MAX);
        return format.format(number);
    }

    /// A station as it is shown.
    ///
    /// @param word the condition in words
    /// @param note empty when there is nothing to say
    record StationText(
            String id,
            String condition,
            String word,
            boolean moving,
            String note,
            List<FigureText> figures) {
        public StationText {
            figures = List.copyOf(figures);
        }
    }

    record FigureText(String label, String value) {}

    /// Something that an operator should look at.
    ///
    /// @param station empty when it is of the streams as a whole
    record Trouble(String condition, String station, String text) {}

    StationText station(Station station) {
        return new StationText(
                station.id(),
                station.condition().word(),
                say("condition." + station.condition().word()),
                station.moving(),
                station.note().map(this::note).orElse(""),
                station.figures().stream()
                        .map(figure -> new FigureText(say(figure.key()), value(figure.value())))
                        .toList());
    }

    /// What an operator reads first: the troubles, or that there are none, or that nothing began.
    List<Trouble> summary(List<Station> stations) {
        List<Trouble> troubles = troubles(stations);
        if (!troubles.isEmpty()) {
            return troubles;
        }
        boolean begun =
                stations.stream()
                        .noneMatch(station ->
                                station.id().equals("agent")
                                        && station.condition() == Condition.UNKNOWN);
        Condition condition = begun ? Condition.GOOD : Condition.UNKNOWN;
        return List.of(
                new Trouble(
                        condition.word(), "", say(begun ? "streams.well" : "streams.notBegun")));
    }

    List<Trouble> troubles(List<Station> stations) {
        return stations.stream()
                .filter(station -> station.condition().isTrouble())
                .flatMap(station -> trouble(station).stream())
                .toList();
    }

    private Optional<Trouble> trouble(Station station) {
        return station.note()
                .map(note ->
                        new Trouble(
                                station.condition().word(),
                                say("station." + station.id()),
                                note(note)));
    }

    private String note(Station.Note note) {
        return say(note.key(), note.values().stream().map(this::value).toArray());
    }

    String value(Value value) {
        return switch (value) {
            case Value.PerSecond(double rate, String unit) -> number(rate) + " " + say(unit);
            case Value.PerMinute(double rate) -> number(rate) + "/min";
            case Value.Count(long count) -> count(count);
            case Value.Bytes(long bytes) -> bytes(bytes);
            case Value.BytesPerSecond(double rate) -> bytes(Math.round(rate)) + "/s";
            case Value.Seconds(double seconds) -> age(seconds);
            case Value.Missing() -> MISSING;
        };
    }

    public String captureSummary(CaptureFacts.Capture capture) {
        return say(
                "capture.summary",
                capture.tables().size(),
                capture.count("streaming") + capture.count("looking"),
                capture.count("snapshot"),
                capture.count("standing"),
                capture.count("paused"));
    }

    /// How far the table is.
    public String captureState(TableStatus table) {
        if (table.phase().equals("waiting")) {
            return "";
        }
        Long rows = table.rows();
        if (!table.isRead() || rows == null) {
            return say("capture.asOf", age((double) table.behindSeconds()));
        }
        StringBuilder text = new StringBuilder(say("capture.read", count(rows)));
        Long rate = table.rowsPerSecond();
        if (rate != null && rate > 0) {
            text.append(", ").append(count(rate)).append(' ').append(say("unit.rows"));
        }
        Double done = table.done();
        if (done != null) {
            text.append(", ").append(NumberFormat.getPercentInstance(locale).format(done));
        }
        Long left = table.secondsLeft();
        if (left != null) {
            text.append(", ").append(say("capture.left", age(left.doubleValue())));
        }
        return text.toString();
    }

    /// How an order stands: a pause that the agent heard of is in force, anything else under way.
    public String order(CaptureDesk.Order order) {
        boolean inForce = order.kind().equals("pause") && order.state().equals("taken");
        return sayOr("capture.order." + (inForce ? "inForce" : order.state()), order.state());
    }

    public String captureCheck(CaptureDesk.Check check) {
        return say(
                check.endedAt() == null ? "capture.check.goesOn" : "capture.check",
                count(check.compared()),
                count(check.missing()),
                count(check.different()),
                count(check.extra()),
                count(check.moving()),
                count(check.quarantined()));
    }

    public String count(long count) {
        return NumberFormat.getIntegerInstance(locale).format(count);
    }

    private String number(double number) {
        NumberFormat format = NumberFormat.getInstance(locale);
        format.setMaximumFractionDigits(number < 10 ? 1 : 0);
        return format.format(number);
    }

    private String bytes(long bytes) {
        String[] units = {"B", "kB", "MB", "GB", "TB", "PB"};
        double size = bytes;
        int unit = 0;
        while (size >= 1000 && unit < units.length - 1) {
            size /= 1000;
            unit++;
        }
        return number(size) + " " + units[unit];
    }

    public String age(double seconds) {
        if (seconds < 0.05) {
            return "0 s";
        }
        if (seconds < 2 * MINUTE) {
            return number(seconds) + " s";
        }
        if (seconds < 2 * HOUR) {
            return count(Math.round(seconds / MINUTE)) + " min";
        }
        return seconds < 2 * DAY
                ? count(Math.round(seconds / HOUR)) + " h"
                : count(Math.round(seconds / DAY)) + " d";
    }
}
