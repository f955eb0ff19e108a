package foz.server.objects;

import foz.server.error.ErrorCode;
import foz.server.error.FozException;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// An object's bytes as they come, checked against the length and the hash that were announced.
final class ExpectedContent {

    private final ObjectKey key;
    private final long bytes;
    private final InputStream content;
    private final MessageDigest digest = sha256();
    private long read;

    ExpectedContent(ObjectKey key, long bytes, InputStream content) {
        this.key = key;
        this.bytes = bytes;
        this.content = content;
    }

    /// Fills the buffer; fewer bytes than it takes are the end, and then all of them were right.
    ///
    /// @throws FozException MALFORMED when they were not
    int fill(byte[] buffer) throws IOException {
        int count = content.readNBytes(buffer, 0, buffer.length);
        read += count;
        digest.update(buffer, 0, count);
        if (read > bytes || (count < buffer.length && read < bytes)) {
            throw new FozException(
                    ErrorCode.MALFORMED,
                    "the content has %s bytes and was announced with %d; send it again unaltered"
                            .formatted(read > bytes ? "more than " + bytes : read, bytes));
        }
        if (count < buffer.length) {
            check(HexFormat.of().formatHex(digest.digest()));
        }
        return count;
    }

    private void check(String found) {
        if (!found.equals(key.sha256())) {
            throw new FozException(
                    ErrorCode.MALFORMED,
                    "the content's SHA-256 is %s and was announced as %s; it was altered on its way: send it again"
                            .formatted(found, key.sha256()));
        }
    }

    /// Reads it through and keeps nothing.
    void drain() throws IOException {
        byte[] buffer = new byte[1 << 16];
        while (fill(buffer) == buffer.length) {
            // Checked by fill.
        }
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
