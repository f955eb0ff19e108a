package foz.wire;

import com.github.luben.zstd.ZstdCompressCtx;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Encodes changes into one batch body: `FZB1`, then records, compressed as one zstd frame.
///
/// Record: one byte of kind, then its fields. A text is a varint length and UTF-8 bytes. A value is
/// a varint: 0 null, 1 absent, n+2 a text of n bytes. Not safe for several threads.
public final class BatchWriter {

    static final byte[] MAGIC = {'F', 'Z', 'B', '1'};
    static final byte TABLE = 'T';
    static final byte UPSERT = 'U';
    static final byte DELETE = 'D';
    static final byte SNAPSHOT_BEGIN = 'B';
    static final byte SNAPSHOT_END = 'E';
    static final byte PART = 'P';
    static final byte CHECK_BEGIN = 'C';
    static final byte CLAIM = 'L';
    static final byte MOVING = 'M';
    static final byte CHECK_END = 'F';
    static final long NULL = 0;
    static final long ABSENT = 1;
    static final long TEXT_FROM = 2;
    private static final int ZSTD_LEVEL = 1;

    private final Bytes bytes = new Bytes(1 << 16);
    private final ChangeBuffer single = new ChangeBuffer();
    private int rows;
    private Change.@Nullable TableHeader header;

    public BatchWriter() {
        clear();
    }

    /// Rows (upserts, deletes and what is compared) written since the last reset.
    public int rows() {
        return rows;
    }

    /// Uncompressed bytes written since the last reset.
    public int bytes() {
        return bytes.length();
    }

    Bytes encoded() {
        return bytes;
    }

    public boolean isEmpty() {
        return bytes.length() == MAGIC.length;
    }

    public void add(Change change) {
        if (change instanceof Change.TableHeader table) {
            header = table;
            bytes.put(TABLE);
            bytes.putText(table.table());
            bytes.putVarint(table.columns().size());
            table.columns().forEach(bytes::putText);
            bytes.putVarint(table.key().size());
            table.key().forEach(bytes::putVarint);
            return;
        }
        Change.TableHeader table = header;
        boolean row =
                change instanceof Change.Upsert
                        || change instanceof Change.Delete
                        || change instanceof Change.Claim
                        || change instanceof Change.Moving;
        if (row && table == null) {
            throw new IllegalStateException("a row needs its table header first");
        }
        single.clear();
        single.add(table == null ? NO_TABLE : table, change);
        add(single, 0);
    }

    private static final Change.TableHeader NO_TABLE =
            new Change.TableHeader("", List.of(), List.of());

    /// Adds one item of a buffer, after its table's header where that is due.
    public void add(ChangeBuffer buffer, int item) {
        header = buffer.copy(item, header, this);
        rows += buffer.isRow(item) ? 1 : 0;
    }

    /// The compressed body; the writer is then empty.
    public byte[] finish() {
        byte[] body = body();
        clear();
        return body;
    }

    /// The compressed body of what was added since the writer was last empty.
    public byte[] body() {
        try (ZstdCompressCtx context = new ZstdCompressCtx()) {
            context.setLevel(ZSTD_LEVEL).setContentSize(true).setChecksum(true);
            return context.compress(bytes.copy());
        }
    }

    /// Forgets what was added.
    public void clear() {
        bytes.truncate(0);
        bytes.put(MAGIC, 0, MAGIC.length);
        rows = 0;
        header = null;
    }
}
