package foz.server.replica;

import foz.contract.Contract.Column;
import foz.contract.Contract.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Changes of one table that go into the replica together; of several for one key, the last stands.
public final class TableChanges {

    /// @param values canonical texts in the order of the columns; for a delete only the key's are
    ///   set
    record Row(boolean delete, @Nullable String[] values) {}

    private final Table table;
    private final List<Column> columns;
    private final int[] key;
    private final boolean partial;
    private final LinkedHashMap<List<@Nullable String>, Row> rows = new LinkedHashMap<>();
    private OptionalLong sweep = OptionalLong.empty();

    /// @param columns those that the rows carry, the key's among them; the others stay as they are
    public TableChanges(Table table, List<Column> columns) {
        this(table, columns, false);
    }

    /// @param partial whether the rows lack values that they have at the source: they can change a
    ///   row of the replica, and make none
    public TableChanges(Table table, List<Column> columns, boolean partial) {
        this.partial = partial;
        this.table = table;
        this.columns = List.copyOf(columns);
        this.key = table.key().stream().mapToInt(columns::indexOf).toArray();
        if (Arrays.stream(key).anyMatch(position -> position < 0)) {
            throw new IllegalArgumentException(
                    "changes of " + table.name() + " come without its key");
        }
    }

    public Table table() {
        return table;
    }

    public List<Column> columns() {
        return columns;
    }

    public void upsert(@Nullable String[] values) {
        put(new Row(false, values));
    }

    public void delete(@Nullable String[] values) {
        put(new Row(true, values));
    }

    private void put(Row row) {
        rows.putLast(keyOf(row.values()), row);
    }

    boolean isPartial() {
        return partial;
    }

    /// The values of the row with this key that is to be put, if there is one.
    public Optional<@Nullable String[]> upserted(List<@Nullable String> keyTexts) {
        return Optional.ofNullable(rows.get(keyTexts))
                .filter(row -> !row.delete())
                .map(Row::values);
    }

    /// Takes out what was said of this row.
    ///
    /// @return whether something was
    public boolean forget(List<@Nullable String> keyTexts) {
        return rows.remove(keyTexts) != null;
    }

    public boolean has(List<@Nullable String> keyTexts) {
        return rows.containsKey(keyTexts);
    }

    /// After these changes, rows that the snapshot of this generation did not name are gone.
    public void sweep(long generation) {
        sweep = OptionalLong.of(generation);
    }

    OptionalLong sweepGeneration() {
        return sweep;
    }

    public int size() {
        return rows.size();
    }

    Collection<Row> rows() {
        return rows.values();
    }

    /// The key's canonical texts of one row, in the key's order.
    public List<@Nullable String> keyOf(@Nullable String[] values) {
        List<@Nullable String> id = new ArrayList<>(key.length);
        for (int position : key) {
            id.add(values[position]);
        }
        return id;
    }
}
