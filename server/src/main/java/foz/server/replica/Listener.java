package foz.server.replica;

import foz.server.settings.Settings;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.Set;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.springframework.dao.DataAccessResourceFailureException;

/// A connection of its own that listens on one channel of the database, and may hold an advisory
/// lock: the lock is this listener's until it closes.
public final class Listener implements AutoCloseable {

    private final Connection connection;

    private Listener(Connection connection) {
        this.connection = connection;
    }

    /// @throws DataAccessResourceFailureException when the database does not answer
    public static Listener open(Settings.Database database, String channel) {
        try {
            Connection connection =
                    DriverManager.getConnection(
                            database.jdbcUrl(), database.user(), database.password().value());
            try (Statement statement = connection.createStatement()) {
                statement.execute("LISTEN " + channel);
            }
            return new Listener(connection);
        } catch (SQLException e) {
            throw lost(e);
        }
    }

    /// Waits for notifications, at most this long.
    ///
    /// @return their payloads
    public Set<String> await(int ms) {
        try {
            PGNotification[] found = connection.unwrap(PGConnection.class).getNotifications(ms);
            Set<String> payloads = new HashSet<>();
            if (found != null) {
                for (PGNotification notification : found) {
                    payloads.add(notification.getParameter());
                }
            }
            return payloads;
        } catch (SQLException e) {
            throw lost(e);
        }
    }

    /// Takes the advisory lock, if no other process has it.
    public boolean tryLead(long lock) {
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT pg_try_advisory_lock(?)")) {
            statement.setLong(1, lock);
            try (ResultSet found = statement.executeQuery()) {
                found.next();
                return found.getBoolean(1);
            }
        } catch (SQLException e) {
            throw lost(e);
        }
    }

    private static DataAccessResourceFailureException lost(SQLException e) {
        return new DataAccessResourceFailureException("the database does not answer", e);
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException _) {
            // Gone already; the session ends on the other side by itself.
        }
    }
}
