package foz.adapter.debezium;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The file in which Debezium keeps how the tables were built at each place of the log. Without it
/// the log cannot be read.
final class History {

    private History() {}

    static Path file(Path workDir) {
        return workDir.resolve("debezium-tables.jsonl");
    }

    static boolean isThere(Path workDir) {
        try {
            return Files.exists(file(workDir)) && Files.size(file(workDir)) > 0;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot look at " + file(workDir), e);
        }
    }

    static void begin(Path workDir) {
        try {
            Files.createDirectories(workDir);
            Files.deleteIfExists(file(workDir));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot begin " + file(workDir), e);
        }
    }
}
