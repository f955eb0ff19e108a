package foz.server.apply;

import foz.server.tenant.Tenant;
import foz.wire.Change;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/// Batches that are parts of one transaction wait here for its last one. Nobody sees them before.
final class Parts {

    private final Connection connection;
    private final String table;
    private final String source;

    Parts(Connection connection, Tenant tenant, String source) {
        this.connection = connection;
        this.table = "\"%s\".foz_part".formatted(tenant.schema());
        this.source = source;
    }

    interface Body {
        void read(byte[] body) throws SQLException;
    }

    /// Keeps a part. Part 0 makes void what an attempt before it left.
    void keep(Change.Part part, byte[] body) throws SQLException {
        if (part.number() == 0) {
            forget();
        }
        try (PreparedStatement insert =
                connection.prepareStatement(
                        "INSERT INTO %s (source, transaction, number, body) VALUES (?, ?, ?, ?)"
                                .formatted(table))) {
            insert.setString(1, source);
            insert.setString(2, part.transaction());
            insert.setInt(3, part.number());
            insert.setBytes(4, body);
            insert.executeUpdate();
        }
    }

    /// Gives the parts before this last one, in order, and forgets them.
    ///
    /// @throws IllegalStateException when one is missing
    void before(Change.Part last, Body body) throws SQLException {
        int next = 0;
        try (PreparedStatement select =
                connection.prepareStatement(
                        "SELECT body FROM %s WHERE source = ? AND transaction = ? AND number = ?"
                                .formatted(table))) {
            for (; next < last.number(); next++) {
                select.setString(1, source);
                select.setString(2, last.transaction());
                select.setInt(3, next);
                try (ResultSet found = select.executeQuery()) {
                    if (!found.next()) {
                        throw new IllegalStateException(
                                "the transaction %s has %d parts, and part %d is not here"
                                        .formatted(last.transaction(), last.number() + 1, next));
                    }
                    body.read(found.getBytes(1));
                }
            }
        }
        forget();
    }

    private void forget() throws SQLException {
        try (PreparedStatement delete =
                connection.prepareStatement("DELETE FROM %s WHERE source = ?".formatted(table))) {
            delete.setString(1, source);
            delete.executeUpdate();
        }
    }
}
