package foz.agent.postgres;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Messages of a transaction that has not committed yet, on disk: the source sends a large one
/// before it knows how it ends.
final class Spill implements AutoCloseable {

    private final Path file;
    private final DataOutputStream out;
    private final Set<Integer> aborted = new HashSet<>();
    private @Nullable DataInputStream in;

    Spill(Path dir, int transaction) {
        try {
            Files.createDirectories(dir);
            this.file = dir.resolve("transaction_" + Integer.toUnsignedString(transaction));
            this.out =
                    new DataOutputStream(
                            new BufferedOutputStream(Files.newOutputStream(file), 1 << 16));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot keep a large transaction in " + dir, e);
        }
    }

    /// A message as it was kept.
    ///
    /// @param kind its first byte
    record Message(byte kind, long arrival, ByteBuffer rest) {}

    /// Keeps one message, without the number of its subtransaction.
    void add(int subtransaction, byte kind, long arrival, ByteBuffer rest) {
        try {
            out.writeInt(subtransaction);
            out.writeByte(kind);
            out.writeLong(arrival);
            out.writeInt(rest.remaining());
            out.write(rest.array(), rest.arrayOffset() + rest.position(), rest.remaining());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    /// A part of the transaction was rolled back.
    void abort(int subtransaction) {
        aborted.add(subtransaction);
    }

    /// The next message of what was committed, from the first; null at the end.
    @Nullable Message next() {
        try {
            DataInputStream open = in;
            if (open == null) {
                out.close();
                open =
                        new DataInputStream(
                                new BufferedInputStream(Files.newInputStream(file), 1 << 16));
                in = open;
            }
            while (true) {
                int subtransaction;
                try {
                    subtransaction = open.readInt();
                } catch (EOFException _) {
                    return null;
                }
                byte kind = open.readByte();
                long arrival = open.readLong();
                byte[] rest = new byte[open.readInt()];
                open.readFully(rest);
                // What a rolled back part said of a table's columns holds beyond it.
                if (kind == PgOutput.RELATION || !aborted.contains(subtransaction)) {
                    return new Message(kind, arrival, ByteBuffer.wrap(rest));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    @Override
    public void close() {
        try {
            out.close();
            if (in != null) {
                in.close();
            }
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + file, e);
        }
    }
}
