package foz.agent;

import foz.contract.Contract.Capture;
import foz.contract.Contract.Column;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Captures one table again and again, at the pace that the contract gives. Runs on a thread of its
/// own; the permits bound how many tables work on the source at once.
final class CaptureLoop implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(CaptureLoop.class);

    private final TableCapture capture;
    private final Dialect dialect;
    private final RowState state;
    private final Semaphore permits;
    private final AgentMeters meters;
    private final Backoff backoff = new Backoff(10_000);
    private Instant comparedAt = Instant.EPOCH;

    CaptureLoop(
            TableCapture capture,
            Dialect dialect,
            RowState state,
            Semaphore permits,
            AgentMeters meters) {
        this.capture = capture;
        this.dialect = dialect;
        this.state = state;
        this.permits = permits;
        this.meters = meters;
    }

    @Override
    public void run() {
        Connection connection = null;
        try {
            while (!Thread.currentThread().isInterrupted()) {
                permits.acquire();
                Instant start = Instant.now();
                try {
                    if (connection == null || connection.isClosed()) {
                        connection = dialect.openForCapture();
                    }
                    pass(connection);
                    meters.captured(capture.table().name(), Instant.now());
                    backoff.succeeded();
                } catch (Spool.StaleException _) {
                    LOG.info("{} is captured anew", capture.table().name());
                } catch (SQLException | RuntimeException e) {
                    meters.failed("capture");
                    LOG.warn("capturing {} failed: {}", capture.table().name(), e.toString());
                    Dialect.close(connection);
                    connection = null;
                    permits.release();
                    try {
                        backoff.pause();
                    } finally {
                        permits.acquireUninterruptibly();
                    }
                } finally {
                    permits.release();
                }
                rest(start);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            Dialect.close(connection);
        }
    }

    private void pass(Connection connection) throws SQLException, InterruptedException {
        Capture how = capture.table().capture().orElseThrow();
        String name = capture.table().name();
        if (!state.has(name)) {
            LOG.info("capturing {} whole", name);
            capture.snapshot(connection);
            comparedAt = Instant.now();
            return;
        }
        Optional<Column> stamp = how.stamp().flatMap(capture.table()::column);
        if (stamp.isEmpty()) {
            capture.compare(connection);
            return;
        }
        capture.byStamp(connection, stamp.get(), how.overlapMs());
        if (comparedAt.plusMillis(how.compareMs()).isBefore(Instant.now())) {
            capture.compare(connection);
            comparedAt = Instant.now();
        }
    }

    private void rest(Instant start) throws InterruptedException {
        long pollMs = capture.table().capture().orElseThrow().pollMs();
        long spent = Duration.between(start, Instant.now()).toMillis();
        // A table costs the source a fifth of its time at most, however large it grows.
        TimeUnit.MILLISECONDS.sleep(Math.max(pollMs - spent, 4 * spent));
    }
}
