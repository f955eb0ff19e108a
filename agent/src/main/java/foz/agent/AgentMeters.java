package foz.agent;

import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// What the agent counts, on a page of its own in Prometheus format.
final class AgentMeters implements AutoCloseable {

    /// Whoever calls [#failed]. Each counter is there from the start, at 0: an alarm on one that
    /// appears with the first fault misses that fault.
    private static final List<String> STATIONS =
            List.of("capture", "commands", "uplink", "verdicts");

    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Map<String, Instant> capturedAt = new ConcurrentHashMap<>();
    private final HttpServer server;

    AgentMeters(int port) {
        try {
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 16);
        } catch (IOException e) {
            throw new SettingsException(
                    "cannot open metricsPort %d on the loopback address: %s; choose another, or 0"
                            .formatted(port, e.getMessage()));
        }
        server.createContext(
                "/metrics",
                exchange -> {
                    byte[] page = registry.scrape().getBytes(StandardCharsets.UTF_8);
                    exchange.getResponseHeaders()
                            .set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
                    exchange.sendResponseHeaders(200, page.length);
                    try (var out = exchange.getResponseBody()) {
                        out.write(page);
                    }
                });
        server.start();
        Runtime runtime = Runtime.getRuntime();
        Gauge.builder(
                        "foz.agent.heap.bytes",
                        runtime,
                        r -> (double) (r.totalMemory() - r.freeMemory()))
                .register(registry);
        STATIONS.forEach(station -> registry.counter("foz.agent.errors", "station", station));
    }

    int port() {
        return server.getAddress().getPort();
    }

    void spool(Spool spool) {
        Gauge.builder("foz.agent.spool.batches", spool, Spool::waiting)
                .description("Batches that the server does not have yet")
                .register(registry);
        Gauge.builder("foz.agent.spool.bytes", spool, s -> (double) s.bytes())
                .description("Bytes of the spool on disk")
                .register(registry);
    }

    void captured(String table, Instant at) {
        if (capturedAt.put(table, at) == null) {
            Gauge.builder("foz.agent.capture.age.seconds", () -> age(table))
                    .description("Since the table was last looked at")
                    .tag("table", table)
                    .register(registry);
        }
    }

    /// Rows that a compare found although the table is captured by its journal. Those that changed
    /// while it ran are among them.
    void notJournalled(String table, long rows) {
        registry.counter("foz.agent.journal.missed.rows", "table", table).increment((double) rows);
    }

    private double age(String table) {
        Instant at = capturedAt.getOrDefault(table, Instant.EPOCH);
        return Duration.between(at, Instant.now()).toMillis() / 1000.0;
    }

    void sent(int rows, int bytes) {
        registry.counter("foz.agent.sent.rows").increment(rows);
        registry.counter("foz.agent.sent.bytes").increment(bytes);
    }

    void failed(String station) {
        registry.counter("foz.agent.errors", "station", station).increment();
    }

    void command(String outcome) {
        registry.counter("foz.agent.commands", "outcome", outcome).increment();
    }

    @Override
    public void close() {
        server.stop(0);
        registry.close();
    }
}
