package foz.server.sync;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Writes the protocol's lines as NDJSON: one JSON object a line. Not safe for several threads.
final class Lines {

    private static final int LINE_BYTES = 1 << 20;
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private final OutputStream out;
    private byte[] buffer = new byte[1 << 14];
    private int length;
    private long bytesWritten;

    Lines(OutputStream out) {
        this.out = out;
    }

    /// Bytes written since this was last asked, before compression.
    long takeBytesWritten() {
        long taken = bytesWritten;
        bytesWritten = 0;
        return taken;
    }

    void checkpoint(Checkpoint checkpoint) throws IOException {
        raw("{\"checkpoint\":{\"last_op_id\":\"").raw(checkpoint.version()).raw("\",");
        writeCheckpoint(checkpoint.writeCheckpoint());
        raw("\"buckets\":[");
        buckets(checkpoint.buckets().values());
        raw("]}}");
        endLine();
    }

    void difference(
            Checkpoint checkpoint, Collection<Checkpoint.State> updated, Collection<String> removed)
            throws IOException {
        raw("{\"checkpoint_diff\":{\"last_op_id\":\"").raw(checkpoint.version()).raw("\",");
        writeCheckpoint(checkpoint.writeCheckpoint());
        raw("\"updated_buckets\":[");
        buckets(updated);
        raw("],\"removed_buckets\":[");
        boolean first = true;
        for (String name : removed) {
            raw(first ? "" : ",").text(name);
            first = false;
        }
        raw("]}}");
        endLine();
    }

    void complete(long version) throws IOException {
        raw("{\"checkpoint_complete\":{\"last_op_id\":\"").raw(version).raw("\"}}");
        endLine();
    }

    void partlyComplete(long version, int priority) throws IOException {
        raw("{\"partial_checkpoint_complete\":{\"last_op_id\":\"")
                .raw(version)
                .raw("\",\"priority\":")
                .raw(priority)
                .raw("}}");
        endLine();
    }

    void tokenExpiresIn(long seconds) throws IOException {
        raw("{\"token_expires_in\":").raw(seconds).raw("}");
        endLine();
    }

    /// Begins a line of operations; end it with [#endData].
    void beginData(String bucket, long after) {
        raw("{\"data\":{\"bucket\":")
                .text(bucket)
                .raw(",\"after\":\"")
                .raw(after)
                .raw("\",\"data\":[");
    }

    void operation(Checkpoints.Operation operation, @Nullable String table, boolean first) {
        raw(first ? "{\"op_id\":\"" : ",{\"op_id\":\"").raw(operation.number());
        switch (operation.kind()) {
            case 'P' -> {
                raw("\",\"op\":\"PUT\",\"object_type\":").text(String.valueOf(table));
                raw(",\"object_id\":").text(String.valueOf(operation.rowId()));
                raw(",\"data\":").text(String.valueOf(operation.data()));
            }
            case 'R' -> {
                raw("\",\"op\":\"REMOVE\",\"object_type\":").text(String.valueOf(table));
                raw(",\"object_id\":").text(String.valueOf(operation.rowId()));
            }
            case 'C' -> raw("\",\"op\":\"CLEAR\"");
            default -> raw("\",\"op\":\"MOVE\"");
        }
        raw(",\"checksum\":").raw(Integer.toUnsignedLong(operation.checksum())).raw("}");
    }

    /// Whether the line has grown enough to be ended.
    boolean full() {
        return length >= LINE_BYTES;
    }

    void endData(long nextAfter, boolean more) throws IOException {
        raw("],\"next_after\":\"")
                .raw(nextAfter)
                .raw("\",\"has_more\":")
                .raw(more ? "true" : "false");
        raw("}}");
        endLine();
    }

    void flush() throws IOException {
        out.flush();
    }

    private void buckets(Collection<Checkpoint.State> states) {
        boolean first = true;
        for (Checkpoint.State state : states) {
            raw(first ? "{\"bucket\":" : ",{\"bucket\":").text(state.name());
            raw(",\"checksum\":").raw(state.checksum());
            raw(",\"count\":").raw(state.operations());
            raw(",\"priority\":").raw(state.priority()).raw("}");
            first = false;
        }
    }

    private void writeCheckpoint(Optional<Long> writeCheckpoint) {
        if (writeCheckpoint.isPresent()) {
            raw("\"write_checkpoint\":\"").raw(writeCheckpoint.get()).raw("\",");
        }
    }

    private void endLine() throws IOException {
        ensure(1);
        buffer[length++] = '\n';
        out.write(buffer, 0, length);
        bytesWritten += length;
        length = 0;
        if (buffer.length > LINE_BYTES * 4) {
            buffer = new byte[1 << 14];
        }
    }

    private Lines raw(long number) {
        return raw(Long.toString(number));
    }

    private Lines raw(String ascii) {
        ensure(ascii.length());
        for (int i = 0; i < ascii.length(); i++) {
            buffer[length++] = (byte) ascii.charAt(i);
        }
        return this;
    }

    /// A JSON string. Escapes also U+0085, U+2028 and U+2029, at which some readers break lines.
    private Lines text(String value) {
        ensure(2 + value.length() * 6);
        buffer[length++] = '"';
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < 0x80) {
                ascii(c);
            } else if (c == '\u0085' || c == '\u2028' || c == '\u2029') {
                escape(c);
            } else if (c < 0x800) {
                buffer[length++] = (byte) (0xC0 | (c >> 6));
                buffer[length++] = (byte) (0x80 | (c & 0x3F));
            } else if (Character.isHighSurrogate(c)
                    && i + 1 < value.length()
                    && Character.isLowSurrogate(value.charAt(i + 1))) {
                int point = Character.toCodePoint(c, value.charAt(++i));
                buffer[length++] = (byte) (0xF0 | (point >> 18));
                buffer[length++] = (byte) (0x80 | ((point >> 12) & 0x3F));
                buffer[length++] = (byte) (0x80 | ((point >> 6) & 0x3F));
                buffer[length++] = (byte) (0x80 | (point & 0x3F));
            } else if (Character.isSurrogate(c)) {
                escape('\uFFFD');
            } else {
                buffer[length++] = (byte) (0xE0 | (c >> 12));
                buffer[length++] = (byte) (0x80 | ((c >> 6) & 0x3F));
                buffer[length++] = (byte) (0x80 | (c & 0x3F));
            }
        }
        buffer[length++] = '"';
        return this;
    }

    private void ascii(char c) {
        switch (c) {
            case '"', '\\' -> {
                buffer[length++] = '\\';
                buffer[length++] = (byte) c;
            }
            case '\n' -> {
                buffer[length++] = '\\';
                buffer[length++] = 'n';
            }
            default -> {
                if (c < 0x20) {
                    escape(c);
                } else {
                    buffer[length++] = (byte) c;
                }
            }
        }
    }

    private void escape(char c) {
        buffer[length++] = '\\';
        buffer[length++] = 'u';
        for (int shift = 12; shift >= 0; shift -= 4) {
            buffer[length++] = HEX[(c >> shift) & 0xF];
        }
    }

    private void ensure(int more) {
        if (length + more > buffer.length) {
            buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, length + more));
        }
    }
}
