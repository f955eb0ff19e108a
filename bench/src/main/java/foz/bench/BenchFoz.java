package foz.bench;

import foz.harness.FozRun;
import foz.harness.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Comparator;
import java.util.stream.Stream;

/// A Foz for one bench, in a temporary folder that goes with it.
record BenchFoz(FozRun run, Path folder) implements AutoCloseable {

    private static final Duration LOAD_MAX = Duration.ofHours(1);

    /// A stream whose agent has read every table, and whose batches are all applied.
    static final String LOADED =
            "next_seq > 1 AND applied_seq = next_seq - 1"
                    + " AND (agent_status->>'tablesToLoad')::int = 0"
                    + " AND (agent_status->>'spooledBatches')::int = 0";

    static BenchFoz up(String... options) {
        try {
            Path folder = Files.createTempDirectory("foz-bench");
            return new BenchFoz(FozRun.up(folder, options), folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Makes a tenant with an agent beside a database of the simulated ERP's server; returns the
    /// agent's settings file.
    Path tenant(String tenant, Path contract, String jdbcUrl) {
        return tenant(
                tenant,
                contract,
                jdbcUrl,
                run.file().path("erp").path("user").asString(),
                run.file().path("erp").path("password").asString());
    }

    /// The same beside any database.
    Path tenant(String tenant, Path contract, String jdbcUrl, String user, String password) {
        String data = folder.toString();
        foz("tenant", "add", tenant, "--contract", contract.toString(), "--data", data);
        Path agent = folder.resolve("agent-" + tenant);
        foz(
                "tenant",
                "agent",
                tenant,
                "--folder",
                agent.toString(),
                "--jdbc",
                jdbcUrl,
                "--user",
                user,
                "--password",
                password,
                "--data",
                data);
        return agent.resolve("agent.properties");
    }

    private void foz(String... arguments) {
        FozRun.Exit exit = run.foz(arguments);
        if (exit.code() != 0) {
            throw new IllegalStateException(
                    "foz " + String.join(" ", arguments) + ": " + exit.output());
        }
    }

    Process agent(Path settings) {
        return run.agent(settings, settings.resolveSibling("agent.log"));
    }

    /// Waits until the tenant's stream is in this condition, in SQL.
    void await(String tenant, String condition) throws SQLException {
        try (Connection replica = run.replica();
                Statement statement = replica.createStatement()) {
            Waiting.until(
                    tenant + ": " + condition,
                    LOAD_MAX,
                    () ->
                            one(
                                                    statement,
                                                    "SELECT count(*) FROM stream WHERE tenant = '%s' AND %s"
                                                            .formatted(tenant, condition))
                                            > 0
                                    ? null
                                    : "not yet");
        }
    }

    /// The one number that a query on the replica's database gives.
    long one(String sql) throws SQLException {
        try (Connection replica = run.replica();
                Statement statement = replica.createStatement()) {
            return one(statement, sql);
        }
    }

    private static long one(Statement statement, String sql) throws SQLException {
        try (ResultSet found = statement.executeQuery(sql)) {
            found.next();
            return found.getLong(1);
        }
    }

    @Override
    public void close() {
        run.close();
        delete(folder);
    }

    /// Removes a folder with all that is in it.
    static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
