package foz.agent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.jspecify.annotations.Nullable;

/// What the agent last sent of each row: the hash of its key and of its content, on disk, in groups
/// by the key's hash. Memory holds one number pair a group, and the edits not yet committed. What
/// is changed here counts once [TableState#commit] is called, which must come after the changes are
/// spooled.
///
/// A table's groups lie in the map `t_TABLE`, or, once they were split, in `t_TABLE:MASK`. Which of
/// them counts is told by its entry in `masks` alone, so that a stop while rows move from one to
/// the other leaves the old groups or the new ones, and never some of both.
final class RowState implements AutoCloseable {

    /// One row as it was last sent.
    ///
    /// @param key canonical texts of the key's columns
    record Row(long keyHash, long rowHash, List<String> key) {
        Row {
            key = List.copyOf(key);
        }
    }

    /// Count and combined hash of a group's rows.
    record Sum(long count, long hash) {
        static final Sum NOTHING = new Sum(0, 0);
    }

    private static final int ROWS_A_GROUP = 128;
    private static final int ROWS_A_GROUP_MAX = 1_024;

    private static final int GROUPS_MAX = 1 << 16;
    private static final int CACHE_MB = 8;
    private static final String IN_USE = "in use";
    private static final int UNWRITTEN_BYTES_MAX = 4 << 20;

    private final Path dir;
    private final MVStore store;
    private final MVMap<String, Integer> masks;

    /// Tables of which the log tells the changes, and no row is kept here; with how they were built
    /// when they were captured whole.
    private final MVMap<String, String> logged;

    /// How each table's keys are hashed. By another hash its rows would lie in other groups.
    private final MVMap<String, String> keyHashes;

    /// Rows that were about to be sent for the first time, by table and number. Of these nothing
    /// tells whether the server has them.
    private final MVMap<String, byte[]> announced;

    /// Where each table of a feed is read on from.
    private final MVMap<String, String> cursors;

    /// Grows when everything is forgotten.
    private long generation;

    private RowState(Path dir) throws IOException {
        this.dir = dir;
        Files.createDirectories(dir);
        this.store =
                new MVStore.Builder()
                        .fileName(dir.resolve("rows.mv").toString())
                        .cacheSize(CACHE_MB)
                        .autoCommitDisabled()
                        .open();
        store.setVersionsToKeep(0);
        this.masks = store.openMap("masks");
        this.logged = store.openMap("logged");
        this.cursors = store.openMap("cursors");
        this.keyHashes = store.openMap("keyHashes");
        this.announced = store.openMap("announced");
    }

    static RowState open(Path dir) {
        try {
            return new RowState(dir);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot open the row state " + dir, e);
        }
    }

    /// After a write that failed, a full disk being in its way, nothing more can be read or written
    /// here until the folder is opened anew: that takes a new process.
    ///
    /// @throws IllegalStateException when it is so
    void requireOpen() {
        if (store.isClosed()) {
            throw new IllegalStateException(
                    "the row state %s was closed by a write that failed".formatted(dir));
        }
    }

    /// Whether the table was captured whole once, and its rows are known here.
    synchronized boolean has(String table) {
        return masks.containsKey(table);
    }

    /// Whether the table's rows lie by this hash of their keys.
    ///
    /// @param keyHash by [Dialect#keyHash]
    synchronized boolean isHashedBy(String table, String keyHash) {
        // A state of an earlier version names none, and has the hash of its time: that of now.
        return keyHashes.getOrDefault(table, keyHash).equals(keyHash);
    }

    /// Whether the table was captured whole once, and since then the log tells its changes.
    synchronized boolean isLogged(String table) {
        return logged.containsKey(table);
    }

    /// Whether nothing was ever kept here: the folder is new, or was lost.
    synchronized boolean isNew() {
        return masks.isEmpty() && logged.isEmpty() && !store.getMapNames().contains(IN_USE);
    }

