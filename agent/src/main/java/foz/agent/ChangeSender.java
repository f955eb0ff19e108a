package foz.agent;

import foz.wire.Change;
import foz.wire.Protocol;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/// Hands one table's changes to the cutter, some at a time. For one thread.
final class ChangeSender {

    private static final int CHANGES_AT_ONCE = 500;

    /// A further batch would have to wait.
    static final class SpoolFullException extends RuntimeException {}

    private final Change.TableHeader header;
    private final Cutter cutter;
    private final Spool spool;
    private final RowState.TableState known;
    private final long since;
    private final LongAdder counter;
    private final List<Change> changes = new ArrayList<>();
    private boolean waits = true;
    private long bytes;
    private long readAtMs = System.currentTimeMillis();

    /// @param known takes note of rows about to be sent
    /// @param since the spool's generation when the look began
    /// @param counter counts the changes
    ChangeSender(
            Change.TableHeader header,
            Cutter cutter,
            Spool spool,
            RowState.TableState known,
            long since,
            LongAdder counter) {
        this.header = header;
        this.cutter = cutter;
        this.spool = spool;
        this.known = known;
        this.since = since;
        this.counter = counter;
    }

    long since() {
        return since;
    }

    /// Whether a full spool is waited for; else it is said by [SpoolFullException].
    void waits(boolean now) {
        waits = now;
    }

    void add(Change change) throws InterruptedException {
        changes.add(change);
        bytes +=
                change instanceof Change.Upsert(String[] values, List<Integer> _)
                        ? Cutter.bytes(values)
                        : 0;
        counter.increment();
        if (changes.size() >= CHANGES_AT_ONCE || bytes >= Protocol.ROW_BYTES_MAX) {
            send();
        }
    }

    void send() throws InterruptedException {
        if (!changes.isEmpty()) {
            known.announce();
            cutter.add(header, changes, readAtMs, since);
            changes.clear();
            bytes = 0;
            if (!waits && !spool.hasRoom(cutter.wholeBytesMax())) {
                throw new SpoolFullException();
            }
        }
        readAtMs = System.currentTimeMillis();
    }
}
