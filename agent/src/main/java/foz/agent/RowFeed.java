package foz.agent;

import foz.contract.Contract.Table;
import java.io.IOException;
import java.util.List;

/// A source that is no database: its rows come as canonical texts, from files or a service, as
/// often as they are asked for. Safe for several threads, one for each table.
public interface RowFeed extends AutoCloseable {

    /// Tells this source from another, and stays the same over restarts.
    String fingerprint();

    /// Looks whether every table can be read at all, before anything is.
    ///
    /// @throws SettingsException naming what is missing
    void check(List<Table> tables);

    /// Reads what there is since a cursor. Nothing of what it names counts when it throws.
    ///
    /// The cursor of a reading is kept once the rows are durable, and comes back with the next
    /// reading: what it says was read need not be read again. After a stop in between, the same
    /// rows are read again, which is harmless.
    ///
    /// @param cursor empty when nothing was read yet
    /// @throws IOException when the source does not answer; the reading is tried again
    /// @throws FeedException when what it answered is wrong
    Reading read(Table table, String cursor, RowSink sink) throws IOException, InterruptedException;

    @Override
    void close();
}
