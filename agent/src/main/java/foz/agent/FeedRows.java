package foz.agent;

import foz.contract.Contract.Column;
import foz.contract.Contract.Table;
import foz.wire.Protocol;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The rows of one reading, put aside until the reading is complete: in memory while they are few,
/// then on disk, parted by the low bits of their key's hash as [RowState] parts its groups, so that
/// memory holds the keys of one part at a time. For one thread.
final class FeedRows implements RowSink, AutoCloseable {

    /// A power of two; groups of the row state are never in two parts.
    static final int PARTS = 128;

    private static final int MEMORY_BYTES_MAX = 1 << 20;
    private static final int BUFFER_BYTES = 1 << 13;

    /// What a reading last said of a key.
    ///
    /// @param number counts the part's records, from 0
    record Named(int number, long rowHash, boolean gone) {}

    /// A record with its values.
    interface Visitor {
        void visit(long keyHash, Named named, @Nullable String[] values)
                throws InterruptedException;
    }

    private final Table table;
    private final Path dir;
    private final int[] key;
    private final MessageDigest digest = sha256();
    private final ByteArrayOutputStream memory = new ByteArrayOutputStream();
    private final @Nullable DataOutputStream[] parts = new @Nullable DataOutputStream[PARTS];
    private boolean onDisk;
    private long count;

