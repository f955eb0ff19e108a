package foz.agent;

import foz.contract.Contract.Table;
import foz.wire.Change;
import foz.wire.ChangeBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Compares a table's replica with the source: every row is sent as a claim, but for those that
/// changed since they were last sent. Called when that is what the last compare left. For one
/// thread at a time.
final class TableCheck {

    private final Table table;
    private final Dialect dialect;
    private final RowState state;
    private final Cutter cutter;
    private final int fetchRows;
    private final Change.TableHeader header;
    private final SourceRows source;
    private final Pace pace;
    private final ChangeBuffer buffer = new ChangeBuffer();

    TableCheck(
            Table table, Dialect dialect, RowState state, Cutter cutter, int fetchRows, Pace pace) {
        this.table = table;
        this.dialect = dialect;
        this.state = state;
        this.cutter = cutter;
        this.fetchRows = fetchRows;
        this.pace = pace;
        this.header = LogCapture.header(table);
        this.source = new SourceRows(table, dialect);
    }

    /// Sends the claims, in pages where an index gives the rows in the order of the key.
    ///
    /// @param check as the server named it
    /// @param since the spool's generation when the compare before began
    void claim(Connection connection, long check, long since)
            throws SQLException, InterruptedException {
        RowState.TableState known = state.table(table.name(), dialect.sums(table));
        buffer.clear();
        buffer.add(header, new Change.CheckBegin(table.name(), check));
        boolean paged = !table.isKeyless() && dialect.isKeyIndexed(connection, table);
        connection.setAutoCommit(false);
        try {
            if (paged) {
                pages(connection, known, since);
            } else {
                whole(connection, known, since);
            }
        } finally {
            if (!connection.isClosed()) {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        }
        buffer.add(header, new Change.CheckEnd(table.name(), check));
        hand(since);
        cutter.flush(since);
    }

    private void pages(Connection connection, RowState.TableState known, long since)
            throws SQLException, InterruptedException {
        List<String> after = List.of();
        boolean last = false;
        while (!last) {
            int count = 0;
            dialect.begin(connection);
            try (PreparedStatement page =
                    source.page(connection, source.columns(), after, cutter.rowsMax())) {
                page.setFetchSize(fetchRows);
                try (ResultSet rows = page.executeQuery()) {
                    last = true;
                    while (rows.next()) {
                        after = add(rows, known);
                        if (++count == cutter.rowsMax()
                                || buffer.bytes() > cutter.wholeBytesMax()) {
                            last = false;
                            break;
                        }
                    }
                }
            }
            // Before the spool may have to be waited for: meanwhile nothing is held at the source.
            connection.rollback();
            hand(since);
        }
    }

    private void whole(Connection connection, RowState.TableState known, long since)
            throws SQLException, InterruptedException {
        dialect.begin(connection);
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(fetchRows);
            try (ResultSet rows =
                    statement.executeQuery(
                            "SELECT " + source.columns() + " FROM " + source.name())) {
                while (rows.next()) {
                    add(rows, known);
                    if (buffer.bytes() > cutter.wholeBytesMax()) {
                        hand(since);
                    }
                }
            }
        }
    }

    /// @return the row's key
    private List<String> add(ResultSet rows, RowState.TableState known) throws SQLException {
        @Nullable String[] values = source.values(rows);
        RowState.Row row = source.rowState(rows, values);
        if (known.knows(row.keyHash(), row.rowHash())) {
            buffer.add(header, new Change.Claim(values));
        } else {
            buffer.add(header, new Change.Moving(source.keyOnly(row.key())));
        }
        return row.key();
    }

    private void hand(long since) throws InterruptedException {
        cutter.add(buffer, System.currentTimeMillis(), since, null);
        pace.took(buffer.rows(), buffer.bytes());
        pace.await();
        buffer.clear();
    }
}
