package foz.server.cli;

import foz.contract.Contract;
import foz.contract.Contract.Column;
import foz.contract.Contract.Table;
import foz.contract.RowName;
import foz.server.error.FozException;
import foz.server.replica.RowId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Compares a table of the source with the replica: count, key set, and a hash of each row's
/// canonical text. Of what cleaning changed, the original is compared.
final class Verification {

    private static final int SHOWN_MAX = 20;

    /// @param kind missing (in the replica), extra (in the replica), or different
    record Difference(String kind, String row, List<String> columns) {}

    /// @param differences the first of them; `missing`, `extra` and `different` count all
    record Result(
            String table,
            long sourceRows,
            long replicaRows,
            long missing,
            long extra,
            long different,
            List<Difference> differences) {
        boolean clean() {
            return missing + extra + different == 0;
        }
    }

    private final RunFile.Database source;
    private final RunFile.Database replica;
    private final String schema;

    Verification(RunFile.Database source, RunFile.Database replica, String schema) {
        this.source = source;
        this.replica = replica;
        this.schema = schema;
    }

    /// @throws FozException that says which database refuses, and why
    Result verify(Table table) {
        try (Connection left = open(source);
                Connection right = open(replica)) {
            Map<String, byte[]> rows = new HashMap<>();
            long sourceRows = hashes(left, sourceSelect(table), table, rows);
            long[] counts = new long[4];
            List<Difference> found = new ArrayList<>();
            read(
                    right,
                    replicaSelect(right, table),
                    table,
                    (id, values) -> {
                        counts[0]++;
                        byte[] hash = rows.remove(id);
                        if (hash == null) {
                            counts[2]++;
                            add(found, new Difference("extra", id, List.of()));
                        } else if (!MessageDigest.isEqual(hash, hash(values))) {
                            counts[3]++;
                            add(found, new Difference("different", id, List.of()));
                        }
                    });
            counts[1] = rows.size();
            rows.keySet().stream()
                    .sorted()
                    .limit(SHOWN_MAX)
                    .forEach(id -> add(found, new Difference("missing", id, List.of())));
            return new Result(
                    table.name(),
                    sourceRows,
                    counts[0],
                    counts[1],
                    counts[2],
                    counts[3],
                    explained(left, right, table, found));
        } catch (SQLException e) {
            throw SqlFault.of(e, source.jdbcUrl());
        }
    }

    private static void add(List<Difference> found, Difference difference) {
        if (found.size() < SHOWN_MAX) {
            found.add(difference);
        }
    }

    /// Names the columns of the rows that differ, with both values.
    private List<Difference> explained(
            Connection left, Connection right, Table table, List<Difference> found)
            throws SQLException {
        if (found.stream().noneMatch(d -> d.kind().equals("different"))) {
            return found;
        }
        Map<String, @Nullable String[]> wanted = new HashMap<>();
        found.forEach(d -> wanted.put(d.row(), new @Nullable String[0]));
        Map<String, @Nullable String[]> sourceRows = new HashMap<>();
        Map<String, @Nullable String[]> replicaRows = new HashMap<>();
        read(left, sourceSelect(table), table, (id, v) -> keep(wanted, sourceRows, id, v));
        read(
                right,
                replicaSelect(right, table),
                table,
                (id, v) -> keep(wanted, replicaRows, id, v));
        List<Difference> explained = new ArrayList<>();
        for (Difference difference : found) {
            @Nullable String[] a = sourceRows.get(difference.row());
            @Nullable String[] b = replicaRows.get(difference.row());
            List<String> columns = new ArrayList<>();
            for (int i = 0; a != null && b != null && i < a.length; i++) {
                if (!java.util.Objects.equals(a[i], b[i])) {
                    columns.add(
                            "%s: source %s, replica %s"
                                    .formatted(table.columns().get(i).name(), a[i], b[i]));
                }
            }
            explained.add(new Difference(difference.kind(), difference.row(), columns));
        }
        return explained;
    }

    private static void keep(
            Map<String, @Nullable String[]> wanted,
            Map<String, @Nullable String[]> kept,
            String id,
            @Nullable String[] values) {
        if (wanted.containsKey(id)) {
            kept.put(id, values);
        }
    }

    private interface Sink {
        void take(String id, @Nullable String[] values);
    }

