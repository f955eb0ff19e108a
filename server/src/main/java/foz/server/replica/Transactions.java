package foz.server.replica;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.support.SQLExceptionTranslator;
import org.springframework.jdbc.support.SQLStateSQLExceptionTranslator;

/// Transactions on plain connections, for work that COPY and temporary tables need.
public final class Transactions {

    private static final SQLExceptionTranslator TRANSLATOR = new SQLStateSQLExceptionTranslator();

    /// Work within one transaction.
    public interface Work<T> {
        T run(Connection connection) throws SQLException;
    }

    private Transactions() {}

    /// Commits what `work` did, or, when it throws, rolls it back.
    ///
    /// @throws DataAccessException for faults of the database
    public static <T> T run(DataSource dataSource, Work<T> work) {
        return run(dataSource, Connection.TRANSACTION_READ_COMMITTED, false, work);
    }

    /// Reads from one snapshot.
    public static <T> T read(DataSource dataSource, Work<T> work) {
        return run(dataSource, Connection.TRANSACTION_REPEATABLE_READ, true, work);
    }

    private static <T> T run(DataSource dataSource, int isolation, boolean readOnly, Work<T> work) {
        try (Connection connection = dataSource.getConnection()) {
            connection.setReadOnly(readOnly);
            connection.setTransactionIsolation(isolation);
            connection.setAutoCommit(false);
            boolean done = false;
            try {
                T result = work.run(connection);
                connection.commit();
                done = true;
                return result;
            } finally {
                if (!done) {
                    rollback(connection);
                }
            }
        } catch (SQLException e) {
            DataAccessException translated = TRANSLATOR.translate("transaction", null, e);
            throw translated == null
                    ? new org.springframework.jdbc.UncategorizedSQLException("transaction", null, e)
                    : translated;
        }
    }

    private static void rollback(Connection connection) {
        try {
            connection.rollback();
        } catch (SQLException _) {
            // The connection is broken: the database rolls back by itself, and the pool drops it.
        }
    }
}
