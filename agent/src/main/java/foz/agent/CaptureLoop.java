package foz.agent;

import foz.contract.Contract.Capture;
import foz.contract.Contract.Column;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Captures one table again and again, at the pace that the contract gives. Runs on a thread of its
/// own; the permits bound how many tables work on the source at once.
final class CaptureLoop implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(CaptureLoop.class);

    private static final int PAUSE_FACTOR = 4;
    private static final long PAUSE_MS_MAX = 60_000;
    private static final Duration PAUSED_LOOK = Duration.ofMinutes(1);

    private final TableCapture capture;
    private final Dialect dialect;
    private final RowState state;
    private final Semaphore permits;
    private final AgentMeters meters;
    private final TableDesk desk;
    private final Orders orders;
    private final @Nullable JournalLook journal;
    private final Backoff backoff = new Backoff(10_000);
    private Instant compareDue = Instant.EPOCH;
    private boolean journalServed;

    /// @param journal where the table is to be captured by it; null otherwise
    CaptureLoop(
            TableCapture capture,
            Dialect dialect,
            RowState state,
            Semaphore permits,
            AgentMeters meters,
            TableDesk desk,
            Orders orders,
            @Nullable JournalLook journal) {
        this.capture = capture;
        this.dialect = dialect;
        this.state = state;
        this.permits = permits;
        this.meters = meters;
        this.desk = desk;
        this.orders = orders;
        this.journal = journal;
    }

    @Override
    public void run() {
        Connection connection = null;
        try {
            while (!Thread.currentThread().isInterrupted()) {
                connection = whilePaused(connection);
                permits.acquire();
                Duration spent = Duration.ZERO;
                try {
                    if (connection == null || connection.isClosed()) {
                        connection = dialect.openForCapture();
                    }
                    spent = pass(connection);
                    meters.captured(capture.table().name(), Instant.now());
                    desk.well(capture.table().name(), TableDesk.Phase.LOOKING);
                    backoff.succeeded();
                } catch (Pace.ClosedException e) {
                    desk.waits(capture.table().name(), String.valueOf(e.getMessage()));
                } catch (Spool.StaleException _) {
                    LOG.info("{} is captured anew", capture.table().name());
                } catch (SQLException | RuntimeException e) {
                    state.requireOpen();
                    meters.failed("capture");
                    LOG.warn("capturing {} failed: {}", capture.table().name(), e.toString());
                    desk.stands(capture.table().name(), String.valueOf(e.getMessage()), "");
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
                rest(spent);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            Dialect.close(connection);
        }
    }

    /// Leaves the table alone for as long as that is asked.
    private @Nullable Connection whilePaused(@Nullable Connection open)
            throws InterruptedException {
        String name = capture.table().name();
        Optional<Orders.Order> pause = orders.pause(name);
        if (pause.isEmpty()) {
            return open;
        }
        Dialect.close(open);
        orders.taken(pause.get());
        desk.paused(name, pause.get().by(), Instant.now());
        while (orders.pause(name).isPresent()) {
            orders.rest(name, PAUSED_LOOK);
        }
        // Stamps may be older than what a look goes back.
        compareDue = Instant.EPOCH;
        return null;
    }

    /// What somebody asked for.
    private void obey(Orders.Order order, Connection connection)
            throws SQLException, InterruptedException {
        orders.taken(order);
        if (order.kind() == Orders.Kind.RELOAD) {
            LOG.info("capturing {} whole again, as {} asked", order.table(), order.by());
            capture.snapshot(connection);
            compareDue = Instant.EPOCH;
        } else {
            capture.check(connection, order.id());
        }
        orders.done(order);
    }

    /// @return how long the look took, for the pace; nothing for a whole capture
    private Duration pass(Connection connection) throws SQLException, InterruptedException {
        Capture how = capture.table().capture().orElseThrow();
        String name = capture.table().name();
        if (!state.has(name)) {
            LOG.info("capturing {} whole", name);
            capture.snapshot(connection);
            // What changed while it was read is found at once, however its stamps are kept.
            compareDue = Instant.EPOCH;
            return Duration.ZERO;
        }
        Optional<Orders.Order> order = orders.next(name);
        if (order.isPresent() && capture.mayCompare()) {
            obey(order.get(), connection);
            return Duration.ZERO;
        }
        if (journal != null) {
            switch (journal.look(connection)) {
                case ABSENT -> {
                    if (journalServed) {
                        compareDue = Instant.EPOCH;
                        journalServed = false;
                    }
                }
                case BEGINS -> {
                    journalServed = true;
                    compareDue = Instant.EPOCH;
                    return byJournal(journal, connection, how);
                }
                case SERVES -> {
                    return byJournal(journal, connection, how);
                }
            }
        }
        Optional<Column> stamp = how.stamp().flatMap(capture.table()::column);
        if (stamp.isEmpty()) {
            return timed(() -> capture.compare(connection));
        }
        Duration spent = timed(() -> capture.byStamp(connection, stamp.get(), how.overlapMs()));
        compareWhenDue(connection, how);
        return spent;
    }

    private Duration byJournal(JournalLook journal, Connection connection, Capture how)
            throws SQLException, InterruptedException {
        Duration spent = timed(() -> journal.take(connection, capture));
        boolean first = compareDue.equals(Instant.EPOCH);
        long before = capture.rowsCaptured();
        compareWhenDue(connection, how);
        if (!first) {
            meters.notJournalled(capture.table().name(), capture.rowsCaptured() - before);
        }
        return spent;
    }

    private void compareWhenDue(Connection connection, Capture how)
            throws SQLException, InterruptedException {
        if (compareDue.isBefore(Instant.now()) && capture.mayCompare()) {
            Duration compared = timed(() -> capture.compare(connection));
            // The compare has its own pause: the table is looked at meanwhile.
            compareDue = Instant.now().plusMillis(Math.max(how.compareMs(), pauseMs(compared)));
        }
    }

    private interface Look {
        void run() throws SQLException, InterruptedException;
    }

    private static Duration timed(Look look) throws SQLException, InterruptedException {
        Instant start = Instant.now();
        look.run();
        return Duration.between(start, Instant.now());
    }

    /// A table costs the source a fifth of its time at most, however large it grows; but no table
    /// waits longer than a minute for that.
    private void rest(Duration spent) throws InterruptedException {
        long pollMs = capture.table().capture().orElseThrow().pollMs();
        orders.rest(
                capture.table().name(),
                Duration.ofMillis(Math.max(pollMs - spent.toMillis(), pauseMs(spent))));
    }

    private static long pauseMs(Duration spent) {
        return Math.min(spent.toMillis() * PAUSE_FACTOR, PAUSE_MS_MAX);
    }
}
