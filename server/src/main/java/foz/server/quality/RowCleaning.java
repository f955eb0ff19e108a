package foz.server.quality;

import foz.contract.Contract.Column;
import foz.contract.Contract.Table;
import foz.server.replica.RowId;
import foz.server.tenant.Tenant;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// Cleans rows on their way into the replica, within the transaction that brings them there, and
/// keeps the trace of what it changed: `foz_cleaned` holds, for each value in the replica that is
/// not the source's, the source's. A row's later version replaces its trace.
public final class RowCleaning {

    /// @param gone whether the row was deleted before these changes, and every trace with it
    /// @param columns that the row carried; of the others the trace stays
    private record Traced(boolean gone, List<String> columns, List<Cleaned> changes, long seq) {}

    private record Finding(long rows, String rowKey, String text) {}

    private final Connection connection;
    private final String schema;
    private final Set<String> traced = new HashSet<>();
    private final Map<String, Map<String, Traced>> traces = new LinkedHashMap<>();
    private final Map<String, Map<String, Finding>> findings = new LinkedHashMap<>();
    private long seq;

    public RowCleaning(Connection connection, Tenant tenant) throws SQLException {
        this.connection = connection;
        this.schema = "\"" + tenant.schema() + "\"";
        try (Statement statement = connection.createStatement();
                ResultSet found =
                        statement.executeQuery(
                                """
                                SELECT t.name FROM %s.foz_table t
                                WHERE EXISTS (SELECT 1 FROM %s.foz_cleaned c WHERE c.table_name = t.name)
                                """
                                        .formatted(schema, schema))) {
            while (found.next()) {
                traced.add(found.getString(1));
            }
        }
    }

    /// The batch that the next rows come from.
    public void at(long batchSeq) {
        seq = batchSeq;
    }

    /// Whether cleaning does, or did, anything with a table's rows.
    boolean concerns(Table table) {
        return traced.contains(table.name())
                || table.columns().stream().anyMatch(column -> !column.clean().isEmpty());
    }

    /// What is done with the rows of one table that come with these columns.
    public Rows rows(Table table, List<Column> columns) {
        return new Rows(table, columns);
    }

    /// The rows of one table.
    public final class Rows {
        private final String table;
        private final List<Column> key;
        private final int[] keyPositions;
        private final List<String> columns;
        private final Optional<Cleaner> cleaner;
        private final Optional<RowRules> rules;

        private Rows(Table table, List<Column> columns) {
            this.table = table.name();
            this.key = table.key();
            this.keyPositions = key.stream().mapToInt(columns::indexOf).toArray();
            this.columns = columns.stream().map(Column::name).toList();
            this.cleaner = Cleaner.of(columns);
            this.rules = RowRules.of(table, columns);
        }

        /// Cleans a row that carries all its columns; see the other `take`.
        public Optional<String> take(@Nullable String[] values, boolean delete) {
            return take(values, delete, _ -> false);
        }

        /// Cleans a row in place and notes its trace.
        ///
        /// @param absent whether the value at a position did not come: then neither the replica's
        ///   value nor its trace changes
        /// @return why the row must not go into the replica, where a rule of severity error says so
        public Optional<String> take(
                @Nullable String[] values, boolean delete, IntPredicate absent) {
            if (cleaner.isEmpty() && rules.isEmpty() && !traced.contains(table)) {
                return Optional.empty();
            }
            String rowKey = rowKey(values);
            if (delete) {
                note(rowKey, new Traced(true, columns, List.of(), seq));
                return Optional.empty();
            }
            List<Cleaned> changes =
                    cleaner.isPresent() ? cleaner.get().clean(values, absent) : List.of();
            Optional<String> refused = judge(rowKey, values, absent);
            if (refused.isEmpty()) {
                note(rowKey, new Traced(false, carried(absent), changes, seq));
            }
            return refused;
        }

        private List<String> carried(IntPredicate absent) {
            List<String> carried = new ArrayList<>(columns.size());
            for (int i = 0; i < columns.size(); i++) {
                if (!absent.test(i)) {
                    carried.add(columns.get(i));
                }
            }
            return carried.size() == columns.size() ? columns : carried;
        }

        private Optional<String> judge(
                String rowKey, @Nullable String[] values, IntPredicate absent) {
            if (rules.isEmpty()) {
                return Optional.empty();
            }
            List<RowRules.Broken> broken = rules.get().broken(values, absent);
            for (RowRules.Broken each : broken) {
                if (each.rule().error()) {
                    return Optional.of(each.text());
                }
            }
            for (RowRules.Broken each : broken) {
                findings.computeIfAbsent(table, _ -> new LinkedHashMap<>())
                        .merge(
                                each.rule().name(),
                                new Finding(1, rowKey, each.text()),
                                (a, b) -> new Finding(a.rows() + 1, b.rowKey(), b.text()));
            }
            return Optional.empty();
        }

        private void note(String rowKey, Traced row) {
            if (!row.changes().isEmpty()
                    || traced.contains(table)
                    || traces.getOrDefault(table, Map.of()).containsKey(rowKey)) {
                traces.computeIfAbsent(table, _ -> new LinkedHashMap<>())
                        .merge(rowKey, row, RowCleaning::later);
            }
        }

        private String rowKey(@Nullable String[] values) {
            List<@Nullable String> id = new ArrayList<>(keyPositions.length);
            for (int position : keyPositions) {
                id.add(values[position]);
            }
            return RowId.of(key, id);
        }
    }

