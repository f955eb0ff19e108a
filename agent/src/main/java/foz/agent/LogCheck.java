package foz.agent;

import foz.contract.Contract.Table;
import foz.wire.Change;
import foz.wire.ChangeBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/// Compares a table's replica with the source while both go on: the table is read in chunks, and
/// each chunk is sent as claims once the log gave everything that its reading saw. Rows that
/// changed between the two are left out. So a claim says how the replica's row must be at its place
/// in the stream.
///
/// For the log's thread alone.
final class LogCheck {

    private final Table table;
    private final Change.TableHeader header;
    private final Orders.Order order;
    private final ChunkReader reader;
    private final Cutter cutter;
    private final long generation;
    private final ChangeBuffer read = new ChangeBuffer();
    private final ChangeBuffer claims = new ChangeBuffer();
    private String progress = "";
    private ChunkReader.@Nullable Chunk chunk;
    private @Nullable LogView view;
    private LongSet changed = new LongSet();
    private boolean begun;
    private boolean ended;

    LogCheck(Table table, Orders.Order order, ChunkReader reader, Cutter cutter, long generation) {
        this.table = table;
        this.header = LogCapture.header(table);
        this.order = order;
        this.reader = reader;
        this.cutter = cutter;
        this.generation = generation;
    }

    Orders.Order order() {
        return order;
    }

    Table table() {
        return table;
    }

    boolean isOf(Table other) {
        return table.name().equals(other.name());
    }

    boolean isEnded() {
        return ended;
    }

    /// The log gives a change of the table.
    void changes(long transaction, long keyHash) {
        LogView saw = view;
        if (saw != null && !saw.saw(transaction)) {
            changed.add(keyHash);
        }
    }

    /// What was read counts no more: it is begun again.
    void again() {
        view = null;
        chunk = null;
        progress = "";
        begun = false;
    }

    /// Sends the chunk that was read, if the log is far enough, or reads the next.
    ///
    /// @param connection with autocommit off and no transaction open
    /// @return whether something was done
    boolean step(Connection connection, ChangeLog log, Pace pace)
            throws SQLException, InterruptedException {
        LogView seen = view;
        ChunkReader.Chunk held = chunk;
        if (seen != null && held != null) {
            if (!seen.isPast()) {
                return false;
            }
            send(held);
            return true;
        }
        if (!begun) {
            // Before the first row is read: what changes from here on is known to be changing.
            begun = true;
            hand(new Change.CheckBegin(table.name(), order.id()));
        }
        try {
            boolean did = read(connection, log);
            if (did) {
                pace.took(read.rows(), read.bytes());
            }
            return did;
        } catch (ChunkReader.RewrittenException _) {
            again();
            return true;
        } finally {
            if (!connection.isClosed()) {
                connection.rollback();
            }
        }
    }

    private void hand(Change change) throws InterruptedException {
        claims.clear();
        claims.add(header, change);
        cutter.add(claims, System.currentTimeMillis(), generation, null);
    }

    private boolean read(Connection connection, ChangeLog log) throws SQLException {
        LogView now = log.view(connection);
        if (!now.isCurrent()) {
            return false;
        }
        read.clear();
        chunk = reader.read(connection, table, header, progress, read, new LongSet());
        changed = new LongSet();
        view = now;
        return true;
    }

    private void send(ChunkReader.Chunk held) throws InterruptedException {
        claims.clear();
        LongSet moved = changed;
        claims.addClaims(read, key -> moved.contains(KeyHash.of(key)));
        if (held.last()) {
            claims.add(header, new Change.CheckEnd(table.name(), order.id()));
        }
        cutter.add(claims, System.currentTimeMillis(), generation, null);
        progress = held.progress();
        view = null;
        chunk = null;
        if (held.last()) {
            cutter.flush(generation);
            ended = true;
        }
    }
}
