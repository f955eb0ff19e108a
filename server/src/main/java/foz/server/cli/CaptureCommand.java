package foz.server.cli;

import foz.server.capture.CaptureDesk;
import foz.server.capture.TableStatus;
import foz.server.error.ErrorCode;
import foz.server.error.FozException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `foz capture`: what the agents do with each table, and what they are asked to do.
@Command(
        name = "capture",
        mixinStandardHelpOptions = true,
        subcommands = {
            CaptureCommand.StatusOfTables.class,
            CaptureCommand.Pause.class,
            CaptureCommand.Resume.class,
            CaptureCommand.Reload.class,
            CaptureCommand.Verify.class,
            CaptureCommand.Orders.class,
            CaptureCommand.Withdraw.class
        },
        description =
                "Each table's capture: how it is, and what is to be done with it. Orders lie at the server until the agent hears of them.")
final class CaptureCommand {

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

        @Mixin private FozOption foz = new FozOption();

        @Option(names = "--tenant", paramLabel = "ID", description = "Default: all.")
        private String tenant = "";

        @Option(names = "--json", description = "Prints JSON.")
        private boolean json;

        @Override
        public Integer call() {
            List<TableStatus> tables;
            try (Control control = foz.control()) {
                tables = control.capture().tables(tenant);
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

        private static void print(TableStatus table) {
            Cli.print(
                    "%-12s %-28s %-8s %s%s"
                            .formatted(
                                    table.tenant(),
                                    table.table(),
                                    table.way(),
                                    words(table),
                                    table.agentAlive() ? "" : " (agent AWAY)"));
            if (table.what() != null) {
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
                case "paused" -> "PAUSED";
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

    /// Which Foz, and which tenant.
    static final class TenantOption {
        @Mixin private FozOption foz = new FozOption();

        @Option(
                names = "--tenant",
                paramLabel = "ID",
                description = "Default: the only one, where there is one.")
        private String tenant = "";

        String tenant(Control control) {
            if (!tenant.isEmpty()) {
                return tenant;
            }
            List<String> all = control.tenants().ids();
            if (all.size() != 1) {
                throw new FozException(
                        ErrorCode.BAD_REQUEST,
                        "there are the tenants %s; say which one with --tenant".formatted(all));
            }
            return all.getFirst();
        }
    }

    /// Gives an order in the name of whoever is signed in at this machine.
    abstract static class Ordering implements Callable<Integer> {
        @Mixin private TenantOption option = new TenantOption();

        abstract CaptureDesk.Order order(CaptureDesk desk, String tenant, String person);

        @Override
        public final Integer call() {
            try (Control control = option.foz.control()) {
                print(order(control.capture(), option.tenant(control), person()));
                return 0;
            }
        }
    }

    /// Gives an order for one table.
    abstract static class TableOrdering extends Ordering {
        @Parameters(paramLabel = "TABLE")
        String table = "";
    }

    private static String person() {
        return System.getProperty("user.name", "somebody");
    }

    private static void print(CaptureDesk.Order order) {
        Cli.print(
                "%-6d %-8s %-28s %-10s asked by %s at %s%s%s"
                        .formatted(
                                order.id(),
                                order.kind(),
                                order.table(),
                                order.state(),
                                order.askedBy(),
                                order.askedAt(),
                                order.endedBy() == null
                                        ? ""
                                        : ", ended by %s at %s"
                                                .formatted(order.endedBy(), order.changedAt()),
                                order.text().isEmpty() ? "" : ": " + order.text()));
    }

    /// `foz capture pause`.
    @Command(
            name = "pause",
            exitCodeList = {Cli.UNAVAILABLE, Cli.SETTINGS},
            mixinStandardHelpOptions = true,
            description =
                    "Leaves a table alone until `foz capture resume`. The other tables go on, and the replica keeps the table as it is.")
    static final class Pause extends TableOrdering {
        @Override
        CaptureDesk.Order order(CaptureDesk desk, String tenant, String person) {
            return desk.ask(tenant, table, CaptureDesk.Kind.PAUSE, person);
        }
    }

    /// `foz capture resume`.
    @Command(
            name = "resume",
            exitCodeList = {Cli.UNAVAILABLE, Cli.SETTINGS},
            mixinStandardHelpOptions = true,
            description =
                    "Ends a pause. A table that the log tells of is read whole again, since its changes were left out; any other goes on with a compare.")
    static final class Resume extends TableOrdering {
        @Override
        CaptureDesk.Order order(CaptureDesk desk, String tenant, String person) {
            return desk.resume(tenant, table, person);
        }
    }

    /// `foz capture reload`.
    @Command(
            name = "reload",
            exitCodeList = {Cli.UNAVAILABLE, Cli.SETTINGS},
            mixinStandardHelpOptions = true,
            description =
                    "Has a table read whole again, beside its changes. Rows that are as they were make no version, and devices get none of them.")
    static final class Reload extends TableOrdering {
        @Override
        CaptureDesk.Order order(CaptureDesk desk, String tenant, String person) {
            return desk.ask(tenant, table, CaptureDesk.Kind.RELOAD, person);
        }
    }

    /// `foz capture verify`.
    @Command(
            name = "verify",
            exitCodeList = {
                "1:rows differ, or the agent could not compare",
                "3:the comparison goes on; ask again",
                Cli.UNAVAILABLE,
                Cli.SETTINGS
            },
            mixinStandardHelpOptions = true,
            description =
                    "Has the agent compare a table's replica with the source, row by row, while both go on. Rows that change meanwhile are counted apart. Nothing is changed: `foz capture reload` mends.")
    static final class Verify implements Callable<Integer> {

        private static final int EXIT_GOES_ON = 3;
        private static final long LOOK_MS = 500;

        @Mixin private TenantOption option = new TenantOption();

        @Parameters(paramLabel = "TABLE")
        private String table = "";

        @Option(
                names = "--wait",
                paramLabel = "SECONDS",
                description = "How long to wait for the end. Default: ${DEFAULT-VALUE}.")
        private int waitSeconds = 600;

        @Option(names = "--json", description = "Prints JSON.")
        private boolean json;

        @Override
        public Integer call() throws InterruptedException {
            try (Control control = option.foz.control()) {
                String tenant = option.tenant(control);
                CaptureDesk desk = control.capture();
                CaptureDesk.Order order =
                        desk.ask(tenant, table, CaptureDesk.Kind.VERIFY, person());
                Instant until = Instant.now().plusSeconds(waitSeconds);
                while (true) {
                    Optional<CaptureDesk.Check> check =
                            desk.check(tenant, order.id()).filter(each -> each.endedAt() != null);
                    order = desk.order(tenant, order.id()).orElseThrow();
                    if (check.isPresent()) {
                        show(check.get());
                        return check.get().isClean() ? 0 : Cli.EXIT_FOUND;
                    }
                    if (order.isOver() && !order.state().equals("done")) {
                        print(order);
                        return Cli.EXIT_FOUND;
                    }
                    if (Instant.now().isAfter(until)) {
                        print(order);
                        return EXIT_GOES_ON;
                    }
                    TimeUnit.MILLISECONDS.sleep(LOOK_MS);
                }
            }
        }

        private void show(CaptureDesk.Check check) {
            if (json) {
                Cli.printJson(check);
                return;
            }
            Cli.print(
                    "%s: %,d rows compared, %,d missing, %,d different, %,d extra; %,d were changing, %,d are in quarantine"
                            .formatted(
                                    check.table(),
                                    check.compared(),
                                    check.missing(),
                                    check.different(),
                                    check.extra(),
                                    check.moving(),
                                    check.quarantined()));
            check.differences().stream()
                    .map(each ->
                            "    %s %s %s"
                                    .formatted(
                                            each.kind(),
                                            each.row(),
                                            each.columns().isEmpty() ? "" : each.columns()))
                    .forEach(Cli::print);
        }
    }

    /// `foz capture orders`.
    @Command(
            name = "orders",
            exitCodeList = {Cli.UNAVAILABLE, Cli.SETTINGS},
            mixinStandardHelpOptions = true,
            description = "Shows what was asked, by whom, and what came of it.")
    static final class Orders implements Callable<Integer> {

        private static final int SHOWN_MAX = 100;

        @Mixin private TenantOption option = new TenantOption();

        @Option(names = "--json", description = "Prints JSON.")
        private boolean json;

        @Override
        public Integer call() {
            try (Control control = option.foz.control()) {
                List<CaptureDesk.Order> orders =
                        control.capture().orders(option.tenant(control), SHOWN_MAX);
                if (json) {
                    Cli.printJson(orders);
                } else {
                    orders.forEach(CaptureCommand::print);
                }
                return 0;
            }
        }
    }

    /// `foz capture withdraw`.
    @Command(
            name = "withdraw",
            exitCodeList = {Cli.UNAVAILABLE, Cli.SETTINGS},
            mixinStandardHelpOptions = true,
            description = "Takes back an order that is not over.")
    static final class Withdraw extends Ordering {
        @Parameters(paramLabel = "ID", description = "As `foz capture orders` shows it.")
        private long id;

        @Override
        CaptureDesk.Order order(CaptureDesk desk, String tenant, String person) {
            return desk.withdraw(tenant, id, person);
        }
    }
}
