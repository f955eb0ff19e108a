package foz.agent;

import java.util.Arrays;

/// A set of numbers, such as the keys of one chunk, at 16 bytes each or less.
public final class LongSet {

    private static final int SMALLEST = 64;

    private long[] slots = new long[SMALLEST];
    private boolean zero;
    private int size;

    public void add(long value) {
        if (value == 0) {
            zero = true;
            return;
        }
        if (size * 2 >= slots.length) {
            grow();
        }
        int at = slot(slots, value);
        if (slots[at] == 0) {
            slots[at] = value;
            size++;
        }
    }

    boolean contains(long value) {
        return value == 0 ? zero : slots[slot(slots, value)] == value;
    }

    /// Where the value is, or would be.
    private static int slot(long[] slots, long value) {
        int at = (int) ((value * 0x9E3779B97F4A7C15L) >>> 33) & (slots.length - 1);
        while (slots[at] != 0 && slots[at] != value) {
            at = (at + 1) & (slots.length - 1);
        }
        return at;
    }

    private void grow() {
        long[] larger = new long[slots.length * 2];
        Arrays.stream(slots)
                .filter(value -> value != 0)
                .forEach(value -> larger[slot(larger, value)] = value);
        slots = larger;
    }
}
