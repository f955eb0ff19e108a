package foz.server.cli;

import foz.server.embedded.EmbeddedException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `foz token`: a fresh access token of a demo user.
@Command(
        name = "token",
        mixinStandardHelpOptions = true,
        description = "Prints a fresh access token of one of the demo users that `foz up` made.")
final class TokenCommand implements Callable<Integer> {

    @Mixin private DataOption data = new DataOption();

    @Option(names = "--user", required = true, paramLabel = "NAME", description = "As in run.json.")
    private String user = "";

    @Override
    public Integer call() {
        RunFile run = data.run();
        RunFile.UserRun found =
                run.users().stream()
                        .filter(each -> each.username().equals(user))
                        .findFirst()
                        .orElseThrow(() ->
                                new EmbeddedException(
                                        "there is no demo user '%s'; there are %s"
                                                .formatted(
                                                        user,
                                                        run.users().stream()
                                                                .map(RunFile.UserRun::username)
                                                                .toList())));
        Cli.print(new SignIn(run.issuer()).token(found.username(), found.password()));
        return 0;
    }
}
