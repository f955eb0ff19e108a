package foz.agent;

import java.sql.Connection;
import java.sql.SQLException;

/// A source's own log of changes, read from a position on. For one thread.
public interface ChangeLog extends AutoCloseable {

    /// From where it begins to read.
    String start();

    /// What comes next, waiting for it at most this long. Its buffer is good until the next call.
    ///
    /// @throws LogLostException when the log cannot be read on from where it was left
    LogEvent next(long waitMs) throws SQLException, InterruptedException;

    /// The changes up to this position, one that an event carried, are safe elsewhere: the source
    /// may forget them.
    void confirm(String position) throws SQLException;

    /// Every change that was given is safe elsewhere: the source may forget all that it has read,
    /// other tables' changes included.
    void confirmAll() throws SQLException;

    /// What a transaction on `connection` that begins now will see. Called as its first statement.
    LogView view(Connection connection) throws SQLException;

    /// Whether the log gave all that stands before this place.
    ///
    /// @param end of [LogView#end]
    default boolean hasPassed(String end) {
        return true;
    }

    /// Bytes that the source keeps for this log alone.
    long keptBytes(Connection connection) throws SQLException;

    @Override
    void close();
}
