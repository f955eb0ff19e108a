package foz.agent;

import foz.wire.BatchWriter;
import foz.wire.Change;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Cuts changes into batches and spools them. Changes of one call stay together in order. Safe for
/// several threads.
final class Cutter {

    private final Spool spool;
    private final int rowsMax;
    private final int bytesMax;
    private final BatchWriter writer = new BatchWriter();
    private Change.@Nullable TableHeader header;
    private long capturedAtMs;
    private long generation;

    Cutter(Spool spool, AgentSettings settings) {
        this.spool = spool;
        this.rowsMax = settings.batchRowsMax();
        this.bytesMax = settings.batchBytesMax();
    }

    /// Adds changes of one table; a full batch is spooled at once.
    ///
    /// @param since the spool's generation when the capture began
    /// @throws Spool.StaleException when a new incarnation began since then
    synchronized void add(Change.TableHeader table, List<Change> changes, long readAtMs, long since)
            throws InterruptedException {
        follow(since);
        for (Change change : changes) {
            boolean row = change instanceof Change.Upsert || change instanceof Change.Delete;
            // Before, not after, it is too large: a batch that the server refuses stops the source.
            if (!writer.isEmpty() && writer.bytes() + bytes(change) > bytesMax) {
                spool();
            }
            if (writer.isEmpty()) {
                capturedAtMs = readAtMs;
            }
            if (row && !table.equals(header)) {
                writer.add(table);
                header = table;
            }
            writer.add(change);
            if (writer.rows() >= rowsMax || writer.bytes() >= bytesMax) {
                spool();
            }
        }
    }

    private static long bytes(Change change) {
        return switch (change) {
            case Change.Upsert(String[] values) -> bytes(values);
            case Change.Delete(String[] values) -> bytes(values);
            case Change.TableHeader _, Change.SnapshotBegin _, Change.SnapshotEnd _ -> 0;
        };
    }

    /// A row's values as UTF-8.
    static long bytes(@Nullable String[] values) {
        long bytes = 0;
        for (String value : values) {
            if (value != null) {
                bytes += bytes(value);
            }
        }
        return bytes;
    }

    private static long bytes(String value) {
        long bytes = value.length();
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c >= 0x80) {
                // Each half of a surrogate pair is two bytes of its four.
                bytes += c < 0x800 || Character.isSurrogate(c) ? 1 : 2;
            }
        }
        return bytes;
    }

    /// Makes durable what was added.
    synchronized void flush(long since) throws InterruptedException {
        follow(since);
        if (!writer.isEmpty()) {
            spool();
        }
    }

    /// What is in hand from before a new incarnation is void.
    private void follow(long since) {
        long current = spool.generation();
        if (generation != current) {
            if (!writer.isEmpty()) {
                writer.finish();
            }
            header = null;
            generation = current;
        }
        if (since != current) {
            throw new Spool.StaleException();
        }
    }

    private void spool() throws InterruptedException {
        int rows = writer.rows();
        header = null;
        spool.append(writer.finish(), rows, capturedAtMs, generation);
    }
}
