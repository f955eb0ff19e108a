package foz.server.cli;

import foz.server.embedded.EmbeddedException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `foz token`: a fresh access token of a demo user.
@Command(
        name = "token",
        mixinStandardHelpOptions = true,
        description = "Prints a fresh access token, signing in as a person would.")
final class TokenCommand implements Callable<Integer> {

    @Mixin private DataOption data = new DataOption();

    @Option(names = "--user", required = true, paramLabel = "NAME", description = "As in run.json.")
    private String user = "";

    @Option(
            names = "--password",
            paramLabel = "TEXT",
            description = "Of an account that is not in run.json.")
    private @Nullable String password;

    @Override
    public Integer call() {
        RunFile run = data.run();
        String given = password;
        String word = given == null ? demoPassword(run) : given;
        Cli.print(new SignIn(run.issuer()).token(user, word));
        return 0;
    }

    private String demoPassword(RunFile run) {
        return run.users().stream()
                .filter(each -> each.username().equals(user))
                .findFirst()
                .map(RunFile.UserRun::password)
                .orElseThrow(() ->
                        new EmbeddedException(
                                "there is no demo user '%s'; there are %s; or give --password"
                                        .formatted(
                                                user,
                                                run.users().stream()
                                                        .map(RunFile.UserRun::username)
                                                        .toList())));
    }
}