    /// The stream that this state belongs to is open.
    synchronized void use() {
        if (!store.getMapNames().contains(IN_USE)) {
            store.openMap(IN_USE);
            store.commit();
            store.sync();
        }
    }

    /// From now on the log tells the table's changes: nothing of its rows is kept.
    ///
    /// @param structure how the table is built, by [LogSource#structures]
    synchronized void setLogged(String table, String structure, long since) {
        requireCurrent(since);
        masks.remove(table);
        removeMapsBut(table, "");
        logged.put(table, structure);
        removeAnnounced(table);
        store.commit();
        store.sync();
    }

    /// How the table was built when it was captured whole; empty when that is not known.
    synchronized String structure(String table) {
        return logged.getOrDefault(table, "");
    }

    /// The log no longer tells the table's changes: it must be captured whole again.
    synchronized void forgetLogged(String table) {
        if (logged.remove(table) != null) {
            store.commit();
            store.sync();
        }
    }

    /// Grows when everything is forgotten.
    synchronized long generation() {
        return generation;
    }

    /// Where a feed's table is read on from; empty: from its beginning.
    synchronized String cursor(String table) {
        return cursors.getOrDefault(table, "");
    }

    /// Keeps a feed's cursor; to be called after what was read before it is durable.
    ///
    /// @param since the generation when the reading began
    synchronized void keepCursor(String table, String cursor, long since) {
        requireCurrent(since);
        cursors.put(table, cursor);
        store.commit();
    }

    private void requireCurrent(long since) {
        if (since != generation) {
            throw new Spool.StaleException();
        }
    }

    /// The state of one table.
    synchronized TableState table(String table) {
        return table(table, false);
    }

    /// @param sum how the hashes of a group are combined, by [Dialect#combine]
    synchronized TableState table(String table, boolean sum) {
        return new TableState(table, sum);
    }

    /// The mask that gives so many rows groups of a good size.
    static int mask(long rows) {
        long groups = Math.clamp(rows / ROWS_A_GROUP, RowCollector.PARTS / 2L, GROUPS_MAX - 1L);
        return (Integer.highestOneBit((int) groups) << 1) - 1;
    }

    /// Forgets every table, and does `along` before any capture can note rows again: what was being
    /// captured then is void.
    synchronized void forgetAll(Runnable along) {
        generation++;
        List<String> tables = List.copyOf(masks.keySet());
        masks.clear();
        logged.clear();
        cursors.clear();
        announced.clear();
        tables.forEach(table -> removeMapsBut(table, ""));
        store.commit();
        along.run();
    }

    private static String announcedName(String table, int number) {
        return table + ":" + number;
    }

    private void removeAnnounced(String table) {
        for (int i = 0; announced.remove(announcedName(table, i)) != null; i++) {}
    }

    private String mapName(String table, int mask) {
        String split = splitMapName(table, mask);
        return store.hasMap(split) ? split : "t_" + table;
    }

    private static String splitMapName(String table, int mask) {
        return "t_" + table + ":" + mask;
    }

    private void removeMapsBut(String table, String kept) {
        for (String name : List.copyOf(store.getMapNames())) {
            boolean ours = name.equals("t_" + table) || name.startsWith("t_" + table + ":");
            if (ours && !name.equals(kept)) {
                store.removeMap(name);
            }
        }
    }

    @Override
    public synchronized void close() {
        store.close();
    }

    /// One table's rows by group. For one thread at a time.
    final class TableState {

        /// @param gone whether the row is to be removed, or else put
        private record Edit(Row row, boolean gone) {}

        private final String table;
        private final boolean sum;
        private int mask;
        private MVMap<Integer, byte[]> groups;
        private final long since = generation;
        private final Map<Integer, Map<List<String>, Edit>> edits = new HashMap<>();
        private final List<Row> fresh = new ArrayList<>();
        private int announcements;
        private int pending;

