package foz.agent;

import java.nio.charset.StandardCharsets;
import java.util.List;

/// A row's key as a number, the same whether the key comes from a table or from a log: FNV-1a of 64
/// bits over the texts in UTF-8, each ended by a byte that UTF-8 has not, and then mixed.
public final class KeyHash {

    private static final long START = 0xcbf29ce484222325L;
    private static final long PRIME = 0x100000001b3L;

    private long hash = START;

    public void reset() {
        hash = START;
    }

    public void add(byte[] utf8, int offset, int length) {
        long h = hash;
        for (int i = offset; i < offset + length; i++) {
            h = (h ^ (utf8[i] & 0xFF)) * PRIME;
        }
        hash = (h ^ 0xFF) * PRIME;
    }

    public long value() {
        long h = hash;
        h = (h ^ (h >>> 33)) * 0xff51afd7ed558ccdL;
        h = (h ^ (h >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return h ^ (h >>> 33);
    }

    public static long of(List<String> texts) {
        KeyHash hash = new KeyHash();
        for (String text : texts) {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            hash.add(utf8, 0, utf8.length);
        }
        return hash.value();
    }
}
