package foz.agent.postgres;

import foz.agent.LogLostException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/// What was read of a log before, and whether the log that is read now is the same one.
///
/// A slot is confirmed only up to what the server has, so that a log that is read on begins with
/// transactions that were sent already. The last of them must be met again as it was: a source
/// restored from a backup has other transactions in its place.
final class History {

    private final Path file;
    private final Position last;
    private final long start;
    private boolean met;

    /// @param last the commit after which the log was left
    /// @param start where the slot begins to give
    History(Path file, Position last, long start) {
        this.file = file;
        this.last = last;
        this.start = start;
        this.met = last.commit() == 0 || last.commit() < start;
    }

    long start() {
        return start;
    }

    /// Up to where the source was told to forget; 0 when never.
    static long confirmed(Path file) {
        try {
            return Files.exists(file) ? Position.lsn(Files.readString(file).strip()) : 0;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    /// Notes it before the source is told, so that a slot that is further than this was moved by
    /// somebody else.
    void confirming(long to) {
        Path partial = file.resolveSibling(file.getFileName() + ".tmp");
        try {
            Files.createDirectories(partial.toAbsolutePath().getParent());
            Files.writeString(partial, Position.text(to));
            try (FileChannel channel = FileChannel.open(partial, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    /// Whether the transaction was sent before.
    ///
    /// @throws LogLostException when the log is of another history
    boolean has(long commit, int transaction) {
        if (commit == last.commit()) {
            if (transaction != (int) last.transaction()) {
                throw another();
            }
            met = true;
            return true;
        }
        if (commit > last.commit()) {
            if (!met) {
                throw another();
            }
            return false;
        }
        return true;
    }

    /// Called when the log was read up to here.
    void requireMet(long read) {
        if (!met && read > last.end()) {
            throw another();
        }
    }

    private LogLostException another() {
        return new LogLostException(
                "the source is not the one that was read before: its log has another transaction in the place of %d at %s (its slot begins at %s); it was restored from a backup, or is a copy"
                        .formatted(
                                last.transaction(),
                                Position.text(last.commit()),
                                Position.text(start)),
                true);
    }
}
