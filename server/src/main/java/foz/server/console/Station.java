package foz.server.console;

import java.util.List;
import java.util.Optional;

/// One station of a stream, as measured; without words, which depend on who reads.
///
/// @param moving whether anything passed it in the last seconds
/// @param note why it stands as it does
record Station(
        String id, Condition condition, boolean moving, Optional<Note> note, List<Figure> figures) {

    Station {
        figures = List.copyOf(figures);
    }

    /// @param key of the message
    record Note(String key, List<Value> values) {
        Note {
            values = List.copyOf(values);
        }

        static Optional<Note> of(String key, Value... values) {
            return Optional.of(new Note(key, List.of(values)));
        }
    }

    /// @param key of the message that names it
    record Figure(String key, Value value) {}

    /// A measured value.
    sealed interface Value {

        /// @param unit key of the message that names what is counted
        record PerSecond(double rate, String unit) implements Value {}

        record PerMinute(double rate) implements Value {}

        record Count(long count) implements Value {}

        record Bytes(long bytes) implements Value {}

        record BytesPerSecond(double rate) implements Value {}

        record Seconds(double seconds) implements Value {}

        record Missing() implements Value {}
    }
}
