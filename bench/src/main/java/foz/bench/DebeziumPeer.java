package foz.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Debezium's embedded engine with its default settings, in a child JVM.
final class DebeziumPeer implements Subject {

    private final String classPath;
    private final Source source;
    private final Optional<Source> replica;
    private final Path folder;
    private volatile long seen;
    private @Nullable Process process;

    /// @param replica where each batch is upserted and committed; without it batches are dropped
    DebeziumPeer(String classPath, Source source, Optional<Source> replica, Path folder) {
        this.classPath = classPath;
        this.source = source;
        this.replica = replica;
        this.folder = folder;
    }

    @Override
    public String name() {
        return "Debezium";
    }

    @Override
    public void start() throws IOException {
        List<String> command =
                new ArrayList<>(
                        Peers.java(
                                classPath,
                                Peers.source("debezium").resolve("DebeziumPeer.java").toString(),
                                "127.0.0.1",
                                Integer.toString(source.port()),
                                Source.DATABASE,
                                Files.createTempFile(folder, "debezium", ".offsets").toString()));
        replica.ifPresent(to -> command.add(to.url()));
        Process child =
                new ProcessBuilder(command)
                        .redirectError(folder.resolve("debezium.log").toFile())
                        .start();
        process = child;
        Thread.ofVirtual().start(() -> listen(child));
    }

    private void listen(Process child) {
        try (BufferedReader lines = child.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("seen ")) {
                    seen = Long.parseLong(line.substring(5));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public long seen() {
        if (!Objects.requireNonNull(process).isAlive()) {
            throw new IllegalStateException("Debezium ended; see " + folder + "/debezium.log");
        }
        return seen;
    }

    @Override
    public long pid() {
        return Objects.requireNonNull(process).pid();
    }

    @Override
    public void close() {
        if (process != null) {
            process.destroyForcibly();
            process.onExit().join();
        }
    }
}
