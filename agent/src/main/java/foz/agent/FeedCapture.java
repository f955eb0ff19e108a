package foz.agent;

import foz.contract.Contract.Column;
import foz.contract.Contract.Table;
import foz.wire.Change;
import foz.wire.Protocol;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Captures one table of a feed, one reading after another. For one thread at a time.
///
/// A reading is put aside until it is complete ([FeedRows]), so that one that breaks off has no
/// effect at all. Then only the rows that differ from what was last sent are sent, and, where the
/// whole table was named, deletes for those that were not.
///
/// Order of durability: changes are spooled, then the row state is committed, then the feed's
/// cursor is kept. A stop in between reads the same rows again, and sends only what was not yet.
final class FeedCapture {

    private static final int CHANGES_AT_ONCE = 500;
    private static final int PENDING_MAX = 10_000;

    private final Table table;
    private final RowFeed feed;
    private final RowState state;
    private final Cutter cutter;
    private final Spool spool;
    private final Path workDir;

    /// @param workDir for readings that do not fit into memory
    FeedCapture(
            Table table, RowFeed feed, RowState state, Cutter cutter, Spool spool, Path workDir) {
        this.table = table;
        this.feed = feed;
        this.state = state;
        this.cutter = cutter;
        this.spool = spool;
        this.workDir = workDir;
    }

    Table table() {
        return table;
    }

    /// @throws IllegalStateException when nothing can be kept any more, by [RowState#requireOpen]
    void requireOpen() {
        state.requireOpen();
    }

    /// Takes one reading.
    ///
    /// @return whether there is more to read at once
    /// @throws Spool.StaleException when a new incarnation began meanwhile
    boolean take() throws IOException, InterruptedException {
        return take(state.cursor(table.name()), !state.has(table.name()));
    }

    /// Reads and sends everything that the feed has, whatever was read before.
    ///
    /// @return as [#take()]
    boolean takeAnew() throws IOException, InterruptedException {
        return take("", true);
    }

    private boolean take(String cursor, boolean first) throws IOException, InterruptedException {
        long since = spool.generation();
        long stateSince = state.generation();
        try (FeedRows rows = new FeedRows(table, workDir)) {
            Reading reading = feed.read(table, cursor, rows);
            Sending sending = new Sending(rows, since);
            boolean more =
                    switch (reading) {
                        case Reading.Nothing _ -> false;
                        case Reading.Whole _ -> {
                            send(sending, first, true);
                            yield false;
                        }
                        case Reading.Increment(String _, boolean rest) -> {
                            send(sending, first, false);
                            yield rest;
                        }
                    };
            if (!reading.cursor().equals(state.cursor(table.name()))) {
                state.keepCursor(table.name(), reading.cursor(), stateSince);
            }
            return more;
        }
    }

    private static void send(Sending sending, boolean first, boolean whole)
            throws InterruptedException {
        if (first) {
            sending.first(whole);
        } else {
            sending.differences(whole);
        }
    }

    /// One reading on its way out.
    private final class Sending {

        private final FeedRows rows;
        private final long since;
        private final Change.TableHeader header;
        private final long readAtMs = System.currentTimeMillis();

        /// What was sent before; absent while the first reading is sent.
        private RowState.@Nullable TableState known;

        private final List<Change> changes = new ArrayList<>();
        private long bytes;

        Sending(FeedRows rows, long since) {
            this.rows = rows;
            this.since = since;
            this.header =
                    new Change.TableHeader(
                            table.name(),
                            table.columns().stream().map(Column::name).toList(),
                            rows.keyPositions());
        }

        /// Sends every row. What the replica has beyond a whole table is removed there; beside an
        /// increment it is left alone.
        void first(boolean whole) throws InterruptedException {
            if (whole) {
                add(new Change.SnapshotBegin(table.name(), readAtMs));
            }
            try (RowCollector collector = state.collect(table.name(), readAtMs)) {
                for (FeedRows.Part part : rows.parts()) {
                    part.values(
                            part.named(),
                            (keyHash, named, values) -> {
                                if (!named.gone()) {
                                    collector.add(row(keyHash, named, values));
                                    add(new Change.Upsert(values));
                                } else if (!whole) {
                                    add(new Change.Delete(values));
                                }
                            });
                }
                if (whole) {
                    add(new Change.SnapshotEnd(table.name(), readAtMs));
                }
                hand();
                cutter.flush(since);
                collector.finish(false, "");
            }
        }

        /// Sends what is not as it was last sent.
        void differences(boolean whole) throws InterruptedException {
            RowState.TableState known = state.table(table.name());
            this.known = known;
            long about = 0;
            for (FeedRows.Part part : rows.parts()) {
                Map<Long, FeedRows.Named> named = part.named();
                Iterable<Integer> groups =
                        whole ? part.groups(known.mask()) : groups(named, known.mask());
                for (int group : groups) {
                    for (RowState.Row row : known.rows(group)) {
                        compare(row, named, known, whole);
                    }
                    about = Math.max(about, finishIfMany(known));
                }
                Map<Long, FeedRows.Named> changed = new HashMap<>(named);
                changed.values().removeIf(FeedRows.Named::gone);
                part.values(
                        changed,
                        (keyHash, one, values) -> {
                            known.put(row(keyHash, one, values));
                            add(new Change.Upsert(values));
                            finishIfMany(known);
                        });
            }
            about = Math.max(about, finish(known));
            known.split(about);
        }

        private static Iterable<Integer> groups(Map<Long, FeedRows.Named> named, int mask) {
            TreeSet<Integer> groups = new TreeSet<>();
            named.keySet().forEach(keyHash -> groups.add((int) (keyHash & mask)));
            return groups;
        }

        /// Leaves in `named` what is new or changed.
        private void compare(
                RowState.Row row,
                Map<Long, FeedRows.Named> named,
                RowState.TableState known,
                boolean whole)
                throws InterruptedException {
            FeedRows.Named now = named.get(row.keyHash());
            if (now == null ? whole : now.gone()) {
                known.remove(row);
                add(new Change.Delete(rows.keyOnly(row.key())));
            } else if (now != null && now.rowHash() == row.rowHash()) {
                named.remove(row.keyHash());
            }
        }

        private RowState.Row row(long keyHash, FeedRows.Named named, @Nullable String[] values) {
            return new RowState.Row(keyHash, named.rowHash(), rows.keyOf(values));
        }

        private void add(Change change) throws InterruptedException {
            changes.add(change);
            bytes +=
                    change instanceof Change.Upsert(String[] values, List<Integer> _)
                            ? Cutter.bytes(values)
                            : 0;
            if (changes.size() >= CHANGES_AT_ONCE || bytes >= Protocol.ROW_BYTES_MAX) {
                hand();
            }
        }

        private void hand() throws InterruptedException {
            if (!changes.isEmpty()) {
                if (known != null) {
                    known.announce();
                }
                cutter.add(header, List.copyOf(changes), readAtMs, since);
                changes.clear();
                bytes = 0;
            }
        }

        private long finishIfMany(RowState.TableState known) throws InterruptedException {
            return known.pending() > PENDING_MAX ? finish(known) : 0;
        }

        /// @return about how many rows the table has; 0 when nothing tells
        private long finish(RowState.TableState known) throws InterruptedException {
            hand();
            if (known.pending() == 0) {
                return 0;
            }
            cutter.flush(since);
            return known.commit();
        }
    }
}
