package foz.server.replica;

import foz.contract.Contract.Column;
import foz.contract.Contract.Table;
import foz.server.tenant.Tenant;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/// Compares a table of the replica with what the source is said to have, row by row, and counts
/// what differs. Of values that cleaning changed, the original is compared; rows in quarantine are
/// counted apart. Within the caller's transaction, after what came before is in the replica.
public final class ReplicaCheck {

    /// So many differences are kept of one comparison.
    static final int KEPT_MAX = 100;

    private static final String STAGE = "pg_temp.foz_claim";

    private final Connection connection;
    private final String schema;

    public ReplicaCheck(Connection connection, Tenant tenant) {
        this.connection = connection;
        this.schema = Sql.quote(tenant.schema());
    }

    /// The comparison under way of each table.
    public Map<String, Long> running() throws SQLException {
        Map<String, Long> running = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet found =
                        statement.executeQuery(
                                "SELECT table_name, check_id FROM %s.foz_check WHERE ended_at IS NULL"
                                        .formatted(schema))) {
            while (found.next()) {
                running.put(found.getString(1), found.getLong(2));
            }
        }
        return running;
    }

    /// Begins a comparison; another one of the table that did not end is forgotten.
    public void begin(String source, Table table, long check) throws SQLException {
        for (String from : List.of("foz_check_row", "foz_check_difference", "foz_check")) {
            try (PreparedStatement statement =
                    connection.prepareStatement(
                            """
                            DELETE FROM %s.%s WHERE check_id = ? OR check_id IN (
                                SELECT check_id FROM %s.foz_check WHERE table_name = ? AND ended_at IS NULL)
                            """
                                    .formatted(schema, from, schema))) {
                statement.setLong(1, check);
                statement.setString(2, table.name());
                statement.executeUpdate();
            }
        }
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        INSERT INTO %s.foz_check (check_id, source, table_name, version)
                        SELECT ?, ?, ?, last_version FROM %s.foz_state
                        """
                                .formatted(schema, schema))) {
            statement.setLong(1, check);
            statement.setString(2, source);
            statement.setString(3, table.name());
            statement.executeUpdate();
        }
    }

    /// Rows that the comparison names and does not judge.
    ///
    /// @param counter `moving` or `quarantined`
    /// @param keys as [RowId] makes them
    public void name(long check, String counter, Collection<String> keys) throws SQLException {
        try (PreparedStatement named =
                        connection.prepareStatement(
                                "INSERT INTO %s.foz_check_row (check_id, row_key) SELECT ?, unnest(?::text[])"
                                        .formatted(schema));
                PreparedStatement counted =
                        connection.prepareStatement(
                                "UPDATE %s.foz_check SET %s = %s + ? WHERE check_id = ?"
                                        .formatted(
                                                schema, Sql.quote(counter), Sql.quote(counter)))) {
            named.setLong(1, check);
            named.setArray(2, connection.createArrayOf("text", keys.toArray(String[]::new)));
            named.executeUpdate();
            counted.setLong(1, keys.size());
            counted.setLong(2, check);
            counted.executeUpdate();
        }
    }

    /// Compares rows.
    ///
    /// @param columns those that the rows carry, the key's among them
    /// @param rows canonical texts, of which every one is a value of its column's type
    public void compare(
            long check, Table table, List<Column> columns, List<@Nullable String[]> rows)
            throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("DROP TABLE IF EXISTS " + STAGE);
            statement.execute(
                    "CREATE TEMP TABLE foz_claim (%s) ON COMMIT DROP"
                            .formatted(
                                    columns.stream()
                                            .map(c ->
                                                    Sql.quote(c.name())
                                                            + " "
                                                            + c.type().replicaType())
                                            .collect(Collectors.joining(", "))));
            connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn(
                            "COPY " + STAGE + " FROM STDIN WITH (FORMAT text)",
                            new ByteArrayInputStream(text(rows)));
            statement.execute("ANALYZE " + STAGE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        judge(check, table, columns);
        try (PreparedStatement named =
                connection.prepareStatement(
                        "INSERT INTO %s.foz_check_row (check_id, row_key) SELECT ?, %s FROM %s s"
                                .formatted(schema, Sql.rowId(table.key(), "s"), STAGE))) {
            named.setLong(1, check);
            named.executeUpdate();
        }
    }

    private static byte[] text(List<@Nullable String[]> rows) {
        StringBuilder text = new StringBuilder();
        for (String[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                if (i > 0) {
                    text.append('\t');
                }
                CopyText.append(text, row[i]);
            }
            text.append('\n');
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private void judge(long check, Table table, List<Column> columns) throws SQLException {
        List<Column> key = table.key();
        List<Column> rest = columns.stream().filter(c -> !key.contains(c)).toList();
        List<String> cleaned = cleaned(table);
        StringBuilder joins = new StringBuilder();
        for (int i = 0; i < cleaned.size(); i++) {
            joins.append(
                    " LEFT JOIN %s.foz_cleaned c%d ON c%d.table_name = %s AND c%d.column_name = %s AND c%d.row_key = %s"
                            .formatted(
                                    schema,
                                    i,
                                    i,
                                    Sql.literal(table.name()),
                                    i,
                                    Sql.literal(cleaned.get(i)),
                                    i,
                                    Sql.rowId(key, "s")));
        }
        String differing =
                rest.stream()
                        .map(column ->
                                "CASE WHEN %s THEN %s END"
                                        .formatted(
                                                differs(column, cleaned.indexOf(column.name())),
                                                Sql.literal(column.name())))
                        .collect(
                                Collectors.joining(
                                        ", ", "array_remove(ARRAY[", "]::text[], NULL)"));
        String sql =
                """
                WITH judged AS (
                    SELECT %s AS row_key, r._version IS NULL AS missing, %s AS columns
                    FROM %s s LEFT JOIN %s.%s r ON %s%s
                ), wrong AS (
                    SELECT j.*, EXISTS (SELECT 1 FROM %s.foz_quarantine q WHERE q.table_name = ?
                        AND q.row_key = j.row_key AND q.released_at IS NULL) AS quarantined
                    FROM judged j WHERE missing OR columns <> '{}'
                ), kept AS (
                    INSERT INTO %s.foz_check_difference (check_id, row_key, kind, columns)
                    SELECT c.check_id, w.row_key, CASE WHEN w.missing THEN 'missing' ELSE 'different' END,
                        CASE WHEN w.missing THEN '{}' ELSE w.columns END
                    FROM wrong w CROSS JOIN (SELECT * FROM %s.foz_check WHERE check_id = ?) c
                    WHERE NOT w.quarantined
                    LIMIT greatest(0, %d - (SELECT count(*) FROM %s.foz_check_difference WHERE check_id = ?))
                    ON CONFLICT DO NOTHING
                )
                UPDATE %s.foz_check c SET
                    compared = c.compared + (SELECT count(*) FROM judged)
                        - (SELECT count(*) FROM wrong WHERE quarantined),
                    quarantined = c.quarantined + (SELECT count(*) FROM wrong WHERE quarantined),
                    missing = c.missing + (SELECT count(*) FROM wrong WHERE missing AND NOT quarantined),
                    different = c.different + (SELECT count(*) FROM wrong WHERE NOT missing AND NOT quarantined)
                WHERE c.check_id = ?
                """
                        .formatted(
                                Sql.rowId(key, "s"),
                                differing,
                                STAGE,
                                schema,
                                Sql.quote(table.name()),
                                Sql.join(key, " AND ", c -> "r." + c + " = s." + c),
                                joins,
                                schema,
                                schema,
                                schema,
                                KEPT_MAX,
                                schema,
                                schema);
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, table.name());
            statement.setLong(2, check);
            statement.setLong(3, check);
            statement.setLong(4, check);
            statement.executeUpdate();
        }
    }

    private static String differs(Column column, int cleaned) {
        String name = Sql.quote(column.name());
        return cleaned < 0
                ? "r.%s IS DISTINCT FROM s.%s".formatted(name, name)
                : "coalesce(c%d.original, r.%s::text) IS DISTINCT FROM s.%s::text"
                        .formatted(cleaned, name, name);
    }

    /// The columns of which cleaning changed a value.
    private List<String> cleaned(Table table) throws SQLException {
        List<String> columns = new ArrayList<>();
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT DISTINCT column_name FROM %s.foz_cleaned WHERE table_name = ? ORDER BY 1"
                                .formatted(schema))) {
            statement.setString(1, table.name());
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    columns.add(found.getString(1));
                }
            }
        }
        return columns;
    }

    /// Ends a comparison: what it did not name and has not changed since it began is too much.
    public void end(Table table, long check) throws SQLException {
        String sql =
                """
                WITH extra AS (
                    SELECT %s AS row_key FROM %s.%s r
                    WHERE r._version <= (SELECT version FROM %s.foz_check WHERE check_id = ?) AND NOT EXISTS (
                        SELECT 1 FROM %s.foz_check_row n WHERE n.check_id = ? AND n.row_key = %s)
                ), kept AS (
                    INSERT INTO %s.foz_check_difference (check_id, row_key, kind, columns)
                    SELECT c.check_id, e.row_key, 'extra', '{}'
                    FROM extra e CROSS JOIN (SELECT * FROM %s.foz_check WHERE check_id = ?) c
                    LIMIT greatest(0, %d - (SELECT count(*) FROM %s.foz_check_difference WHERE check_id = ?))
                    ON CONFLICT DO NOTHING
                )
                UPDATE %s.foz_check SET extra = (SELECT count(*) FROM extra), ended_at = clock_timestamp()
                WHERE check_id = ?
                """
                        .formatted(
                                Sql.rowId(table.key(), "r"),
                                schema,
                                Sql.quote(table.name()),
                                schema,
                                schema,
                                Sql.rowId(table.key(), "r"),
                                schema,
                                schema,
                                KEPT_MAX,
                                schema,
                                schema);
        try (PreparedStatement statement = connection.prepareStatement(sql);
                PreparedStatement forget =
                        connection.prepareStatement(
                                "DELETE FROM %s.foz_check_row WHERE check_id = ?"
                                        .formatted(schema))) {
            for (int i = 1; i <= 5; i++) {
                statement.setLong(i, check);
            }
            statement.executeUpdate();
            forget.setLong(1, check);
            forget.executeUpdate();
        }
    }
}
