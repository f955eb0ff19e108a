package foz.bench;

import foz.contract.Contract;
import foz.contract.ContractReader;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
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

    @Option(names = "--scale", defaultValue = "1", description = "Default: ${DEFAULT-VALUE}.")
    private double scale;

    @Override
    public Integer call() throws IOException, InterruptedException, SQLException {
        try (Foz foz =
                Foz.up("--scale", Double.toString(scale), "--life", "0", "--tenants", "norte")) {
            Path root = Path.of(System.getProperty("foz.root", "."));
            Path contractFile = root.resolve("solutions/sales/contracts/sales.odcs.yaml");
            Contract contract = ContractReader.read(Files.readString(contractFile));
            double copy = copy(foz, contract);
            double load = load(foz, contractFile);
            long rows = rows(foz);
            System.out.printf(
                    "rows %d%nCOPY out | COPY in %.2f s%nfirst load %.2f s, agent's start included (%.0f rows/s)%nratio %.3f (goal 0.1)%n",
                    rows, copy, load, rows / load, copy / load);
            System.out.printf(
                    "ready to use after up, first load included: %.1f s%npeak memory: server %d MiB, agent %d MiB%n",
                    foz.readySeconds(),
                    Foz.residentPeakMiB(foz.pid("server")),
                    Foz.residentPeakMiB(foz.pid("agent")));
            return 0;
        }
    }

    private static double copy(Foz foz, Contract contract)
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

    private static double load(Foz foz, Path contract)
            throws IOException, InterruptedException, SQLException {
        String data = foz.data().toString();
        foz.run("tenant", "add", "bench", "--contract", contract.toString(), "--data", data);
        Path folder = foz.data().resolve("agent-bench");
        foz.run(
                "tenant",
                "agent",
                "bench",
                "--folder",
                folder.toString(),
                "--jdbc",
                foz.file().path("erp").path("jdbcUrl").asString(),
                "--user",
                foz.file().path("erp").path("user").asString(),
                "--password",
                foz.file().path("erp").path("password").asString(),
                "--data",
                data);
        long start = System.nanoTime();
        Process agent = foz.agent(folder.resolve("agent.properties"));
        try (Connection replica = foz.replica();
                Statement statement = replica.createStatement()) {
            while (!loaded(statement)) {
                TimeUnit.MILLISECONDS.sleep(20);
            }
            return (System.nanoTime() - start) / 1e9;
        } finally {
            agent.destroy();
            agent.waitFor();
        }
    }

    private static boolean loaded(Statement statement) throws SQLException {
        try (ResultSet found =
                statement.executeQuery(
                        """
                        SELECT EXISTS (SELECT 1 FROM stream WHERE tenant = 'bench' AND next_seq > 1
                            AND applied_seq = next_seq - 1
                            AND (agent_status->>'tablesToLoad')::int = 0 AND (agent_status->>'spooledBatches')::int = 0)
                        """)) {
            found.next();
            return found.getBoolean(1);
        }
    }

    private static long rows(Foz foz) throws IOException, SQLException {
        try (Connection replica = foz.replica();
                Statement statement = replica.createStatement();
                ResultSet found =
                        statement.executeQuery(
                                "SELECT rows_total FROM stream WHERE tenant = 'bench'")) {
            found.next();
            return found.getLong(1);
        }
    }
}
