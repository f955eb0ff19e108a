package foz.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The agent as a process of its own, which a test kills and starts again, as its supervisor would.
final class AgentProcess {

    private static final int LAST = 3_000;

    private final String heap;
    private @Nullable Path log;
    private @Nullable Process process;

    AgentProcess() {
        this("104m");
    }

    /// @param heap as `-Xmx` takes it
    AgentProcess(String heap) {
        this.heap = heap;
    }

    /// Starts it, its log beside the folder of its settings.
    void start(Path config) throws IOException {
        Path output = config.toAbsolutePath().resolveSibling("../agent.log").normalize();
        log = output;
        process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx" + heap,
                                "-XX:TieredStopAtLevel=1",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                "foz.agent.AgentMain",
                                "--config",
                                config.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                        .start();
    }

    boolean isAlive() {
        return process != null && process.isAlive();
    }

    /// Sends SIGKILL, and returns at once.
    void kill() {
        if (process != null) {
            process.destroyForcibly();
        }
    }

    /// Sends SIGKILL, and waits for the end.
    void killed() throws InterruptedException {
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
    }

    /// What it printed so far.
    String log() {
        try {
            return log == null ? "" : Files.readString(log);
        } catch (IOException e) {
            return e.toString();
        }
    }

    /// The last of what it printed.
    String lastLog() {
        String all = log();
        return all.substring(Math.max(0, all.length() - LAST));
    }

    /// The one column of a query, sorted.
    static List<String> lines(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> lines = new ArrayList<>();
            while (rows.next()) {
                lines.add(rows.getString(1));
            }
            lines.sort(null);
            return lines;
        }
    }
}
