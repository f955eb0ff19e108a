package foz.server.cli;

import foz.server.settings.Roles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `foz up`: the whole of Foz on this machine, with a simulated ERP.
@Command(
        name = "up",
        exitCodeList = {Cli.UNAVAILABLE},
        mixinStandardHelpOptions = true,
        description = {
            "Runs the whole of Foz on this machine: embedded PostgreSQL and Kafka, a simulated ERP, an agent,"
                    + " every role and the console.",
            "Everything listens on the loopback address and keeps its data in one folder. Ctrl-C stops it; the same"
                    + " command resumes."
        })
final class UpCommand implements Callable<Integer> {

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Folder of all data. Default: ~/.foz.")
    private @Nullable Path data;

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "8080",
            description = "Port of console and API; 0 takes a free one. Default: ${DEFAULT-VALUE}.")
    private int port;

    @Option(
            names = "--scale",
            paramLabel = "X",
            defaultValue = "0.1",
            description =
                    "Size of the simulated ERP; 1 is 20,000 products and 5,000 customers. Default: ${DEFAULT-VALUE}.")
    private double scale;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "The same seed makes the same ERP. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--life",
            paramLabel = "N",
            defaultValue = "5",
            description =
                    "Changes a second in the simulated ERP, until `foz erp` says otherwise. Default: ${DEFAULT-VALUE}.")
    private double life;

    @Option(
            names = "--tenants",
            split = ",",
            defaultValue = "norte,sul",
            description =
                    "Tenants, each with an ERP and an agent; the first has the scale. Default: ${DEFAULT-VALUE}.")
    private List<String> tenants = List.of();

    @Option(
            names = "--serve",
            paramLabel = "ROLES",
            description =
                    "Roles of one server process; repeat it to split the server over several. Default: one, with all.")
    private List<String> serve = new ArrayList<>();

    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        check(
                scale > 0 && scale <= 100,
                "--scale is " + scale + "; write a number above 0, up to 100");
        check(
                life >= 0 && life <= 10_000,
                "--life is " + life + "; write a number from 0 to 10000");
        check(port >= 0 && port < 65_536, "--port is " + port + "; write a number from 0 to 65535");
        tenants.forEach(foz.server.tenant.Tenants::checkId);
        List<List<String>> groups = new ArrayList<>();
        for (String group : serve.isEmpty() ? List.of("all") : serve) {
            List<String> roles = List.of(group.split(",", -1));
            Optional<String> unknown = Roles.unknown(roles);
            check(unknown.isEmpty(), "there is no role '" + unknown.orElse("") + "'");
            groups.add(roles);
        }
        Path folder = Cli.data(data);
        Up up =
                new Up(
                        new Up.Options(folder, port, scale, seed, life, tenants, groups),
                        line -> Cli.print("foz: " + line));
        CountDownLatch stopped = new CountDownLatch(1);
        AtomicBoolean stopping = new AtomicBoolean();
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () -> {
                                    stopping.set(true);
                                    Cli.print("foz: stopping");
                                    up.close();
                                    stopped.countDown();
                                },
                                "stop"));
        RunFile run;
        try {
            run = up.start();
        } catch (RuntimeException e) {
            if (stopping.get()) {
                stopped.await();
                return 0;
            }
            throw e;
        }
        announce(run, folder);
        stopped.await();
        return 0;
    }

    private static void announce(RunFile run, Path folder) {
        Cli.print("");
        Cli.print("Foz is up.");
        Cli.print("  console   " + run.console());
        Cli.print("  API       " + run.api());
        Cli.print("  sync      " + run.sync());
        Cli.print("  metrics   " + run.metrics());
        for (RunFile.UserRun user : run.users()) {
            if (user.tenant().equals(run.tenants().getFirst().id())
                    && (user.rep() == null || user.rep().equals("1"))) {
                Cli.print(
                        "  sign in   %s  password %s".formatted(user.username(), user.password()));
            }
        }
        Cli.print("  all of it " + folder.resolve("run.json"));
        Cli.print("  logs      " + run.logs());
        Cli.print("Ctrl-C stops it; the same command resumes.");
    }

    private void check(boolean holds, String message) {
        if (!holds) {
            throw Cli.wrong(spec, message);
        }
    }
}
