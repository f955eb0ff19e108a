package foz.bench;

import foz.contract.Contract;
import foz.contract.ContractReader;
import foz.harness.FozRun;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.postgresql.PGConnection;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `foz bench firstload`: a tenant's first load, against `COPY out | COPY in` of the same tables.
@Command(
        name = "firstload",
        mixinStandardHelpOptions = true,
        description =
                "First load of a tenant, with its sync operations, against COPY out | COPY in.")
final class FirstLoad implements Callable<Integer> {

    private static final String TENANT = "bench";
    private static final double GOAL = 0.1;

    @Option(names = "--scale", defaultValue = "1", description = "Default: ${DEFAULT-VALUE}.")
    private double scale;

    @Override
    public Integer call() throws IOException, InterruptedException, SQLException {
        try (BenchFoz foz =
                BenchFoz.up(
                        "--scale", Double.toString(scale), "--life", "0", "--tenants", "norte")) {
            Path file = FozRun.root().resolve("solutions/sales/contracts/sales.odcs.yaml");
            double copy = copy(foz.run(), ContractReader.read(Files.readString(file)));
            double load = load(foz, file);
            long rows = foz.one("SELECT rows_total FROM stream WHERE tenant = 'bench'");
            long operations = foz.one("SELECT count(*) FROM t_bench.foz_operation");
            System.out.printf(
                    "rows %d, sync operations %d%n"
                            + "COPY out | COPY in %.2f s%n"
                            + "first load %.2f s, the agent's start included (%.0f rows/s)%n"
                            + "ratio %.3f (goal 0.1)%n",
                    rows, operations, copy, load, rows / load, copy / load);
            System.out.printf(
                    "ready to use after up, first load included: %.1f s%n"
                            + "peak memory: server %d MiB, agent %d MiB%n",
                    foz.run().readySeconds(),
                    FozRun.residentPeakMiB(foz.run().pid("server")),
                    FozRun.residentPeakMiB(foz.run().pid("agent")));
            return copy / load >= GOAL ? 0 : 1;
        }
    }

    private static double copy(FozRun foz, Contract contract)
            throws IOException, SQLException, InterruptedException {
        try (Connection from = foz.erp();
                Connection to = foz.replica();
                Statement create = to.createStatement()) {
            create.execute("CREATE SCHEMA bench_copy");
            for (Contract.Table table : contract.captured()) {
                create.execute(
                        "CREATE TABLE bench_copy.\"%s\" (%s, PRIMARY KEY (%s))"
                                .formatted(
                                        table.name(),
                                        table.columns().stream()
                                                .map(c ->
                                                        "\""
                                                                + c.name()
                                                                + "\" "
                                                                + c.type().replicaType())
                                                .collect(Collectors.joining(", ")),
                                        table.key().stream()
                                                .map(c -> "\"" + c.name() + "\"")
                                                .collect(Collectors.joining(", "))));
            }
            long start = System.nanoTime();
            for (Contract.Table table : contract.captured()) {
                pipe(from, to, table);
            }
            return (System.nanoTime() - start) / 1e9;
        }
    }

    private static void pipe(Connection from, Connection to, Contract.Table table)
            throws IOException, SQLException, InterruptedException {
        PipedOutputStream out = new PipedOutputStream();
        try (PipedInputStream in = new PipedInputStream(out, 1 << 20)) {
            Thread reader =
                    Thread.ofPlatform()
                            .start(() -> {
                                try (out) {
                                    from.unwrap(PGConnection.class)
                                            .getCopyAPI()
                                            .copyOut(
                                                    "COPY (SELECT %s FROM %s) TO STDOUT"
                                                            .formatted(
                                                                    table.columns().stream()
                                                                            .map(
                                                                                    Contract.Column
                                                                                            ::physicalName)
                                                                            .collect(
                                                                                    Collectors
                                                                                            .joining(
                                                                                                    ", ")),
                                                                    table.physicalName()),
                                                    out);
                                } catch (SQLException | IOException e) {
                                    throw new IllegalStateException(e);
                                }
                            });
            to.unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn("COPY bench_copy.\"" + table.name() + "\" FROM STDIN", in);
            reader.join();
        }
    }

    private static double load(BenchFoz foz, Path contract)
            throws InterruptedException, SQLException {
        Path settings =
                foz.tenant(
                        TENANT, contract, foz.run().file().path("erp").path("jdbcUrl").asString());
        long start = System.nanoTime();
        Process agent = foz.agent(settings);
        try {
            foz.await(TENANT, BenchFoz.LOADED);
            return (System.nanoTime() - start) / 1e9;
        } finally {
            agent.destroy();
            agent.waitFor();
        }
    }
}
