package foz.server.sync;

import foz.server.settings.Role;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.stereotype.Component;

/// What the sync role counts.
@Component
@Role("sync")
final class SyncMeters {

    private final AtomicInteger connected = new AtomicInteger();
    private final Counter operations;
    private final Counter checkpoints;
    private final Counter bytes;
    private final MeterRegistry meters;

    SyncMeters(MeterRegistry meters) {
        this.meters = meters;
        Gauge.builder("foz.sync.devices", connected, AtomicInteger::get)
                .description("Devices connected now")
                .register(meters);
        operations =
                Counter.builder("foz.sync.operations")
                        .description("Operations sent to devices")
                        .register(meters);
        checkpoints =
                Counter.builder("foz.sync.checkpoints")
                        .description("Checkpoints completed")
                        .register(meters);
        bytes =
                Counter.builder("foz.sync.bytes")
                        .description("Bytes sent to devices, before compression")
                        .baseUnit("bytes")
                        .register(meters);
    }

    int connect() {
        return connected.incrementAndGet();
    }

    void disconnect(long bytesSent) {
        connected.decrementAndGet();
        bytes.increment((double) bytesSent);
    }

    void operations(int count) {
        operations.increment(count);
    }

    void checkpoint() {
        checkpoints.increment();
    }

    void refused(String code) {
        meters.counter("foz.sync.errors", "code", code).increment();
    }
}
