package foz.agent.mariadb;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Reads the parts of a binlog event's body.
final class BinlogReader {

    private final byte[] bytes;
    private int at;

    BinlogReader(byte[] bytes) {
        this.bytes = bytes;
    }

    boolean hasMore() {
        return at < bytes.length;
    }

    void skip(int count) {
        at += count;
    }

    int unsignedByte() {
        return bytes[at++] & 0xFF;
    }

    /// The lowest byte first.
    long little(int count) {
        long value = 0;
        for (int i = 0; i < count; i++) {
            value |= (long) unsignedByte() << (8 * i);
        }
        return value;
    }

    /// The highest byte first.
    long big(int count) {
        long value = 0;
        for (int i = 0; i < count; i++) {
            value = value << 8 | unsignedByte();
        }
        return value;
    }

    /// A length as MySQL packs it.
    int packed() {
        int first = unsignedByte();
        return switch (first) {
            case 252 -> (int) little(2);
            case 253 -> (int) little(3);
            case 254 -> (int) little(8);
            default -> first;
        };
    }

    byte[] bytes(int count) {
        byte[] part = Arrays.copyOfRange(bytes, at, at + count);
        at += count;
        return part;
    }

    /// All that is left.
    byte[] rest() {
        return bytes(bytes.length - at);
    }

    /// Bits, one a column, the lowest bit of each byte first.
    boolean[] bits(int count) {
        boolean[] bits = new boolean[count];
        for (int i = 0; i < count; i++) {
            bits[i] = (bytes[at + i / 8] >> (i % 8) & 1) == 1;
        }
        at += (count + 7) / 8;
        return bits;
    }

    /// A name with its length before it.
    String name(int length) {
        return new String(bytes(length), StandardCharsets.UTF_8);
    }
}
