package foz.agent;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Captures one table of a feed again and again, at the pace that the contract gives. Runs on a
/// thread of its own; the permits bound how many tables are read at once.
final class FeedLoop implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(FeedLoop.class);

    private static final int PAUSE_FACTOR = 4;
    private static final long PAUSE_MS_MAX = 60_000;
    private static final Duration PAUSED_LOOK = Duration.ofMinutes(1);

    private static final String NOT_VERIFIED =
            "what files and services give cannot be asked for a second time; have the table read whole again instead";

    /// What is wrong with a file is mended by people: it is not fetched every few seconds until
    /// then.
    private static final long BACKOFF_MS_MAX = 300_000;

    private final FeedCapture capture;
    private final Semaphore permits;
    private final AgentMeters meters;
    private final TableDesk desk;
    private final Orders orders;
    private final Backoff backoff = new Backoff(BACKOFF_MS_MAX);

    FeedLoop(
            FeedCapture capture,
            Semaphore permits,
            AgentMeters meters,
            TableDesk desk,
            Orders orders) {
        this.capture = capture;
        this.permits = permits;
        this.meters = meters;
        this.desk = desk;
        this.orders = orders;
    }

    @Override
    public void run() {
        String table = capture.table().name();
        try {
            while (!Thread.currentThread().isInterrupted()) {
                whilePaused(table);
                Instant start = Instant.now();
                try {
                    if (!take(table)) {
                        rest(Duration.between(start, Instant.now()));
                    }
                    meters.captured(table, Instant.now());
                    desk.well(table, TableDesk.Phase.LOOKING);
                    backoff.succeeded();
                } catch (Spool.StaleException _) {
                    LOG.info("{} is captured anew", table);
                } catch (IOException | RuntimeException e) {
                    capture.requireOpen();
                    meters.failed("capture");
                    LOG.warn("capturing {} failed: {}", table, e.toString());
                    desk.stands(table, String.valueOf(e.getMessage()), "");
                    backoff.pause();
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void whilePaused(String table) throws InterruptedException {
        Optional<Orders.Order> pause = orders.pause(table);
        if (pause.isPresent()) {
            orders.taken(pause.get());
            desk.paused(table, pause.get().by(), Instant.now());
            while (orders.pause(table).isPresent()) {
                orders.rest(table, PAUSED_LOOK);
            }
        }
    }

    private boolean take(String table) throws IOException, InterruptedException {
        permits.acquire();
        try {
            Optional<Orders.Order> order = orders.next(table);
            if (order.isEmpty()) {
                return capture.take();
            }
            if (order.get().kind() == Orders.Kind.VERIFY) {
                orders.failed(order.get(), NOT_VERIFIED);
                return true;
            }
            orders.taken(order.get());
            boolean more = capture.takeAnew();
            orders.done(order.get());
            return more;
        } finally {
            permits.release();
        }
    }

    /// A table costs the source a fifth of its time at most, but none waits longer than a minute
    /// for that.
    private void rest(Duration spent) throws InterruptedException {
        long pollMs = capture.table().capture().orElseThrow().pollMs();
        long fair = Math.min(spent.toMillis() * PAUSE_FACTOR, PAUSE_MS_MAX);
        orders.rest(
                capture.table().name(),
                Duration.ofMillis(Math.max(pollMs - spent.toMillis(), fair)));
    }
}
