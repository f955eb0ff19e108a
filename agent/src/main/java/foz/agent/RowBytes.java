package foz.agent;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/// A group of rows as bytes: first the count and the combined hash, so that they can be read
/// without the rows; then of each row the key's hash, the content's hash, and the key's texts.
final class RowBytes {

    static final int HEADER_BYTES = Integer.BYTES + Long.BYTES;

    private RowBytes() {}

    /// Writes one row as a group holds it.
    static void write(DataOutputStream out, RowState.Row row) throws IOException {
        out.writeLong(row.keyHash());
        out.writeLong(row.rowHash());
        out.writeByte(row.key().size());
        for (String part : row.key()) {
            byte[] utf8 = part.getBytes(StandardCharsets.UTF_8);
            out.writeInt(utf8.length);
            out.write(utf8);
        }
    }

    /// Where a row with this hash of its key goes.
    interface RowTarget {
        DataOutputStream of(long keyHash) throws IOException;
    }

    /// Reads one row and writes it elsewhere.
    static void copy(DataInputStream in, RowTarget target) throws IOException {
        long keyHash = in.readLong();
        DataOutputStream out = target.of(keyHash);
        out.writeLong(keyHash);
        out.writeLong(in.readLong());
        int parts = in.readUnsignedByte();
        out.writeByte(parts);
        for (int i = 0; i < parts; i++) {
            byte[] utf8 = new byte[in.readInt()];
            in.readFully(utf8);
            out.writeInt(utf8.length);
            out.write(utf8);
        }
    }

    /// Parts encoded rows by group. As bytes, since as objects they would take several times the
    /// memory.
    ///
    /// @param from where the first row begins
    /// @param sum how hashes are combined, by [Dialect#combine]
    static Map<Integer, byte[]> part(byte[] rows, int from, int mask, boolean sum) {
        Map<Integer, Integer> sizes = new HashMap<>();
        ByteBuffer in = ByteBuffer.wrap(rows).position(from);
        while (in.hasRemaining()) {
            int start = in.position();
            int group = (int) (in.getLong() & mask);
            in.getLong();
            skipKey(in);
            sizes.merge(group, in.position() - start, Integer::sum);
        }
        Map<Integer, byte[]> groups = new TreeMap<>();
        Map<Integer, ByteBuffer> outs = new HashMap<>();
        sizes.forEach((group, size) -> groups.put(group, new byte[HEADER_BYTES + size]));
        groups.forEach(
                (group, bytes) -> outs.put(group, ByteBuffer.wrap(bytes).position(HEADER_BYTES)));
        in.position(from);
        while (in.hasRemaining()) {
            int start = in.position();
            ByteBuffer out = Objects.requireNonNull(outs.get((int) (in.getLong() & mask)));
            long rowHash = in.getLong();
            skipKey(in);
            out.putInt(0, out.getInt(0) + 1);
            out.putLong(Integer.BYTES, combine(out.getLong(Integer.BYTES), rowHash, sum));
            out.put(rows, start, in.position() - start);
        }
        return groups;
    }

    private static void skipKey(ByteBuffer in) {
        int parts = in.get();
        for (int i = 0; i < parts; i++) {
            int length = in.getInt();
            in.position(in.position() + length);
        }
    }

    static boolean contains(byte[] group, long keyHash, long rowHash) {
        ByteBuffer in = ByteBuffer.wrap(group).position(HEADER_BYTES);
        while (in.hasRemaining()) {
            long key = in.getLong();
            long content = in.getLong();
            if (key == keyHash && content == rowHash) {
                return true;
            }
            skipKey(in);
        }
        return false;
    }

    static boolean containsKey(byte[] group, long keyHash) {
        ByteBuffer in = ByteBuffer.wrap(group).position(HEADER_BYTES);
        while (in.hasRemaining()) {
            long key = in.getLong();
            if (key == keyHash) {
                return true;
            }
            in.getLong();
            skipKey(in);
        }
        return false;
    }

    /// As [Dialect#combine] does it.
    private static long combine(long combined, long rowHash, boolean sum) {
        return sum ? combined + (rowHash >> Dialect.SUM_SHIFT) : combined ^ rowHash;
    }

    static byte[] encode(List<RowState.Row> rows, boolean sum) {
        int size = HEADER_BYTES;
        List<byte[][]> keys = new ArrayList<>(rows.size());
        long hash = 0;
        for (RowState.Row row : rows) {
            byte[][] key = new byte[row.key().size()][];
            for (int i = 0; i < key.length; i++) {
                key[i] = row.key().get(i).getBytes(StandardCharsets.UTF_8);
                size += Integer.BYTES + key[i].length;
            }
            keys.add(key);
            size += 2 * Long.BYTES + 1;
            hash = combine(hash, row.rowHash(), sum);
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

    static RowState.Sum sum(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        return new RowState.Sum(in.getInt(), in.getLong());
    }

    static List<RowState.Row> decode(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        int count = in.getInt();
        in.getLong();
        RowState.Row[] rows = new RowState.Row[count];
        for (int r = 0; r < count; r++) {
            long keyHash = in.getLong();
            long rowHash = in.getLong();
            String[] key = new String[in.get()];
            for (int i = 0; i < key.length; i++) {
                byte[] utf8 = new byte[in.getInt()];
                in.get(utf8);
                key[i] = new String(utf8, StandardCharsets.UTF_8);
            }
            rows[r] = new RowState.Row(keyHash, rowHash, Arrays.asList(key));
        }
        return Arrays.asList(rows);
    }
}
