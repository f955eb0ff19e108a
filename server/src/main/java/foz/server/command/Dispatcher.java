package foz.server.command;

import foz.server.log.Loop;
import foz.server.log.Topics;
import foz.server.replica.Transactions;
import foz.server.settings.Role;
import foz.server.settings.Settings;
import foz.server.tenant.Tenant;
import foz.server.tenant.Tenants;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/// Takes commands from the lanes and lays them ready for the agents. One that is there already, or
/// has its verdict, is passed over.
@Component
@Role("command")
final class Dispatcher extends Loop {

    private static final Duration POLL = Duration.ofMillis(500);

    private final Topics topics;
    private final DataSource dataSource;
    private final Tenants tenants;
    private @Nullable KafkaConsumer<String, byte[]> consumer;

    Dispatcher(Topics topics, DataSource dataSource, Tenants tenants, Settings settings) {
        super("dispatcher", settings.apply().retryMsMax());
        this.topics = topics;
        this.dataSource = dataSource;
        this.tenants = tenants;
    }

    @Override
    protected void open() throws InterruptedException {
        List<String> names = Outbox.LANES.stream().map(topics::commands).toList();
        for (String name : names) {
            topics.create(name);
        }
        KafkaConsumer<String, byte[]> opened = topics.consumer("dispatch");
        opened.subscribe(names);
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
            Map<String, List<String>> byTenant = new LinkedHashMap<>();
            for (ConsumerRecord<String, byte[]> record : open.poll(POLL)) {
                String text = new String(record.value(), StandardCharsets.UTF_8);
                int end = text.indexOf('\n');
                byTenant.computeIfAbsent(text.substring(0, end), _ -> new ArrayList<>())
                        .add(text.substring(end + 1));
            }
            byTenant.forEach(this::layReady);
            if (!byTenant.isEmpty()) {
                open.commitSync();
            }
        } catch (WakeupException _) {
            // The process stops; the loop ends by itself.
        }
    }

    private void layReady(String tenantId, List<String> ids) {
        Optional<Tenant> tenant = tenants.find(tenantId);
        if (tenant.isPresent()) {
            Transactions.run(dataSource, connection -> layReady(connection, tenant.get(), ids));
        }
    }

    private static int layReady(Connection connection, Tenant tenant, List<String> ids)
            throws SQLException {
        try (PreparedStatement ready =
                        connection.prepareStatement(
                                """
                                INSERT INTO "{s}".foz_delivery (command_id, source, ordering_key)
                                SELECT c.id, ?, c.ordering_key FROM unnest(?) WITH ORDINALITY AS w(id, place)
                                JOIN "{s}".foz_command c ON c.id = w.id
                                JOIN "{s}".foz_outbox o ON o.command_id = w.id
                                WHERE c.state = 'queued' ORDER BY w.place
                                ON CONFLICT DO NOTHING
                                """
                                        .replace("{s}", tenant.schema()));
                PreparedStatement done =
                        connection.prepareStatement(
                                "DELETE FROM \"%s\".foz_outbox WHERE command_id = ANY (?)"
                                        .formatted(tenant.schema()));
                PreparedStatement notify =
                        connection.prepareStatement("SELECT pg_notify('foz_version', ?)")) {
            java.sql.Array array = connection.createArrayOf("text", ids.toArray(new String[0]));
            ready.setString(1, tenant.source());
            ready.setArray(2, array);
            int laid = ready.executeUpdate();
            done.setArray(1, array);
            done.executeUpdate();
            notify.setString(1, tenant.id());
            notify.execute();
            return laid;
        }
    }
}
