package foz.server.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.springframework.jdbc.core.simple.JdbcClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `foz status`: the two streams at a glance.
@Command(
        name = "status",
        exitCodeList = {
            "1:a process is down, an agent is away, or a stream stands still",
            Cli.UNAVAILABLE,
            Cli.SETTINGS
        },
        mixinStandardHelpOptions = true,
        description =
                "Shows what runs, how far each stream has come, and the commands by their state.")
final class StatusCommand implements Callable<Integer> {

    @Mixin private FozOption foz = new FozOption();

    @Option(names = "--json", description = "Prints JSON.")
    private boolean json;

    /// @param waitingBatches acknowledged and not yet applied
    record StreamStatus(
            String tenant,
            String source,
            int incarnation,
            long epoch,
            long batches,
            long waitingBatches,
            long rows,
            double secondsSinceApplied,
            boolean agentAlive) {

        private static final double STILL_SECONDS = 30;

        boolean well() {
            return agentAlive && (waitingBatches == 0 || secondsSinceApplied < STILL_SECONDS);
        }
    }

    record Status(
            Map<String, Boolean> processes,
            List<StreamStatus> streams,
            Map<String, Map<String, Long>> commands,
            Map<String, Long> quarantined) {}

    @Override
    public Integer call() {
        RunFile run = foz.run();
        Status status = status(run);
        if (json) {
            Cli.printJson(status);
        } else {
            print(status);
        }
        boolean well =
                status.processes().values().stream().allMatch(alive -> alive)
                        && status.streams().stream().allMatch(StreamStatus::well);
        return well ? 0 : Cli.EXIT_FOUND;
    }

    private static Status status(RunFile run) {
        Map<String, Boolean> processes = new LinkedHashMap<>();
        run.pids()
                .forEach((name, pid) ->
                        processes.put(
                                name,
                                ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent()));
        try (Control control = Control.open(run.replica())) {
            JdbcClient jdbc = JdbcClient.create(control.dataSource());
            Map<String, Map<String, Long>> commands = new LinkedHashMap<>();
            Map<String, Long> quarantined = new LinkedHashMap<>();
            for (String id : control.tenants().ids()) {
                String schema = control.tenants().get(id).schema();
                commands.put(id, commands(jdbc, schema));
                quarantined.put(
                        id,
                        jdbc.sql(
                                        "SELECT count(*) FROM \"%s\".foz_quarantine WHERE released_at IS NULL"
                                                .formatted(schema))
                                .query(Long.class)
                                .single());
            }
            return new Status(processes, streams(jdbc), commands, quarantined);
        }
    }

    private static List<StreamStatus> streams(JdbcClient jdbc) {
        return new ArrayList<>(
                jdbc.sql(
                                """
                                SELECT tenant, source, incarnation, epoch, next_seq - 1, next_seq - 1 - applied_seq, rows_total,
                                    extract(epoch FROM now() - coalesce(last_applied_at, now())), lease_until > now()
                                FROM stream ORDER BY tenant, source
                                """)
                        .query((rs, _) ->
                                new StreamStatus(
                                        rs.getString(1),
                                        rs.getString(2),
                                        rs.getInt(3),
                                        rs.getLong(4),
                                        rs.getLong(5),
                                        rs.getLong(6),
                                        rs.getLong(7),
                                        rs.getDouble(8),
                                        rs.getBoolean(9)))
                        .list());
    }

    private static Map<String, Long> commands(JdbcClient jdbc, String schema) {
        Map<String, Long> byState = new LinkedHashMap<>();
        jdbc.sql(
                        "SELECT state, count(*) FROM \"%s\".foz_command GROUP BY state ORDER BY state"
                                .formatted(schema))
                .query((rs, _) -> Optional.ofNullable(byState.put(rs.getString(1), rs.getLong(2))))
                .list();
        return byState;
    }

    private static void print(Status status) {
        status.processes()
                .forEach((name, alive) ->
                        Cli.print("%-16s %s".formatted(name, alive ? "runs" : "DOWN")));
        for (StreamStatus stream : status.streams()) {
            Cli.print(
                    "%-16s %s: %d batches, %d waiting, %d rows, applied %.1f s ago, agent %s"
                            .formatted(
                                    stream.tenant(),
                                    stream.source(),
                                    stream.batches(),
                                    stream.waitingBatches(),
                                    stream.rows(),
                                    stream.secondsSinceApplied(),
                                    stream.agentAlive() ? "connected" : "AWAY"));
        }
        status.commands()
                .forEach((tenant, byState) ->
                        Cli.print("%-16s commands %s".formatted(tenant, byState)));
        status.quarantined()
                .forEach((tenant, count) ->
                        Cli.print("%-16s quarantined %d".formatted(tenant, count)));
    }
}
