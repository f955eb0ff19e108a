package foz.server.cli;

import foz.contract.Contract.Table;
import foz.server.tenant.Tenant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `foz verify`: the source against the replica.
@Command(
        name = "verify",
        exitCodeList = {"1:something differs", Cli.UNAVAILABLE, Cli.SETTINGS},
        mixinStandardHelpOptions = true,
        description = {
            "Compares source and replica: count, key set, and a hash of each row. Prints what differs.",
            "A source that changes meanwhile differs by what is on its way: --wait looks again until it is clean."
        })
final class VerifyCommand implements Callable<Integer> {

    @Mixin private FozOption foz = new FozOption();

    @Option(names = "--tenant", paramLabel = "NAME", description = "Default: all tenants.")
    private @Nullable String tenant;

    @Option(names = "--table", paramLabel = "NAME", description = "Default: all captured tables.")
    private List<String> tables = List.of();

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            defaultValue = "0",
            description = "Looks again at what differs, until this time is over. Default: 0.")
    private int waitSeconds;

    @Option(
            names = "--source-jdbc",
            paramLabel = "URL",
            description = "The source of a tenant that `foz up` did not make.")
    private @Nullable String sourceJdbc;

    @Option(names = "--source-user", paramLabel = "NAME")
    private String sourceUser = "";

    @Option(names = "--source-password", paramLabel = "TEXT")
    private String sourcePassword = "";

    @Option(names = "--json", description = "Prints JSON.")
    private boolean json;

    record TenantResult(String tenant, boolean clean, List<Verification.Result> tables) {}

    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        RunFile run = foz.run();
        List<TenantResult> results = new ArrayList<>();
        try (Control control = Control.open(run.replica())) {
            for (RunFile.TenantRun each : tenants(run, control)) {
                results.add(verify(run, each, control.tenants().get(each.id())));
            }
        }
        if (json) {
            Cli.printJson(results);
        } else {
            results.forEach(VerifyCommand::print);
        }
        return results.stream().allMatch(TenantResult::clean) ? 0 : Cli.EXIT_FOUND;
    }

    /// The tenants to compare, each with its source.
    private List<RunFile.TenantRun> tenants(RunFile run, Control control) {
        String url = sourceJdbc;
        String name = tenant;
        if (url == null) {
            List<RunFile.TenantRun> known =
                    run.tenants().stream()
                            .filter(each -> name == null || name.equals(each.id()))
                            .toList();
            if (known.isEmpty()) {
                throw Cli.wrong(
                        spec,
                        "no source is known of %s; give --tenant, --source-jdbc, --source-user and --source-password"
                                .formatted(
                                        name == null ? "any tenant" : "a tenant '" + name + "'"));
            }
            return known;
        }
        if (name == null) {
            throw Cli.wrong(spec, "--source-jdbc needs --tenant");
        }
        Tenant declared = control.tenants().get(name);
        return List.of(
                new RunFile.TenantRun(
                        name,
                        declared.schema(),
                        declared.source(),
                        new RunFile.Database(url, sourceUser, sourcePassword)));
    }

    private TenantResult verify(RunFile run, RunFile.TenantRun each, Tenant declared)
            throws InterruptedException {
        Verification verification = new Verification(each.erp(), run.replica(), each.schema());
        List<Verification.Result> results = new ArrayList<>();
        for (Table table : declared.tables()) {
            if (table.capture().isPresent()
                    && (tables.isEmpty() || tables.contains(table.name()))) {
                Verification.Result result = verification.verify(table);
                for (int second = 0; !result.clean() && second < waitSeconds; second++) {
                    TimeUnit.SECONDS.sleep(1);
                    result = verification.verify(table);
                }
                results.add(result);
            }
        }
        return new TenantResult(
                each.id(), results.stream().allMatch(Verification.Result::clean), results);
    }

    private static void print(TenantResult result) {
        for (Verification.Result table : result.tables()) {
            Cli.print(
                    "%-10s %-26s %s  source %d, replica %d%s"
                            .formatted(
                                    result.tenant(),
                                    table.table(),
                                    table.clean() ? "same     " : "DIFFERENT",
                                    table.sourceRows(),
                                    table.replicaRows(),
                                    table.clean()
                                            ? ""
                                            : "; missing %d, extra %d, different %d"
                                                    .formatted(
                                                            table.missing(),
                                                            table.extra(),
                                                            table.different())));
            for (Verification.Difference difference : table.differences()) {
                Cli.print(
                        "           %s %s %s"
                                .formatted(
                                        difference.kind(),
                                        difference.row(),
                                        String.join("; ", difference.columns())));
            }
        }
    }
}
