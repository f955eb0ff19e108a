package foz.server.objects;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/// What is counted of objects.
@Component
@Lazy
public final class ObjectMeters {

    private final MeterRegistry meters;
    private final Counter bytesPut;
    private final Counter bytesRead;
    private final Counter removed;

    public ObjectMeters(MeterRegistry meters) {
        this.meters = meters;
        bytesPut = bytes("put", "Bytes of objects taken from agents", meters);
        bytesRead = bytes("read", "Bytes of objects sent to apps", meters);
        removed =
                Counter.builder("foz.objects.removed")
                        .description("Objects removed that no row refers to")
                        .register(meters);
    }

    private static Counter bytes(String door, String description, MeterRegistry meters) {
        return Counter.builder("foz.objects." + door + ".bytes")
                .description(description)
                .baseUnit("bytes")
                .register(meters);
    }

    void put(ObjectStore.Stored stored, long bytes) {
        meters.counter("foz.objects.put", "outcome", outcome(stored)).increment();
        bytesPut.increment((double) bytes);
    }

    private static String outcome(ObjectStore.Stored stored) {
        return switch (stored) {
            case NEW -> "new";
            case PRESENT -> "present";
        };
    }

    void removed() {
        removed.increment();
    }

    /// An object, or a part of one, was sent to an app.
    public void read(long bytes) {
        meters.counter("foz.objects.read").increment();
        bytesRead.increment((double) bytes);
    }

    /// A door refused, or the store failed.
    public void error(String door, String code) {
        meters.counter("foz.objects.errors", "door", door, "code", code).increment();
    }
}
