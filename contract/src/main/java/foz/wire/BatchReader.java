package foz.wire;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Decodes one batch body, change by change. Every length is checked before it is believed.
public final class BatchReader {

    /// Uncompressed bytes of one batch, at most.
    public static final int BYTES_MAX = 64 << 20;

    private static final int COLUMNS_MAX = 2_000;

    private final byte[] bytes;
    private int position;
    private Change.@Nullable TableHeader header;

    private BatchReader(byte[] bytes) {
        this.bytes = bytes;
    }

    /// Opens a body as [BatchWriter#finish()] made it.
    ///
    /// @throws MalformedBatchException when it is not one zstd frame of at most [#BYTES_MAX], or
    ///   not ours
    public static BatchReader open(byte[] compressed) {
        long size = compressed.length == 0 ? 0 : Zstd.getFrameContentSize(compressed);
        if (size <= 0) {
            throw new MalformedBatchException("the body is not a zstd frame with its size");
        }
        if (size > BYTES_MAX) {
            throw new MalformedBatchException(
                    "the body holds " + size + " bytes, over the limit of " + BYTES_MAX);
        }
        byte[] bytes;
        try {
            bytes = Zstd.decompress(compressed, (int) size);
        } catch (ZstdException e) {
            throw new MalformedBatchException("the zstd frame is damaged: " + e.getMessage());
        }
        if (bytes.length < BatchWriter.MAGIC.length
                || !Arrays.equals(
                        bytes,
                        0,
                        BatchWriter.MAGIC.length,
                        BatchWriter.MAGIC,
                        0,
                        BatchWriter.MAGIC.length)) {
            throw new MalformedBatchException("the body does not start with FZB1");
        }
        BatchReader reader = new BatchReader(bytes);
        reader.position = BatchWriter.MAGIC.length;
        return reader;
    }

    /// The next change, or empty at the end.
    public Optional<Change> next() {
        if (position == bytes.length) {
            return Optional.empty();
        }
        byte kind = bytes[position++];
        return Optional.of(
                switch (kind) {
                    case BatchWriter.TABLE -> readHeader();
                    case BatchWriter.UPSERT -> readUpsert();
                    case BatchWriter.DELETE -> readDelete();
                    case BatchWriter.SNAPSHOT_BEGIN ->
                            new Change.SnapshotBegin(readText(), readLong());
                    case BatchWriter.SNAPSHOT_END -> new Change.SnapshotEnd(readText(), readLong());
                    case BatchWriter.CHECK_BEGIN -> new Change.CheckBegin(readText(), readLong());
                    case BatchWriter.CLAIM -> readClaim();
                    case BatchWriter.MOVING -> new Change.Moving(readDelete().values());
                    case BatchWriter.CHECK_END -> new Change.CheckEnd(readText(), readLong());
                    case BatchWriter.PART ->
                            new Change.Part(
                                    readText(),
                                    readCount(Integer.MAX_VALUE, "parts"),
                                    readByte() != 0);
                    default ->
                            throw new MalformedBatchException(
                                    "unknown record " + kind + " at byte " + (position - 1));
                });
    }

    private Change.TableHeader readHeader() {
        String table = readText();
        int count = readCount(COLUMNS_MAX, "columns");
        List<String> columns = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            columns.add(readText());
        }
        int keys = readCount(count, "key columns");
        List<Integer> key = new ArrayList<>(keys);
        for (int i = 0; i < keys; i++) {
            key.add(readCount(count - 1, "key position"));
        }
        Change.TableHeader read = new Change.TableHeader(table, columns, key);
        header = read;
        return read;
    }

    private Change.Upsert readUpsert() {
        List<Integer> absent = new ArrayList<>(0);
        @Nullable String[] values = readRow(absent);
        requireKey(values, absent);
        return new Change.Upsert(values, absent);
    }

    private Change.Delete readDelete() {
        List<Integer> absent = new ArrayList<>(0);
        @Nullable String[] values = readRow(absent);
        requireKey(values, absent);
        return new Change.Delete(values);
    }

    private Change.Claim readClaim() {
        List<Integer> absent = new ArrayList<>(0);
        @Nullable String[] values = readRow(absent);
        if (!absent.isEmpty()) {
            throw new MalformedBatchException("a claim lacks %d values".formatted(absent.size()));
        }
        return new Change.Claim(values);
    }

    private void requireKey(@Nullable String[] values, List<Integer> absent) {
        Change.TableHeader table = header;
        if (!absent.isEmpty() && table != null) {
            for (int position : table.key()) {
                if (absent.contains(position)) {
                    throw new MalformedBatchException(
                            "a row of %d values comes without its key".formatted(values.length));
                }
            }
        }
    }

    private @Nullable String[] readRow(List<Integer> absent) {
        Change.TableHeader table = header;
        if (table == null) {
            throw new MalformedBatchException("a row stands before its table");
        }
        @Nullable String[] values = new @Nullable String[table.columns().size()];
        for (int i = 0; i < values.length; i++) {
            long code = readVarint();
            if (code == BatchWriter.ABSENT) {
                absent.add(i);
            } else if (code != BatchWriter.NULL) {
                values[i] = readUtf8(code - BatchWriter.TEXT_FROM);
            }
        }
        return values;
    }

    private String readText() {
        return readUtf8(readVarint());
    }

    private String readUtf8(long length) {
        if (length < 0 || length > bytes.length - position) {
            throw new MalformedBatchException(
                    "a text of " + length + " bytes at byte " + position + " runs over the end");
        }
        String text = new String(bytes, position, (int) length, StandardCharsets.UTF_8);
        position += (int) length;
        return text;
    }

    private int readCount(int max, String what) {
        long count = readVarint();
        if (count < 0 || count > max) {
            throw new MalformedBatchException(count + " " + what + ", over the limit of " + max);
        }
        return (int) count;
    }

    private long readVarint() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte next = readByte();
            value |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new MalformedBatchException("a number at byte " + position + " does not end");
    }

    private long readLong() {
        long value = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            value = value << 8 | (readByte() & 0xFF);
        }
        return value;
    }

    private byte readByte() {
        if (position >= bytes.length) {
            throw new MalformedBatchException("the body ends in the middle of a record");
        }
        return bytes[position++];
    }
}