    /// @param dir a folder of its own; what an earlier run left there is overwritten
    FeedRows(Table table, Path dir) {
        this.table = table;
        this.dir = dir;
        this.key = table.key().stream().mapToInt(table.columns()::indexOf).toArray();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    @Override
    public void row(@Nullable String[] values) {
        if (values.length != table.columns().size()) {
            throw new IllegalArgumentException(
                    "a row of '%s' has %d values and the contract %d columns"
                            .formatted(table.name(), values.length, table.columns().size()));
        }
        requireKey(values);
        byte[] body = encode(values, null);
        if (body.length - (long) Integer.BYTES * values.length > Protocol.ROW_BYTES_MAX) {
            throw new FeedException(
                    "the table '%s' stands still: its row %s has %d bytes, over the %d that can be sent; leave the large column out of the contract"
                            .formatted(
                                    table.name(),
                                    keyOf(values),
                                    body.length,
                                    Protocol.ROW_BYTES_MAX));
        }
        add(hash(encode(values, key)), hash(body), false, body);
    }

    @Override
    public void gone(@Nullable String[] values) {
        requireKey(values);
        @Nullable String[] only = new @Nullable String[table.columns().size()];
        for (int position : key) {
            only[position] = values[position];
        }
        add(hash(encode(values, key)), 0, true, encode(only, null));
    }

    private void requireKey(@Nullable String[] values) {
        for (int position : key) {
            if (values[position] == null) {
                Column column = table.columns().get(position);
                throw new FeedException(
                        "a row of '%s' has no value in '%s', which is of its key; correct the source, or its mapping"
                                .formatted(table.name(), column.name()));
            }
        }
    }

    /// The key's texts, in the key's order.
    List<String> keyOf(@Nullable String[] values) {
        List<String> texts = new ArrayList<>(key.length);
        for (int position : key) {
            texts.add(String.valueOf(values[position]));
        }
        return texts;
    }

    /// A row in which only the key is set, as a delete carries it.
    @Nullable String[] keyOnly(List<String> texts) {
        @Nullable String[] row = new @Nullable String[table.columns().size()];
        for (int i = 0; i < key.length; i++) {
            row[key[i]] = texts.get(i);
        }
        return row;
    }

    List<Integer> keyPositions() {
        List<Integer> positions = new ArrayList<>(key.length);
        for (int position : key) {
            positions.add(position);
        }
        return positions;
    }

    /// Values as bytes that no other values have: of each its length, -1 for null, and its UTF-8.
    ///
    /// @param only positions to take, in this order; null: all
    private static byte[] encode(@Nullable String[] values, int @Nullable [] only) {
        int n = only == null ? values.length : only.length;
        byte[][] utf8 = new byte[n][];
        int[] lengths = new int[n];
        int size = n * Integer.BYTES;
        for (int i = 0; i < n; i++) {
            String value = values[only == null ? i : only[i]];
            utf8[i] = value == null ? new byte[0] : value.getBytes(StandardCharsets.UTF_8);
            lengths[i] = value == null ? -1 : utf8[i].length;
            size += utf8[i].length;
        }
        ByteBuffer out = ByteBuffer.allocate(size);
        for (int i = 0; i < n; i++) {
            out.putInt(lengths[i]).put(utf8[i]);
        }
        return out.array();
    }

    private long hash(byte[] bytes) {
        return ByteBuffer.wrap(digest.digest(bytes)).getLong();
    }

    private void add(long keyHash, long rowHash, boolean gone, byte[] body) {
        try {
            ByteBuffer head = ByteBuffer.allocate(2 * Long.BYTES + 1 + Integer.BYTES);
            head.putLong(keyHash).putLong(rowHash).put((byte) (gone ? 1 : 0)).putInt(body.length);
            if (!onDisk && memory.size() + head.capacity() + body.length > MEMORY_BYTES_MAX) {
                spill();
            }
            if (onDisk) {
                DataOutputStream part = part(partOf(keyHash));
                part.write(head.array());
                part.write(body);
            } else {
                memory.writeBytes(head.array());
                memory.writeBytes(body);
            }
            count++;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write what was read to " + dir, e);
        }
    }

    static int partOf(long keyHash) {
        return (int) (keyHash & (PARTS - 1));
    }

    private void spill() throws IOException {
        Files.createDirectories(dir);
        onDisk = true;
        byte[] records = memory.toByteArray();
        memory.reset();
        ByteBuffer in = ByteBuffer.wrap(records);
        while (in.hasRemaining()) {
            int start = in.position();
            long keyHash = in.getLong();
            in.getLong();
            in.get();
            int length = in.getInt();
            in.position(in.position() + length);
            part(partOf(keyHash)).write(records, start, in.position() - start);
        }
    }

    private DataOutputStream part(int number) throws IOException {
        DataOutputStream part = parts[number];
        if (part == null) {
            part =
                    new DataOutputStream(
                            new BufferedOutputStream(
                                    Files.newOutputStream(file(number)), BUFFER_BYTES));
            parts[number] = part;
        }
        return part;
    }

    private Path file(int number) {
        return dir.resolve("rows_" + table.name() + "_" + number + ".tmp");
    }

    /// Records that were named, repeated keys counted each time.
    long count() {
        return count;
    }

    /// The parts, to be worked on one after another.
    List<Part> parts() {
        List<Part> all = new ArrayList<>();
        if (!onDisk) {
            all.add(new Part(-1));
            return all;
        }
        for (int i = 0; i < PARTS; i++) {
            all.add(new Part(i));
        }
        return all;
    }

    /// A part of the reading: of the keys with these low bits of their hash, or of all.
    final class Part {

        /// The low bits; -1: this is all of the reading.
        private final int number;

        private Part(int number) {
            this.number = number;
        }

        /// The groups of a row state with this mask in which the part's keys lie.
        List<Integer> groups(int mask) {
            List<Integer> groups = new ArrayList<>();
            for (int g = Math.max(number, 0); g <= mask; g += number < 0 ? 1 : PARTS) {
                groups.add(g);
            }
            return groups;
        }

        /// What was last said of each key, by the key's hash.
        Map<Long, Named> named() throws InterruptedException {
            Map<Long, Named> named = new HashMap<>();
            scan(false, Map.of(), (keyHash, one, _) -> named.put(keyHash, one));
            return named;
        }

        /// The records that are among these, with their values.
        void values(Map<Long, Named> wanted, Visitor visitor) throws InterruptedException {
            scan(true, wanted, visitor);
        }

        private void scan(boolean read, Map<Long, Named> wanted, Visitor visitor)
                throws InterruptedException {
            try (DataInputStream in = new DataInputStream(open())) {
                int columns = table.columns().size();
                for (int n = 0; ; n++) {
                    int first = in.read();
                    if (first < 0) {
                        return;
                    }
                    long keyHash = ((long) first << 56) | rest(in);
                    Named one = new Named(n, in.readLong(), in.readByte() == 1);
                    int length = in.readInt();
                    if (read && one.equals(wanted.get(keyHash))) {
                        visitor.visit(keyHash, one, values(in, columns));
                    } else {
                        in.skipNBytes(length);
                        if (!read) {
                            visitor.visit(keyHash, one, new @Nullable String[0]);
                        }
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read what was read in " + dir, e);
            }
        }

        private static long rest(DataInputStream in) throws IOException {
            long value = 0;
            for (int i = 1; i < Long.BYTES; i++) {
                value = (value << 8) | in.readUnsignedByte();
            }
            return value;
        }

        private static @Nullable String[] values(DataInputStream in, int columns)
                throws IOException {
            @Nullable String[] values = new @Nullable String[columns];
            for (int i = 0; i < columns; i++) {
                int length = in.readInt();
                values[i] =
                        length < 0
                                ? null
                                : new String(in.readNBytes(length), StandardCharsets.UTF_8);
            }
            return values;
        }

        private InputStream open() throws IOException {
            if (number < 0) {
                return new ByteArrayInputStream(memory.toByteArray());
            }
            DataOutputStream part = parts[number];
            if (part == null) {
                return InputStream.nullInputStream();
            }
            part.flush();
            return new BufferedInputStream(Files.newInputStream(file(number)), 1 << 16);
        }
    }

    @Override
    public void close() {
        try {
            for (int i = 0; i < PARTS; i++) {
                DataOutputStream part = parts[i];
                if (part != null) {
                    part.close();
                    Files.deleteIfExists(file(i));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove what was read in " + dir, e);
        }
    }
}
