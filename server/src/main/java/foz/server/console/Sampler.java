package foz.server.console;

import foz.server.error.ErrorCode;
import foz.server.error.FozException;
import foz.server.settings.Role;
import foz.server.tenant.Tenant;
import foz.server.tenant.Tenants;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/// Looks at a tenant's streams once a second while somebody watches: one thread for each watched
/// tenant, however many watch.
@Component
@Role("console")
final class Sampler implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(Sampler.class);
    private static final int WATCHERS_MAX = 200;
    private static final int TENANT_WATCHERS_MAX = 20;
    private static final int TENANTS_KEPT_MAX = 500;
    private static final long EVERY_MS = 1000;
    private static final int SLOW_EVERY = 5;

    /// A pause after which the thread of a tenant that nobody watches ends.
    private static final int IDLE_LOOKS_MAX = 60;

    private static final Duration FRESH = Duration.ofSeconds(3);

    private static final class Watched {
        final Feed feed = new Feed();
        int watchers;
        boolean sampled;
    }

    private final Looks looks;
    private final Tenants tenants;
    private final Map<String, Watched> byTenant = new HashMap<>();
    private int watchers;
    private volatile boolean running;

    Sampler(Looks looks, Tenants tenants) {
        this.looks = looks;
        this.tenants = tenants;
    }

    /// Somebody's watching of one tenant; ends when closed.
    final class Watch implements AutoCloseable {
        private final String tenant;
        private final Feed feed;

        private Watch(String tenant, Feed feed) {
            this.tenant = tenant;
            this.feed = feed;
        }

        Feed feed() {
            return feed;
        }

        @Override
        public void close() {
            leave(tenant);
        }
    }

    /// @throws FozException BUSY when too many watch already
    synchronized Watch watch(String tenant) {
        Watched watched = watched(tenant);
        if (watchers >= WATCHERS_MAX || watched.watchers >= TENANT_WATCHERS_MAX) {
            throw new FozException(
                    ErrorCode.BUSY,
                    "too many people watch the console; close a page and try again");
        }
        watchers++;
        watched.watchers++;
        if (!watched.sampled) {
            watched.sampled = true;
            Thread.ofVirtual().name("console-" + tenant).start(() -> sample(tenant, watched));
        }
        return new Watch(tenant, watched.feed);
    }

    private synchronized void leave(String tenant) {
        watchers--;
        watched(tenant).watchers--;
    }

    private synchronized Watched watched(String tenant) {
        if (byTenant.size() > TENANTS_KEPT_MAX) {
            byTenant.values().removeIf(kept -> !kept.sampled);
        }
        return byTenant.computeIfAbsent(tenant, _ -> new Watched());
    }

    /// The streams as they stand, looked at now unless that was done a moment ago.
    Frame.Seen now(Tenant tenant) {
        Feed feed = watched(tenant.id()).feed;
        Optional<Frame.Seen> fresh = feed.fresh(FRESH);
        if (fresh.isPresent()) {
            return fresh.get();
        }
        Look look = looks.look(tenant);
        return Frame.Seen.of(
                0,
                look,
                new Stations(look, Optional.empty()).all(),
                new Frame.Point(look.at(), 0, 0));
    }

    private void sample(String tenant, Watched watched) {
        Optional<Look.Slow> slow = Optional.empty();
        long count = 0;
        int idle = 0;
        while (running) {
            idle = isWatched(watched) ? 0 : idle + 1;
            if (idle > IDLE_LOOKS_MAX && end(watched)) {
                return;
            }
            try {
                Tenant known = tenants.get(tenant);
                if (slow.isEmpty() || count++ % SLOW_EVERY == 0) {
                    slow = Optional.of(looks.slow(known));
                }
                watched.feed.seen(looks.look(known, slow.get()));
            } catch (DataAccessException | FozException e) {
                LOG.warn("looking at the streams of {} failed: {}", tenant, e.getMessage());
                slow = Optional.empty();
                watched.feed.failed();
            }
            if (!pause()) {
                return;
            }
        }
    }

    private synchronized boolean isWatched(Watched watched) {
        return watched.watchers > 0;
    }

    /// @return whether the thread may end: nobody came back meanwhile
    private synchronized boolean end(Watched watched) {
        if (watched.watchers > 0) {
            return false;
        }
        watched.sampled = false;
        watched.feed.pause();
        return true;
    }

    private static boolean pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(EVERY_MS - System.currentTimeMillis() % EVERY_MS);
            return true;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void start() {
        running = true;
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
