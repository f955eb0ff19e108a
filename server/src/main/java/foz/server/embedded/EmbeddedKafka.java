package foz.server.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;

/// One Kafka node of ours (broker and controller), on the loopback address, as a process of its
/// own.
public final class EmbeddedKafka implements AutoCloseable {

    private static final Duration START_MAX = Duration.ofSeconds(60);

    private final int port;
    private final Child child;

    /// Formats the folder if it is new, starts the broker, and waits until it answers.
    ///
    /// @param controllerPort for the controller's own traffic
    public EmbeddedKafka(
            Home home, Path data, Path log, int port, int controllerPort, Runnable onStart) {
        this.port = port;
        Path config = data.resolve("server.properties");
        Home.write(config, config(data, port, controllerPort));
        if (!Files.exists(data.resolve("log/meta.properties"))) {
            format(home, config, data, log);
        }
        this.child =
                new Child(
                        new Child.Spec(
                                "kafka",
                                home.java("kafka", options(), "kafka.Kafka", config.toString()),
                                data,
                                log,
                                "TERM",
                                Duration.ofSeconds(15)),
                        onStart);
        awaitAnswer();
    }

    private static List<String> options() {
        return List.of(
                "-Xmx256m",
                "-Xms128m",
                "-XX:+UseSerialGC",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                "-Dorg.slf4j.simpleLogger.showDateTime=true");
    }

    /// Short session times let the node take itself for gone, and come back, within seconds of a
    /// kill.
    private static String config(Path data, int port, int controllerPort) {
        return """
        process.roles=broker,controller
        node.id=1
        controller.quorum.voters=1@127.0.0.1:%d
        listeners=PLAINTEXT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d
        advertised.listeners=PLAINTEXT://127.0.0.1:%d
        controller.listener.names=CONTROLLER
        listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
        inter.broker.listener.name=PLAINTEXT
        log.dirs=%s
        offsets.topic.replication.factor=1
        offsets.topic.num.partitions=4
        transaction.state.log.replication.factor=1
        transaction.state.log.min.isr=1
        share.coordinator.state.topic.replication.factor=1
        share.coordinator.state.topic.min.isr=1
        group.initial.rebalance.delay.ms=0
        group.consumer.heartbeat.interval.ms=1000
        group.consumer.min.heartbeat.interval.ms=500
        group.consumer.session.timeout.ms=6000
        group.consumer.min.session.timeout.ms=3000
        broker.session.timeout.ms=2000
        broker.heartbeat.interval.ms=500
        message.max.bytes=11534336
        replica.fetch.max.bytes=11534336
        log.retention.hours=24
        log.segment.bytes=67108864
        log.retention.bytes=536870912
        auto.create.topics.enable=false
        """
                .formatted(
                        controllerPort, port, controllerPort, port, data.resolve("log").toString());
    }

    private static void format(Home home, Path config, Path data, Path log) {
        try {
            Files.createDirectories(data.resolve("log"));
            Files.createDirectories(log.toAbsolutePath().getParent());
            Process process =
                    new ProcessBuilder(
                                    home.java(
                                            "kafka",
                                            List.of(
                                                    "-Xmx128m",
                                                    "-XX:+UseSerialGC",
                                                    "-XX:TieredStopAtLevel=1"),
                                            "kafka.tools.StorageTool",
                                            "format",
                                            "-t",
                                            clusterId(),
                                            "-c",
                                            config.toString()))
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                            .start();
            if (!process.waitFor(1, TimeUnit.MINUTES) || process.exitValue() != 0) {
                throw new EmbeddedException("Kafka could not format " + data + "; see " + log);
            }
        } catch (IOException e) {
            throw new EmbeddedException("cannot format Kafka's folder " + data, e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new EmbeddedException("interrupted");
        }
    }

    /// A random id in Kafka's own form: URL-safe base 64 of 16 bytes.
    private static String clusterId() {
        UUID id = UUID.randomUUID();
        ByteBuffer bytes = ByteBuffer.allocate(16);
        bytes.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
        String text = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
        return text.startsWith("-") ? clusterId() : text;
    }

    private void awaitAnswer() {
        Instant until = Instant.now().plus(START_MAX);
        while (!accepts() || !answers()) {
            if (Instant.now().isAfter(until)) {
                close();
                throw new EmbeddedException("Kafka did not start; see " + child.log());
            }
            try {
                TimeUnit.MILLISECONDS.sleep(100);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                throw new EmbeddedException("interrupted");
            }
        }
    }

    private boolean accepts() {
        try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    private boolean answers() {
        Properties properties = new Properties();
        properties.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers());
        try (Admin admin = Admin.create(properties)) {
            admin.describeCluster().nodes().get(10, TimeUnit.SECONDS);
            return true;
        } catch (ExecutionException | TimeoutException _) {
            return false;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    public String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    public Child child() {
        return child;
    }

    @Override
    public void close() {
        child.close();
    }
}
