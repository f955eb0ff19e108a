package foz.server.apply;

import foz.contract.Contract.Column;
import foz.contract.Contract.Table;
import foz.server.error.ErrorCode;
import foz.server.error.FozException;
import foz.server.quality.RowCleaning;
import foz.server.replica.ReplicaWriter;
import foz.server.replica.TableChanges;
import foz.server.replica.Transactions;
import foz.server.tenant.Tenant;
import foz.server.tenant.Tenants;
import foz.wire.Change;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Rows that are not what the contract says: kept with the reason, and released once that is
/// mended. A good version of the row that comes later takes it out by itself.
@Component
public final class Quarantine {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String NUL_SHOWN = "\u2400";

    /// @param operation upsert or delete
    /// @param change the row as it came: column to canonical text, or null
    public record Entry(
            long id,
            String source,
            String table,
            String rowKey,
            String operation,
            Map<String, @Nullable String> change,
            String reason,
            Instant at) {}

    private final DataSource dataSource;
    private final JdbcClient jdbc;
    private final Tenants tenants;
    private final ReplicaWriter writer;

    public Quarantine(DataSource dataSource, Tenants tenants, ReplicaWriter writer) {
        this.dataSource = dataSource;
        this.jdbc = JdbcClient.create(dataSource);
        this.tenants = tenants;
        this.writer = writer;
    }

    /// The rows in quarantine, oldest first, at most `limit`.
    public List<Entry> list(String tenantId, int limit) {
        Tenant tenant = tenants.get(tenantId);
        return jdbc.sql(
                        """
                        SELECT id, source, table_name, row_key, change, reason, at FROM "%s".foz_quarantine
                        WHERE released_at IS NULL ORDER BY id LIMIT ?
                        """
                                .formatted(tenant.schema()))
                .param(limit)
                .query((rs, _) -> entry(rs))
                .list();
    }

    private static Entry entry(ResultSet rs) throws SQLException {
        JsonNode stored = JSON.readTree(rs.getString(5));
        return new Entry(
                rs.getLong(1),
                rs.getString(2),
                rs.getString(3),
                rs.getString(4),
                stored.path("operation").asString("upsert"),
                change(stored),
                rs.getString(6),
                rs.getTimestamp(7).toInstant());
    }

    private static Map<String, @Nullable String> change(JsonNode stored) {
        Map<String, @Nullable String> change = new LinkedHashMap<>();
        stored.path("values")
                .properties()
                .forEach(e ->
                        change.put(
                                e.getKey(),
                                e.getValue().isNull() ? null : e.getValue().asString()));
        return change;
    }

    /// Brings a row into the replica, with some of its values replaced, if it now is what the
    /// contract says.
    ///
    /// @param corrections column to canonical text
    /// @throws FozException NOT_FOUND, or BAD_REQUEST with what is still wrong
    public void release(String tenantId, long id, Map<String, String> corrections) {
        Tenant tenant = tenants.get(tenantId);
        Entry entry =
                list(tenantId, Integer.MAX_VALUE).stream()
                        .filter(found -> found.id() == id)
                        .findFirst()
                        .orElseThrow(() ->
                                new FozException(
                                        ErrorCode.NOT_FOUND,
                                        "no row in quarantine has the id " + id));
        Table table =
                tenant.table(entry.table())
                        .orElseThrow(() ->
                                new FozException(
                                        ErrorCode.BAD_REQUEST,
                                        "the contract has no table '"
                                                + entry.table()
                                                + "'; add it first"));
        List<Column> columns = new ArrayList<>();
        List<@Nullable String> values = new ArrayList<>();
        for (Column column : table.columns()) {
            if (entry.change().containsKey(column.name())
                    || corrections.containsKey(column.name())) {
                columns.add(column);
                values.add(
                        corrections.containsKey(column.name())
                                ? corrections.get(column.name())
                                : entry.change().get(column.name()));
            }
        }
        boolean delete = entry.operation().equals("delete");
        @Nullable String[] row = values.toArray(new @Nullable String[0]);
        Optional<String> problem = RowCheck.problem(columns, row, delete);
        if (problem.isPresent()) {
            throw new FozException(ErrorCode.BAD_REQUEST, problem.get() + "; correct it");
        }
        Transactions.run(
                dataSource,
                connection -> {
                    RowCleaning cleaning = new RowCleaning(connection, tenant);
                    Optional<String> refused = cleaning.rows(table, columns).take(row, delete);
                    if (refused.isPresent()) {
                        throw new FozException(
                                ErrorCode.BAD_REQUEST, refused.get() + "; correct it");
                    }
                    TableChanges changes = new TableChanges(table, columns);
                    if (delete) {
                        changes.delete(row);
                    } else {
                        changes.upsert(row);
                    }
                    writer.write(connection, tenant, List.of(changes));
                    cleaning.write();
                    try (PreparedStatement done =
                            connection.prepareStatement(
                                    "UPDATE \"%s\".foz_quarantine SET released_at = clock_timestamp() WHERE id = ?"
                                            .formatted(tenant.schema()))) {
                        done.setLong(1, id);
                        return done.executeUpdate();
                    }
                });
    }

