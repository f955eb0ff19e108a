package foz.server.replica;

import foz.server.settings.Settings;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.stereotype.Component;

/// Wakes who waits for a tenant's next version. One connection of this process listens; its thread
/// is this component's. A wake-up may be spurious, and after a lost connection everyone is woken
/// once.
@Component
public final class VersionSignal implements SmartLifecycle {

    static final String CHANNEL = "foz_version";

    private static final Logger LOG = LoggerFactory.getLogger(VersionSignal.class);
    private static final int POLL_MS = 500;
    private static final int RETRY_MS = 500;

    private static final class Bell {
        final ReentrantLock lock = new ReentrantLock();
        final Condition rung = lock.newCondition();
        long count;
    }

    private final Settings.Database database;
    private final Map<String, Bell> bells = new ConcurrentHashMap<>();
    private volatile boolean running;

    public VersionSignal(Settings settings) {
        this.database = settings.database();
    }

    /// How often the tenant's bell has rung; read it before looking at the database, then [#await].
    public long count(String tenant) {
        Bell bell = bell(tenant);
        bell.lock.lock();
        try {
            return bell.count;
        } finally {
            bell.lock.unlock();
        }
    }

    /// Waits until the bell has rung since `count` was read, or the time is over.
    ///
    /// @return whether it has rung
    public boolean await(String tenant, long count, Duration atMost) throws InterruptedException {
        Bell bell = bell(tenant);
        long nanos = atMost.toNanos();
        bell.lock.lockInterruptibly();
        try {
            while (bell.count == count) {
                if (nanos <= 0) {
                    return false;
                }
                nanos = bell.rung.awaitNanos(nanos);
            }
            return true;
        } finally {
            bell.lock.unlock();
        }
    }

    /// Wakes everyone, as when the process stops.
    public void wakeAll() {
        bells.values().forEach(this::ring);
    }

    private Bell bell(String tenant) {
        return bells.computeIfAbsent(tenant, _ -> new Bell());
    }

    private void ring(Bell bell) {
        bell.lock.lock();
        try {
            bell.count++;
            bell.rung.signalAll();
        } finally {
            bell.lock.unlock();
        }
    }

    private void listen() {
        while (running) {
            try (Listener listener = Listener.open(database, CHANNEL)) {
                wakeAll();
                while (running) {
                    listener.await(POLL_MS).forEach(tenant -> ring(bell(tenant)));
                }
            } catch (DataAccessResourceFailureException e) {
                LOG.warn("listening for versions failed, trying again: {}", e.getMessage());
                pause();
            }
        }
    }

    private void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(RETRY_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            running = false;
        }
    }

    @Override
    public void start() {
        running = true;
        Thread.ofVirtual().name("version-signal").start(this::listen);
    }

    @Override
    public void stop() {
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
