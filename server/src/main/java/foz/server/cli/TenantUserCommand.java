package foz.server.cli;

import foz.server.identity.Accounts;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `foz tenant user`: one account of a tenant.
@Command(
        name = "user",
        exitCodeList = {Cli.UNAVAILABLE, Cli.SETTINGS},
        mixinStandardHelpOptions = true,
        description = {
            "Makes an account of a tenant, or replaces its password and roles; or disables, enables or removes it.",
            "Whatever is done ends the account's sign-ins: nobody gets another token by them. Access tokens that are"
                    + " out already live until they expire (foz.identity.tokenSeconds)."
        })
final class TenantUserCommand implements Callable<Integer> {
    @Mixin private FozOption foz = new FozOption();

    @Parameters(index = "0", paramLabel = "TENANT")
    private String id = "";

    @Parameters(index = "1", paramLabel = "USERNAME")
    private String username = "";

    @ArgGroup(exclusive = true, multiplicity = "1")
    private Wish wish = new Wish();

    /// What is to be done: one of these.
    private static final class Wish {
        @ArgGroup(exclusive = false)
        private @Nullable Saved saved;

        @Option(names = "--disable", description = "It may no longer sign in; it stays.")
        private boolean disable;

        @Option(names = "--enable", description = "It may sign in again, with its password.")
        private boolean enable;

        @Option(names = "--remove", description = "Removes it. Its commands stay in the ledger.")
        private boolean remove;
    }

    private static final class Saved {
        @Option(
                names = "--password",
                required = true,
                paramLabel = "TEXT",
                interactive = true,
                arity = "0..1",
                description = "Asked for when no text follows.")
        private String password = "";

        @Option(
                names = "--rep",
                paramLabel = "NUMBER",
                description = "The sales rep's number in the ERP.")
        private @Nullable String rep;

        @Option(names = "--role", split = ",", description = "rep, operator. Default: rep.")
        private @Nullable List<String> roles;
    }

    @Override
    public Integer call() {
        try (Control control = foz.control()) {
            control.tenants().get(id);
            Cli.print("account " + username + " of tenant " + id + " " + change(control));
            return 0;
        }
    }

    /// @return what it is now
    private String change(Control control) {
        Saved saved = wish.saved;
        if (saved != null) {
            control.accounts().save(account(saved), saved.password, false);
            return "is there";
        }
        if (wish.remove) {
            control.accounts().remove(id, username);
            return "is gone";
        }
        boolean disabled = wish.disable && !wish.enable;
        control.accounts().disable(id, username, disabled);
        return disabled ? "is disabled" : "is enabled";
    }

    private Accounts.Account account(Saved saved) {
        List<String> roles = saved.roles;
        return new Accounts.Account(
                id,
                username,
                username,
                Optional.ofNullable(saved.rep),
                roles == null ? List.of("rep") : roles,
                false);
    }
}