    /// Notes rows within the transaction that applies.
    static final class Writer {

        private record Bad(
                int incarnation,
                long seq,
                String table,
                String rowKey,
                String changeJson,
                String reason) {}

        private final Connection connection;
        private final Tenant tenant;
        private final String source;
        private final Map<String, Bad> bad = new LinkedHashMap<>();
        private final Set<String> known = new HashSet<>();
        private final List<String> resolved = new ArrayList<>();
        private int incarnation;
        private long seq;

        Writer(Connection connection, Tenant tenant, String source) throws SQLException {
            this.connection = connection;
            this.tenant = tenant;
            this.source = source;
            try (PreparedStatement statement =
                            connection.prepareStatement(
                                    "SELECT table_name || '/' || row_key FROM \"%s\".foz_quarantine WHERE released_at IS NULL"
                                            .formatted(tenant.schema()));
                    ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    known.add(found.getString(1));
                }
            }
        }

        void at(int batchIncarnation, long batchSeq) {
            incarnation = batchIncarnation;
            seq = batchSeq;
        }

        int count() {
            return bad.size();
        }

        /// @param absent positions of values that did not come
        void add(
                Change.TableHeader header,
                @Nullable String[] values,
                List<Integer> absent,
                boolean delete,
                String reason) {
            Map<String, @Nullable String> row = new LinkedHashMap<>();
            for (int i = 0; i < values.length; i++) {
                if (absent.contains(i)) {
                    continue;
                }
                String value = values[i];
                row.put(
                        header.columns().get(i),
                        value == null ? null : value.replace("\0", NUL_SHOWN));
            }
            StringBuilder key = new StringBuilder();
            for (int position : header.key()) {
                String part = values[position];
                key.append(key.isEmpty() ? "" : "/")
                        .append(part == null ? "" : part.replace("\0", NUL_SHOWN));
            }
            String json =
                    JSON.writeValueAsString(
                            Map.of("operation", delete ? "delete" : "upsert", "values", row));
            bad.put(
                    header.table() + "/" + key,
                    new Bad(incarnation, seq, header.table(), key.toString(), json, reason));
        }

        /// What is held of a row that did not come well, column to canonical text.
        Map<String, @Nullable String> held(String table, String rowId) throws SQLException {
            String id = table + "/" + rowId;
            Bad now = bad.get(id);
            if (now != null) {
                return change(JSON.readTree(now.changeJson()));
            }
            if (!known.contains(id)) {
                return Map.of();
            }
            try (PreparedStatement statement =
                    connection.prepareStatement(
                            """
                            SELECT change FROM "%s".foz_quarantine
                            WHERE table_name = ? AND row_key = ? AND released_at IS NULL
                            """
                                    .formatted(tenant.schema()))) {
                statement.setString(1, table);
                statement.setString(2, rowId);
                try (ResultSet found = statement.executeQuery()) {
                    return found.next() ? change(JSON.readTree(found.getString(1))) : Map.of();
                }
            }
        }

        boolean holdsRows() {
            return !known.isEmpty() || !bad.isEmpty();
        }

        /// The row came well: it leaves the quarantine if it was there.
        void resolved(String table, String rowId) {
            String id = table + "/" + rowId;
            bad.remove(id);
            if (known.contains(id)) {
                resolved.add(id);
            }
        }

        void write() throws SQLException {
            try (PreparedStatement remove =
                            connection.prepareStatement(
                                    "DELETE FROM \"%s\".foz_quarantine WHERE table_name || '/' || row_key = ANY (?)"
                                            .formatted(tenant.schema()));
                    PreparedStatement insert =
                            connection.prepareStatement(
                                    """
                                    INSERT INTO "%s".foz_quarantine (source, incarnation, seq, table_name, row_key, change, reason)
                                    VALUES (?, ?, ?, ?, ?, ?::jsonb, ?)
                                    ON CONFLICT (table_name, row_key) DO UPDATE SET incarnation = excluded.incarnation,
                                        seq = excluded.seq, change = excluded.change, reason = excluded.reason,
                                        at = clock_timestamp(), released_at = NULL
                                    """
                                            .formatted(tenant.schema()))) {
                if (!resolved.isEmpty()) {
                    remove.setArray(
                            1, connection.createArrayOf("text", resolved.toArray(new String[0])));
                    remove.executeUpdate();
                }
                for (Bad row : bad.values()) {
                    insert.setString(1, source);
                    insert.setInt(2, row.incarnation());
                    insert.setLong(3, row.seq());
                    insert.setString(4, row.table());
                    insert.setString(5, row.rowKey());
                    insert.setString(6, row.changeJson());
                    insert.setString(7, row.reason());
                    insert.addBatch();
                }
                if (!bad.isEmpty()) {
                    insert.executeBatch();
                }
            }
        }
    }
}