        private TableState(String table, boolean sum) {
            this.table = table;
            this.sum = sum;
            this.mask = masks.getOrDefault(table, RowCollector.PARTS - 1);
            this.groups = store.openMap(mapName(table, mask));
            takeAnnounced();
        }

        /// What an earlier look was about to send may be at the server or not: such a row is known
        /// with a content that it never has, so that it is sent again, or its end is.
        private void takeAnnounced() {
            List<Row> rows = new ArrayList<>();
            byte[] some = announced.get(announcedName(table, 0));
            for (int i = 1; some != null; i++) {
                rows.addAll(RowBytes.decode(some));
                some = announced.get(announcedName(table, i));
            }
            if (!rows.isEmpty() && masks.containsKey(table)) {
                rows.forEach(row -> put(new Row(row.keyHash(), ~row.keyHash(), row.key())));
                commit();
            }
        }

        /// Notes the new rows among those put since this was last called: they are about to be
        /// sent. A row that is sent, forgotten in a stop, and gone from the source by then, would
        /// stay at the server for good.
        void announce() {
            if (!fresh.isEmpty()) {
                synchronized (RowState.this) {
                    requireCurrent(since);
                    announced.put(
                            announcedName(table, announcements++), RowBytes.encode(fresh, sum));
                    store.commit();
                    store.sync();
                }
                fresh.clear();
            }
        }

        int mask() {
            return mask;
        }

        List<Row> rows(int group) {
            byte[] bytes = bytes(group);
            List<Row> committed = bytes == null ? List.of() : RowBytes.decode(bytes);
            Map<List<String>, Edit> edited = edits.getOrDefault(group, Map.of());
            return edited.isEmpty() ? committed : apply(committed, edited);
        }

        private byte @Nullable [] bytes(int group) {
            synchronized (RowState.this) {
                return groups.get(group);
            }
        }

        private static List<Row> apply(List<Row> committed, Map<List<String>, Edit> edited) {
            Map<List<String>, Row> rows = LinkedHashMap.newLinkedHashMap(committed.size());
            committed.forEach(row -> rows.put(row.key(), row));
            for (Edit edit : edited.values()) {
                if (edit.gone()) {
                    rows.remove(edit.row().key());
                } else {
                    rows.put(edit.row().key(), edit.row());
                }
            }
            return List.copyOf(rows.values());
        }

        /// What was committed of each group, as count and combined hash.
        Map<Integer, Sum> sums() {
            Map<Integer, Sum> sums = new HashMap<>();
            synchronized (RowState.this) {
                groups.forEach((group, bytes) -> sums.put(group, RowBytes.sum(bytes)));
            }
            return sums;
        }

        /// Whether the row was last sent with this content.
        boolean knows(long keyHash, long rowHash) {
            int group = group(keyHash);
            boolean edited = false;
            for (Edit edit : edits.getOrDefault(group, Map.of()).values()) {
                if (edit.row().keyHash() == keyHash) {
                    if (!edit.gone() && edit.row().rowHash() == rowHash) {
                        return true;
                    }
                    edited = true;
                }
            }
            byte[] bytes = bytes(group);
            return !edited && bytes != null && RowBytes.contains(bytes, keyHash, rowHash);
        }

        void put(Row row) {
            byte[] bytes = bytes(group(row.keyHash()));
            if (bytes == null || !RowBytes.containsKey(bytes, row.keyHash())) {
                fresh.add(row);
            }
            edit(new Edit(row, false));
        }

        void remove(Row row) {
            edit(new Edit(row, true));
        }

        private void edit(Edit edit) {
            Edit before =
                    edits.computeIfAbsent(group(edit.row().keyHash()), _ -> new LinkedHashMap<>())
                            .put(edit.row().key(), edit);
            if (before == null) {
                pending++;
            }
        }

        /// Rows that were changed here and not yet committed. They are in memory.
        int pending() {
            return pending;
        }

