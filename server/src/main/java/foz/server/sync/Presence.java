package foz.server.sync;

import foz.server.settings.Role;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.IntFunction;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/// Tells the other roles, by the control database, how many devices this process serves and how
/// much it sends them. Its own thread writes every two seconds, and of the tenants only what
/// changed; what a process told that died counts for ten.
@Component
@Role("sync")
final class Presence implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(Presence.class);
    private static final long EVERY_MS = 2_000;
    private static final double LIFE_SECONDS = 10;
    private static final long STOP_MS_MAX = 2_000;

    private final JdbcClient jdbc;
    private final SyncMeters meters;
    private final String id = UUID.randomUUID().toString();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private long toldNanos = System.nanoTime();
    private volatile Thread thread = Thread.currentThread();
    private volatile boolean running;

    Presence(DataSource dataSource, SyncMeters meters) {
        this.jdbc = JdbcClient.create(dataSource);
        this.meters = meters;
    }

    private void run() {
        while (running) {
            try {
                tell();
            } catch (DataAccessException e) {
                LOG.warn("telling of the connected devices failed: {}", e.getMessage());
            }
            if (!pause()) {
                return;
            }
        }
    }

    /// The thread is not interrupted while it asks the database: that would break the connection.
    private boolean pause() {
        try {
            return !stopping.await(EVERY_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /// Says that this process lives, and what its devices received since the last time.
    void tell() {
        long now = System.nanoTime();
        List<SyncMeters.Traffic> traffic = meters.traffic((now - toldNanos) / 1e9);
        toldNanos = now;
        live();
        forgetTheDead();
        tell(traffic);
    }

    private void live() {
        jdbc.sql(
                        """
                        INSERT INTO sync_process (id, lives_until) VALUES (?, now() + make_interval(secs => ?))
                        ON CONFLICT (id) DO UPDATE SET lives_until = excluded.lives_until
                        """)
                .params(id, LIFE_SECONDS)
                .update();
    }

    private void forgetTheDead() {
        jdbc.sql(
                        """
                        DELETE FROM sync_process WHERE id IN
                            (SELECT id FROM sync_process WHERE lives_until < now() FOR UPDATE SKIP LOCKED)
                        """)
                .update();
    }

    private void tell(List<SyncMeters.Traffic> traffic) {
        Object[] tenants = column(traffic, SyncMeters.Traffic::tenant, String[]::new);
        jdbc.sql("DELETE FROM sync_traffic WHERE process = ? AND tenant <> ALL (?)")
                .params(id, tenants)
                .update();
        if (traffic.isEmpty()) {
            return;
        }
        jdbc.sql(
                        """
                        INSERT INTO sync_traffic AS t (process, tenant, devices, operations_per_second, bytes_per_second)
                        SELECT ?, * FROM unnest(?, ?, ?, ?)
                        ON CONFLICT (process, tenant) DO UPDATE SET devices = excluded.devices,
                            operations_per_second = excluded.operations_per_second,
                            bytes_per_second = excluded.bytes_per_second
                        WHERE (t.devices, t.operations_per_second, t.bytes_per_second)
                            <> (excluded.devices, excluded.operations_per_second, excluded.bytes_per_second)
                        """)
                .params(
                        id,
                        tenants,
                        column(traffic, SyncMeters.Traffic::devices, Integer[]::new),
                        column(traffic, SyncMeters.Traffic::operationsPerSecond, Double[]::new),
                        column(traffic, SyncMeters.Traffic::bytesPerSecond, Double[]::new))
                .update();
    }

    private static <T> T[] column(
            List<SyncMeters.Traffic> traffic,
            Function<SyncMeters.Traffic, T> value,
            IntFunction<T[]> array) {
        return traffic.stream().map(value).toArray(array);
    }

    @Override
    public void start() {
        running = true;
        thread = Thread.ofVirtual().name("presence").start(this::run);
    }

    @Override
    public void stop() {
        running = false;
        stopping.countDown();
        try {
            thread.join(STOP_MS_MAX);
            jdbc.sql("DELETE FROM sync_process WHERE id = ?").param(id).update();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (DataAccessException e) {
            LOG.debug("the others learn by the clock that this process is gone", e);
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
