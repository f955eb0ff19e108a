package foz.bench;

import java.io.IOException;
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
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A Foz for one bench, in a temporary folder.
final class Foz implements AutoCloseable {

    private static final JsonMapper JSON = new JsonMapper();
    private static final long UP_NANOS_MAX = Duration.ofMinutes(10).toNanos();

    private final Path data;
    private final Process process;
    private final double readySeconds;

    private Foz(Path data, Process process, double readySeconds) {
        this.data = data;
        this.process = process;
        this.readySeconds = readySeconds;
    }

    static Foz up(String... options) throws IOException, InterruptedException {
        Path data = Files.createTempDirectory("foz-bench");
        List<String> arguments =
                new ArrayList<>(List.of("up", "--data", data.toString(), "--port", "0"));
        arguments.addAll(Arrays.asList(options));
        long start = System.nanoTime();
        Process process =
                new ProcessBuilder(command("server", "foz.server.cli.Main", arguments))
                        .redirectErrorStream(true)
                        .redirectOutput(data.resolve("up.log").toFile())
                        .start();
        while (!Files.exists(data.resolve("run.json"))) {
            if (!process.isAlive() || System.nanoTime() - start > UP_NANOS_MAX) {
                throw new IOException("foz up failed: " + Files.readString(data.resolve("up.log")));
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        return new Foz(data, process, (System.nanoTime() - start) / 1e9);
    }

    private static List<String> command(String part, String main, List<String> arguments) {
        Path dist = Path.of(System.getProperty("foz.home", "target/dist"));
        return Stream.concat(
                        Stream.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "--sun-misc-unsafe-memory-access=allow",
                                "-Xmx128m",
                                "-XX:+UseSerialGC",
                                "-Dfoz.home=" + dist,
                                "-Dfoz.root=" + System.getProperty("foz.root", "."),
                                "-cp",
                                dist.resolve("lib").resolve(part) + "/*",
                                main),
                        arguments.stream())
                .toList();
    }

    /// From the command to `run.json`, first load included.
    double readySeconds() {
        return readySeconds;
    }

    Path data() {
        return data;
    }

    JsonNode file() throws IOException {
        return JSON.readTree(Files.readString(data.resolve("run.json")));
    }

    void run(String... arguments) throws IOException, InterruptedException {
        Process command =
                new ProcessBuilder(
                                command("server", "foz.server.cli.Main", Arrays.asList(arguments)))
                        .redirectErrorStream(true)
                        .start();
        String output = new String(command.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (command.waitFor() != 0) {
            throw new IOException("foz " + List.of(arguments) + ": " + output);
        }
    }

    Process agent(Path config) throws IOException {
        return new ProcessBuilder(
                        command(
                                "agent",
                                "foz.agent.AgentMain",
                                List.of("--config", config.toString())))
                .redirectErrorStream(true)
                .redirectOutput(config.resolveSibling("agent.log").toFile())
                .start();
    }

    Connection erp() throws IOException, SQLException {
        return connect(file().path("erp"));
    }

    Connection replica() throws IOException, SQLException {
        return connect(file().path("replica"));
    }

    private static Connection connect(JsonNode database) throws SQLException {
        return DriverManager.getConnection(
                database.path("jdbcUrl").asString(),
                database.path("user").asString(),
                database.path("password").asString());
    }

    /// Highest resident memory of a process so far, in MiB, as Linux tells it.
    static long residentPeakMiB(long pid) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
            if (line.startsWith("VmHWM:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
            }
        }
        return -1;
    }

    long pid(String name) throws IOException {
        return file().path("pids").path(name).asLong();
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            process.waitFor(1, TimeUnit.MINUTES);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
