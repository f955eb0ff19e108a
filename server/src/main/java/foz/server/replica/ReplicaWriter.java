package foz.server.replica;

import foz.contract.Contract.Column;
import foz.contract.Contract.SyncScope;
import foz.contract.Contract.Table;
import foz.server.tenant.Tenant;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;
import org.springframework.dao.TransientDataAccessResourceException;
import org.springframework.stereotype.Component;

/// Brings changes into a tenant's replica, set-based, within the caller's transaction: rows, their
/// versions, and the operations that devices receive. A row that is as it was makes no version.
///
/// The lock on the tenant's counter is held until the caller commits; hence versions become visible
/// in their order.
@Component
public final class ReplicaWriter {

    /// Above this many rows the planner may hash and scan; below, keys are looked up.
    private static final int FEW_ROWS = 2_000;

    private static final long BLOAT_BYTES_MAX = 1 << 20;

    /// @param version the tenant's version after it
    /// @param rows rows inserted, updated or deleted
    /// @param operations operations added for devices
    /// @param unmatched rows of which only a part came, and the replica has none
    public record Written(long version, int rows, int operations, List<Unmatched> unmatched) {
        public Written {
            unmatched = List.copyOf(unmatched);
        }
    }

    /// @param key its texts, in the key's order
    public record Unmatched(Table table, List<String> key) {
        public Unmatched {
            key = List.copyOf(key);
        }
    }

