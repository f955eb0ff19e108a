package foz.server.cli;

import foz.server.identity.Accounts;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `foz tenant users`: all accounts of a tenant.
@Command(
        name = "users",
        exitCodeList = {Cli.UNAVAILABLE, Cli.SETTINGS},
        mixinStandardHelpOptions = true,
        description = "Lists the accounts of a tenant.")
final class TenantUsersCommand implements Callable<Integer> {
    @Mixin private FozOption foz = new FozOption();

    @Parameters(paramLabel = "TENANT")
    private String id = "";

    @Option(names = "--json", description = "Prints JSON.")
    private boolean json;

    @Override
    public Integer call() {
        List<Accounts.Account> accounts;
        try (Control control = foz.control()) {
            control.tenants().get(id);
            accounts = control.accounts().of(id);
        }
        if (json) {
            Cli.printJson(accounts.stream().map(TenantUsersCommand::row).toList());
        } else {
            accounts.forEach(account ->
                    Cli.print(
                            "%-32s %-16s %-10s %s"
                                    .formatted(
                                            account.username(),
                                            String.join(",", account.roles()),
                                            account.rep().orElse("-"),
                                            account.disabled() ? "disabled" : "enabled")));
        }
        return 0;
    }

    private static Map<String, @Nullable Object> row(Accounts.Account account) {
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put("username", account.username());
        row.put("roles", account.roles());
        row.put("rep", account.rep().orElse(null));
        row.put("disabled", account.disabled());
        return row;
    }
}
