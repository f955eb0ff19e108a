package foz.server.cli;

import foz.server.quality.DuplicateRuns;
import foz.server.quality.QualityCheck;
import foz.server.quality.QualityReports;
import foz.server.quality.Recleaning;
import foz.server.replica.ReplicaWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `foz quality`: what the contract's rules say of a tenant's data, and duplicates.
@Command(
        name = "quality",
        mixinStandardHelpOptions = true,
        description = "Checks a tenant's data by the contract's rules; finds duplicates.",
        subcommands = {
            QualityCommand.Check.class,
            QualityCommand.Findings.class,
            QualityCommand.Cleaned.class,
            QualityCommand.Clean.class,
            QualityCommand.Propose.class,
            QualityCommand.Deduplicate.class
        })
final class QualityCommand {

    private static final int SHOWN_MAX = 1_000;

    /// What all of them take.
    static final class Options {
        @Mixin private FozOption foz = new FozOption();

        @Option(names = "--tenant", required = true, paramLabel = "NAME")
        private String tenant = "";

        @Option(
                names = "--table",
                paramLabel = "NAME",
                description = "Default: all that the contract declares something for.")
        private List<String> tables = List.of();

        @Option(names = "--json", description = "Prints JSON.")
        private boolean json;
    }

    @Command(
            name = "check",
            exitCodeList = {
                "1:a rule of severity error does not hold",
                Cli.UNAVAILABLE,
                Cli.SETTINGS
            },
            mixinStandardHelpOptions = true,
            description = {
                "Measures the contract's quality rules, of types library and sql, in the replica.",
                "SQL rules run as a database user made for them, which reads this tenant's tables alone."
            })
    static final class Check implements Callable<Integer> {
        @Mixin private Options options = new Options();

        @Override
        public Integer call() {
            try (Control control = options.foz.control()) {
                List<QualityCheck.Result> results =
                        new QualityCheck(
                                        control.dataSource(),
                                        control.tenants().get(options.tenant),
                                        control.dataSource().getJdbcUrl())
                                .run(options.tables);
                if (options.json) {
                    Cli.printJson(results);
                } else {
                    results.forEach(result -> Cli.print(line(result)));
                }
                return results.stream().anyMatch(result -> result.error() && !result.passed())
                        ? Cli.EXIT_FOUND
                        : 0;
            }
        }

        private static String line(QualityCheck.Result result) {
            return "%-7s %s %s: %s, %s"
                    .formatted(
                            result.passed() ? "good" : result.error() ? "ERROR" : "warning",
                            result.table(),
                            result.rule(),
                            result.measured()
                                    .map(number -> "measured " + number.toPlainString())
                                    .orElse("not measured: " + result.fault().orElse("")),
                            result.bound());
        }
    }

    @Command(
            name = "findings",
            exitCodeList = {Cli.UNAVAILABLE, Cli.SETTINGS},
            mixinStandardHelpOptions = true,
            description =
                    "Counts rows that came and broke a rule whose severity is below error; those that broke one of severity error are in `foz quarantine`.")
    static final class Findings implements Callable<Integer> {
        @Mixin private Options options = new Options();

        @Override
        public Integer call() {
            try (Control control = options.foz.control()) {
                List<QualityReports.Finding> findings =
                        reports(control, options).findings().stream()
                                .filter(finding ->
                                        options.tables.isEmpty()
                                                || options.tables.contains(finding.table()))
                                .toList();
                if (options.json) {
                    Cli.printJson(findings);
                } else {
                    findings.forEach(finding ->
                            Cli.print(
                                    "%s %s: %d rows, last %s: %s"
                                            .formatted(
                                                    finding.table(),
                                                    finding.rule(),
                                                    finding.rows(),
                                                    finding.lastRowKey(),
                                                    finding.lastText())));
                }
                return 0;
            }
        }
    }

    @Command(
            name = "cleaned",
            exitCodeList = {Cli.UNAVAILABLE, Cli.SETTINGS},
            mixinStandardHelpOptions = true,
            description = "Lists the latest values that cleaning changed, with rule and original.")
    static final class Cleaned implements Callable<Integer> {
        @Mixin private Options options = new Options();

        @Override
        public Integer call() {
            try (Control control = options.foz.control()) {
                List<QualityReports.Trace> traces = new ArrayList<>();
                if (options.tables.isEmpty()) {
                    traces.addAll(reports(control, options).traces(Optional.empty(), SHOWN_MAX));
                }
                for (String table : options.tables) {
                    traces.addAll(reports(control, options).traces(Optional.of(table), SHOWN_MAX));
                }
                if (options.json) {
                    Cli.printJson(traces);
                } else {
                    traces.forEach(trace ->
                            Cli.print(
                                    "%s %s %s: '%s' was '%s' (%s, confidence %.2f)"
                                            .formatted(
                                                    trace.table(),
                                                    trace.rowKey(),
                                                    trace.column(),
                                                    trace.value(),
                                                    trace.original(),
                                                    trace.rule(),
                                                    trace.confidence())));
                }
                return 0;
            }
        }
    }

