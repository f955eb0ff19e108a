package foz.agent;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The hours of the week in which the source may be read whole.
///
/// @param text as it was written, such as `Mon-Fri 19:00-07:00, Sat-Sun 00:00-24:00`
/// @param zone in which they are meant
record ReadingHours(String text, List<Window> windows, ZoneId zone) {

    private static final Pattern WINDOW =
            Pattern.compile(
                    "(?:([A-Za-z]{3})(?:-([A-Za-z]{3}))?\\s+)?(\\d{1,2}:\\d{2})-(\\d{1,2}:\\d{2})");
    private static final int DAYS = 7;

    /// @param days on which it begins
    /// @param length more than a day's rest goes into the next one
    record Window(Set<DayOfWeek> days, LocalTime from, Duration length) {

        private boolean holds(ZonedDateTime at) {
            return begunBefore(at).map(begun -> at.isBefore(begun.plus(length))).orElse(false);
        }

        /// Its last beginning.
        private Optional<ZonedDateTime> begunBefore(ZonedDateTime at) {
            for (int back = 0; back <= DAYS; back++) {
                ZonedDateTime begun =
                        at.toLocalDate().minusDays(back).atTime(from).atZone(at.getZone());
                if (days.contains(begun.getDayOfWeek()) && !begun.isAfter(at)) {
                    return Optional.of(begun);
                }
            }
            return Optional.empty();
        }

        private ZonedDateTime nextAfter(ZonedDateTime at) {
            for (int ahead = 0; ahead <= DAYS; ahead++) {
                ZonedDateTime begins =
                        at.toLocalDate().plusDays(ahead).atTime(from).atZone(at.getZone());
                if (days.contains(begins.getDayOfWeek()) && begins.isAfter(at)) {
                    return begins;
                }
            }
            throw new IllegalStateException("a window begins once a week at least");
        }
    }

    ReadingHours {
        windows = List.copyOf(windows);
    }

    /// @param text empty: always
    /// @throws IllegalArgumentException that says what is wrong with which part
    static ReadingHours of(String text, ZoneId zone) {
        List<Window> windows = new ArrayList<>();
        for (String part : text.isBlank() ? List.<String>of() : List.of(text.split(",", -1))) {
            Matcher match = WINDOW.matcher(part.strip());
            if (!match.matches()) {
                throw new IllegalArgumentException(
                        "'%s' is no window; write HH:MM-HH:MM, or days before it, such as Mon-Fri 19:00-07:00"
                                .formatted(part.strip()));
            }
            windows.add(
                    window(
                            part.strip(),
                            match.group(1),
                            match.group(2),
                            match.group(3),
                            match.group(4)));
        }
        return new ReadingHours(text, windows, zone);
    }

    private static Window window(
            String part,
            @Nullable String firstDay,
            @Nullable String lastDay,
            String from,
            String to) {
        Set<DayOfWeek> days = EnumSet.allOf(DayOfWeek.class);
        if (firstDay != null) {
            DayOfWeek day = day(part, firstDay);
            DayOfWeek last = lastDay == null ? day : day(part, lastDay);
            days = EnumSet.of(day);
            while (day != last) {
                day = day.plus(1);
                days.add(day);
            }
        }
        int begins = minutes(part, from);
        int ends = minutes(part, to);
        if (begins == 24 * 60) {
            throw new IllegalArgumentException("'%s' begins at 24:00; write 00:00".formatted(part));
        }
        int length = ends > begins ? ends - begins : ends + 24 * 60 - begins;
        return new Window(days, LocalTime.of(begins / 60, begins % 60), Duration.ofMinutes(length));
    }

    private static DayOfWeek day(String part, String name) {
        for (DayOfWeek day : DayOfWeek.values()) {
            if (day.name().substring(0, 3).equalsIgnoreCase(name)) {
                return day;
            }
        }
        throw new IllegalArgumentException(
                "'%s' in '%s' is no day; write Mon, Tue, Wed, Thu, Fri, Sat or Sun"
                        .formatted(name, part));
    }

    private static int minutes(String part, String time) {
        if (time.equals("24:00")) {
            return 24 * 60;
        }
        try {
            LocalTime at = LocalTime.parse(time.length() < 5 ? "0" + time : time);
            return at.getHour() * 60 + at.getMinute();
        } catch (DateTimeParseException _) {
            throw new IllegalArgumentException(
                    "'%s' in '%s' is no time of the day; write 00:00 to 24:00"
                            .formatted(time, part));
        }
    }

    boolean holds(ZonedDateTime at) {
        ZonedDateTime here = at.withZoneSameInstant(zone);
        return windows.isEmpty() || windows.stream().anyMatch(window -> window.holds(here));
    }

    /// When the next window begins, for people: `Mon 19:00`.
    String next(ZonedDateTime at) {
        ZonedDateTime here = at.withZoneSameInstant(zone);
        return windows.stream()
                .map(window -> window.nextAfter(here))
                .min(ZonedDateTime::compareTo)
                .map(begins ->
                        DateTimeFormatter.ofPattern("EEE HH:mm", Locale.ENGLISH).format(begins))
                .orElse("now");
    }

    @Override
    public String toString() {
        return text;
    }
}
