package foz.server.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// `--data`: the folder of a running `foz up`.
final class DataOption {

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Data folder of the running `foz up`. Default: ~/.foz.")
    private @Nullable Path data;

    Path path() {
        return Cli.data(data);
    }
}
