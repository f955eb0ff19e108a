package foz.adapter.debezium;

/// A place in a log, or a set of its transactions.
interface Place {

    /// Whether every transaction up to this place is among those up to the other one.
    boolean isWithin(Place other);

    /// As text, for [Database#place(String)].
    @Override
    String toString();

    /// Of a log whose places are numbers.
    record Number(long value) implements Place {
        @Override
        public boolean isWithin(Place other) {
            return value <= ((Number) other).value;
        }

        @Override
        public String toString() {
            return Long.toString(value);
        }
    }
}
