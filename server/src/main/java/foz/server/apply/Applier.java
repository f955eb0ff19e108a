package foz.server.apply;

import foz.server.log.BatchRecord;
import foz.server.log.Loop;
import foz.server.log.Topics;
import foz.server.replica.ReplicaWriter;
import foz.server.replica.Transactions;
import foz.server.settings.Role;
import foz.server.settings.Settings;
import foz.server.tenant.Tenant;
import foz.server.tenant.Tenants;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/// Reads batches from the log and brings them into the replicas. A stream whose batch cannot be
/// applied stands still, with the others going on, and is tried again from the acknowledged
/// batches.
@Component
@Role("apply")
final class Applier extends Loop {

    private static final Logger LOG = LoggerFactory.getLogger(Applier.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration REPAIR_EVERY = Duration.ofSeconds(3);

    private static final Duration REPAIR_EVERY_MAX = Duration.ofMinutes(5);
    private static final String LIMIT_EXCEEDED = "54";

    private record StreamKey(String tenant, String source) {}

    /// A stream that lacks its next batch, or could not take it.
    ///
    /// @param due when the log is asked for it again
    /// @param pause before the time after that
    private record Behind(Instant due, Duration pause) {
        Behind later() {
            Duration doubled = pause.multipliedBy(2);
            return new Behind(
                    Instant.now().plus(pause),
                    doubled.compareTo(REPAIR_EVERY_MAX) < 0 ? doubled : REPAIR_EVERY_MAX);
        }
    }

    private final Topics topics;
    private final DataSource dataSource;
    private final JdbcClient jdbc;
    private final Tenants tenants;
    private final ReplicaWriter writer;
    private final ApplyMeters meters;
    private final int transactionRowsMax;
    private final Map<StreamKey, Behind> behind = new HashMap<>();
    private Instant repairedAt = Instant.now();
    private @Nullable KafkaConsumer<String, byte[]> consumer;

    Applier(
            Topics topics,
            DataSource dataSource,
            Tenants tenants,
            ReplicaWriter writer,
            ApplyMeters meters,
            Settings settings) {
        super("applier", settings.apply().retryMsMax());
        this.topics = topics;
        this.dataSource = dataSource;
        this.jdbc = JdbcClient.create(dataSource);
        this.tenants = tenants;
        this.writer = writer;
        this.meters = meters;
        this.transactionRowsMax = settings.apply().transactionRowsMax();
    }

    @Override
    protected void open() throws InterruptedException {
        topics.create(topics.changes());
        KafkaConsumer<String, byte[]> opened = topics.consumer("apply");
        opened.subscribe(List.of(topics.changes()));
        consumer = opened;
    }

    @Override
    protected void close() {
        KafkaConsumer<String, byte[]> open = consumer;
        consumer = null;
        if (open != null) {
            open.close();
        }
    }

    @Override
    protected void wake() {
        KafkaConsumer<String, byte[]> open = consumer;
        if (open != null) {
            open.wakeup();
        }
    }

    @Override
    protected void step() {
        KafkaConsumer<String, byte[]> open = consumer;
        if (open == null) {
            throw new IllegalStateException("not open");
        }
        try {
            Map<StreamKey, List<BatchRecord>> byStream = new LinkedHashMap<>();
            for (ConsumerRecord<String, byte[]> record : open.poll(POLL)) {
                BatchRecord batch = BatchRecord.of(record);
                byStream.computeIfAbsent(
                                new StreamKey(batch.tenant(), batch.source()),
                                _ -> new ArrayList<>())
                        .add(batch);
            }
            byStream.forEach(this::applyAll);
            if (!byStream.isEmpty()) {
                open.commitSync();
            }
            repair();
        } catch (WakeupException _) {
            // The process stops; the loop ends by itself.
        }
    }

    private void applyAll(StreamKey key, List<BatchRecord> batches) {
        Optional<Tenant> tenant = tenants.find(key.tenant());
        if (tenant.isEmpty()) {
            LOG.warn("batches of the tenant {} came after it was removed", key.tenant());
            return;
        }
        List<BatchRecord> transaction = new ArrayList<>();
        long bytes = 0;
        for (BatchRecord batch : batches) {
            transaction.add(batch);
            bytes += batch.body().length;
            // Compressed, a row takes some ten bytes or more; the bound need not be exact.
            if (bytes / 10 > transactionRowsMax) {
                applyOnce(key, tenant.get(), transaction);
                transaction.clear();
                bytes = 0;
            }
        }
        if (!transaction.isEmpty()) {
            applyOnce(key, tenant.get(), transaction);
        }
    }

    private void applyOnce(StreamKey key, Tenant tenant, List<BatchRecord> batches) {
        Instant start = Instant.now();
        BatchApplier.Applied applied;
        try {
            applied = transact(key, tenant, batches);
        } catch (DataAccessResourceFailureException | TransientDataAccessException e) {
            if (!exceedsLimit(e)) {
                // The database is away: nothing can go on, and the log keeps the batches.
                throw e;
            }
            standStill(key, batches, e);
            return;
        } catch (DataAccessException | IllegalStateException | IllegalArgumentException e) {
            standStill(key, batches, e);
            return;
        }
        report(key, batches, applied, start);
    }

    /// Whether a row is more than the database can hold (class 54), which Spring counts among the
    /// failures of the database itself.
    private static boolean exceedsLimit(DataAccessException e) {
        return e.getRootCause() instanceof SQLException cause
                && String.valueOf(cause.getSQLState()).startsWith(LIMIT_EXCEEDED);
    }

    private void standStill(StreamKey key, List<BatchRecord> batches, RuntimeException e) {
        meters.failed(key.tenant(), key.source());
        LOG.error(
                "the stream {}/{} stands still at batch {}",
                key.tenant(),
                key.source(),
                batches.getFirst().seq(),
                e);
        behind.putIfAbsent(
                key, new Behind(Instant.now().plus(REPAIR_EVERY), REPAIR_EVERY.multipliedBy(2)));
    }

    private BatchApplier.Applied transact(StreamKey key, Tenant tenant, List<BatchRecord> batches) {
        try {
            return transact(key, tenant, batches, false);
        } catch (DataIntegrityViolationException e) {
            // A value that our checks let pass and the database refused: one row must not stop the
            // others.
            LOG.warn(
                    "a row of {}/{} was refused; asking for each row",
                    key.tenant(),
                    key.source(),
                    e);
            return transact(key, tenant, batches, true);
        }
    }

    private BatchApplier.Applied transact(
            StreamKey key, Tenant tenant, List<BatchRecord> batches, boolean careful) {
        return Transactions.run(
                dataSource,
                connection ->
                        new BatchApplier(connection, tenant, key.source(), writer, careful)
                                .apply(batches));
    }

    private void report(
            StreamKey key, List<BatchRecord> batches, BatchApplier.Applied applied, Instant start) {
        meters.applied(
                key.tenant(),
                key.source(),
                applied,
                Duration.between(start, Instant.now()),
                Instant.ofEpochMilli(batches.getLast().capturedAtMs()));
        jdbc.sql(
                        """
                        UPDATE stream SET applied_seq = greatest(applied_seq, ?), last_applied_at = now()
                        WHERE tenant = ? AND source = ? AND incarnation = ?
                        """)
                .params(applied.seq(), key.tenant(), key.source(), applied.incarnation())
                .update();
        if (applied.gap()) {
            LOG.warn(
                    "the log lacks batch {} of {}/{}; it is put there again",
                    applied.seq() + 1,
                    key.tenant(),
                    key.source());
            behind.putIfAbsent(key, new Behind(Instant.EPOCH, REPAIR_EVERY));
        } else {
            behind.remove(key);
        }
    }

    /// Has the publisher repeat what streams that stand still are missing. A stream whose last
    /// batches the log lost, with none after them, shows no gap: it is known by standing still.
    private void repair() {
        if (repairedAt.plus(REPAIR_EVERY).isBefore(Instant.now())) {
            repairedAt = Instant.now();
            jdbc.sql(
                            """
                            UPDATE stream SET published_seq = applied_seq
                            WHERE published_seq > applied_seq AND last_batch_at < now() - interval '30 seconds'
                                AND coalesce(last_applied_at, last_batch_at) < now() - interval '30 seconds'
                            """)
                    .update();
        }
        Instant now = Instant.now();
        for (Map.Entry<StreamKey, Behind> entry : behind.entrySet()) {
            if (entry.getValue().due().isBefore(now)) {
                jdbc.sql(
                                """
                                UPDATE stream SET published_seq = applied_seq WHERE tenant = ? AND source = ?
                                """)
                        .params(entry.getKey().tenant(), entry.getKey().source())
                        .update();
                entry.setValue(entry.getValue().later());
            }
        }
    }
}
