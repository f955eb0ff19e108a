package foz.server.sync;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// What an object is, told by its first bytes: one of a few kinds that do no harm, or bytes.
///
/// @param extension for a file's name, with its dot
record ContentKind(String mediaType, String extension) {

    /// How many of the first bytes are looked at.
    static final int BYTES = 512;

    private static final int FORM = 8;

    static ContentKind of(byte[] first) {
        if (begins(first, 0, 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n')) {
            return new ContentKind("image/png", ".png");
        }
        if (begins(first, 0, 0xff, 0xd8, 0xff)) {
            return new ContentKind("image/jpeg", ".jpg");
        }
        if (begins(first, 0, 'G', 'I', 'F', '8')) {
            return new ContentKind("image/gif", ".gif");
        }
        if (begins(first, 0, 'R', 'I', 'F', 'F') && begins(first, FORM, 'W', 'E', 'B', 'P')) {
            return new ContentKind("image/webp", ".webp");
        }
        if (begins(first, 0, '%', 'P', 'D', 'F', '-')) {
            return new ContentKind("application/pdf", ".pdf");
        }
        return isText(first)
                ? new ContentKind("text/plain;charset=utf-8", ".txt")
                : new ContentKind("application/octet-stream", "");
    }

    private static boolean begins(byte[] first, int at, int... wanted) {
        if (first.length < at + wanted.length) {
            return false;
        }
        for (int i = 0; i < wanted.length; i++) {
            if ((first[at + i] & 0xff) != wanted[i]) {
                return false;
            }
        }
        return true;
    }

    /// UTF-8 without control characters; its last character may be cut.
    private static boolean isText(byte[] first) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        CharBuffer text = CharBuffer.allocate(BYTES);
        boolean decoded =
                !decoder.decode(
                                ByteBuffer.wrap(
                                        Arrays.copyOf(first, Math.min(first.length, BYTES))),
                                text,
                                first.length < BYTES)
                        .isError();
        return decoded && text.flip().chars().noneMatch(c -> c < ' ' && "\t\r\n".indexOf(c) < 0);
    }
}
