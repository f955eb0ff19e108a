package foz.server.cli;

import foz.server.embedded.Child;
import foz.server.embedded.EmbeddedException;
import foz.server.embedded.EmbeddedKafka;
import foz.server.embedded.EmbeddedPostgres;
import foz.server.embedded.Home;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// The server processes of `foz up`: one with every role, or several that share them.
final class Servers {

    private record Server(List<String> roles, int port, Child child) {
        String url() {
            return "http://127.0.0.1:" + port;
        }

        boolean has(String role) {
            return roles.contains("all") || roles.contains(role);
        }
    }

    private final Home home;
    private final Parts parts;
    private final List<Server> servers = new ArrayList<>();

    Servers(Home home, Parts parts) {
        this.home = home;
        this.parts = parts;
    }

    /// Starts a process for each set of roles, and waits until all answer.
    ///
    /// @param port of the first; 0: a free one
    void start(List<List<String>> serve, int port, EmbeddedPostgres database, EmbeddedKafka kafka) {
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < serve.size(); i++) {
            ports.add(parts.notes().port("server-" + i, i == 0 ? port : 0));
        }
        String issuer = "";
        String console = "";
        for (int i = 0; i < ports.size(); i++) {
            List<String> roles = serve.get(i);
            String url = "http://127.0.0.1:" + ports.get(i);
            issuer = roles.contains("all") || roles.contains("identity") ? url : issuer;
            console = roles.contains("all") || roles.contains("console") ? url : console;
        }
        for (int i = 0; i < ports.size(); i++) {
            servers.add(
                    startServer(i, serve.get(i), ports.get(i), database, kafka, issuer, console));
        }
        servers.forEach(this::awaitAnswer);
    }

    private Server startServer(
            int index,
            List<String> roles,
            int port,
            EmbeddedPostgres database,
            EmbeddedKafka kafka,
            String issuer,
            String console) {
        String name = index == 0 ? "server" : "server-" + (index + 1);
        Path config = parts.data().resolve(name + ".yaml");
        serverSettings(config, port, database, kafka, issuer, console);
        Child child =
                new Child(
                        new Child.Spec(
                                name,
                                home.java(
                                        "server",
                                        List.of("-Xmx640m"),
                                        "foz.server.cli.Main",
                                        "serve",
                                        "--roles=" + String.join(",", roles),
                                        "--port=" + port,
                                        "--config=" + config),
                                parts.data(),
                                parts.log(name),
                                "TERM",
                                Duration.ofSeconds(20)),
                        parts::restarted);
        parts.started(child, child);
        return new Server(roles, port, child);
    }

    private void serverSettings(
            Path config,
            int port,
            EmbeddedPostgres database,
            EmbeddedKafka kafka,
            String issuer,
            String console) {
        Notes.write(
                config,
                """
                foz:
                  publicUrl: http://127.0.0.1:%d
                  database:
                    jdbcUrl: %s
                    user: foz
                    password: {value: "%s"}
                  log:
                    bootstrapServers: %s
                  identity:
                    issuer: %s
                    consoleUrl: %s
                  objects:
                    url: "%s"
                """
                        .formatted(
                                port,
                                database.jdbcUrl("foz"),
                                parts.notes().secret("foz"),
                                kafka.bootstrapServers(),
                                issuer,
                                console,
                                objects()));
    }

    /// The folder for large values, as an address: it may have characters that YAML gives a
    /// meaning.
    private String objects() {
        return parts.data().resolve("objects").toAbsolutePath().toUri().toString();
    }

    private void awaitAnswer(Server server) {
        HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(server.url() + "/health/readiness"))
                        .timeout(Duration.ofSeconds(5))
                        .build();
        String failure = "the server did not start; see " + server.child().log();
        Await.ready(
                failure,
                () -> {
                    if (server.child().restarts() > 1) {
                        throw new EmbeddedException(failure);
                    }
                    try {
                        return http.send(request, HttpResponse.BodyHandlers.discarding())
                                        .statusCode()
                                == 200;
                    } catch (IOException _) {
                        return false;
                    }
                });
    }

    /// The address of the first process that has the role.
    String url(String role) {
        return servers.stream()
                .filter(server -> server.has(role))
                .findFirst()
                .map(Server::url)
                .orElseThrow(() -> new EmbeddedException("no server process has the role " + role));
    }

    String metricsUrl() {
        return servers.getFirst().url() + "/metrics";
    }
}
