package foz.adapter.camel;

import foz.adapter.camel.FeedSpec.Since;
import foz.value.ColumnType;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/// The values by which a service is asked for what changed, as canonical texts.
final class Stamps {

    private static final long DAY_MS = Duration.ofDays(1).toMillis();

    private final Since since;
    private final ColumnType type;
    private final InstantSource clock;

    Stamps(Since since, ColumnType type, InstantSource clock) {
        this.since = since;
        this.type = type;
        this.clock = clock;
    }

    /// The higher of two. One that is no value counts for nothing, nor does a time that is still to
    /// come: nothing before it would ever be asked for again.
    String higher(String a, @Nullable String b) {
        if (b == null || type.problem(b).isPresent()) {
            return a;
        }
        try {
            return switch (type.kind()) {
                case INTEGER, DECIMAL, FLOAT ->
                        a.isEmpty() || new BigDecimal(b).compareTo(new BigDecimal(a)) > 0 ? b : a;
                case DATE, TIMESTAMP, TIMESTAMP_WITH_ZONE ->
                        at(b).isAfter(now().plusDays(1)) || b.compareTo(a) <= 0 ? a : b;
                case TEXT, BOOLEAN, TIME, BYTES, UUID, JSON -> b.compareTo(a) > 0 ? b : a;
            };
        } catch (DateTimeException | NumberFormatException _) {
            return a;
        }
    }

    private LocalDateTime now() {
        return LocalDateTime.ofInstant(clock.instant(), ZoneOffset.UTC);
    }

    private static LocalDateTime at(String canonical) {
        String local = canonical.endsWith("+00") ? canonical.replace("+00", "") : canonical;
        return local.length() == 10
                ? LocalDate.parse(local).atStartOfDay()
                : LocalDateTime.parse(local.replace(' ', 'T'));
    }

    /// What to ask with; empty: nothing, so that all is answered.
    String parameter(String highest) {
        if (highest.isEmpty()) {
            return since.start();
        }
        return switch (type.kind()) {
            case DATE -> {
                long days = (since.overlapMs() + DAY_MS - 1) / DAY_MS;
                yield written(at(highest).minusDays(days), DateTimeFormatter.ISO_LOCAL_DATE, "");
            }
            case TIMESTAMP -> written(back(highest), DateTimeFormatter.ISO_LOCAL_DATE_TIME, "");
            case TIMESTAMP_WITH_ZONE ->
                    written(back(highest), DateTimeFormatter.ISO_LOCAL_DATE_TIME, "Z");
            case INTEGER, DECIMAL, FLOAT, TEXT, BOOLEAN, TIME, BYTES, UUID, JSON -> highest;
        };
    }

    private LocalDateTime back(String highest) {
        return at(highest).minus(Duration.ofMillis(since.overlapMs()));
    }

    private String written(LocalDateTime at, DateTimeFormatter iso, String suffix) {
        return since.pattern().isEmpty()
                ? at.format(iso) + suffix
                : at.atOffset(ZoneOffset.UTC).format(ValueFormat.formatter(since.pattern()));
    }
}
