package foz.server.sync;

import foz.contract.Contract.Bucket;
import foz.server.identity.Caller;
import foz.server.replica.Buckets;
import foz.server.settings.Role;
import foz.server.tenant.Tenant;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.stereotype.Component;

/// Reads checkpoints and operations from the replica.
@Component
@Role("sync")
final class Checkpoints {

    /// One operation as it is stored: kind P, R, M or C.
    record Operation(
            long number,
            char kind,
            int table,
            @org.jspecify.annotations.Nullable String rowId,
            int checksum,
            @org.jspecify.annotations.Nullable String data) {}

    /// Takes operations one by one.
    interface Sink {
        /// @return whether to go on
        boolean take(Operation operation) throws java.io.IOException;
    }

    private record Wanted(String local, int priority) {}

    Checkpoint read(Connection connection, Tenant tenant, Caller caller, String clientId)
            throws SQLException {
        long version;
        int epoch;
        Optional<Long> writeCheckpoint;
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        SELECT s.last_version, s.sync_epoch, w.checkpoint
                        FROM "{s}".foz_state s
                        LEFT JOIN "{s}".foz_write_checkpoint w ON w.subject = ? AND w.client_id = ?
                        """
                                .replace("{s}", tenant.schema()))) {
            statement.setString(1, caller.subject());
            statement.setString(2, clientId);
            try (ResultSet found = statement.executeQuery()) {
                found.next();
                version = found.getLong(1);
                epoch = found.getInt(2);
                long stored = found.getLong(3);
                writeCheckpoint = found.wasNull() ? Optional.empty() : Optional.of(stored);
            }
        }
        return new Checkpoint(
                version,
                writeCheckpoint,
                states(connection, tenant, wanted(tenant, caller), epoch));
    }

    private static List<Wanted> wanted(Tenant tenant, Caller caller) {
        return tenant.buckets().stream()
                .sorted(Comparator.comparingInt(Bucket::priority))
                .flatMap(bucket ->
                        Buckets.name(bucket, bucket.claim().flatMap(caller::claim))
                                .map(name -> new Wanted(name, bucket.priority()))
                                .stream())
                .toList();
    }

    /// Names of the buckets that the caller's devices see.
    static List<String> bucketNames(Tenant tenant, Caller caller) {
        return wanted(tenant, caller).stream().map(Wanted::local).toList();
    }

    private static Map<String, Checkpoint.State> states(
            Connection connection, Tenant tenant, List<Wanted> wanted, int epoch)
            throws SQLException {
        Map<String, Checkpoint.State> found = new HashMap<>();
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        SELECT name, bucket_no, operations, checksum, last_operation
                        FROM "%s".foz_bucket WHERE name = ANY (?)
                        """
                                .formatted(tenant.schema()))) {
            statement.setArray(
                    1,
                    connection.createArrayOf(
                            "text", wanted.stream().map(Wanted::local).toArray(String[]::new)));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.put(
                            rows.getString(1),
                            new Checkpoint.State(
                                    rows.getString(1),
                                    rows.getInt(2),
                                    0,
                                    rows.getLong(3),
                                    rows.getLong(4),
                                    rows.getLong(5)));
                }
            }
        }
        Map<String, Checkpoint.State> states = new LinkedHashMap<>();
        for (Wanted bucket : wanted) {
            // The epoch stands in the name: raising it would make devices take everything anew.
            // Nothing raises it yet, not even a restore from a backup.
            String name = epoch + "#" + bucket.local();
            Checkpoint.State state = found.get(bucket.local());
            states.put(
                    name,
                    state == null
                            ? new Checkpoint.State(name, 0, bucket.priority(), 0, 0, 0)
                            : new Checkpoint.State(
                                    name,
                                    state.number(),
                                    bucket.priority(),
                                    state.operations(),
                                    state.checksum(),
                                    state.lastOperation()));
        }
        return states;
    }

    /// Hands over a bucket's operations after one, in order, from the connection's snapshot.
    void operations(Connection connection, Tenant tenant, int bucket, long after, Sink sink)
            throws SQLException, java.io.IOException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        SELECT operation, kind, coalesce(table_no, 0), row_id, checksum, data
                        FROM "%s".foz_operation WHERE bucket_no = ? AND operation > ? ORDER BY operation
                        """
                                .formatted(tenant.schema()))) {
            statement.setFetchSize(1_000);
            statement.setInt(1, bucket);
            statement.setLong(2, after);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    boolean more =
                            sink.take(
                                    new Operation(
                                            rows.getLong(1),
                                            rows.getString(2).charAt(0),
                                            rows.getInt(3),
                                            rows.getString(4),
                                            rows.getInt(5),
                                            rows.getString(6)));
                    if (!more) {
                        return;
                    }
                }
            }
        }
    }

    /// The tenant's table names by their numbers.
    Map<Integer, String> tableNames(Connection connection, Tenant tenant) throws SQLException {
        Map<Integer, String> names = new HashMap<>();
        try (PreparedStatement statement =
                        connection.prepareStatement(
                                "SELECT table_no, name FROM \"%s\".foz_table"
                                        .formatted(tenant.schema()));
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                names.put(rows.getInt(1), rows.getString(2));
            }
        }
        return names;
    }
}