    private static long hashes(
            Connection connection, String sql, Table table, Map<String, byte[]> into)
            throws SQLException {
        long[] count = new long[1];
        read(
                connection,
                sql,
                table,
                (id, values) -> {
                    count[0]++;
                    into.put(id, hash(values));
                });
        return count[0];
    }

    private static void read(Connection connection, String sql, Table table, Sink sink)
            throws SQLException {
        try {
            rows(connection, sql, table, sink);
        } catch (SQLException e) {
            throw SqlFault.of(e, connection.getMetaData().getURL());
        }
    }

    private static void rows(Connection connection, String sql, Table table, Sink sink)
            throws SQLException {
        List<Column> key = table.key();
        int[] positions = key.stream().mapToInt(table.columns()::indexOf).toArray();
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(5_000);
            try (ResultSet rows = statement.executeQuery(sql)) {
                while (rows.next()) {
                    @Nullable String[] values = new @Nullable String[table.columns().size()];
                    for (int i = 0; i < values.length; i++) {
                        values[i] = rows.getString(i + 1);
                    }
                    List<@Nullable String> id = new ArrayList<>();
                    for (int position : positions) {
                        id.add(values[position]);
                    }
                    sink.take(RowId.of(key, id), values);
                }
            }
        }
    }

    private static byte[] hash(@Nullable String[] values) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (String value : values) {
                if (value == null) {
                    digest.update((byte) 0);
                } else {
                    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
                    digest.update(
                            HexFormat.of()
                                    .toHexDigits(utf8.length)
                                    .getBytes(StandardCharsets.US_ASCII));
                    digest.update(utf8);
                }
            }
            return java.util.Arrays.copyOf(digest.digest(), 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static String sourceSelect(Table table) {
        return "SELECT "
                + table.columns().stream()
                        .map(column ->
                                column.name().equals(Contract.ROW)
                                        ? RowName.postgres(
                                                table.sourceColumns().stream()
                                                        .map(c -> sourceName(c.physicalName()))
                                                        .toList())
                                        : sourceName(column.physicalName()))
                        .collect(Collectors.joining(", "))
                + " FROM "
                + sourceName(table.physicalName());
    }

    /// A name in one case is written plainly, as people write it; any other is quoted.
    private static String sourceName(String name) {
        boolean oneCase =
                name.equals(name.toUpperCase(java.util.Locale.ROOT))
                        || name.equals(name.toLowerCase(java.util.Locale.ROOT));
        return "\"" + (oneCase ? name.toLowerCase(java.util.Locale.ROOT) : name) + "\"";
    }

    /// The replica's rows as the source has them: where cleaning changed a value, its original.
    private String replicaSelect(Connection connection, Table table) throws SQLException {
        List<String> cleaned = cleaned(connection, table);
        StringBuilder joins = new StringBuilder();
        for (int i = 0; i < cleaned.size(); i++) {
            joins.append(
                    " LEFT JOIN \"%s\".foz_cleaned c%d ON c%d.table_name = '%s' AND c%d.column_name = '%s' AND c%d.row_key = %s"
                            .formatted(
                                    schema,
                                    i,
                                    i,
                                    table.name(),
                                    i,
                                    cleaned.get(i),
                                    i,
                                    RowId.sql(table.key(), "t")));
        }
        return "SELECT "
                + table.columns().stream()
                        .map(column -> {
                            int at = cleaned.indexOf(column.name());
                            String name = "t.\"" + column.name() + "\"";
                            return at < 0
                                    ? name
                                    : "coalesce(c" + at + ".original, " + name + "::text)";
                        })
                        .collect(Collectors.joining(", "))
                + " FROM \""
                + schema
                + "\".\""
                + table.name()
                + "\" t"
                + joins;
    }

    /// The columns of which cleaning changed a value.
    private List<String> cleaned(Connection connection, Table table) throws SQLException {
        List<String> columns = new ArrayList<>();
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT DISTINCT column_name FROM \"%s\".foz_cleaned WHERE table_name = ? ORDER BY 1"
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

    /// Text as the server writes it, in one snapshot.
    private static Connection open(RunFile.Database database) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", database.user());
        properties.setProperty("password", database.password());
        properties.setProperty("binaryTransfer", "false");
        properties.setProperty(
                "options", "-c timezone=UTC -c datestyle=ISO -c intervalstyle=iso_8601");
        Connection connection = SqlFault.open(database.jdbcUrl(), properties);
        connection.setReadOnly(true);
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        connection.setAutoCommit(false);
        return connection;
    }
}