        private int group(long keyHash) {
            return (int) (keyHash & mask);
        }

        /// Makes the changes durable, one group after another.
        ///
        /// @return about how many rows the table has, by the groups that changed; 0 when none did
        long commit() {
            long rows = 0;
            synchronized (RowState.this) {
                requireCurrent(since);
                int unwritten = 0;
                for (Map.Entry<Integer, Map<List<String>, Edit>> edited : edits.entrySet()) {
                    List<Row> group = rows(edited.getKey());
                    rows += group.size();
                    unwritten += store(edited.getKey(), group);
                    if (unwritten > UNWRITTEN_BYTES_MAX) {
                        store.commit();
                        unwritten = 0;
                    }
                }
                removeAnnounced(table);
                announcements = 0;
                store.commit();
            }
            fresh.clear();
            long about = edits.isEmpty() ? 0 : rows * (mask + 1L) / edits.size();
            edits.clear();
            pending = 0;
            return about;
        }

        private int store(int group, List<Row> rows) {
            if (rows.isEmpty()) {
                groups.remove(group);
                return 0;
            }
            byte[] bytes = RowBytes.encode(rows, sum);
            groups.put(group, bytes);
            return bytes.length;
        }

        /// Splits the groups when this many rows are too many for them: work with a group costs
        /// time and memory by its rows, and a table may grow to any size after its first capture.
        ///
        /// @return whether [#mask] is another now
        boolean split(long rows) {
            int wanted = RowState.mask(rows);
            if (rows <= ROWS_A_GROUP_MAX * (mask + 1L) || wanted <= mask) {
                return false;
            }
            if (pending > 0) {
                throw new IllegalStateException("commit before the groups are split");
            }
            synchronized (RowState.this) {
                requireCurrent(since);
                if (!masks.containsKey(table)) {
                    return false;
                }
                // What an earlier attempt left half done.
                removeMapsBut(table, groups.getName());
                MVMap<Integer, byte[]> target = store.openMap(splitMapName(table, wanted));
                int unwritten = 0;
                for (Integer group : List.copyOf(groups.keySet())) {
                    byte[] bytes = groups.get(group);
                    if (bytes != null) {
                        target.putAll(RowBytes.part(bytes, RowBytes.HEADER_BYTES, wanted, sum));
                        unwritten += bytes.length;
                    }
                    if (unwritten > UNWRITTEN_BYTES_MAX) {
                        store.commit();
                        unwritten = 0;
                    }
                }
                masks.put(table, wanted);
                store.commit();
                removeMapsBut(table, target.getName());
                store.commit();
                groups = target;
                mask = wanted;
            }
            return true;
        }
    }

    /// Gathers a whole table's rows on disk.
    ///
    /// @param snapshot the capture's number
    synchronized RowCollector collect(String table, long snapshot) {
        return collect(table, snapshot, 0, 0);
    }

    /// Goes on with what was kept before a stop.
    synchronized RowCollector collect(String table, long snapshot, long rows, long bytes) {
        return new RowCollector(this, table, snapshot, rows, bytes, generation);
    }

    Path dir() {
        return dir;
    }

    /// Gives groups of rows, as bytes by group.
    interface GroupSource {
        void give(Consumer<Map<Integer, byte[]>> to) throws IOException;
    }

    /// Replaces the table's rows.
    ///
    /// @param keyHash how keys are hashed, by [Dialect#keyHash]
    synchronized void replace(
            String table, int mask, long since, String keyHash, GroupSource source)
            throws IOException {
        requireCurrent(since);
        masks.remove(table);
        removeMapsBut(table, "");
        MVMap<Integer, byte[]> groups = store.openMap("t_" + table);
        source.give(some -> {
            groups.putAll(some);
            store.commit();
        });
        masks.put(table, mask);
        keyHashes.put(table, keyHash);
        removeAnnounced(table);
        store.commit();
    }
}
