package foz.agent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/// This run of the agent, told apart from every other that has its identity, a copy of its folder
/// included. Each run has a name of its own and shows the name of the run before it: whoever holds
/// the stream gives way to its successor only. Of two copies, the one that opened last goes on, and
/// the other is refused until it is stopped.
final class Instance {

    private final Path file;
    private final String name = UUID.randomUUID().toString();
    private final String previous;

    private Instance(Path file, String previous) {
        this.file = file;
        this.previous = previous;
    }

    static Instance begin(Path dataDir) {
        Path file = dataDir.resolve("instance");
        try {
            return new Instance(file, Files.exists(file) ? Files.readString(file).strip() : "");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    String name() {
        return name;
    }

    /// The run before this one; empty when there was none.
    String previous() {
        return previous;
    }

    /// The server took this run for the stream's holder: the next run shows this name.
    void confirmed() {
        Path partial = file.resolveSibling("instance.tmp");
        try {
            Files.writeString(partial, name);
            try (FileChannel channel = FileChannel.open(partial, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot keep the instance in " + file, e);
        }
    }
}
