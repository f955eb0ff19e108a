package foz.adapter.debezium;

import org.jspecify.annotations.Nullable;

/// Turns a column's value, as Debezium gives it, into the text that a SELECT gives.
@FunctionalInterface
interface Conversion {

    /// For a column of which nothing is taken from Debezium.
    Conversion NONE = _ -> Value.UNSURE;

    Value of(@Nullable Object value);

    /// What came of it.
    ///
    /// @param text canonical; null where the value is null
    /// @param sure whether a SELECT gives the same; else the row must be read again
    record Value(@Nullable String text, boolean sure) {

        static final Value UNSURE = new Value(null, false);
        static final Value NULL = new Value(null, true);

        static Value of(@Nullable String text) {
            return text == null ? NULL : new Value(text, true);
        }
    }
}
