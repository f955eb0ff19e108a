package foz.agent;

import foz.contract.Contract.Table;
import foz.wire.Change;
import foz.wire.ChangeBuffer;
import foz.wire.Protocol;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// Captures a table whole, page by page in the order of its key: a stop costs one page, and no
/// transaction at the source lasts longer than one. A page is one batch at most, and how far it
/// came is durable with that batch. What changes meanwhile in pages that were read, the next
/// compare finds. A table whose key no index gives is read in one go.
///
/// For one thread at a time.
final class TableSnapshot {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String MARK = "page:";

    /// How far a capture is.
    ///
    /// @param snapshot its number, of [Change.SnapshotBegin]
    /// @param rows gathered so far
    /// @param bytes of [RowCollector#keep]
    /// @param after the last row's key
    /// @param last whether that was the last page
    private record Reached(long snapshot, long rows, long bytes, List<String> after, boolean last) {

        static Reached nothing() {
            return new Reached(System.currentTimeMillis(), 0, 0, List.of(), false);
        }

        boolean isNew() {
            return bytes == 0;
        }
    }

    private final Table table;
    private final Dialect dialect;
    private final RowState state;
    private final Cutter cutter;
    private final Spool spool;
    private final int fetchRows;
    private final Change.TableHeader header;
    private final SourceRows source;
    private final TableDesk desk;
    private final Pace pace;
    private final ChangeBuffer buffer = new ChangeBuffer();

    TableSnapshot(
            Table table,
            Dialect dialect,
            RowState state,
            Cutter cutter,
            Spool spool,
            int fetchRows,
            TableDesk desk,
            Pace pace) {
        this.desk = desk;
        this.pace = pace;
        this.table = table;
        this.dialect = dialect;
        this.state = state;
        this.cutter = cutter;
        this.spool = spool;
        this.fetchRows = fetchRows;
        this.header = LogCapture.header(table);
        this.source = new SourceRows(table, dialect);
    }

