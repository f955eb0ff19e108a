package foz.server.ingest;

import foz.server.log.BatchRecord;
import foz.server.log.Loop;
import foz.server.log.Topics;
import foz.server.replica.Listener;
import foz.server.settings.Role;
import foz.server.settings.Settings;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/// Puts acknowledged batches on the log, in the order of each stream. Repetition is allowed: who
/// applies knows a batch by its sequence. One publisher works at a time, held by an advisory lock
/// of the database.
@Component
@Role("ingest")
final class Publisher extends Loop {

    static final String CHANNEL = "foz_ingest";

    private static final long ADVISORY_LOCK = 0x666f7a01L;
    private static final int BATCHES_MAX = 16;
    private static final int WAIT_MS = 500;

    private record Open(Listener listener, KafkaProducer<String, byte[]> producer) {}

    private final JdbcClient jdbc;
    private final Topics topics;
    private final Settings settings;
    private final Counter published;
    private @Nullable Open open;
    private boolean leader;

    Publisher(JdbcClient jdbc, Topics topics, Settings settings, MeterRegistry meters) {
        super("publisher", 2_000);
        this.jdbc = jdbc;
        this.topics = topics;
        this.settings = settings;
        this.published =
                Counter.builder("foz.log.batches")
                        .description("Batches put on the log")
                        .register(meters);
    }

    @Override
    protected void open() throws InterruptedException {
        topics.create(topics.changes());
        leader = false;
        open =
                new Open(
                        Listener.open(settings.database(), CHANNEL),
                        topics.producer("foz-publisher"));
    }

    @Override
    protected void close() {
        Open held = open;
        open = null;
        if (held != null) {
            held.producer().close(Duration.ofSeconds(1));
            held.listener().close();
        }
    }

    @Override
    protected void step() throws InterruptedException {
        Open held = open;
        if (held == null) {
            throw new IllegalStateException("not open");
        }
        leader = leader || held.listener().tryLead(ADVISORY_LOCK);
        if (!leader || publish(held.producer()) == 0) {
            held.listener().await(WAIT_MS);
        }
    }

    private int publish(KafkaProducer<String, byte[]> producer) throws InterruptedException {
        List<BatchRecord> waiting = waiting();
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (BatchRecord next : waiting) {
            sent.add(producer.send(next.toRecord(topics.changes())));
        }
        for (int i = 0; i < sent.size(); i++) {
            try {
                sent.get(i).get();
            } catch (ExecutionException e) {
                throw new IllegalStateException("the log did not take a batch", e.getCause());
            }
            markPublished(waiting.get(i));
            published.increment();
        }
        return waiting.size();
    }

    private List<BatchRecord> waiting() {
        return jdbc.sql(
                        """
                        SELECT l.tenant, l.source, l.incarnation, l.seq, l.captured_at, l.received_at, l.body
                        FROM stream s JOIN ingest_log l
                            ON l.tenant = s.tenant AND l.source = s.source AND l.incarnation = s.incarnation
                        WHERE l.seq > s.published_seq AND l.seq <= s.published_seq + ?
                        ORDER BY l.tenant, l.source, l.seq LIMIT ?
                        """)
                .params(BATCHES_MAX, BATCHES_MAX)
                .query((rs, _) ->
                        new BatchRecord(
                                rs.getString(1),
                                rs.getString(2),
                                rs.getInt(3),
                                rs.getLong(4),
                                rs.getTimestamp(5).getTime(),
                                rs.getTimestamp(6).getTime(),
                                rs.getBytes(7)))
                .list();
    }

    private void markPublished(BatchRecord batch) {
        jdbc.sql(
                        """
                        UPDATE stream SET published_seq = greatest(published_seq, ?)
                        WHERE tenant = ? AND source = ? AND incarnation = ?
                        """)
                .params(batch.seq(), batch.tenant(), batch.source(), batch.incarnation())
                .update();
        jdbc.sql(
                        """
                        DELETE FROM ingest_log l USING stream s
                        WHERE s.tenant = ? AND s.source = ? AND l.tenant = s.tenant AND l.source = s.source
                            AND l.incarnation = s.incarnation AND l.seq <= s.applied_seq - ?
                        """)
                .params(batch.tenant(), batch.source(), settings.ingest().keptBatches())
                .update();
    }
}
