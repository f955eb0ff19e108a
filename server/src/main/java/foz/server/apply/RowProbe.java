package foz.server.apply;

import foz.contract.Contract.Column;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Asks the database itself whether it takes a row's values: for transactions that it refused
/// though our own checks had let them pass. One round trip a row.
final class RowProbe {

    private final Connection connection;

    RowProbe(Connection connection) {
        this.connection = connection;
    }

    /// Why the database refuses the row, in its words.
    Optional<String> problem(List<Column> columns, @Nullable String[] values) throws SQLException {
        String sql =
                columns.stream()
                        .map(column -> "?::text::" + column.type().replicaType())
                        .collect(Collectors.joining(", ", "SELECT ", ""));
        Savepoint before = connection.setSavepoint();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setString(i + 1, values[i]);
            }
            statement.execute();
            connection.releaseSavepoint(before);
            return Optional.empty();
        } catch (SQLException e) {
            if (!String.valueOf(e.getSQLState()).startsWith("22")) {
                throw e;
            }
            connection.rollback(before);
            String message = String.valueOf(e.getMessage());
            int end = message.indexOf('\n');
            return Optional.of(
                    "the replica refuses it: " + (end < 0 ? message : message.substring(0, end)));
        }
    }
}
