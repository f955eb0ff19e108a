package foz.agent;

import foz.contract.Contract.Table;
import foz.wire.ChangeBuffer;
import java.sql.SQLException;
import java.util.List;

/// What a change log asks while it turns the source's records into changes.
public interface LogContext {

    /// Bytes of changes from which on a transaction goes in parts.
    int partBytes();

    /// Whether this change was read with a chunk already and must be left out.
    ///
    /// @param keyHash as [KeyHash] makes it of the key's texts
    boolean isKnown(Table table, long transaction, long keyHash);

    /// Whether changes of the table are left out for now.
    boolean isPaused(Table table);

    /// Whether the replica may lack the row that an incomplete change is about.
    boolean mustBeWhole(Table table);

    /// Adds the row as it is now, or that it is gone.
    ///
    /// @param transaction which the reading must see
    /// @param key the key's texts, in the key's order
    void reread(Table table, long transaction, List<String> key, ChangeBuffer to)
            throws SQLException;

    /// The table was emptied, and the change says so.
    void emptied(Table table);

    /// Rows of the table changed without the log giving them: it is read whole again.
    void stale(Table table);

    /// Tables may be built otherwise than when they were captured whole.
    void altered();

    /// The table cannot be captured as the contract says: it stands still until somebody decides.
    ///
    /// @param what in English, a sentence
    /// @param remedy what to do, in English
    void pause(Table table, String what, String remedy);

    /// Something to know of the table that hinders nothing.
    void note(Table table, String what);
}
