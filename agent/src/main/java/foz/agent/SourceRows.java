package foz.agent;

import foz.contract.Contract;
import foz.contract.Contract.Column;
import foz.contract.Contract.Table;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// How one table's rows are asked for and read: names and columns as SQL, values as canonical
/// texts, keys and hashes.
final class SourceRows {

    private final Table table;
    private final Dialect dialect;
    private final int[] key;

    SourceRows(Table table, Dialect dialect) {
        this.table = table;
        this.dialect = dialect;
        this.key = table.key().stream().mapToInt(table.columns()::indexOf).toArray();
    }

    /// Where the key's columns stand among the table's.
    List<Integer> keyPositions() {
        return IntStream.of(key).boxed().toList();
    }

    /// The row of a result with the key's columns and both hashes.
    RowState.Row keyRow(ResultSet rows) throws SQLException {
        return new RowState.Row(
                rows.getLong(key.length + 1), rows.getLong(key.length + 2), keyValues(rows));
    }

    /// The key, of a result that begins with its columns.
    List<String> keyValues(ResultSet rows) throws SQLException {
        List<String> values = new ArrayList<>(key.length);
        for (int i = 0; i < key.length; i++) {
            values.add(
                    String.valueOf(dialect.read(rows, i + 1, table, table.columns().get(key[i]))));
        }
        return values;
    }

    /// A row in which only the key is set, as a delete carries it.
    @Nullable String[] keyOnly(List<String> values) {
        @Nullable String[] row = new @Nullable String[table.columns().size()];
        for (int i = 0; i < key.length; i++) {
            row[key[i]] = values.get(i);
        }
        return row;
    }

    /// The table's name in SQL.
    String name() {
        return dialect.name(table.physicalName());
    }

    /// All columns.
    String values() {
        return table.columns().stream().map(this::select).collect(Collectors.joining(", "));
    }

    /// All columns, then both hashes.
    String columns() {
        return values()
                + ", "
                + dialect.keyHash(table)
                + " AS foz_key_hash, "
                + dialect.rowHash(table)
                + " AS foz_row_hash";
    }

    String keyColumns() {
        return table.key().stream().map(this::select).collect(Collectors.joining(", "));
    }

    /// The next rows in the order of the key.
    ///
    /// @param columns what is asked for: [#columns] or [#values()]
    /// @param after the key's texts of the row before; empty at the table's beginning
    PreparedStatement page(Connection connection, String columns, List<String> after, int rows)
            throws SQLException {
        String order =
                table.key().stream()
                        .map(column -> dialect.name(column.physicalName()))
                        .collect(Collectors.joining(", "));
        PreparedStatement statement =
                connection.prepareStatement(
                        dialect.firstRows(
                                "SELECT %s FROM %s%s ORDER BY %s"
                                        .formatted(
                                                columns,
                                                name(),
                                                after.isEmpty()
                                                        ? ""
                                                        : " WHERE " + dialect.keyAfter(table),
                                                order),
                                rows));
        List<Integer> places =
                after.isEmpty() ? List.of() : dialect.keyAfterParameters(after.size());
        for (int i = 0; i < places.size(); i++) {
            statement.setString(i + 1, after.get(places.get(i)));
        }
        return statement;
    }

    private String select(Column column) {
        return column.name().equals(Contract.ROW)
                ? dialect.rowName(table)
                : dialect.select(table, column);
    }

    /// The values of a result that begins with [#values()].
    @Nullable String[] values(ResultSet rows) throws SQLException {
        @Nullable String[] values = new @Nullable String[table.columns().size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = dialect.read(rows, i + 1, table, table.columns().get(i));
        }
        return values;
    }

    /// The key's texts among a row's values.
    List<String> keyOf(@Nullable String[] values) {
        List<String> keyValues = new ArrayList<>(key.length);
        for (int position : key) {
            keyValues.add(String.valueOf(values[position]));
        }
        return keyValues;
    }

    /// What is kept of a row of a result with [#columns].
    RowState.Row rowState(ResultSet rows, @Nullable String[] values) throws SQLException {
        return new RowState.Row(
                rows.getLong(values.length + 1), rows.getLong(values.length + 2), keyOf(values));
    }
}
