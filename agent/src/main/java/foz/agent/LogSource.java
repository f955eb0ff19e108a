package foz.agent;

import foz.contract.Contract.Table;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/// How a source's changes are read from its log.
public interface LogSource {

    /// Which tables the log gives.
    ///
    /// @param reasons of each table that it does not give, why, and what to do
    record Offer(List<Table> tables, Map<String, String> reasons) {
        public Offer {
            tables = List.copyOf(tables);
            reasons = Map.copyOf(reasons);
        }
    }

    /// Looks at what the source allows, and prepares what the agent may prepare itself. Nothing
    /// that could make a statement of the source's own applications fail.
    Offer prepare(Connection connection, List<Table> wanted) throws SQLException;

    /// What [#prepare] would find, without changing anything. What the agent can do itself counts
    /// as done.
    Offer look(Connection connection, List<Table> wanted) throws SQLException;

    /// What of the log may do harm one day: sentences, each with its remedy.
    default Map<String, String> warnings(Connection connection) throws SQLException {
        return Map.of();
    }

    /// How each table is built now, as a text that is another one once rows could have changed
    /// without the log telling: a column of another type, a table made anew, a partition taken in.
    /// Tables that are not there are left out.
    default Map<String, String> structures(Connection connection, List<Table> tables)
            throws SQLException {
        return Map.of();
    }

    /// How a transaction on the connection must be isolated that reads the tables beside the log.
    default int isolation(Connection connection) throws SQLException {
        return Connection.TRANSACTION_REPEATABLE_READ;
    }

    /// Begins to read.
    ///
    /// @param position where it was left; empty at first
    /// @throws LogLostException when it cannot be read from there
    ChangeLog open(List<Table> tables, String position, LogContext context) throws SQLException;

    /// The rows of one table, in the form in which the log gives them.
    ChunkReader chunks();

    /// Gives up the log: the source keeps nothing for it any more.
    void drop() throws SQLException;
}
