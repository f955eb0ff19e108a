package foz.adapter.debezium;

import foz.agent.LogLostException;
import io.debezium.embedded.Connect;
import io.debezium.engine.ChangeEvent;
import io.debezium.engine.DebeziumEngine;
import java.io.IOException;
import java.sql.Driver;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Properties;
import java.util.ServiceLoader;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A run of Debezium's engine on threads of its own, and what it has read and nobody has taken yet.
final class EngineRun implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EngineRun.class);
    private static final int BATCHES_MAX = 4;
    private static final long OFFER_MS = 200;
    private static final long CLOSE_TRIES_MAX = 600;
    private static final long CLOSE_PAUSE_MS = 100;

    /// What Debezium says where it will not come further, however often it begins again: the place
    /// is gone, the file of the tables' building is, or there is a change that it cannot read.
    private static final List<String> BEYOND =
            List.of(
                    "no longer available on the server",
                    "history topic",
                    "SchemaHistoryException",
                    "ParsingException",
                    "deserializ",
                    "Failed to properly convert",
                    "schema isn't known to this connector",
                    "schema recovery mode");

    private final DebeziumEngine<ChangeEvent<SourceRecord, SourceRecord>> engine;
    private final Thread thread;
    private final BlockingQueue<List<ChangeEvent<SourceRecord, SourceRecord>>> batches =
            new ArrayBlockingQueue<>(BATCHES_MAX);
    private final ArrayDeque<SourceRecord> waiting = new ArrayDeque<>();
    private final Warnings warnings = new Warnings();
    private volatile @Nullable Ended ended;
    private volatile boolean closing;

    private record Ended(String message, @Nullable Throwable cause) {}

    EngineRun(Properties settings) {
        ClassLoader loader = EngineRun.class.getClassLoader();
        Thread caller = Thread.currentThread();
        ClassLoader before = caller.getContextClassLoader();
        caller.setContextClassLoader(loader);
        try {
            // Drivers in the adapter's folder make themselves known once they are looked at.
            ServiceLoader.load(Driver.class, loader)
                    .forEach(driver -> LOG.debug("driver {}", driver));
            engine =
                    DebeziumEngine.create(Connect.class)
                            .using(settings)
                            .using(loader)
                            .using((_, message, error) ->
                                    ended = new Ended(String.valueOf(message), error))
                            .notifying(new Taking())
                            .build();
        } finally {
            caller.setContextClassLoader(before);
        }
        thread = Thread.ofPlatform().name("debezium").daemon(true).unstarted(engine);
        thread.setContextClassLoader(loader);
        thread.start();
    }

    /// Hands on what was read. Nothing is told to be processed: Debezium must not remember by
    /// itself how far it has read.
    private final class Taking
            implements DebeziumEngine.ChangeConsumer<ChangeEvent<SourceRecord, SourceRecord>> {
        @Override
        public void handleBatch(
                List<ChangeEvent<SourceRecord, SourceRecord>> records,
                DebeziumEngine.RecordCommitter<ChangeEvent<SourceRecord, SourceRecord>> committer)
                throws InterruptedException {
            while (!closing && !batches.offer(records, OFFER_MS, TimeUnit.MILLISECONDS)) {
                // The server is slow, or the spool full: Debezium waits, and the source is not
                // hurt.
            }
        }
    }

    /// What comes next; null when nothing comes within this time.
    ///
    /// @throws LogLostException when the log cannot be read on from where it was left
    /// @throws SQLException when Debezium has ended
    @Nullable SourceRecord next(long waitMs) throws SQLException, InterruptedException {
        if (waiting.isEmpty()) {
            List<ChangeEvent<SourceRecord, SourceRecord>> batch =
                    waitMs <= 0 ? batches.poll() : batches.poll(waitMs, TimeUnit.MILLISECONDS);
            if (batch == null) {
                requireRunning();
                return null;
            }
            batch.forEach(event -> waiting.add(event.value()));
        }
        return waiting.poll();
    }

    /// Statements of which there are no rows, come by before this.
    List<Warnings.Unread> unreadBefore(long ms) {
        return warnings.takeBefore(ms);
    }

    private void requireRunning() throws SQLException {
        Ended end = ended;
        if (end == null || !batches.isEmpty()) {
            return;
        }
        String all = messages(end);
        if (BEYOND.stream().anyMatch(all::contains)) {
            throw new LogLostException("Debezium cannot read on: " + all, false);
        }
        throw new SQLException("Debezium has ended: " + all, end.cause());
    }

    private static String messages(Ended end) {
        StringBuilder all = new StringBuilder(end.message());
        for (Throwable each = end.cause(); each != null; each = each.getCause()) {
            all.append("; ").append(each);
        }
        return all.toString();
    }

    /// Waits for its threads, also for a caller who is interrupted: a connection that is left open
    /// would go on reading.
    @Override
    public void close() {
        closing = true;
        boolean interrupted = Thread.interrupted();
        for (int i = 0; i < CLOSE_TRIES_MAX && thread.isAlive(); i++) {
            try {
                engine.close();
            } catch (IllegalStateException e) {
                // It starts, or ends already.
                LOG.debug("not to be closed now: {}", e.getMessage());
            } catch (IOException e) {
                LOG.debug("Debezium did not close well", e);
            }
            try {
                thread.join(CLOSE_PAUSE_MS);
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        warnings.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
