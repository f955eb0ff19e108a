package foz.server.cli;

import foz.server.apply.Quarantine;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `foz quarantine`: rows that broke the contract, and their release.
@Command(
        name = "quarantine",
        mixinStandardHelpOptions = true,
        description = "Shows rows that broke the contract, with the reason, and releases them.",
        subcommands = {QuarantineCommand.ListAll.class, QuarantineCommand.Release.class})
final class QuarantineCommand {

    @Command(
            name = "list",
            exitCodeList = {Cli.UNAVAILABLE, Cli.SETTINGS},
            mixinStandardHelpOptions = true,
            description = "Lists the rows.")
    static final class ListAll implements Callable<Integer> {
        @Mixin private FozOption foz = new FozOption();

        @Option(names = "--tenant", required = true, paramLabel = "NAME")
        private String tenant = "";

        @Option(names = "--json", description = "Prints JSON.")
        private boolean json;

        @Override
        public Integer call() {
            try (Control control = foz.control()) {
                List<Quarantine.Entry> entries = control.quarantine().list(tenant, 1_000);
                if (json) {
                    Cli.printJson(entries);
                } else {
                    entries.forEach(entry ->
                            Cli.print(
                                    "%d  %s %s: %s"
                                            .formatted(
                                                    entry.id(),
                                                    entry.table(),
                                                    entry.rowKey(),
                                                    entry.reason())));
                }
                return 0;
            }
        }
    }

    @Command(
            name = "release",
            exitCodeList = {Cli.UNAVAILABLE, Cli.SETTINGS},
            mixinStandardHelpOptions = true,
            description = "Brings a row into the replica, corrected where it must be.")
    static final class Release implements Callable<Integer> {
        @Mixin private FozOption foz = new FozOption();

        @Option(names = "--tenant", required = true, paramLabel = "NAME")
        private String tenant = "";

        @Parameters(paramLabel = "ID", description = "As `foz quarantine list` shows it.")
        private long id;

        @Option(
                names = "--set",
                paramLabel = "COLUMN=VALUE",
                description = "Corrects a value; repeatable.")
        private Map<String, String> corrections = new LinkedHashMap<>();

        @Override
        public Integer call() {
            try (Control control = foz.control()) {
                control.quarantine().release(tenant, id, corrections);
                Cli.print("released " + id);
                return 0;
            }
        }
    }
}