    /// What is known of a row of which another version came in the same transaction.
    private static Traced later(Traced before, Traced now) {
        if (now.gone()) {
            return now;
        }
        Set<String> columns = new LinkedHashSet<>(now.columns());
        columns.addAll(before.columns());
        List<Cleaned> changes = new ArrayList<>(now.changes());
        before.changes().stream()
                .filter(change -> !now.columns().contains(change.column()))
                .forEach(changes::add);
        return new Traced(before.gone(), List.copyOf(columns), changes, now.seq());
    }

    /// Writes what was noted. Called before the transaction commits.
    public void write() throws SQLException {
        for (Map.Entry<String, Map<String, Traced>> table : traces.entrySet()) {
            if (traced.contains(table.getKey())) {
                remove(table.getKey(), table.getValue());
            }
            insert(table.getKey(), table.getValue());
        }
        traces.clear();
        writeFindings();
    }

    private void remove(String table, Map<String, Traced> rows) throws SQLException {
        List<String> gone = new ArrayList<>();
        List<String> keys = new ArrayList<>();
        List<String> columns = new ArrayList<>();
        rows.forEach((key, row) -> {
            if (row.gone()) {
                gone.add(key);
                return;
            }
            Set<String> kept = new HashSet<>();
            row.changes().forEach(change -> kept.add(change.column()));
            for (String column : row.columns()) {
                if (!kept.contains(column)) {
                    keys.add(key);
                    columns.add(column);
                }
            }
        });
        try (PreparedStatement rowsGone =
                        connection.prepareStatement(
                                "DELETE FROM %s.foz_cleaned WHERE table_name = ? AND row_key = ANY (?)"
                                        .formatted(schema));
                PreparedStatement valuesGone =
                        connection.prepareStatement(
                                """
                                DELETE FROM %s.foz_cleaned c USING unnest(?::text[], ?::text[]) AS gone (row_key, column_name)
                                WHERE c.table_name = ? AND c.row_key = gone.row_key AND c.column_name = gone.column_name
                                """
                                        .formatted(schema))) {
            rowsGone.setString(1, table);
            rowsGone.setArray(2, texts(gone));
            rowsGone.executeUpdate();
            valuesGone.setArray(1, texts(keys));
            valuesGone.setArray(2, texts(columns));
            valuesGone.setString(3, table);
            valuesGone.executeUpdate();
        }
    }

    private void insert(String table, Map<String, Traced> rows) throws SQLException {
        List<List<String>> parts = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            parts.add(new ArrayList<>());
        }
        rows.forEach((key, row) -> {
            for (Cleaned change : row.changes()) {
                parts.get(0).add(key);
                parts.get(1).add(change.column());
                parts.get(2).add(change.rule());
                parts.get(3).add(change.original());
                parts.get(4).add(change.value());
                parts.get(5).add(Double.toString(change.confidence()));
                parts.get(6).add(Long.toString(row.seq()));
            }
        });
        if (parts.getFirst().isEmpty()) {
            return;
        }
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        INSERT INTO %s.foz_cleaned AS c
                            (table_name, row_key, column_name, rule, original, value, confidence, seq)
                        SELECT ?, * FROM unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::real[], ?::bigint[])
                        ON CONFLICT (table_name, row_key, column_name) DO UPDATE SET rule = excluded.rule,
                            original = excluded.original, value = excluded.value, confidence = excluded.confidence,
                            seq = excluded.seq, at = clock_timestamp()
                        WHERE (c.rule, c.original, c.value) IS DISTINCT FROM (excluded.rule, excluded.original, excluded.value)
                        """
                                .formatted(schema))) {
            statement.setString(1, table);
            for (int i = 0; i < parts.size(); i++) {
                statement.setArray(i + 2, texts(parts.get(i)));
            }
            statement.executeUpdate();
        }
        traced.add(table);
    }

    /// Removes the traces of rows that a snapshot did not name. Called before the snapshot's rows
    /// are forgotten.
    public void swept(Table table, long generation) throws SQLException {
        if (!traced.contains(table.name())) {
            return;
        }
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        DELETE FROM %s.foz_cleaned c WHERE c.table_name = ? AND NOT EXISTS (
                            SELECT 1 FROM %s.foz_snapshot_row s
                            WHERE s.table_name = c.table_name AND s.generation = ? AND s.row_id = c.row_key)
                        """
                                .formatted(schema, schema))) {
            statement.setString(1, table.name());
            statement.setLong(2, generation);
            statement.executeUpdate();
        }
    }

    private void writeFindings() throws SQLException {
        if (findings.isEmpty()) {
            return;
        }
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        INSERT INTO %s.foz_quality_finding AS f (table_name, rule, rows, last_row_key, last_text)
                        VALUES (?, ?, ?, ?, ?)
                        ON CONFLICT (table_name, rule) DO UPDATE SET rows = f.rows + excluded.rows,
                            last_row_key = excluded.last_row_key, last_text = excluded.last_text,
                            last_at = clock_timestamp()
                        """
                                .formatted(schema))) {
            for (Map.Entry<String, Map<String, Finding>> table : findings.entrySet()) {
                for (Map.Entry<String, Finding> rule : table.getValue().entrySet()) {
                    statement.setString(1, table.getKey());
                    statement.setString(2, rule.getKey());
                    statement.setLong(3, rule.getValue().rows());
                    statement.setString(4, rule.getValue().rowKey());
                    statement.setString(5, rule.getValue().text());
                    statement.addBatch();
                }
            }
            statement.executeBatch();
        }
        findings.clear();
    }

    private java.sql.Array texts(List<String> values) throws SQLException {
        return connection.createArrayOf("text", values.toArray(new String[0]));
    }
}
