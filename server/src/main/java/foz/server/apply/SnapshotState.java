package foz.server.apply;

import foz.contract.Contract.Table;
import foz.server.tenant.Tenant;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;

/// Snapshots under way: they last over many batches and transactions.
final class SnapshotState {

    /// @param collect whether the table had rows before, so that what the snapshot does not name
    ///   must go
    record Open(long generation, boolean collect) {}

    private SnapshotState() {}

    static Map<String, Open> open(Connection connection, Tenant tenant) throws SQLException {
        Map<String, Open> open = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet found =
                        statement.executeQuery(
                                "SELECT table_name, generation, collect FROM \"%s\".foz_snapshot"
                                        .formatted(tenant.schema()))) {
            while (found.next()) {
                open.put(found.getString(1), new Open(found.getLong(2), found.getBoolean(3)));
            }
        }
        return open;
    }

    static Open begin(Connection connection, Tenant tenant, Table table, long generation)
            throws SQLException {
        end(connection, tenant, table.name());
        try (PreparedStatement insert =
                connection.prepareStatement(
                        """
                        INSERT INTO "{s}".foz_snapshot (table_name, generation, collect)
                        SELECT ?, ?, EXISTS (SELECT 1 FROM "{s}"."{t}") RETURNING collect
                        """
                                .replace("{s}", tenant.schema())
                                .replace("{t}", table.name()))) {
            insert.setString(1, table.name());
            insert.setLong(2, generation);
            try (ResultSet made = insert.executeQuery()) {
                made.next();
                return new Open(generation, made.getBoolean(1));
            }
        }
    }

    static void end(Connection connection, Tenant tenant, String table) throws SQLException {
        for (String from : new String[] {"foz_snapshot_row", "foz_snapshot"}) {
            try (PreparedStatement delete =
                    connection.prepareStatement(
                            "DELETE FROM \"%s\".%s WHERE table_name = ?"
                                    .formatted(tenant.schema(), from))) {
                delete.setString(1, table);
                delete.executeUpdate();
            }
        }
    }
}
