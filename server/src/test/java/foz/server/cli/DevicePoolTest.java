package foz.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariDataSource;
import foz.server.TestDatabase;
import foz.server.embedded.Home;
import foz.server.identity.Accounts;
import foz.server.settings.DatabaseConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;

/// Devices that take what they get slowly hold the connections that are there for devices, and no
/// others.
class DevicePoolTest {

    private static final String PASSWORD = "correct horse";

    @TempDir static Path folder = Path.of("");

    @SuppressWarnings("NullAway.Init")
    private static TestDatabase database;

    @SuppressWarnings("NullAway.Init")
    private static ConfigurableApplicationContext server;

    private static String url = "";

    private final HttpClient http = HttpClient.newHttpClient();

    @BeforeAll
    static void start() {
        database = new TestDatabase(folder);
        database.sales("norte");
        new Accounts(database.dataSource())
                .save(
                        new Accounts.Account(
                                "norte", "ana", "Ana", Optional.of("7"), List.of("rep"), false),
                        PASSWORD,
                        false);
        int port = Home.freePort();
        url = "http://127.0.0.1:" + port;
        server =
                database.server(
                        port, "identity,sync", Map.of("foz.sync.databaseConnectionsMax", "1"));
    }

    @AfterAll
    static void stop() {
        server.close();
        database.close();
    }

    private HttpResponse<InputStream> send(String path, HttpRequest.Builder request)
            throws IOException, InterruptedException {
        String token = new SignIn(url).token("ana", PASSWORD);
        return http.send(
                request.uri(URI.create(url + path))
                        .header("Authorization", "Bearer " + token)
                        .header("Content-Type", "application/json")
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());
    }

    private HttpResponse<InputStream> stream() throws IOException, InterruptedException {
        return send(
                "/sync/stream",
                HttpRequest.newBuilder()
                        .POST(
                                HttpRequest.BodyPublishers.ofString(
                                        "{\"buckets\":[],\"include_checksum\":true,\"raw_data\":true,\"client_id\":\"phone\"}")));
    }

    @Test
    void aDeviceWithoutAConnectionIsToldWhenToComeBack()
            throws IOException, InterruptedException, SQLException {
        HikariDataSource pool = server.getBean(DatabaseConfig.DEVICES, HikariDataSource.class);
        pool.getHikariConfigMXBean().setConnectionTimeout(250);
        try (Connection _ = pool.getConnection()) {
            HttpResponse<InputStream> refused = stream();
            assertEquals(503, refused.statusCode());
            assertEquals("5", refused.headers().firstValue("Retry-After").orElse(""));
            String body = new String(refused.body().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(body.contains("PSYNC_S2003"), body);
            HttpResponse<InputStream> other =
                    send("/write-checkpoint2.json?client_id=phone", HttpRequest.newBuilder().GET());
            assertEquals(200, other.statusCode(), "all else goes on");
        }
        HttpResponse<InputStream> served = stream();
        assertEquals(200, served.statusCode());
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(served.body(), StandardCharsets.UTF_8))) {
            String line = lines.readLine();
            assertTrue(line.startsWith("{\"checkpoint\""), line);
        }
    }
}