    /// Locks the tenant's counter.
    ///
    /// @return the version before
    /// @throws TransientDataAccessResourceException when another process applied a newer contract,
    ///   of which this one will know in a moment: under the older one, rows would go to devices
    ///   that may no longer have them
    public long lock(Connection connection, Tenant tenant) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet found =
                        statement.executeQuery(
                                "SELECT last_version, contract_revision FROM %s.foz_state FOR UPDATE"
                                        .formatted(Sql.quote(tenant.schema())))) {
            found.next();
            if (found.getLong(2) > tenant.revision()) {
                throw new TransientDataAccessResourceException(
                        "the contract of '%s' is at revision %d, and this process knows %d yet"
                                .formatted(tenant.id(), found.getLong(2), tenant.revision()));
            }
            return found.getLong(1);
        }
    }

    public Written write(Connection connection, Tenant tenant, List<TableChanges> changes)
            throws SQLException {
        long version = lock(connection, tenant);
        prepare(connection, few(changes));
        Set<String> changed = new LinkedHashSet<>();
        List<Unmatched> unmatched = new ArrayList<>();
        int rows = 0;
        long next = version;
        for (TableChanges table : changes) {
            int merged = merge(connection, tenant, table, next, unmatched);
            next += table.size();
            rows += merged;
            if (merged > 0) {
                changed.add(table.table().name());
            }
        }
        int operations = 0;
        Synced synced = new Synced(connection, tenant, changed);
        if (rows > 0) {
            operations = synced.write(next);
            next += operations;
            finish(connection, tenant, next);
        }
        clear(connection, tenant, changes, synced.affected, few(changes));
        return new Written(rows > 0 ? next : version, rows, operations, unmatched);
    }

    /// Works out anew what devices should hold of these tables, after their declaration changed.
    ///
    /// @param withdrawn tables of which devices should hold nothing any more
    public Written resync(
            Connection connection,
            Tenant tenant,
            Collection<Table> tables,
            Collection<Table> withdrawn)
            throws SQLException {
        long version = lock(connection, tenant);
        try (PreparedStatement revision =
                connection.prepareStatement(
                        "UPDATE %s.foz_state SET contract_revision = ?"
                                .formatted(Sql.quote(tenant.schema())))) {
            revision.setLong(1, tenant.revision());
            revision.executeUpdate();
        }
        prepare(connection, false);
        Set<String> affected = new LinkedHashSet<>();
        try (Statement statement = connection.createStatement()) {
            for (Table table : tables) {
                statement.execute(TableSql.createAffected(tenant, table));
                statement.execute(TableSql.affectAll(tenant, table));
                affected.add(table.name());
            }
        }
        for (Table table : withdrawn) {
            withdraw(connection, tenant, table);
        }
        Synced synced = new Synced(connection, tenant, affected);
        int operations = synced.write(version);
        finish(connection, tenant, version + operations);
        clear(connection, tenant, List.of(), synced.affected, false);
        return new Written(version + operations, 0, operations, List.of());
    }

    private static void withdraw(Connection connection, Tenant tenant, Table table)
            throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        INSERT INTO pg_temp.foz_new_operation (table_no, bucket, row_id, old_bucket, old_operation)
                        SELECT o.table_no, b.name, o.row_id, o.bucket_no, o.operation
                        FROM {s}.foz_table t
                        JOIN {s}.foz_operation o ON o.table_no = t.table_no AND o.kind = 'P'
                        JOIN {s}.foz_bucket b ON b.bucket_no = o.bucket_no
                        WHERE t.name = ?
                        """
                                .replace("{s}", Sql.quote(tenant.schema())))) {
            statement.setString(1, table.name());
            statement.executeUpdate();
        }
    }

    private static boolean few(List<TableChanges> changes) {
        return changes.stream().mapToInt(TableChanges::size).sum() < FEW_ROWS
                && changes.stream().noneMatch(table -> table.sweepGeneration().isPresent());
    }

    private static void prepare(Connection connection, boolean few) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            String hash = few ? "off" : "on";
            statement.execute(
                    """
                    SET LOCAL enable_hashjoin = %s;
                    SET LOCAL enable_mergejoin = %s;
                    SET LOCAL client_min_messages = warning;
                    SET LOCAL jit = off;
                    CREATE TEMP TABLE IF NOT EXISTS foz_new_operation (table_no integer NOT NULL, bucket text NOT NULL,
                        row_id text NOT NULL, data text, old_bucket integer, old_operation bigint)
                    """
                            .formatted(hash, hash));
        }
    }

    private static int merge(
            Connection connection,
            Tenant tenant,
            TableChanges changes,
            long version,
            List<Unmatched> unmatched)
            throws SQLException {
        TableSql sql = TableSql.of(tenant, changes);
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql.createStage());
            CopyManager copy = connection.unwrap(PGConnection.class).getCopyAPI();
            copy.copyIn(sql.copyStage(), CopyText.of(changes.rows(), version));
            if (changes.sweepGeneration().isPresent()) {
                try (PreparedStatement sweep = connection.prepareStatement(sql.sweepStage())) {
                    sweep.setString(1, changes.table().name());
                    sweep.setLong(2, changes.sweepGeneration().getAsLong());
                    sweep.executeUpdate();
                }
            }
            if (changes.size() >= FEW_ROWS) {
                statement.execute(sql.analyze());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (!sql.unmatched().isEmpty()) {
            unmatched.addAll(unmatched(connection, changes.table(), sql.unmatched()));
        }
        try (PreparedStatement merge = connection.prepareStatement(sql.merge())) {
            return merge.executeUpdate();
        }
    }

    private static List<Unmatched> unmatched(Connection connection, Table table, String sql)
            throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(sql)) {
            List<Unmatched> unmatched = new ArrayList<>();
            while (found.next()) {
                List<String> key = new ArrayList<>();
                for (int i = 1; i <= table.key().size(); i++) {
                    key.add(found.getString(i));
                }
                unmatched.add(new Unmatched(table, key));
            }
            return unmatched;
        }
    }

    /// Empties the temporary tables within the transaction that filled them: whether it commits or
    /// not, the next one finds them empty.
    private static void clear(
            Connection connection,
            Tenant tenant,
            List<TableChanges> changes,
            Set<String> affected,
            boolean few)
            throws SQLException {
        Set<String> used = new LinkedHashSet<>(List.of("pg_temp.foz_new_operation"));
        for (TableChanges table : changes) {
            used.add(TableSql.of(tenant, table).stage());
            used.add(TableSql.affected(tenant, table.table()));
        }
        for (String table : affected) {
            used.add(TableSql.affected(tenant, tenant.table(table).orElseThrow()));
        }
        try (Statement statement = connection.createStatement()) {
            String empty =
                    few && size(statement, used) < BLOAT_BYTES_MAX ? "DELETE FROM " : "TRUNCATE ";
            statement.execute(
                    used.stream().map(name -> empty + name).collect(Collectors.joining("; ")));
        }
    }

    /// Nobody vacuums temporary tables: deleted rows stay in their files.
    private static long size(Statement statement, Set<String> tables) throws SQLException {
        try (ResultSet size =
                statement.executeQuery(
                        tables.stream()
                                .map(name -> "pg_relation_size('" + name + "')")
                                .collect(Collectors.joining(" + ", "SELECT ", "")))) {
            size.next();
            return size.getLong(1);
        }
    }

    private static void finish(Connection connection, Tenant tenant, long version)
            throws SQLException {
        try (PreparedStatement state =
                        connection.prepareStatement(
                                "UPDATE %s.foz_state SET last_version = ?"
                                        .formatted(Sql.quote(tenant.schema())));
                PreparedStatement notify = connection.prepareStatement("SELECT pg_notify(?, ?)")) {
            state.setLong(1, version);
            state.executeUpdate();
            notify.setString(1, VersionSignal.CHANNEL);
            notify.setString(2, tenant.id());
            notify.execute();
        }
    }

    /// The operations that follow from the rows that changed.
    private static final class Synced {

        private final Connection connection;
        private final Tenant tenant;
        private final Set<String> affected;
        private final Map<String, Integer> numbers = new HashMap<>();

        Synced(Connection connection, Tenant tenant, Set<String> changed) {
            this.connection = connection;
            this.tenant = tenant;
            this.affected = new LinkedHashSet<>(changed);
        }

        int write(long version) throws SQLException {
            for (Table table : tenant.tables()) {
                if (affected.contains(table.name()) && !table.sync().isEmpty()) {
                    difference(table);
                    follow(table);
                }
            }
            return append(version);
        }

        private void difference(Table table) throws SQLException {
            int number = number(table);
            try (PreparedStatement statement =
                    connection.prepareStatement(TableSql.difference(tenant, table))) {
                statement.setInt(1, number);
                statement.setInt(2, number);
                statement.executeUpdate();
            }
        }

        /// Rows of other tables lie where rows of this one lie: where one moved, they follow.
        private void follow(Table table) throws SQLException {
            for (Table child : tenant.tables()) {
                for (SyncScope scope : child.sync()) {
                    if (scope instanceof SyncScope.Through through
                            && through.parent().equals(table.name())) {
                        follow(table, child, through);
                    }
                }
            }
        }

        private void follow(Table parent, Table child, SyncScope.Through through)
                throws SQLException {
            try (PreparedStatement moved =
                            connection.prepareStatement(TableSql.markMoved(tenant, parent));
                    Statement statement = connection.createStatement()) {
                moved.setInt(1, number(parent));
                if (moved.executeUpdate() == 0) {
                    return;
                }
                statement.execute(TableSql.createAffected(tenant, child));
                int followed =
                        statement.executeUpdate(
                                TableSql.followMoved(tenant, child, through, parent));
                if (followed > 0) {
                    affected.add(child.name());
                }
            }
        }

        private int number(Table table) throws SQLException {
            Integer known = numbers.get(table.name());
            if (known != null) {
                return known;
            }
            try (PreparedStatement statement =
                    connection.prepareStatement(
                            "SELECT table_no FROM %s.foz_table WHERE name = ?"
                                    .formatted(Sql.quote(tenant.schema())))) {
                statement.setString(1, table.name());
                try (ResultSet found = statement.executeQuery()) {
                    if (!found.next()) {
                        throw new IllegalStateException("no number for table " + table.name());
                    }
                    numbers.put(table.name(), found.getInt(1));
                    return found.getInt(1);
                }
            }
        }

        private int append(long version) throws SQLException {
            String schema = Sql.quote(tenant.schema());
            try (Statement statement = connection.createStatement();
                    PreparedStatement append =
                            connection.prepareStatement(APPEND.replace("{schema}", schema))) {
                statement.executeUpdate(NEW_BUCKETS.replace("{schema}", schema));
                statement.execute(LOOK_UP);
                statement.executeUpdate(SUPERSEDE.replace("{schema}", schema));
                statement.execute(PLAN_FREELY);
                append.setLong(1, version);
                try (ResultSet added = append.executeQuery()) {
                    added.next();
                    return added.getInt(1);
                }
            }
        }

        private static final String NEW_BUCKETS =
                """
                INSERT INTO {schema}.foz_bucket (name)
                SELECT DISTINCT bucket FROM pg_temp.foz_new_operation o
                WHERE NOT EXISTS (SELECT 1 FROM {schema}.foz_bucket b WHERE b.name = o.bucket)
                """;

        private static final String LOOK_UP =
                "SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off";

        private static final String PLAN_FREELY =
                "SET LOCAL enable_hashjoin = on; SET LOCAL enable_mergejoin = on";

        /// By key, since few operations of many are superseded.
        private static final String SUPERSEDE =
                """
                UPDATE {schema}.foz_operation o SET kind = 'M', table_no = NULL, row_id = NULL, data = NULL
                FROM pg_temp.foz_new_operation n
                WHERE n.old_operation IS NOT NULL
                    AND o.bucket_no = n.old_bucket AND o.operation = n.old_operation
                """;

        private static final String APPEND =
                """
                WITH appended AS (
                    INSERT INTO {schema}.foz_operation (bucket_no, operation, kind, table_no, row_id, checksum, data)
                    SELECT b.bucket_no, ? + row_number() OVER (), CASE WHEN n.data IS NULL THEN 'R' ELSE 'P' END,
                        n.table_no, n.row_id, hashtext(coalesce(n.data, n.row_id)), n.data
                    FROM pg_temp.foz_new_operation n JOIN {schema}.foz_bucket b ON b.name = n.bucket
                    RETURNING bucket_no, operation, checksum
                ), summed AS (
                    SELECT bucket_no, count(*) AS operations, max(operation) AS last_operation,
                        mod(sum(checksum::bigint & 4294967295), 4294967296)::bigint AS checksum
                    FROM appended GROUP BY bucket_no
                ), updated AS (
                    UPDATE {schema}.foz_bucket b SET operations = b.operations + s.operations,
                        checksum = (b.checksum + s.checksum) & 4294967295, last_operation = s.last_operation
                    FROM summed s WHERE b.bucket_no = s.bucket_no
                )
                SELECT coalesce(sum(operations), 0) FROM summed
                """;
    }

    /// Notes rows that a snapshot names, for [TableChanges#sweep].
    public void noteSnapshotRows(
            Connection connection, Tenant tenant, Table table, long generation, List<String> rowIds)
            throws SQLException {
        CopyManager copy = connection.unwrap(PGConnection.class).getCopyAPI();
        StringBuilder text = new StringBuilder();
        for (String rowId : rowIds) {
            CopyText.append(text, table.name());
            text.append('\t').append(generation).append('\t');
            CopyText.append(text, rowId);
            text.append('\n');
        }
        try {
            copy.copyIn(
                    "COPY %s.foz_snapshot_row (table_name, generation, row_id) FROM STDIN"
                            .formatted(Sql.quote(tenant.schema())),
                    new java.io.StringReader(text.toString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Columns of a table by the names that a batch or command carries.
    public static List<Column> columns(Table table, List<String> names) {
        return names.stream()
                .map(name ->
                        table.column(name)
                                .orElseThrow(() ->
                                        new IllegalArgumentException(
                                                "no column " + name + " in " + table.name())))
                .toList();
    }
}
