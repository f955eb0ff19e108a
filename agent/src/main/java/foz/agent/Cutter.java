package foz.agent;

import foz.wire.BatchWriter;
import foz.wire.Change;
import foz.wire.ChangeBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Cuts changes into batches and spools them. Changes of one call stay together in order. Safe for
/// several threads.
final class Cutter {

    private final Spool spool;
    private final int rowsMax;
    private final int bytesMax;
    private final BatchWriter writer = new BatchWriter();
    private final ChangeBuffer single = new ChangeBuffer();
    private final Map<String, String> marks = new HashMap<>();
    private long capturedAtMs;
    private long generation;

    Cutter(Spool spool, AgentSettings settings) {
        this.spool = spool;
        this.rowsMax = settings.batchRowsMax();
        this.bytesMax = settings.batchBytesMax();
        this.marks.putAll(spool.marks());
        this.generation = spool.generation();
    }

    /// How far a capture is once the changes before it are durable.
    ///
    /// @param value empty: the name is forgotten
    record Mark(String name, String value) {}

    /// Adds changes of one table; a full batch is spooled at once.
    ///
    /// @param since the spool's generation when the capture began
    /// @throws Spool.StaleException when a new incarnation began since then
    synchronized void add(Change.TableHeader table, List<Change> changes, long readAtMs, long since)
            throws InterruptedException {
        single.clear();
        for (Change change : changes) {
            single.add(table, change);
        }
        add(single, readAtMs, since, null);
    }

    /// Adds changes, cut where a batch is full.
    synchronized void add(ChangeBuffer changes, long readAtMs, long since, @Nullable Mark mark)
            throws InterruptedException {
        follow(since);
        for (int item = 0; item < changes.items(); item++) {
            // Before, not after, it is too large: a batch that the server refuses stops the source.
            if (!writer.isEmpty() && writer.bytes() + changes.bytes(item) > bytesMax) {
                spool();
            }
            put(changes, item, readAtMs);
            if (writer.rows() >= rowsMax || writer.bytes() >= bytesMax) {
                spool();
            }
        }
        mark(mark);
    }

    /// Adds the changes of one transaction, which must not be parted.
    ///
    /// @param changes at most [#wholeBytesMax]
    synchronized void addWhole(ChangeBuffer changes, long readAtMs, long since, Mark mark)
            throws InterruptedException {
        follow(since);
        if (!writer.isEmpty()
                && (writer.bytes() + changes.bytes() > bytesMax
                        || writer.rows() + changes.rows() > rowsMax)) {
            spool();
        }
        for (int item = 0; item < changes.items(); item++) {
            put(changes, item, readAtMs);
        }
        mark(mark);
        if (writer.rows() >= rowsMax || writer.bytes() >= bytesMax) {
            spool();
        }
    }

    /// What the captures have reached, durable or in hand.
    synchronized Map<String, String> marks(long since) {
        follow(since);
        return Map.copyOf(marks);
    }

    /// Whether everything that was added is spooled.
    synchronized boolean isEmpty() {
        return writer.isEmpty();
    }

    /// Rows of a transaction that one batch takes.
    int rowsMax() {
        return rowsMax;
    }

    /// Bytes of a transaction that one batch takes.
    int wholeBytesMax() {
        return bytesMax;
    }

    /// Adds a part of a transaction that no batch can hold, as a batch of its own.
    synchronized void addPart(
            Change.Part part, ChangeBuffer changes, long readAtMs, long since, @Nullable Mark mark)
            throws InterruptedException {
        follow(since);
        if (!writer.isEmpty()) {
            spool();
        }
        capturedAtMs = readAtMs;
        writer.add(part);
        for (int item = 0; item < changes.items(); item++) {
            writer.add(changes, item);
        }
        Map<String, String> before = Map.copyOf(marks);
        boolean spooled = false;
        try {
            mark(mark);
            spool();
            spooled = true;
        } finally {
            if (!spooled) {
                // A part stands alone in its batch: the transaction will be read from its
                // beginning.
                writer.clear();
                marks.clear();
                marks.putAll(before);
            }
        }
    }

    private void put(ChangeBuffer changes, int item, long readAtMs) {
        if (writer.isEmpty()) {
            capturedAtMs = readAtMs;
        }
        writer.add(changes, item);
    }

    private void mark(@Nullable Mark mark) {
        if (mark != null && mark.value().isEmpty()) {
            marks.remove(mark.name());
        } else if (mark != null) {
            marks.put(mark.name(), mark.value());
        }
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
            writer.clear();
            marks.clear();
            generation = current;
        }
        if (since != current) {
            throw new Spool.StaleException();
        }
    }

    /// What the spool does not take, a full disk being in its way, stays in hand.
    private void spool() throws InterruptedException {
        spool.append(writer.body(), writer.rows(), capturedAtMs, generation, marks);
        writer.clear();
    }
}
