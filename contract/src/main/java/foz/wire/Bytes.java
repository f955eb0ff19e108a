package foz.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A growing run of bytes in the encoding of batches. Not safe for several threads.
final class Bytes {

    private byte[] buffer;
    private int length;

    Bytes(int capacity) {
        this.buffer = new byte[capacity];
    }

    int length() {
        return length;
    }

    void truncate(int to) {
        length = to;
    }

    byte[] copy() {
        return Arrays.copyOf(buffer, length);
    }

    byte[] array() {
        return buffer;
    }

    void put(byte value) {
        ensure(1);
        buffer[length++] = value;
    }

    void put(byte[] bytes, int offset, int count) {
        ensure(count);
        System.arraycopy(bytes, offset, buffer, length, count);
        length += count;
    }

    void put(Bytes other, int from, int to) {
        put(other.buffer, from, to - from);
    }

    void putVarint(long value) {
        ensure(10);
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            buffer[length++] = (byte) ((rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        buffer[length++] = (byte) rest;
    }

    void putLong(long value) {
        ensure(Long.BYTES);
        for (int shift = 56; shift >= 0; shift -= 8) {
            buffer[length++] = (byte) (value >>> shift);
        }
    }

    void putText(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        putVarint(utf8.length);
        put(utf8, 0, utf8.length);
    }

    byte at(int index) {
        return buffer[index];
    }

    long varintAt(int index) {
        long value = 0;
        for (int i = index, shift = 0; ; i++, shift += 7) {
            value |= (long) (buffer[i] & 0x7F) << shift;
            if (buffer[i] >= 0) {
                return value;
            }
        }
    }

    /// Bytes that the number takes as a varint.
    static int varintLength(long value) {
        return Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(value) + 6) / 7);
    }

    String textAt(int index, int count) {
        return new String(buffer, index, count, StandardCharsets.UTF_8);
    }

    private void ensure(int more) {
        if (length + more > buffer.length) {
            buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, length + more));
        }
    }
}
