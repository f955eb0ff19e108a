package foz.server.apply;

import foz.server.settings.Role;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.springframework.stereotype.Component;

/// What the apply role counts.
@Component
@Role("apply")
final class ApplyMeters {

    private final MeterRegistry meters;
    private final Map<Tags, AtomicReference<Double>> lagSeconds = new ConcurrentHashMap<>();

    ApplyMeters(MeterRegistry meters) {
        this.meters = meters;
    }

    void applied(
            String tenant,
            String source,
            BatchApplier.Applied applied,
            Duration took,
            Instant capturedAt) {
        Tags tags = Tags.of("tenant", tenant, "source", source);
        meters.counter("foz.apply.rows", tags).increment(applied.rows());
        meters.counter("foz.apply.operations", tags).increment(applied.operations());
        meters.counter("foz.apply.quarantined", tags).increment(applied.quarantined());
        meters.timer("foz.apply.transaction", tags).record(took);
        // There from the beginning, so that the first failure is seen as a rise.
        meters.counter("foz.apply.errors", tags);
        lagSeconds
                .computeIfAbsent(tags, this::register)
                .set(Duration.between(capturedAt, Instant.now()).toMillis() / 1000.0);
    }

    void failed(String tenant, String source) {
        meters.counter("foz.apply.errors", Tags.of("tenant", tenant, "source", source)).increment();
    }

    private AtomicReference<Double> register(Tags tags) {
        AtomicReference<Double> value = new AtomicReference<>(0.0);
        Gauge.builder("foz.apply.lag.seconds", value, AtomicReference::get)
                .description("From reading a change at the source to its being committed here")
                .tags(tags)
                .register(meters);
        return value;
    }
}
