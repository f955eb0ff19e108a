package foz.server.command;

import foz.server.log.Loop;
import foz.server.log.Topics;
import foz.server.replica.Listener;
import foz.server.settings.Role;
import foz.server.settings.Settings;
import foz.server.tenant.Tenant;
import foz.server.tenant.Tenants;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/// Puts accepted commands on their lane, in the order in which they came. A command that is not
/// seen on the far side within a bound is put there again; the far side knows it by its id.
@Component
@Role("command")
final class Outbox extends Loop {

    static final String CHANNEL = "foz_outbox";
    static final List<String> LANES = List.of("vip", "normal", "bulk");

    private static final long ADVISORY_LOCK = 0x666f7a02L;
    private static final int COMMANDS_MAX = 500;
    private static final int WAIT_MS = 500;
    private static final Duration SWEEP_EVERY = Duration.ofSeconds(5);

    private record Open(Listener listener, KafkaProducer<String, byte[]> producer) {}

    private record Waiting(String id, String lane, String orderingKey) {}

    private final JdbcClient jdbc;
    private final Tenants tenants;
    private final Topics topics;
    private final Settings settings;
    private @Nullable Open open;
    private boolean leader;
    private Instant swept = Instant.EPOCH;

    Outbox(JdbcClient jdbc, Tenants tenants, Topics topics, Settings settings) {
        super("outbox", 2_000);
        this.jdbc = jdbc;
        this.tenants = tenants;
        this.topics = topics;
        this.settings = settings;
    }

    @Override
    protected void open() throws InterruptedException {
        for (String lane : LANES) {
            topics.create(topics.commands(lane));
        }
        leader = false;
        swept = Instant.EPOCH;
        open = new Open(Listener.open(settings.database(), CHANNEL), topics.producer("foz-outbox"));
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
        Set<String> rung = held.listener().await(WAIT_MS);
        if (!leader) {
            return;
        }
        Instant now = Instant.now();
        if (swept.plus(SWEEP_EVERY).isBefore(now)) {
            rung = Set.copyOf(tenants.ids());
            swept = now;
        }
        for (String id : rung) {
            var tenant = tenants.find(id);
            if (tenant.isPresent()) {
                publish(held.producer(), tenant.get());
            }
        }
    }

    private void publish(KafkaProducer<String, byte[]> producer, Tenant tenant)
            throws InterruptedException {
        List<Waiting> waiting = waiting(tenant);
        while (!waiting.isEmpty()) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (Waiting next : waiting) {
                sent.add(
                        producer.send(
                                new ProducerRecord<>(
                                        topics.commands(next.lane()),
                                        tenant.id() + "/" + next.orderingKey(),
                                        (tenant.id() + "\n" + next.id())
                                                .getBytes(StandardCharsets.UTF_8))));
            }
            for (Future<RecordMetadata> each : sent) {
                try {
                    each.get();
                } catch (ExecutionException e) {
                    throw new IllegalStateException("the log did not take a command", e.getCause());
                }
            }
            jdbc.sql(
                            """
                            UPDATE "%s".foz_outbox SET published_at = clock_timestamp() WHERE command_id = ANY (?)
                            """
                                    .formatted(tenant.schema()))
                    .param(waiting.stream().map(Waiting::id).toArray(String[]::new))
                    .update();
            waiting = waiting.size() < COMMANDS_MAX ? List.of() : waiting(tenant);
        }
    }

    private List<Waiting> waiting(Tenant tenant) {
        return jdbc.sql(
                        """
                        SELECT c.id, c.lane, c.ordering_key
                        FROM "{s}".foz_outbox o JOIN "{s}".foz_command c ON c.id = o.command_id
                        WHERE o.published_at IS NULL
                            OR o.published_at < clock_timestamp() - make_interval(secs => ?)
                        ORDER BY c.received_at, c.id LIMIT ?
                        """
                                .replace("{s}", tenant.schema()))
                .params(settings.command().republishMs() / 1000.0, COMMANDS_MAX)
                .query((rs, _) -> new Waiting(rs.getString(1), rs.getString(2), rs.getString(3)))
                .list();
    }
}
