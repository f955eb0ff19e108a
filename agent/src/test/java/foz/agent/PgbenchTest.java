package foz.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import foz.contract.ScratchPostgres;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// pgbench's own workload, unmodified, against a source that is captured: three tables by the log,
/// and the history, which has no key, by compare.
///
/// `-Dfoz.seconds=180` for minutes.
class PgbenchTest {

    private static final long WAIT_MS_MAX = 90_000;

    private static final String CONTRACT =
            """
            apiVersion: v3.1.0
            kind: DataContract
            id: pgbench
            version: 1.0.0
            status: active
            schema:
              - name: pgbench_accounts
                logicalType: object
                customProperties:
                  - {property: foz.capture, value: {way: log}}
                properties:
                  - {name: aid, logicalType: integer, physicalType: integer, primaryKey: true, primaryKeyPosition: 1}
                  - {name: bid, logicalType: integer, physicalType: integer}
                  - {name: abalance, logicalType: integer, physicalType: integer}
                  - {name: filler, logicalType: string, physicalType: char(84)}
              - name: pgbench_branches
                logicalType: object
                customProperties:
                  - {property: foz.capture, value: {way: log}}
                properties:
                  - {name: bid, logicalType: integer, physicalType: integer, primaryKey: true, primaryKeyPosition: 1}
                  - {name: bbalance, logicalType: integer, physicalType: integer}
                  - {name: filler, logicalType: string, physicalType: char(88)}
              - name: pgbench_tellers
                logicalType: object
                customProperties:
                  - {property: foz.capture, value: {way: log}}
                properties:
                  - {name: tid, logicalType: integer, physicalType: integer, primaryKey: true, primaryKeyPosition: 1}
                  - {name: bid, logicalType: integer, physicalType: integer}
                  - {name: tbalance, logicalType: integer, physicalType: integer}
                  - {name: filler, logicalType: string, physicalType: char(84)}
              - name: pgbench_history
                logicalType: object
                customProperties:
                  - {property: foz.capture, value: {way: log, keyless: true, pollMs: 200}}
                properties:
                  - {name: tid, logicalType: integer, physicalType: integer}
                  - {name: bid, logicalType: integer, physicalType: integer}
                  - {name: aid, logicalType: integer, physicalType: integer}
                  - {name: delta, logicalType: integer, physicalType: integer}
                  - {name: mtime, logicalType: timestamp, physicalType: timestamp}
                  - {name: filler, logicalType: string, physicalType: char(22)}
            """;

    private static final Map<String, Integer> COLUMNS =
            Map.of(
                    "pgbench_accounts", 4,
                    "pgbench_branches", 3,
                    "pgbench_tellers", 4,
                    "pgbench_history", 6);

    @TempDir Path folder = Path.of("");

    private static boolean isInstalled() {
        return List.of(System.getenv("PATH").split(":", -1)).stream()
                .anyMatch(at -> Files.isExecutable(Path.of(at, "pgbench")));
    }

    private static String pgbench(String url, String... options) throws Exception {
        URI address = URI.create(url.substring("jdbc:".length()));
        List<String> command = new ArrayList<>(List.of("pgbench"));
        command.addAll(List.of(options));
        command.addAll(
                List.of(
                        "-h",
                        address.getHost(),
                        "-p",
                        Integer.toString(address.getPort()),
                        "-U",
                        "postgres",
                        address.getPath().substring(1)));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        return output;
    }

    @Test
    void pgbenchRunsAsEverAndTheReplicaIsAsItsTables() throws Exception {
        assumeTrue(isInstalled(), "pgbench is not on the PATH (Debian: postgresql-contrib)");
        int seconds = Integer.getInteger("foz.seconds", 15);
        try (ScratchPostgres postgres = ScratchPostgres.start();
                Connection source = postgres.create("bank", "SELECT 1");
                StandInServer server = new StandInServer(CONTRACT)) {
            String url = postgres.url("bank");
            pgbench(url, "-i", "-q", "-s", "2");
            Process agent = agent(server.settings(folder.resolve("agent"), url));
            try {
                String told =
                        pgbench(
                                url,
                                "-c",
                                "4",
                                "-j",
                                "2",
                                "-T",
                                Integer.toString(seconds),
                                "-R",
                                "800");
                assertTrue(told.contains("number of failed transactions: 0"), told);
                assertEquals(
                        "3",
                        text(
                                source,
                                "SELECT count(*) FROM pg_publication_tables WHERE tablename LIKE 'pgbench%'"),
                        "the history is not published: its updates would fail");
                awaitEqual(source, server);
            } finally {
                agent.destroy();
                agent.waitFor();
            }
        }
    }

    private Process agent(Path config) throws Exception {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx104m",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "foz.agent.AgentMain",
                        "--config",
                        config.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("agent.log").toFile())
                .start();
    }

    private static String text(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    private static List<String> rows(Connection source, String table) throws SQLException {
        try (Statement statement = source.createStatement();
                ResultSet rows = statement.executeQuery("SELECT * FROM " + table)) {
            List<String> lines = new ArrayList<>();
            while (rows.next()) {
                List<String> values = new ArrayList<>();
                for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                    String value = rows.getString(i);
                    values.add(value == null ? "∅" : value);
                }
                lines.add(String.join("|", values));
            }
            lines.sort(null);
            return lines;
        }
    }

    private static List<String> mirrored(Mirror mirror, String table, int columns) {
        return mirror.lines(table).stream()
                .map(line -> String.join("|", List.of(line.split("\\|", -1)).subList(0, columns)))
                .sorted()
                .toList();
    }

    private void awaitEqual(Connection source, StandInServer server) throws Exception {
        long until = System.currentTimeMillis() + WAIT_MS_MAX;
        for (Map.Entry<String, Integer> table : COLUMNS.entrySet()) {
            List<String> wanted = rows(source, table.getKey());
            while (!mirrored(server.mirror, table.getKey(), table.getValue()).equals(wanted)) {
                assertTrue(
                        System.currentTimeMillis() < until,
                        () ->
                                "%s: %d rows at the source, %d arrived"
                                        .formatted(
                                                table.getKey(),
                                                wanted.size(),
                                                server.mirror.lines(table.getKey()).size()));
                TimeUnit.MILLISECONDS.sleep(100);
            }
        }
        assertEquals(List.of(), server.mirror.faults());
    }
}
