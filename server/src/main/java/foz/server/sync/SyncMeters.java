package foz.server.sync;

import foz.server.settings.Role;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.springframework.stereotype.Component;

/// What the sync role counts: in all for whoever scrapes metrics, and for each tenant with devices.
@Component
@Role("sync")
final class SyncMeters {

    /// What the devices of one tenant received of late.
    record Traffic(String tenant, int devices, double operationsPerSecond, double bytesPerSecond) {}

    private static final class Served {
        final AtomicInteger devices = new AtomicInteger();
        final LongAdder operations = new LongAdder();
        final LongAdder bytes = new LongAdder();
    }

    private final AtomicInteger connected = new AtomicInteger();
    private final Map<String, Served> byTenant = new ConcurrentHashMap<>();
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

    /// @return devices connected to this process, with this one
    int connect(String tenant) {
        byTenant.compute(
                tenant,
                (_, known) -> {
                    Served served = known == null ? new Served() : known;
                    served.devices.incrementAndGet();
                    return served;
                });
        return connected.incrementAndGet();
    }

    void disconnect(String tenant) {
        connected.decrementAndGet();
        served(tenant).devices.decrementAndGet();
    }

    void operations(String tenant, int count) {
        operations.increment(count);
        served(tenant).operations.add(count);
    }

    void bytes(String tenant, long count) {
        bytes.increment((double) count);
        served(tenant).bytes.add(count);
    }

    void checkpoint() {
        checkpoints.increment();
    }

    void refused(String code) {
        meters.counter("foz.sync.errors", "code", code).increment();
    }

    /// The tenants with devices, or with some since the last call, and forgets those without.
    ///
    /// @param seconds since the last call
    List<Traffic> traffic(double seconds) {
        List<Traffic> traffic = new ArrayList<>();
        for (String tenant : byTenant.keySet()) {
            byTenant.computeIfPresent(
                    tenant,
                    (_, served) -> {
                        int devices = served.devices.get();
                        long rows = served.operations.sumThenReset();
                        long sent = served.bytes.sumThenReset();
                        if (devices == 0 && rows == 0 && sent == 0) {
                            return null;
                        }
                        traffic.add(new Traffic(tenant, devices, rows / seconds, sent / seconds));
                        return served;
                    });
        }
        return traffic;
    }

    private Served served(String tenant) {
        return byTenant.computeIfAbsent(tenant, _ -> new Served());
    }
}