    /// Captures the table, going on where a stop left it.
    ///
    /// @return how many rows it has
    /// @throws Pace.ClosedException when the hours for it are over; it goes on in the next ones
    long capture(Connection connection) throws SQLException, InterruptedException {
        pace.requireOpen();
        long since = spool.generation();
        dialect.learn(connection, table);
        boolean paged = !table.isKeyless() && dialect.isKeyIndexed(connection, table);
        Reached reached = paged ? reached(since) : Reached.nothing();
        if (reached.isNew()) {
            refuseRowsTooLarge(connection);
        }
        long start = System.nanoTime();
        long before = reached.rows();
        desk.snapshot(table.name(), -1, 0, Duration.ZERO);
        connection.setAutoCommit(false);
        try (RowCollector collector =
                state.collect(table.name(), reached.snapshot(), reached.rows(), reached.bytes())) {
            if (paged) {
                while (!reached.last()) {
                    pace.requireOpen();
                    pace.await();
                    long rows = reached.rows();
                    reached = page(connection, collector, reached, since);
                    pace.took(reached.rows() - rows, buffer.bytes());
                    desk.snapshot(
                            table.name(),
                            -1,
                            reached.rows() - before,
                            Duration.ofNanos(System.nanoTime() - start));
                }
            } else {
                readWhole(connection, collector, reached.snapshot(), since);
            }
            cutter.flush(since);
            collector.finish(dialect.sums(table), dialect.keyHash(table));
            mark("", since);
            return collector.rows();
        } finally {
            if (!connection.isClosed()) {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        }
    }

    private Reached reached(long since) {
        String mark = cutter.marks(since).getOrDefault(MARK + table.name(), "");
        return Optional.of(mark)
                .filter(text -> !text.isEmpty())
                .map(text -> JSON.readValue(text, Reached.class))
                .filter(at -> RowCollector.isKept(state, table.name(), at.snapshot(), at.bytes()))
                .orElseGet(Reached::nothing);
    }

    private void mark(String value, long since) throws InterruptedException {
        buffer.clear();
        cutter.add(
                buffer,
                System.currentTimeMillis(),
                since,
                new Cutter.Mark(MARK + table.name(), value));
    }

    private Reached page(Connection connection, RowCollector collector, Reached reached, long since)
            throws SQLException, InterruptedException {
        long readAtMs = System.currentTimeMillis();
        buffer.clear();
        if (reached.isNew()) {
            buffer.add(header, new Change.SnapshotBegin(table.name(), reached.snapshot()));
        }
        List<String> after = reached.after();
        boolean last = true;
        dialect.begin(connection);
        try (PreparedStatement statement =
                source.page(connection, source.columns(), after, cutter.rowsMax())) {
            statement.setFetchSize(fetchRows);
            try (ResultSet rows = statement.executeQuery()) {
                int count = 0;
                while (rows.next()) {
                    @Nullable String[] values = source.values(rows);
                    long bytes = bytes(rows, values);
                    if (count > 0 && buffer.bytes() + bytes > cutter.wholeBytesMax()) {
                        last = false;
                        break;
                    }
                    after = add(rows, values, collector);
                    count++;
                }
                last &= count < cutter.rowsMax();
            }
        } finally {
            connection.rollback();
        }
        if (last) {
            buffer.add(header, new Change.SnapshotEnd(table.name(), reached.snapshot()));
        }
        Reached now =
                new Reached(reached.snapshot(), collector.rows(), collector.keep(), after, last);
        cutter.addWhole(
                buffer,
                readAtMs,
                since,
                new Cutter.Mark(MARK + table.name(), JSON.writeValueAsString(now)));
        return now;
    }

    /// @return the row's key
    private List<String> add(ResultSet rows, @Nullable String[] values, RowCollector collector)
            throws SQLException {
        RowState.Row row = source.rowState(rows, values);
        collector.add(row);
        buffer.add(header, new Change.Upsert(values));
        return row.key();
    }

    private long bytes(ResultSet rows, @Nullable String[] values) throws SQLException {
        long bytes = Cutter.bytes(values);
        if (bytes > Protocol.ROW_BYTES_MAX) {
            throw new RowTooLargeException(
                    table.name(), source.rowState(rows, values).key(), bytes);
        }
        return bytes;
    }

    /// What was sent of it before a stop, the new capture's end removes where it is gone by then.
    private void readWhole(Connection connection, RowCollector collector, long snapshot, long since)
            throws SQLException, InterruptedException {
        buffer.clear();
        buffer.add(header, new Change.SnapshotBegin(table.name(), snapshot));
        dialect.begin(connection);
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(fetchRows);
            try (ResultSet rows =
                    statement.executeQuery(
                            "SELECT " + source.columns() + " FROM " + source.name())) {
                while (rows.next()) {
                    @Nullable String[] values = source.values(rows);
                    if (buffer.bytes() + bytes(rows, values) > cutter.wholeBytesMax()) {
                        hand(since);
                    }
                    add(rows, values, collector);
                }
            }
        }
        buffer.add(header, new Change.SnapshotEnd(table.name(), snapshot));
        hand(since);
    }

    private void hand(long since) throws InterruptedException {
        cutter.add(buffer, System.currentTimeMillis(), since, null);
        pace.took(buffer.rows(), buffer.bytes());
        pace.await();
        buffer.clear();
    }

    /// Looks before the first capture of a table begins: it would be sent again from its start at
    /// each try, and never come past such a row.
    private void refuseRowsTooLarge(Connection connection) throws SQLException {
        Optional<String> bytes = dialect.bytes(table);
        if (bytes.isEmpty()) {
            return;
        }
        String sql =
                "SELECT %s, %s FROM %s WHERE %s > %d"
                        .formatted(
                                source.keyColumns(),
                                bytes.get(),
                                source.name(),
                                bytes.get(),
                                Protocol.ROW_BYTES_MAX);
        try (Statement statement = connection.createStatement()) {
            statement.setMaxRows(1);
            try (ResultSet rows = statement.executeQuery(sql)) {
                if (rows.next()) {
                    throw new RowTooLargeException(
                            table.name(),
                            source.keyValues(rows),
                            rows.getLong(table.key().size() + 1));
                }
            }
        }
    }
}
