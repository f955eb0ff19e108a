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
    record Upsert(@Nullable String[] values) implements Change {}

    /// The row with this key is gone. `values` has the length of the header; only key positions are
    /// set.
    record Delete(@Nullable String[] values) implements Change {}

    /// All rows of the table follow, until [SnapshotEnd]: what the replica has beyond them is gone.
    record SnapshotBegin(String table, long generation) implements Change {}

    record SnapshotEnd(String table, long generation) implements Change {}
}
