package foz.server.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.DoubleSupplier;

/// How many changes a second the simulated ERP makes: what `foz erp live` or `foz erp stop` last
/// wrote, or what `foz up` was given.
final class LifeRate implements DoubleSupplier {

    private static final String FILE = "erp-rate";

    private final Path data;
    private final double initial;

    LifeRate(Path data, double initial) {
        this.data = data;
        this.initial = initial;
    }

    @Override
    public double getAsDouble() {
        try {
            return Double.parseDouble(Files.readString(data.resolve(FILE)).strip());
        } catch (IOException | NumberFormatException _) {
            return initial;
        }
    }

    static void write(Path data, double rate) {
        try {
            Files.writeString(data.resolve(FILE), Double.toString(rate));
        } catch (IOException e) {
            throw new foz.server.embedded.EmbeddedException(
                    "cannot write " + data.resolve(FILE), e);
        }
    }
}
