package foz.wire;

import com.github.luben.zstd.ZstdCompressCtx;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Encodes changes into one batch body: `FZB1`, then records, compressed as one zstd frame.
///
/// Record: one byte of kind, then its fields. A text is a varint length and UTF-8 bytes. A value is
/// a varint: 0 null, 1 reserved for absent, n+2 a text of n bytes. Not safe for several threads.
public final class BatchWriter {

    static final byte[] MAGIC = {'F', 'Z', 'B', '1'};
    static final byte TABLE = 'T';
    static final byte UPSERT = 'U';
    static final byte DELETE = 'D';
    static final byte SNAPSHOT_BEGIN = 'B';
    static final byte SNAPSHOT_END = 'E';
    private static final int ZSTD_LEVEL = 1;

    private byte[] buffer = new byte[1 << 16];
    private int length;
    private int rows;
    private Change.@Nullable TableHeader header;

    public BatchWriter() {
        reset();
    }

    /// Rows (upserts and deletes) written since the last reset.
    public int rows() {
        return rows;
    }

    /// Uncompressed bytes written since the last reset.
    public int bytes() {
        return length;
    }

    public boolean isEmpty() {
        return length == MAGIC.length;
    }

    public void add(Change change) {
        switch (change) {
            case Change.TableHeader table -> {
                header = table;
                put(TABLE);
                putText(table.table());
                putTexts(table.columns());
                putVarint(table.key().size());
                table.key().forEach(this::putVarint);
            }
            case Change.Upsert(String[] values) -> putRow(UPSERT, values);
            case Change.Delete(String[] values) -> putRow(DELETE, values);
            case Change.SnapshotBegin(String table, long generation) -> {
                put(SNAPSHOT_BEGIN);
                putText(table);
                putLong(generation);
            }
            case Change.SnapshotEnd(String table, long generation) -> {
                put(SNAPSHOT_END);
                putText(table);
                putLong(generation);
            }
        }
    }

    /// The compressed body; the writer is then empty.
    public byte[] finish() {
        try (ZstdCompressCtx context = new ZstdCompressCtx()) {
            context.setLevel(ZSTD_LEVEL).setContentSize(true).setChecksum(true);
            return context.compress(Arrays.copyOf(buffer, length));
        } finally {
            reset();
        }
    }

    private void reset() {
        System.arraycopy(MAGIC, 0, buffer, 0, MAGIC.length);
        length = MAGIC.length;
        rows = 0;
        header = null;
    }

    private void putRow(byte kind, @Nullable String[] values) {
        Change.TableHeader table = header;
        if (table == null || table.columns().size() != values.length) {
            throw new IllegalStateException("a row needs its table header first");
        }
        put(kind);
        for (String value : values) {
            if (value == null) {
                putVarint(0);
            } else {
                byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
                putVarint(utf8.length + 2L);
                putBytes(utf8);
            }
        }
        rows++;
    }

    private void putTexts(List<String> texts) {
        putVarint(texts.size());
        texts.forEach(this::putText);
    }

    private void putText(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        putVarint(utf8.length);
        putBytes(utf8);
    }

    private void putVarint(long value) {
        ensure(10);
        while ((value & ~0x7FL) != 0) {
            buffer[length++] = (byte) ((value & 0x7F) | 0x80);
            value >>>= 7;
        }
        buffer[length++] = (byte) value;
    }

    private void putLong(long value) {
        ensure(Long.BYTES);
        for (int shift = 56; shift >= 0; shift -= 8) {
            buffer[length++] = (byte) (value >>> shift);
        }
    }

    private void put(byte value) {
        ensure(1);
        buffer[length++] = value;
    }

    private void putBytes(byte[] bytes) {
        ensure(bytes.length);
        System.arraycopy(bytes, 0, buffer, length, bytes.length);
        length += bytes.length;
    }

    private void ensure(int more) {
        if (length + more > buffer.length) {
            buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, length + more));
        }
    }
}
