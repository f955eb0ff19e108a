package foz.server.cli;

import foz.server.identity.Tokens;
import foz.server.settings.Settings;
import foz.server.settings.SettingsFile;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/// `--data` or `--config`: which Foz a command speaks to.
final class FozOption {

    private static final class Where {
        @Option(
                names = "--data",
                paramLabel = "DIR",
                description = "Data folder of the running `foz up`. Default: ~/.foz.")
        private @Nullable Path data;

        @Option(
                names = "--config",
                paramLabel = "FILE",
                description = "Settings of a server that `foz serve --config` runs, instead.")
        private @Nullable Path config;
    }

    @ArgGroup private @Nullable Where where;

    RunFile run() {
        Where given = where;
        if (given == null) {
            return RunFile.read(Cli.data(null));
        }
        return given.config == null
                ? RunFile.read(Cli.data(given.data))
                : RunFile.of(SettingsFile.read(given.config));
    }

    /// Signs a person in as an app would.
    SignIn signIn() {
        Where given = where;
        if (given == null || given.config == null) {
            return new SignIn(run().issuer());
        }
        Settings settings = SettingsFile.read(given.config);
        return new SignIn(
                Tokens.issuer(settings), settings.identity().appRedirectUrls().getFirst());
    }

    Control control() {
        return Control.open(run().replica());
    }
}
