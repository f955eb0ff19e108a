package foz.server.apply;

import foz.server.log.BatchRecord;
import foz.server.tenant.Tenant;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/// How far a stream has come in the replica: kept in the replica's own database, moved in the
/// transaction that applies, so that a batch applied twice changes nothing.
record AppliedState(String source, int incarnation, long seq) {

    /// Reads the state and holds its lock until the transaction ends.
    static AppliedState lock(Connection connection, Tenant tenant, String source)
            throws SQLException {
        try (PreparedStatement insert =
                        connection.prepareStatement(
                                """
                                INSERT INTO "%s".foz_applied (source, incarnation, seq) VALUES (?, 0, 0)
                                ON CONFLICT DO NOTHING
                                """
                                        .formatted(tenant.schema()));
                PreparedStatement select =
                        connection.prepareStatement(
                                """
                                SELECT incarnation, seq FROM "%s".foz_applied WHERE source = ? FOR UPDATE
                                """
                                        .formatted(tenant.schema()))) {
            insert.setString(1, source);
            insert.executeUpdate();
            select.setString(1, source);
            try (ResultSet found = select.executeQuery()) {
                found.next();
                return new AppliedState(source, found.getInt(1), found.getLong(2));
            }
        }
    }

    boolean covers(BatchRecord batch) {
        return batch.incarnation() < incarnation
                || (batch.incarnation() == incarnation && batch.seq() <= seq);
    }

    boolean precedes(BatchRecord batch) {
        return batch.incarnation() == incarnation ? batch.seq() == seq + 1 : batch.seq() == 1;
    }

    AppliedState after(BatchRecord batch) {
        return new AppliedState(source, batch.incarnation(), batch.seq());
    }

    void save(Connection connection, Tenant tenant) throws SQLException {
        try (PreparedStatement update =
                connection.prepareStatement(
                        """
                        UPDATE "%s".foz_applied SET incarnation = ?, seq = ?, at = clock_timestamp() WHERE source = ?
                        """
                                .formatted(tenant.schema()))) {
            update.setInt(1, incarnation);
            update.setLong(2, seq);
            update.setString(3, source);
            update.executeUpdate();
        }
    }
}
