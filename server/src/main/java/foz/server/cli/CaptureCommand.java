package foz.server.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `foz capture`: what the agents do with each table.
@Command(
        name = "capture",
        mixinStandardHelpOptions = true,
        subcommands = CaptureCommand.StatusOfTables.class,
        description = "Each table's capture.")
final class CaptureCommand {

    /// A table as its agent last told.
    ///
    /// @param way log, stamp, compare or feed
    /// @param phase standing, snapshot, streaming, looking or waiting
    /// @param behindSeconds since the table was last found to be as it should
    /// @param rows of a snapshot under way, read so far
    /// @param done of a snapshot under way, 0 to 1, where that is known
    /// @param what why it stands still
    record TableStatus(
            String tenant,
            String source,
            boolean agentAlive,
            String table,
            String way,
            String phase,
            long behindSeconds,
            @Nullable Long rows,
            @Nullable Long rowsPerSecond,
            @Nullable Double done,
            @Nullable Long secondsLeft,
            @Nullable String what,
            @Nullable String remedy,
            @Nullable String since) {

        boolean stands() {
            return phase.equals("standing");
        }
    }

    /// `foz capture status`.
    @Command(
            name = "status",
            exitCodeList = {
                "1:a table stands still, or an agent is away",
                Cli.UNAVAILABLE,
                Cli.SETTINGS
            },
            mixinStandardHelpOptions = true,
            description =
                    "Shows of each table how it is captured, how far that is, and why it stands still, if it does.")
    static final class StatusOfTables implements Callable<Integer> {

        private static final JsonMapper JSON = new JsonMapper();

        @Mixin private FozOption foz = new FozOption();

        @Option(names = "--tenant", paramLabel = "ID", description = "Default: all.")
        private String tenant = "";

        @Option(names = "--json", description = "Prints JSON.")
        private boolean json;

        @Override
        public Integer call() {
            RunFile run = foz.run();
            List<TableStatus> tables = new ArrayList<>();
            try (Control control = Control.open(run.replica())) {
                JdbcClient.create(control.dataSource())
                        .sql(
                                """
                                SELECT tenant, source, lease_until > now(), coalesce(agent_status->>'tables', '[]')
                                FROM stream WHERE ? IN ('', tenant) ORDER BY tenant, source
                                """)
                        .param(tenant)
                        .query(row -> {
                            for (JsonNode told : JSON.readTree(row.getString(4))) {
                                tables.add(
                                        table(
                                                row.getString(1),
                                                row.getString(2),
                                                row.getBoolean(3),
                                                told));
                            }
                        });
            }
            if (json) {
                Cli.printJson(tables);
            } else {
                tables.forEach(StatusOfTables::print);
            }
            return tables.stream().anyMatch(t -> t.stands() || !t.agentAlive())
                    ? Cli.EXIT_FOUND
                    : 0;
        }

        private static TableStatus table(
                String tenant, String source, boolean alive, JsonNode told) {
            return new TableStatus(
                    tenant,
                    source,
                    alive,
                    told.path("table").asString(""),
                    told.path("way").asString(""),
                    told.path("phase").asString(""),
                    told.path("behindSeconds").asLong(0),
                    told.has("rows") ? told.path("rows").asLong() : null,
                    told.has("rowsPerSecond") ? told.path("rowsPerSecond").asLong() : null,
                    told.has("done") ? told.path("done").asDouble() : null,
                    told.has("secondsLeft") ? told.path("secondsLeft").asLong() : null,
                    told.has("what") ? told.path("what").asString() : null,
                    told.has("remedy") ? told.path("remedy").asString() : null,
                    told.has("since") ? told.path("since").asString() : null);
        }

        private static void print(TableStatus table) {
            Cli.print(
                    "%-12s %-28s %-8s %s%s"
                            .formatted(
                                    table.tenant(),
                                    table.table(),
                                    table.way(),
                                    words(table),
                                    table.agentAlive() ? "" : " (agent AWAY)"));
            if (table.stands()) {
                Cli.print("    since %s: %s".formatted(table.since(), table.what()));
                String remedy = table.remedy();
                if (remedy != null && !remedy.isEmpty()) {
                    Cli.print("    " + remedy);
                }
            }
        }

        private static String words(TableStatus table) {
            return switch (table.phase()) {
                case "standing" -> "STANDS STILL, last well %s ago".formatted(ago(table));
                case "snapshot" ->
                        "read whole: %,d rows%s, %,d rows/s%s"
                                .formatted(
                                        table.rows(),
                                        table.done() == null
                                                ? ""
                                                : " (%.0f %%)".formatted(table.done() * 100),
                                        table.rowsPerSecond(),
                                        table.secondsLeft() == null
                                                ? ""
                                                : ", about "
                                                        + Duration.ofSeconds(table.secondsLeft())
                                                        + " left");
                case "streaming", "looking" ->
                        "%s, as of %s ago".formatted(table.phase(), ago(table));
                default -> table.phase();
            };
        }

        private static String ago(TableStatus table) {
            return table.behindSeconds() + " s";
        }
    }
}
