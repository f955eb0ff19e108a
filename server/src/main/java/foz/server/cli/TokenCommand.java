package foz.server.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `foz token`: a fresh access token of a demo user.
@Command(
        name = "token",
        exitCodeList = {Cli.UNAVAILABLE, Cli.SETTINGS},
        mixinStandardHelpOptions = true,
        description = "Prints a fresh access token, signing in as a person would.")
final class TokenCommand implements Callable<Integer> {

    @Mixin private FozOption foz = new FozOption();

    @Option(names = "--user", required = true, paramLabel = "NAME", description = "As in run.json.")
    private String user = "";

    @Option(
            names = "--password",
            paramLabel = "TEXT",
            description = "Of an account that is not in run.json.")
    private @Nullable String password;

    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        RunFile run = foz.run();
        String given = password;
        String word = given == null ? demoPassword(run) : given;
        Cli.print(foz.signIn().token(user, word));
        return 0;
    }

    private String demoPassword(RunFile run) {
        return run.users().stream()
                .filter(each -> each.username().equals(user))
                .findFirst()
                .map(RunFile.UserRun::password)
                .orElseThrow(() ->
                        Cli.wrong(
                                spec,
                                "there is no demo user '%s'; there are %s; or give --password"
                                        .formatted(
                                                user,
                                                run.users().stream()
                                                        .map(RunFile.UserRun::username)
                                                        .toList())));
    }
}
