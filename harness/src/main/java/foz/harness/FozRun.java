package foz.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// One Foz as a user runs it: `foz up` in a folder of its own, on free ports.
public final class FozRun implements AutoCloseable {

    public static final JsonMapper JSON = new JsonMapper();
    private static final Duration UP_MAX = Duration.ofMinutes(10);

    public record User(String tenant, String username, String rep, String token) {}

    public record Answer(int status, String body, Map<String, List<String>> headers) {
        public JsonNode json() {
            return JSON.readTree(body);
        }
    }

    public record Exit(int code, String output) {}

    private final Path data;
    private final Process process;
    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(10))
                    .build();

    private final double readySeconds;

    private FozRun(Path data, Process process, double readySeconds) {
        this.data = data;
        this.process = process;
        this.readySeconds = readySeconds;
    }

    /// Starts Foz and waits until it is ready.
    public static FozRun up(Path data, String... options) {
        try {
            Files.createDirectories(data);
            List<String> arguments =
                    new ArrayList<>(List.of("up", "--data", data.toString(), "--port", "0"));
            arguments.addAll(Arrays.asList(options));
            long start = System.nanoTime();
            Process process =
                    new ProcessBuilder(command("server", "foz.server.cli.Main", arguments))
                            .redirectErrorStream(true)
                            .redirectOutput(
                                    ProcessBuilder.Redirect.appendTo(
                                            data.resolve("up.log").toFile()))
                            .start();
            Waiting.until(
                    "foz up",
                    UP_MAX,
                    () -> {
                        if (!process.isAlive()) {
                            throw new AssertionError(
                                    "foz up ended: " + Files.readString(data.resolve("up.log")));
                        }
                        return Files.exists(data.resolve("run.json"))
                                ? null
                                : Files.readString(data.resolve("up.log"));
                    });
            return new FozRun(data, process, (System.nanoTime() - start) / 1e9);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static Path root() {
        return Path.of(System.getProperty("foz.root"));
    }

    private static List<String> command(String part, String main, List<String> arguments) {
        Path dist = Path.of(System.getProperty("foz.home"));
        return Stream.concat(
                        Stream.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "--sun-misc-unsafe-memory-access=allow",
                                part.equals("agent") ? "-Xmx104m" : "-Xmx128m",
                                "-XX:+UseSerialGC",
                                "-Dfoz.home=" + dist,
                                "-Dfoz.root=" + root(),
                                "-cp",
                                dist.resolve("lib").resolve(part) + "/*",
                                main),
                        arguments.stream())
                .toList();
    }

    /// Runs one command of the command line to its end.
    public Exit foz(String... arguments) {
        return run("server", "foz.server.cli.Main", arguments);
    }

    /// Runs a command of `foz agent` to its end.
    public Exit agentCommand(String... arguments) {
        return run("agent", "foz.agent.AgentMain", arguments);
    }

    private Exit run(String lib, String main, String... arguments) {
        try {
            Process command =
                    new ProcessBuilder(command(lib, main, Arrays.asList(arguments)))
                            .redirectErrorStream(true)
                            .start();
            String output =
                    new String(command.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!command.waitFor(3, TimeUnit.MINUTES)) {
                command.destroyForcibly();
                throw new AssertionError("foz " + List.of(arguments) + " did not end: " + output);
            }
            return new Exit(command.exitValue(), output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted");
        }
    }

    /// Starts an agent of its own, from a folder that `foz tenant agent` wrote.
    public Process agent(Path config, Path log) {
        try {
            return new ProcessBuilder(
                            command(
                                    "agent",
                                    "foz.agent.AgentMain",
                                    List.of("--config", config.toString())))
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// From the command to `run.json`, the first load included.
    public double readySeconds() {
        return readySeconds;
    }

    public Path data() {
        return data;
    }

    public JsonNode file() {
        try {
            return JSON.readTree(Files.readString(data.resolve("run.json")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String url(String name) {
        return file().path(name).asString();
    }

    public User user(String username) {
        for (JsonNode user : file().path("users")) {
            if (user.path("username").asString().equals(username)) {
                return new User(
                        user.path("tenant").asString(),
                        username,
                        user.path("rep").asString(""),
                        user.path("token").asString());
            }
        }
        throw new AssertionError("no user " + username + " in run.json");
    }

    public Connection erp() throws SQLException {
        return connect(file().path("erp"));
    }

    public Connection erp(String tenant) throws SQLException {
        for (JsonNode each : file().path("tenants")) {
            if (each.path("id").asString().equals(tenant)) {
                return connect(each.path("erp"));
            }
        }
        throw new AssertionError("no tenant " + tenant);
    }

    public Connection replica() throws SQLException {
        return connect(file().path("replica"));
    }

    private static Connection connect(JsonNode database) throws SQLException {
        return DriverManager.getConnection(
                database.path("jdbcUrl").asString()
                        + "?stringtype=unspecified&options=-c%20timezone=UTC",
                database.path("user").asString(),
                database.path("password").asString());
    }

    public long pid(String name) {
        return file().path("pids").path(name).asLong(-1);
    }

    /// Highest resident memory of a process so far, in MiB, as Linux tells it.
    public static long residentPeakMiB(long pid) {
        try {
            return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                    .findFirst()
                    .orElse(-1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Kills a part as a power cut would, and waits until another runs in its place.
    public void kill(String name) {
        long pid = pid(name);
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        Waiting.until(
                "another " + name,
                Duration.ofMinutes(1),
                () -> {
                    long now = pid(name);
                    return now != pid
                                    && ProcessHandle.of(now)
                                            .filter(ProcessHandle::isAlive)
                                            .isPresent()
                            ? null
                            : "still " + now;
                });
    }

    public Answer post(String url, String token, String type, byte[] body, String... headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(url))
                        .timeout(Duration.ofSeconds(30))
                        .header("Content-Type", type)
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        return send(request, token, headers);
    }

    public Answer post(String url, String token, Object body, String... headers) {
        return post(url, token, "application/json", JSON.writeValueAsBytes(body), headers);
    }

    public Answer get(String url, String token, String... headers) {
        return send(
                HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(30)).GET(),
                token,
                headers);
    }

    private Answer send(HttpRequest.Builder request, String token, String... headers) {
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            HttpResponse<String> response =
                    http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.body(), response.headers().map());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted");
        }
    }

    @Override
    public void close() {
        stop();
    }

    /// Stops Foz as Ctrl-C does; it may have stopped before.
    public void stop() {
        process.destroy();
        try {
            if (!process.waitFor(1, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new AssertionError("foz up did not stop on SIGTERM; see " + data);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
