package foz.bench;

import foz.harness.FozRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/// `foz bench agent-memory`: the agent's memory on a large table without a change stamp.
@Command(
        name = "agent-memory",
        mixinStandardHelpOptions = true,
        description =
                "Peak memory of the agent while it loads one large table, compares it, and takes an update of every row.")
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

    private static final long GOAL_MIB = 256;

    @Option(names = "--rows", defaultValue = "5000000", description = "Default: ${DEFAULT-VALUE}.")
    private long rows;

    @Override
    public Integer call() throws IOException, InterruptedException, SQLException {
        try (BenchFoz foz = BenchFoz.up("--scale", "0.02", "--life", "0", "--tenants", "norte")) {
            JsonNode erp = foz.run().file().path("erp");
            String jdbc = makeTable(foz.run(), erp);
            Path contract = foz.folder().resolve("large.odcs.yaml");
            Files.writeString(contract, CONTRACT);
            Path settings = foz.tenant("large", contract, jdbc);
            long start = System.nanoTime();
            Process agent = foz.agent(settings);
            try {
                foz.await("large", BenchFoz.LOADED);
                double loaded = (System.nanoTime() - start) / 1e9;
                long afterLoad = FozRun.residentPeakMiB(agent.pid());
                change(jdbc, erp, "WHERE id % " + rows / 1_000 + " = 0");
                foz.await("large", "rows_total >= " + (rows + 1_000));
                long afterFew = FozRun.residentPeakMiB(agent.pid());
                change(jdbc, erp, "");
                foz.await("large", "rows_total >= " + (2 * rows + 1_000));
                long peak = FozRun.residentPeakMiB(agent.pid());
                System.out.printf(
                        "rows %d, loaded in %.0f s%n"
                                + "agent's peak memory: %d MiB after the load,"
                                + " %d MiB after a compare with 1000 changes,"
                                + " %d MiB after an update of every row (goal %d)%n"
                                + "server's peak memory: %d MiB%n",
                        rows,
                        loaded,
                        afterLoad,
                        afterFew,
                        peak,
                        GOAL_MIB,
                        FozRun.residentPeakMiB(foz.run().pid("server")));
                return peak <= GOAL_MIB ? 0 : 1;
            } finally {
                agent.destroy();
                agent.waitFor();
            }
        }
    }

    private String makeTable(FozRun foz, JsonNode erp) throws SQLException {
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
        }
        return jdbc;
    }

    private static void change(String jdbc, JsonNode erp, String where) throws SQLException {
        try (Connection connection = connect(jdbc, erp);
                Statement statement = connection.createStatement()) {
            statement.execute("UPDATE large SET amount = amount + 1 " + where);
        }
    }

    private static Connection connect(String jdbc, JsonNode erp) throws SQLException {
        return DriverManager.getConnection(
                jdbc, erp.path("user").asString(), erp.path("password").asString());
    }
}
