package foz.server.cli;

import foz.server.embedded.Home;
import foz.server.embedded.SimulatedErp;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `foz erp`: the simulated ERP.
@Command(
        name = "erp",
        mixinStandardHelpOptions = true,
        description =
                "The simulated ERP: makes it in a database, and lets its business go on or pause.",
        subcommands = {ErpCommand.Make.class, ErpCommand.Live.class, ErpCommand.Stop.class})
final class ErpCommand {

    private static final class Target {
        @Option(
                names = "--jdbc",
                required = true,
                paramLabel = "URL",
                description = "An empty PostgreSQL database; a role foz_agent must exist.")
        private String jdbc = "";

        @Option(names = "--user", required = true, paramLabel = "NAME", description = "Its owner.")
        private String user = "";

        @Option(names = "--password", paramLabel = "TEXT", description = "The owner's password.")
        private String password = "";

        SimulatedErp open() {
            Path folder = Home.find().solutions().resolve("sales/erp");
            return new SimulatedErp(folder, jdbc, user, password);
        }
    }

    @Command(
            name = "make",
            exitCodeList = Cli.UNAVAILABLE,
            mixinStandardHelpOptions = true,
            description = "Makes the ERP's tables, data and jobs in a database of yours.")
    static final class Make implements Callable<Integer> {
        @Mixin private Target target = new Target();

        @Option(names = "--scale", defaultValue = "0.1", description = "Default: ${DEFAULT-VALUE}.")
        private double scale;

        @Option(names = "--seed", defaultValue = "1", description = "Default: ${DEFAULT-VALUE}.")
        private long seed;

        @Override
        public Integer call() {
            try (SimulatedErp erp = target.open()) {
                erp.make(scale, seed);
            }
            Cli.print("the simulated ERP is made, at scale " + scale + " with seed " + seed);
            return 0;
        }
    }

    @Command(
            name = "live",
            exitCodeList = Cli.UNAVAILABLE,
            mixinStandardHelpOptions = true,
            description = {
                "Sets how many changes a second the ERP of `foz up` makes; with --jdbc, runs the life and the jobs of"
                        + " another one until it is told to stop."
            })
    static final class Live implements Callable<Integer> {
        @Mixin private DataOption data = new DataOption();

        @Option(names = "--rate", defaultValue = "5", description = "Default: ${DEFAULT-VALUE}.")
        private double rate;

        @Option(names = "--seed", defaultValue = "1", description = "Default: ${DEFAULT-VALUE}.")
        private long seed;

        @Option(names = "--jdbc", paramLabel = "URL")
        private @Nullable String jdbc;

        @Option(names = "--user", paramLabel = "NAME")
        private String user = "";

        @Option(names = "--password", paramLabel = "TEXT")
        private String password = "";

        @Override
        public Integer call() throws InterruptedException {
            String url = jdbc;
            if (url == null) {
                LifeRate.write(data.path(), rate);
                Cli.print("the ERP makes " + rate + " changes a second");
                return 0;
            }
            try (SimulatedErp erp =
                    new SimulatedErp(
                            Home.find().solutions().resolve("sales/erp"), url, user, password)) {
                erp.live(() -> rate, seed);
                new CountDownLatch(1).await();
            }
            return 0;
        }
    }

    @Command(
            name = "stop",
            exitCodeList = Cli.UNAVAILABLE,
            mixinStandardHelpOptions = true,
            description = "Pauses the life of the ERP of `foz up`; its jobs go on.")
    static final class Stop implements Callable<Integer> {
        @Mixin private DataOption data = new DataOption();

        @Override
        public Integer call() {
            LifeRate.write(data.path(), 0);
            Cli.print("the ERP's life pauses; its order import goes on");
            return 0;
        }
    }
}
