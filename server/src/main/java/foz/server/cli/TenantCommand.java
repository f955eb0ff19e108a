package foz.server.cli;

import foz.server.tenant.Tenant;
import foz.server.tenant.Tenants;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `foz tenant`: makes, lists and removes tenants, their agents and accounts.
@Command(
        name = "tenant",
        mixinStandardHelpOptions = true,
        description = "Makes, lists and removes tenants, their agents and accounts.",
        subcommands = {
            TenantCommand.Add.class,
            TenantCommand.Remove.class,
            TenantCommand.ListAll.class,
            TenantCommand.Agent.class,
            TenantBundleCommand.class,
            TenantUserCommand.class,
            TenantUsersCommand.class
        })
final class TenantCommand {

    @Command(
            name = "add",
            exitCodeList = {Cli.UNAVAILABLE, Cli.SETTINGS},
            mixinStandardHelpOptions = true,
            description = "Makes a tenant, or applies another contract to it.")
    static final class Add implements Callable<Integer> {
        @Mixin private FozOption foz = new FozOption();

        @Parameters(paramLabel = "TENANT", description = "a-z, 0-9 and _, at most 30.")
        private String id = "";

        @Option(names = "--contract", paramLabel = "FILE", description = "Its data contract.")
        private @Nullable Path contract;

        @Override
        public Integer call() throws IOException {
            try (Control control = foz.control()) {
                control.setup().add(id);
                Path file = contract;
                if (file != null) {
                    control.setup().apply(id, Files.readString(file));
                }
                Cli.print("tenant " + id + " is there" + (file == null ? "" : ", under " + file));
                return 0;
            }
        }
    }

    @Command(
            name = "remove",
            exitCodeList = {"1:there is no such tenant", Cli.UNAVAILABLE, Cli.SETTINGS},
            mixinStandardHelpOptions = true,
            description = "Removes a tenant with all its data. It cannot be undone.")
    static final class Remove implements Callable<Integer> {
        @Mixin private FozOption foz = new FozOption();

        @Parameters(paramLabel = "TENANT")
        private String id = "";

        @Option(names = "--yes", required = true, description = "Confirms that its data may go.")
        private boolean yes;

        @Override
        public Integer call() {
            try (Control control = foz.control()) {
                // The accounts first: what is theirs is found by their names.
                control.accounts().removeAll(Tenants.checkId(id));
                boolean removed = yes && control.setup().remove(id);
                Cli.print(removed ? "tenant " + id + " is gone" : "there is no tenant " + id);
                return removed ? 0 : Cli.EXIT_FOUND;
            }
        }
    }

    @Command(
            name = "agent",
            exitCodeList = {Cli.UNAVAILABLE, Cli.SETTINGS},
            mixinStandardHelpOptions = true,
            description = {
                "Registers an agent of a tenant, and writes the folder that it runs from: key and settings.",
                "Then, beside the source: foz agent --config DIR/agent.properties"
            })
    static final class Agent implements Callable<Integer> {
        @Mixin private FozOption foz = new FozOption();

        @Parameters(paramLabel = "TENANT")
        private String id = "";

        @Option(names = "--folder", required = true, paramLabel = "DIR", description = "To write.")
        private Path folder = Path.of("");

        @Option(names = "--jdbc", required = true, paramLabel = "URL", description = "The source.")
        private String jdbc = "";

        @Option(names = "--user", required = true, paramLabel = "NAME", description = "Its user.")
        private String user = "";

        @Option(names = "--password", paramLabel = "TEXT", description = "Its password.")
        private String password = "";

        @Override
        public Integer call() {
            RunFile run = foz.run();
            try (Control control = Control.open(run.replica())) {
                Path config =
                        new AgentFolder(
                                        folder,
                                        id,
                                        control.tenants().get(id).source(),
                                        run.ingest(),
                                        run.api(),
                                        run.issuer(),
                                        new RunFile.Database(jdbc, user, password),
                                        0)
                                .write(control.accounts());
                Cli.print("written; now run: foz agent --config " + config);
                return 0;
            }
        }
    }

    @Command(
            name = "list",
            exitCodeList = {Cli.UNAVAILABLE, Cli.SETTINGS},
            mixinStandardHelpOptions = true,
            description = "Lists the tenants.")
    static final class ListAll implements Callable<Integer> {
        @Mixin private FozOption foz = new FozOption();

        @Option(names = "--json", description = "Prints JSON.")
        private boolean json;

        @Override
        public Integer call() {
            List<Map<String, Object>> rows = new ArrayList<>();
            try (Control control = foz.control()) {
                for (String id : control.tenants().ids()) {
                    Tenant tenant = control.tenants().get(id);
                    rows.add(
                            Map.of(
                                    "id", id,
                                    "schema", tenant.schema(),
                                    "source", tenant.source(),
                                    "tables", tenant.tables().size()));
                }
            }
            if (json) {
                Cli.printJson(rows);
            } else {
                rows.forEach(row ->
                        Cli.print(
                                "%-20s %-24s %-10s %s tables"
                                        .formatted(
                                                row.get("id"),
                                                row.get("schema"),
                                                row.get("source"),
                                                row.get("tables"))));
            }
            return 0;
        }
    }
}
