package foz.agent;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;

/// What the agent last sent of each row: the hash of its key and of its content, on disk, in groups
/// by the key's hash. Memory holds one number pair a group. What is changed here counts once
/// [#commit] is called, which must come after the changes are spooled.
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
    private static final int GROUPS_MAX = 1 << 16;
    private static final int CACHE_MB = 8;

    private final Path dir;
    private final MVStore store;
    private final MVMap<String, Integer> masks;

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
    }

    static RowState open(Path dir) {
        try {
            return new RowState(dir);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot open the row state " + dir, e);
        }
    }

    /// Whether the table was captured whole once.
    synchronized boolean has(String table) {
        return masks.containsKey(table);
    }

    synchronized boolean isEmpty() {
        return masks.isEmpty();
    }

    /// The state of one table.
    synchronized TableState table(String table) {
        return new TableState(table, masks.getOrDefault(table, 0));
    }

    /// A table with about so many rows, before its first capture.
    static int mask(long rows) {
        int groups =
                Integer.highestOneBit((int) Math.clamp(rows / ROWS_A_GROUP, 15L, GROUPS_MAX - 1L))
                        << 1;
        return groups - 1;
    }

    synchronized void forget(String table) {
        masks.remove(table);
        store.removeMap("t_" + table);
        store.commit();
    }

    synchronized void forgetAll() {
        List.copyOf(masks.keySet()).forEach(table -> store.removeMap("t_" + table));
        masks.clear();
        store.commit();
    }

    @Override
    public synchronized void close() {
        store.close();
    }

    /// One table's rows by group. For one thread at a time.
    final class TableState {

        private final int mask;
        private final MVMap<Integer, byte[]> groups;
        private final Map<Integer, List<Row>> changed = new HashMap<>();

        private TableState(String table, int mask) {
            this.mask = mask;
            this.groups = store.openMap("t_" + table);
        }

        int mask() {
            return mask;
        }

        List<Row> rows(int group) {
            List<Row> pending = changed.get(group);
            if (pending != null) {
                return pending;
            }
            synchronized (RowState.this) {
                byte[] bytes = groups.get(group);
                return bytes == null ? List.of() : decode(bytes);
            }
        }

        /// What was committed of each group, as count and combined hash.
        Map<Integer, Sum> sums() {
            Map<Integer, Sum> sums = new HashMap<>();
            synchronized (RowState.this) {
                groups.forEach((group, bytes) -> sums.put(group, sum(bytes)));
            }
            return sums;
        }

        /// Whether the row was last sent with this content.
        boolean knows(long keyHash, long rowHash) {
            return rows(group(keyHash)).stream()
                    .anyMatch(row -> row.keyHash() == keyHash && row.rowHash() == rowHash);
        }

        void put(Row row) {
            List<Row> rows = edit(row.keyHash());
            rows.removeIf(
                    other -> other.keyHash() == row.keyHash() && other.key().equals(row.key()));
            rows.add(row);
        }

        void remove(Row row) {
            edit(row.keyHash())
                    .removeIf(other ->
                            other.keyHash() == row.keyHash() && other.key().equals(row.key()));
        }

        int pending() {
            return changed.size();
        }

        private List<Row> edit(long keyHash) {
            int group = group(keyHash);
            return changed.computeIfAbsent(group, g -> new ArrayList<>(rows(g)));
        }

        private int group(long keyHash) {
            return (int) (keyHash & mask);
        }

        /// Makes the changes durable.
        void commit() {
            synchronized (RowState.this) {
                changed.forEach(this::store);
                store.commit();
            }
            changed.clear();
        }

        private void store(int group, List<Row> rows) {
            if (rows.isEmpty()) {
                groups.remove(group);
            } else {
                groups.put(group, encode(rows));
            }
        }
    }

    /// Collects a whole table's rows on disk, in any order, and then becomes its state.
    Collector collect(String table, int mask) {
        return new Collector(table, mask);
    }

    /// Rows of a first capture, parted over files by their group, so that memory holds one part at
    /// a time.
    final class Collector implements AutoCloseable {

        private static final int PARTS_MAX = 64;

        private final String table;
        private final int mask;
        private final int shift;
        private final Path[] files;
        private final DataOutputStream[] parts;

        private Collector(String table, int mask) {
            this.table = table;
            this.mask = mask;
            int count = Math.min(PARTS_MAX, Math.max(1, (mask + 1) / 64));
            this.shift = Integer.numberOfTrailingZeros((mask + 1) / count);
            this.files = new Path[count];
            this.parts = new DataOutputStream[count];
            try {
                for (int i = 0; i < count; i++) {
                    files[i] = dir.resolve("collect_" + table + "_" + i + ".tmp");
                    parts[i] =
                            new DataOutputStream(
                                    new BufferedOutputStream(
                                            Files.newOutputStream(files[i]), 1 << 13));
                }
            } catch (IOException e) {
                throw new UncheckedIOException("cannot write row state in " + dir, e);
            }
        }

        void add(Row row) {
            DataOutputStream part = parts[(int) (row.keyHash() & mask) >>> shift];
            try {
                part.writeLong(row.keyHash());
                part.writeLong(row.rowHash());
                writeKey(part, row.key());
            } catch (IOException e) {
                throw new UncheckedIOException("cannot write row state in " + dir, e);
            }
        }

        /// Replaces the table's state.
        void finish() {
            synchronized (RowState.this) {
                store.removeMap("t_" + table);
                MVMap<Integer, byte[]> groups = store.openMap("t_" + table);
                try {
                    for (int i = 0; i < parts.length; i++) {
                        parts[i].close();
                        load(files[i]).forEach((group, rows) -> groups.put(group, encode(rows)));
                        store.commit();
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException("cannot read row state in " + dir, e);
                }
                masks.put(table, mask);
                store.commit();
            }
        }

        private Map<Integer, List<Row>> load(Path file) throws IOException {
            Map<Integer, List<Row>> byGroup = new java.util.TreeMap<>();
            try (DataInputStream in =
                    new DataInputStream(
                            new BufferedInputStream(Files.newInputStream(file), 1 << 16))) {
                while (true) {
                    long keyHash;
                    try {
                        keyHash = in.readLong();
                    } catch (EOFException _) {
                        return byGroup;
                    }
                    Row row = new Row(keyHash, in.readLong(), readKey(in));
                    byGroup.computeIfAbsent((int) (keyHash & mask), _ -> new ArrayList<>())
                            .add(row);
                }
            }
        }

        @Override
        public void close() {
            try {
                for (int i = 0; i < parts.length; i++) {
                    parts[i].close();
                    Files.deleteIfExists(files[i]);
                }
            } catch (IOException e) {
                throw new UncheckedIOException("cannot remove row state in " + dir, e);
            }
        }
    }

    private static void writeKey(DataOutputStream out, List<String> key) throws IOException {
        out.writeByte(key.size());
        for (String part : key) {
            byte[] utf8 = part.getBytes(StandardCharsets.UTF_8);
            out.writeInt(utf8.length);
            out.write(utf8);
        }
    }

    private static List<String> readKey(DataInputStream in) throws IOException {
        String[] key = new String[in.readUnsignedByte()];
        for (int i = 0; i < key.length; i++) {
            key[i] = new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
        }
        return List.of(key);
    }

    /// First the sum, so that it can be read without the rows.
    private static byte[] encode(List<Row> rows) {
        int size = Integer.BYTES + Long.BYTES;
        List<byte[][]> keys = new ArrayList<>(rows.size());
        long hash = 0;
        for (Row row : rows) {
            byte[][] key = new byte[row.key().size()][];
            for (int i = 0; i < key.length; i++) {
                key[i] = row.key().get(i).getBytes(StandardCharsets.UTF_8);
                size += Integer.BYTES + key[i].length;
            }
            keys.add(key);
            size += 2 * Long.BYTES + 1;
            hash ^= row.rowHash();
        }
        ByteBuffer out = ByteBuffer.allocate(size);
        out.putInt(rows.size()).putLong(hash);
        for (int r = 0; r < rows.size(); r++) {
            byte[][] key = keys.get(r);
            out.putLong(rows.get(r).keyHash()).putLong(rows.get(r).rowHash());
            out.put((byte) key.length);
            for (byte[] part : key) {
                out.putInt(part.length).put(part);
            }
        }
        return out.array();
    }

    private static Sum sum(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        return new Sum(in.getInt(), in.getLong());
    }

    private static List<Row> decode(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        int count = in.getInt();
        in.getLong();
        Row[] rows = new Row[count];
        for (int r = 0; r < count; r++) {
            long keyHash = in.getLong();
            long rowHash = in.getLong();
            String[] key = new String[in.get()];
            for (int i = 0; i < key.length; i++) {
                byte[] utf8 = new byte[in.getInt()];
                in.get(utf8);
                key[i] = new String(utf8, StandardCharsets.UTF_8);
            }
            rows[r] = new Row(keyHash, rowHash, Arrays.asList(key));
        }
        return Arrays.asList(rows);
    }
}
