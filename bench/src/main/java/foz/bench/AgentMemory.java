package foz.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/// `foz bench agent-memory`: the agent's memory on a large table without a change stamp.
@Command(
        name = "agent-memory",
        mixinStandardHelpOptions = true,
        description = "Peak memory of the agent while it loads and then compares one large table.")
final class AgentMemory implements Callable<Integer> {

    private static final String CONTRACT =
            """
            apiVersion: v3.1.0
            kind: DataContract
            id: bench-large
            name: bench-large
            version: 1.0.0
            status: active
            servers:
              - {server: large, type: postgres, host: localhost, port: 5432, database: large, schema: public}
            schema:
              - name: large
                physicalName: large
                logicalType: object
                customProperties:
                  - {property: foz.capture, value: {pollMs: 1000}}
                properties:
                  - {name: id, logicalType: integer, physicalType: bigint, primaryKey: true, primaryKeyPosition: 1}
                  - {name: name, logicalType: string, physicalType: text}
                  - {name: amount, logicalType: number, physicalType: 'numeric(12,2)'}
            """;

    @Option(names = "--rows", defaultValue = "5000000", description = "Default: ${DEFAULT-VALUE}.")
    private long rows;

    @Override
    public Integer call() throws IOException, InterruptedException, SQLException {
        try (Foz foz = Foz.up("--scale", "0.02", "--life", "0", "--tenants", "norte")) {
            String jdbc = makeTable(foz);
            JsonNode erp = foz.file().path("erp");
            Path contract = foz.data().resolve("large.odcs.yaml");
            Files.writeString(contract, CONTRACT);
            String data = foz.data().toString();
            foz.run("tenant", "add", "large", "--contract", contract.toString(), "--data", data);
            Path folder = foz.data().resolve("agent-large");
            foz.run(
                    "tenant",
                    "agent",
                    "large",
                    "--folder",
                    folder.toString(),
                    "--jdbc",
                    jdbc,
                    "--user",
                    erp.path("user").asString(),
                    "--password",
                    erp.path("password").asString(),
                    "--data",
                    data);
            long start = System.nanoTime();
            Process agent = foz.agent(folder.resolve("agent.properties"));
            try {
                await(
                        foz,
                        "next_seq > 1 AND applied_seq = next_seq - 1 AND (agent_status->>'tablesToLoad')::int = 0 AND (agent_status->>'spooledBatches')::int = 0");
                double loaded = (System.nanoTime() - start) / 1e9;
                long afterLoad = Foz.residentPeakMiB(agent.pid());
                change(jdbc, erp);
                await(foz, "rows_total >= " + (rows + 1_000));
                System.out.printf(
                        "rows %d, loaded in %.0f s%nagent's peak memory: %d MiB after the load, %d MiB after a compare with 1000 changes (goal 256)%n",
                        rows, loaded, afterLoad, Foz.residentPeakMiB(agent.pid()));
                return 0;
            } finally {
                agent.destroy();
                agent.waitFor();
            }
        }
    }

    private String makeTable(Foz foz) throws IOException, SQLException {
        JsonNode erp = foz.file().path("erp");
        String base = erp.path("jdbcUrl").asString();
        String jdbc = base.substring(0, base.lastIndexOf('/')) + "/large";
        try (Connection connection = foz.erp();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE large");
        }
        try (Connection connection = connect(jdbc, erp);
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "CREATE TABLE large AS SELECT n AS id, 'row number ' || n AS name, (n % 100000)::numeric(12,2) AS amount FROM generate_series(1::bigint, "
                            + rows
                            + ") n");
            statement.execute("ALTER TABLE large ADD PRIMARY KEY (id)");
            statement.execute("ANALYZE large");
        }
        return jdbc;
    }

    private void change(String jdbc, JsonNode erp) throws SQLException {
        try (Connection connection = connect(jdbc, erp);
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "UPDATE large SET amount = amount + 1 WHERE id % " + rows / 1_000 + " = 0");
        }
    }

    private static Connection connect(String jdbc, JsonNode erp) throws SQLException {
        return DriverManager.getConnection(
                jdbc, erp.path("user").asString(), erp.path("password").asString());
    }

    private static void await(Foz foz, String condition)
            throws IOException, SQLException, InterruptedException {
        try (Connection replica = foz.replica();
                Statement statement = replica.createStatement()) {
            while (true) {
                try (ResultSet found =
                        statement.executeQuery(
                                "SELECT EXISTS (SELECT 1 FROM stream WHERE tenant = 'large' AND "
                                        + condition
                                        + ")")) {
                    found.next();
                    if (found.getBoolean(1)) {
                        return;
                    }
                }
                TimeUnit.MILLISECONDS.sleep(100);
            }
        }
    }
}
