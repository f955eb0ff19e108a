package foz.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a batch carries, in order.
public sealed interface Change {

    /// Following rows belong to this table and carry these columns, in this order.
    ///
    /// @param table the contract's name of the table
    /// @param columns the contract's names of the columns
    /// @param key positions in `columns` of the primary key
    record TableHeader(String table, List<String> columns, List<Integer> key) implements Change {
        public TableHeader {
            columns = List.copyOf(columns);
            key = List.copyOf(key);
        }
    }

    /// The row now is so. `values` has one canonical text (or null) for each column of the header.
    ///
    /// @param absent positions whose values are not here: the row keeps the ones that it has
    record Upsert(@Nullable String[] values, List<Integer> absent) implements Change {
        public Upsert {
            absent = List.copyOf(absent);
        }

        public Upsert(@Nullable String[] values) {
            this(values, List.of());
        }
    }

    /// The row with this key is gone. `values` has the length of the header; only key positions are
    /// set.
    record Delete(@Nullable String[] values) implements Change {}

    /// All rows of the table follow, until [SnapshotEnd]: what the replica has beyond them is gone.
    record SnapshotBegin(String table, long generation) implements Change {}

    record SnapshotEnd(String table, long generation) implements Change {}

    /// Every row of the table follows, until [CheckEnd], as a [Claim] or as [Moving].
    ///
    /// @param check told apart from others of its stream
    record CheckBegin(String table, long check) implements Change {}

    /// The source's row is so, with everything before this place in the stream and nothing after
    /// it. It changes nothing: the replica is compared with it. `values` as in [Upsert].
    record Claim(@Nullable String[] values) implements Change {}

    /// The row with this key was changing while it was read: nothing is said of it. `values` as in
    /// [Delete].
    record Moving(@Nullable String[] values) implements Change {}

    record CheckEnd(String table, long check) implements Change {}

    /// The batch is a part of one transaction that no batch could hold: it counts once the last
    /// part is there, together with the parts before.
    ///
    /// @param transaction told apart from others of its stream
    /// @param number from 0; a part 0 makes parts void that came before it
    record Part(String transaction, int number, boolean last) implements Change {}
}
