package foz.server.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// `--data`: which running Foz a command speaks to.
final class DataOption {

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Data folder of the running Foz. Default: ~/.foz.")
    private @Nullable Path data;

    Path path() {
        return Cli.data(data);
    }

    RunFile run() {
        return RunFile.read(path());
    }

    Control control() {
        return Control.open(run().replica());
    }
}
