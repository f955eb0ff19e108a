package foz.bench;

import foz.harness.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/// Foz from the source to its replica: an agent that reads the source's log, the server, and the
/// database of the replica, each a process as `foz up` starts it.
final class FozInFull implements AutoCloseable {

    private static final Duration ATMOST = Duration.ofMinutes(10);
    private static final String TENANT = "bench";

    private final BenchFoz foz;
    private final Path settings;
    private final Process agent;

    private FozInFull(BenchFoz foz, Path settings) {
        this.foz = foz;
        this.settings = settings;
        this.agent = foz.agent(settings);
    }

    /// Starts Foz, and then its agent at the source.
    static FozInFull start(Source source) throws IOException {
        BenchFoz foz = BenchFoz.up("--scale", "0.02", "--life", "0", "--tenants", "norte");
        try {
            Path contract = foz.folder().resolve("bench.odcs.yaml");
            Files.writeString(contract, FozSubject.CONTRACT);
            return new FozInFull(
                    foz, foz.tenant(TENANT, contract, source.url(), "postgres", "none"));
        } catch (IOException | RuntimeException e) {
            foz.close();
            throw e;
        }
    }

    long agentPid() {
        return agent.pid();
    }

    /// CPU seconds of agent and server so far.
    double cpuSeconds() {
        return Measured.cpuSeconds(agent.pid()) + Measured.cpuSeconds(foz.run().pid("server"));
    }

    Connection replica() throws SQLException {
        return foz.run().replica();
    }

    /// Waits until so many accounts of the replica meet the condition.
    void await(long accounts, String condition) {
        String sql = "SELECT count(*) FROM t_bench.accounts WHERE " + condition;
        Waiting.until(
                sql,
                ATMOST,
                () -> {
                    if (!agent.isAlive()) {
                        throw new IllegalStateException(
                                "the agent ended; see " + settings.resolveSibling("agent.log"));
                    }
                    long found = foz.one(sql);
                    return found == accounts ? null : "found " + found;
                });
    }

    @Override
    public void close() {
        agent.destroy();
        agent.onExit().join();
        foz.close();
    }
}
