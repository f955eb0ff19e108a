package foz.agent;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A whole table's rows, gathered on disk in any order until all are there, and then the table's
/// state. What was kept survives a stop. How many groups there are is chosen when all rows are
/// counted: no estimate of the source is trusted.
final class RowCollector implements AutoCloseable {

    /// Rows are parted over so many files, and a group is never in two of them: memory holds one
    /// part at a time.
    static final int PARTS = 128;

    private final RowState state;
    private final String table;
    private final long since;
    private final Path file;
    private final FileChannel channel;
    private final DataOutputStream out;
    private long rows;
    private boolean kept;

    /// @param snapshot the capture's number, of [foz.wire.Change.SnapshotBegin]
    /// @param rows how many were kept of this capture before a stop
    /// @param bytes what [#keep] gave then; 0 at first
    /// @param since the state's generation when the gathering began
    RowCollector(RowState state, String table, long snapshot, long rows, long bytes, long since) {
        this.state = state;
        this.table = table;
        this.since = since;
        this.file = file(state, table, snapshot);
        this.rows = rows;
        try {
            removeOthers();
            channel =
                    FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)
                            .truncate(bytes);
            channel.position(channel.size());
        } catch (IOException e) {
            throw failed("write", e);
        }
        this.out =
                new DataOutputStream(
                        new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16));
    }

    private static Path file(RowState state, String table, long snapshot) {
        return state.dir().resolve("collect_" + table + "_" + snapshot + ".tmp");
    }

    /// Whether so many bytes were kept of this capture.
    static boolean isKept(RowState state, String table, long snapshot, long bytes) {
        Path file = file(state, table, snapshot);
        try {
            return Files.exists(file) && Files.size(file) >= bytes;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the row state " + file, e);
        }
    }

    /// Removes what earlier captures of the table left.
    private void removeOthers() throws IOException {
        Pattern ours =
                Pattern.compile(Pattern.quote("collect_" + table + "_") + "(part)?[0-9]+\\.tmp");
        try (Stream<Path> files = Files.list(state.dir())) {
            for (Path other : files.toList()) {
                if (!other.equals(file) && ours.matcher(other.getFileName().toString()).matches()) {
                    Files.delete(other);
                }
            }
        }
    }

    private UncheckedIOException failed(String what, IOException e) {
        return new UncheckedIOException(
                "cannot %s the row state %s: %s".formatted(what, file, e.getMessage()), e);
    }

    /// How many were added, before a stop too.
    long rows() {
        return rows;
    }

    void add(RowState.Row row) {
        try {
            RowBytes.write(out, row);
            rows++;
        } catch (IOException e) {
            throw failed("write", e);
        }
    }

    /// Makes durable what was added.
    ///
    /// @return bytes, by which the gathering goes on after a stop
    long keep() {
        try {
            out.flush();
            channel.force(false);
            kept = true;
            return channel.position();
        } catch (IOException e) {
            throw failed("write", e);
        }
    }

    /// Replaces the table's state.
    ///
    /// @param sum how the hashes of a group are combined, by [Dialect#combine]
    /// @param keyHash how keys are hashed, by [Dialect#keyHash]
    void finish(boolean sum, String keyHash) {
        int mask = RowState.mask(rows);
        try {
            out.flush();
            part();
            state.replace(
                    table,
                    mask,
                    since,
                    keyHash,
                    groups -> {
                        for (int i = 0; i < PARTS; i++) {
                            if (Files.exists(file(i))) {
                                groups.accept(
                                        RowBytes.part(Files.readAllBytes(file(i)), 0, mask, sum));
                            }
                        }
                    });
            kept = false;
        } catch (IOException e) {
            throw failed("read", e);
        }
    }

    private void part() throws IOException {
        @Nullable DataOutputStream[] parts = new @Nullable DataOutputStream[PARTS];
        removeParts();
        try (DataInputStream in =
                new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16))) {
            for (long i = 0; i < rows; i++) {
                RowBytes.copy(in, keyHash -> part(parts, (int) (keyHash & (PARTS - 1))));
            }
        } catch (EOFException e) {
            throw new IOException("the file is shorter than " + rows + " rows", e);
        } finally {
            for (DataOutputStream part : parts) {
                if (part != null) {
                    part.close();
                }
            }
        }
    }

    private DataOutputStream part(@Nullable DataOutputStream[] parts, int number)
            throws IOException {
        DataOutputStream part = parts[number];
        if (part == null) {
            part =
                    new DataOutputStream(
                            new BufferedOutputStream(Files.newOutputStream(file(number)), 1 << 13));
            parts[number] = part;
        }
        return part;
    }

    private Path file(int number) {
        return state.dir().resolve("collect_" + table + "_part" + number + ".tmp");
    }

    private void removeParts() throws IOException {
        for (int i = 0; i < PARTS; i++) {
            Files.deleteIfExists(file(i));
        }
    }

    /// What was kept stays, until it has become the table's state.
    @Override
    public void close() {
        try {
            channel.close();
            removeParts();
            if (!kept) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw failed("remove", e);
        }
    }
}
