package foz.adapter.debezium;

/// A place in a log, or a set of its transactions. Its text is what [Database#place(String)] reads.
interface Place {

    /// Whether every transaction up to this place is among those up to the other one.
    boolean isWithin(Place other);

    /// What is up to this place or the other one.
    Place and(Place other);

    /// Of a log whose places are numbers.
    record Ordinal(long value) implements Place {
        @Override
        public boolean isWithin(Place other) {
            return value <= ((Ordinal) other).value;
        }

        @Override
        public Place and(Place other) {
            return isWithin(other) ? other : this;
        }

        @Override
        public String toString() {
            return Long.toString(value);
        }
    }

    /// Of a log whose places are texts of one length, in their order.
    record Text(String value) implements Place {
        @Override
        public boolean isWithin(Place other) {
            return value.compareTo(((Text) other).value) <= 0;
        }

        @Override
        public Place and(Place other) {
            return isWithin(other) ? other : this;
        }

        @Override
        public String toString() {
            return value;
        }
    }
}