    @Command(
            name = "clean",
            exitCodeList = {Cli.UNAVAILABLE, Cli.SETTINGS},
            mixinStandardHelpOptions = true,
            description = {
                "Cleans the rows that the replica holds, from their originals, by the contract as it is now.",
                "For after a change of rules: rows that do not change do not come again."
            })
    static final class Clean implements Callable<Integer> {
        @Mixin private Options options = new Options();

        @Override
        public Integer call() {
            try (Control control = options.foz.control()) {
                Recleaning recleaning =
                        new Recleaning(
                                control.dataSource(),
                                control.tenants().get(options.tenant),
                                new ReplicaWriter());
                List<Recleaning.Done> done = new ArrayList<>();
                for (String table :
                        options.tables.isEmpty() ? recleaning.tables() : options.tables) {
                    done.add(recleaning.run(table));
                }
                if (options.json) {
                    Cli.printJson(done);
                } else {
                    done.forEach(each ->
                            Cli.print(
                                    "%s: %d rows changed, %d left as they break a rule of severity error"
                                            .formatted(each.table(), each.rows(), each.left())));
                }
                return 0;
            }
        }
    }

    @Command(
            name = "propose",
            exitCodeList = {Cli.UNAVAILABLE, Cli.SETTINGS},
            mixinStandardHelpOptions = true,
            description =
                    "Lists values that break a dependency of the contract (foz.dependencies) or are misspelt, with what they are likely meant to be. Changes nothing.")
    static final class Propose implements Callable<Integer> {
        @Mixin private Options options = new Options();

        @Option(
                names = "--confidence",
                paramLabel = "SHARE",
                defaultValue = "0.5",
                description = "Leaves out what is less sure. Default: ${DEFAULT-VALUE}.")
        private double confidence;

        @Override
        public Integer call() {
            try (Control control = options.foz.control()) {
                List<QualityReports.Proposed> proposals =
                        reports(control, options).proposals(options.tables, confidence);
                if (options.json) {
                    Cli.printJson(proposals);
                } else {
                    proposals.forEach(proposal ->
                            Cli.print(
                                    "%s %s %s: '%s', likely '%s' (%s, confidence %.2f)"
                                            .formatted(
                                                    proposal.table(),
                                                    proposal.rowKey(),
                                                    proposal.column(),
                                                    proposal.original(),
                                                    proposal.value(),
                                                    proposal.rule(),
                                                    proposal.confidence())));
                }
                return 0;
            }
        }
    }

    @Command(
            name = "deduplicate",
            exitCodeList = {Cli.UNAVAILABLE, Cli.SETTINGS},
            mixinStandardHelpOptions = true,
            description = {
                "Finds rows that are one thing, as foz.deduplicate declares, and links them to their survivor.",
                "The replica's rows stay as they are; the view foz_survivor_TABLE shows survivors with merged values."
            })
    static final class Deduplicate implements Callable<Integer> {
        @Mixin private Options options = new Options();

        @Option(names = "--dry-run", description = "Prints the links and writes nothing.")
        private boolean dry;

        @Option(names = "--undo", paramLabel = "RUN", description = "Takes a run's links back.")
        private @Nullable Long undo;

        @Override
        public Integer call() {
            try (Control control = options.foz.control()) {
                DuplicateRuns runs =
                        new DuplicateRuns(
                                control.dataSource(), control.tenants().get(options.tenant));
                Long run = undo;
                if (run != null) {
                    Cli.print("undone: " + runs.undo(run) + " links of run " + run);
                    return 0;
                }
                for (String table : options.tables.isEmpty() ? runs.tables() : options.tables) {
                    print(runs.run(table, dry));
                }
                return 0;
            }
        }

        private void print(DuplicateRuns.Run run) {
            if (options.json) {
                Cli.printJson(run);
                return;
            }
            if (run.run().isEmpty()) {
                run.duplicates().stream()
                        .limit(SHOWN_MAX)
                        .forEach(duplicate ->
                                Cli.print(
                                        String.format(
                                                Locale.ROOT,
                                                "  %s is %s (%.3f)",
                                                duplicate.rowKey(),
                                                duplicate.survivorKey(),
                                                duplicate.score())));
            }
            Cli.print(
                    "%s: %d duplicates among %d rows; %d pairs compared, %d keys too common to use%s"
                            .formatted(
                                    run.table(),
                                    run.duplicates().size(),
                                    run.rows(),
                                    run.compared(),
                                    run.skippedKeys(),
                                    run.run().isPresent()
                                            ? "; run " + run.run().getAsLong()
                                            : "; nothing written"));
        }
    }

    private static QualityReports reports(Control control, Options options) {
        return new QualityReports(control.dataSource(), control.tenants().get(options.tenant));
    }
}
