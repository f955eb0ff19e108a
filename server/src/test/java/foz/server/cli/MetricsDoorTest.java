package foz.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import foz.server.TestDatabase;
import foz.server.embedded.Home;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;

/// Metrics name tenants, and are no page for everybody.
class MetricsDoorTest {

    @TempDir static Path folder = Path.of("");

    @SuppressWarnings("NullAway.Init")
    private static TestDatabase database;

    private final HttpClient http = HttpClient.newHttpClient();

    @BeforeAll
    static void start() {
        database = new TestDatabase(folder);
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    private static ConfigurableApplicationContext server(int port, String token) {
        return database.server(port, "identity", Map.of("foz.metrics.token.value", token));
    }

    private HttpResponse<String> get(int port, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics"));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void withATokenItMustBeSent() throws IOException, InterruptedException {
        int port = Home.freePort();
        try (ConfigurableApplicationContext _ = server(port, "right")) {
            assertEquals(401, get(port).statusCode());
            assertEquals(401, get(port, "Authorization", "Bearer wrong").statusCode());
            assertEquals(401, get(port, "Authorization", "Basic right").statusCode());
            HttpResponse<String> read = get(port, "Authorization", "Bearer right");
            assertEquals(200, read.statusCode(), read.body());
            assertTrue(read.body().contains("hikaricp_connections"), read.body());
        }
    }

    @Test
    void withoutATokenOnlyThisMachineReads() throws IOException, InterruptedException {
        int port = Home.freePort();
        try (ConfigurableApplicationContext _ = server(port, "")) {
            assertEquals(200, get(port).statusCode());
            HttpResponse<String> proxied = get(port, "X-Forwarded-For", "203.0.113.7");
            assertEquals(401, proxied.statusCode());
            assertTrue(proxied.body().contains("foz.metrics.token"), proxied.body());
        }
    }
}
