package foz.adapter.debezium;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A transaction that was begun.
final class Open {

    final String id;
    final long number;
    final boolean begun;

    /// The captured tables that it changed so far.
    final Set<TableRows> changed = new HashSet<>();

    /// Of its last change.
    @Nullable Place place;

    /// How many parts of it were given.
    int parts;

    /// @param id the log's
    /// @param number from 1, of those that this log gives
    /// @param begun whether the log told its beginning
    Open(String id, long number, boolean begun) {
        this.id = id;
        this.number = number;
        this.begun = begun;
    }

    /// Whether no change was in it.
    boolean isEmpty() {
        return place == null && parts == 0;
    }
}
