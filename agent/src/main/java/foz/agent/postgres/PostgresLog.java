package foz.agent.postgres;

import foz.agent.ChangeLog;
import foz.agent.LogContext;
import foz.agent.LogEvent;
import foz.agent.LogView;
import foz.contract.Contract.Table;
import foz.wire.ChangeBuffer;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postgresql.replication.LogSequenceNumber;
import org.postgresql.replication.PGReplicationStream;

/// PostgreSQL's log by logical decoding with pgoutput, the plug-in that every server has.
///
/// Transactions come in the order of their commits. One too large for the server's memory comes
/// before its end, and waits on disk here until it commits.
final class PostgresLog implements ChangeLog {

    private static final long LOOK_AGAIN_MS = 2;
    private static final long GATHER_MS = 1;

    /// A message that took longer than this was waited for.
    private static final long WAITED_NANOS = TimeUnit.MICROSECONDS.toNanos(20);

    private static final long STATUS_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Connection connection;
    private final PGReplicationStream stream;
    private final LogContext context;
    private final Path spillDir;
    private final Map<Integer, Table> tables;
    private final PgOutput output;
    private final RecentTransactions given;
    private final History history;
    private final ChangeBuffer changes = new ChangeBuffer();
    private final Map<Integer, Spill> spills = new HashMap<>();
    private final String slot;

    /// The transaction whose messages come now; not among them those that are not committed yet.
    private @Nullable Transaction open;

    /// The transaction whose early messages come now.
    private @Nullable Spill early;

    /// Where a committed transaction that was kept on disk is read back.
    private @Nullable Spill replayed;

    private @Nullable PgOutput replayOutput;
    private long replayEnd;

    /// Messages that came, for their order.
    private long arrivals;

    /// Whether the last message was waited for.
    private boolean gather;

    private long statusAt = System.nanoTime();

    /// Everything before this place was given.
    private long read;

    private static final class Transaction {
        final int number;
        final long commit;
        final boolean skipped;
        int parts;

        Transaction(int number, long commit, boolean skipped) {
            this.number = number;
            this.commit = commit;
            this.skipped = skipped;
        }
    }

    /// @param given holds what could be in the tables without having come through the log
    PostgresLog(
            Connection connection,
            PGReplicationStream stream,
            String slot,
            Map<Integer, Table> tables,
            History history,
            RecentTransactions given,
            Path spillDir,
            LogContext context) {
        this.connection = connection;
        this.stream = stream;
        this.slot = slot;
        this.tables = Map.copyOf(tables);
        this.history = history;
        this.given = given;
        this.spillDir = spillDir;
        this.context = context;
        this.output = new PgOutput(new Relations(tables, context), context);
    }

    @Override
    public String start() {
        return new Position(history.start(), 0, 0).toString();
    }

    @Override
    public LogEvent next(long waitMs) throws SQLException, InterruptedException {
        changes.clear();
        if (replayed != null) {
            LogEvent event = replay();
            if (event != null) {
                return event;
            }
        }
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMs);
        while (true) {
            ByteBuffer message = pending();
            if (message != null) {
                LogEvent event = read(message);
                if (event != null) {
                    return event;
                }
            } else if (open == null) {
                read = Math.max(read, stream.getLastReceiveLSN().asLong());
                if (System.nanoTime() >= until) {
                    history.requireMet(read);
                    return new LogEvent.Nothing();
                }
                TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MS);
            } else {
                TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MS);
            }
        }
    }

    /// The next message, if one is there. A server that is slower than we are sends message by
    /// message; to be woken by each costs both sides more than to let them gather.
    private @Nullable ByteBuffer pending() throws SQLException, InterruptedException {
        if (gather) {
            gather = false;
            TimeUnit.MILLISECONDS.sleep(GATHER_MS);
        }
        long asked = System.nanoTime();
        ByteBuffer message = stream.readPending();
        gather = message != null && System.nanoTime() - asked > WAITED_NANOS;
        return message;
    }

    private @Nullable LogEvent read(ByteBuffer message) throws SQLException {
        byte kind = message.get();
        return switch (kind) {
            case 'B' -> {
                long commit = message.getLong();
                message.getLong();
                int number = message.getInt();
                open = new Transaction(number, commit, history.has(commit, number));
                yield null;
            }
            case 'C' -> commit(message);
            case 'S' -> {
                int number = message.getInt();
                early = spills.computeIfAbsent(number, n -> new Spill(spillDir, n));
                yield null;
            }
            case 'E' -> {
                early = null;
                yield null;
            }
            case 'c' -> earlyCommit(message);
            case 'A' -> {
                abort(message.getInt(), message.getInt());
                yield null;
            }
            default -> row(kind, message);
        };
    }

    private @Nullable LogEvent row(byte kind, ByteBuffer message) throws SQLException {
        Spill kept = early;
        if (kept != null) {
            kept.add(message.getInt(), kind, ++arrivals, message);
            return null;
        }
        Transaction at = open;
        if (at == null) {
            return null;
        }
        if (at.skipped && kind != PgOutput.RELATION) {
            return null;
        }
        return part(output, at, kind, ++arrivals, message);
    }

    /// Adds a message of a committed transaction; a part that is full goes at once.
    private @Nullable LogEvent part(
            PgOutput from, Transaction at, byte kind, long arrival, ByteBuffer message)
            throws SQLException {
        from.read(kind, message, arrival, at.number, changes);
        if (changes.bytes() < context.partBytes()) {
            return null;
        }
        return new LogEvent.Changes(changes, name(at), at.parts++, false, "");
    }

    private static String name(Transaction at) {
        return Long.toString(Integer.toUnsignedLong(at.number));
    }

    private @Nullable LogEvent commit(ByteBuffer message) {
        Transaction at = open;
        if (at == null) {
            throw new IllegalStateException("a commit without a transaction");
        }
        message.get();
        message.getLong();
        return end(at, message.getLong());
    }

    private @Nullable LogEvent end(Transaction at, long end) {
        open = null;
        read = Math.max(read, end);
        if (at.skipped) {
            return null;
        }
        given.add(Integer.toUnsignedLong(at.number));
        Position position = new Position(end, at.commit, Integer.toUnsignedLong(at.number));
        return new LogEvent.Changes(changes, name(at), at.parts, true, position.toString());
    }

    private @Nullable LogEvent earlyCommit(ByteBuffer message) throws SQLException {
        int number = message.getInt();
        message.get();
        long commit = message.getLong();
        long end = message.getLong();
        Spill kept = spills.remove(number);
        if (kept == null) {
            throw new IllegalStateException("a commit of the unknown transaction " + number);
        }
        Transaction at = new Transaction(number, commit, history.has(commit, number));
        open = at;
        replayed = kept;
        replayEnd = end;
        replayOutput = new PgOutput(new Relations(tables, context), context);
        return replay();
    }

    /// @return null where the transaction was sent before
    private @Nullable LogEvent replay() throws SQLException {
        Spill kept = replayed;
        PgOutput from = replayOutput;
        Transaction at = open;
        if (kept == null || from == null || at == null) {
            throw new IllegalStateException("nothing is replayed");
        }
        keepAlive();
        for (Spill.Message next = kept.next(); next != null; next = kept.next()) {
            if (!at.skipped || next.kind() == PgOutput.RELATION) {
                LogEvent full = part(from, at, next.kind(), next.arrival(), next.rest());
                if (full != null) {
                    return full;
                }
            }
        }
        output.relations().adopt(from.relations());
        replayed = null;
        replayOutput = null;
        kept.close();
        return end(at, replayEnd);
    }

    private void abort(int transaction, int subtransaction) {
        Spill kept = spills.get(transaction);
        if (kept != null && transaction == subtransaction) {
            spills.remove(transaction);
            kept.close();
        } else if (kept != null) {
            kept.abort(subtransaction);
        }
    }

    private void keepAlive() throws SQLException {
        if (System.nanoTime() - statusAt > STATUS_NANOS) {
            statusAt = System.nanoTime();
            stream.forceUpdateStatus();
        }
    }

    @Override
    public void confirm(String position) throws SQLException {
        confirm(Position.of(position).end());
    }

    private void confirm(long to) throws SQLException {
        LogSequenceNumber place = LogSequenceNumber.valueOf(to);
        if (to > stream.getLastFlushedLSN().asLong()) {
            history.confirming(to);
            stream.setFlushedLSN(place);
            stream.setAppliedLSN(place);
            stream.forceUpdateStatus();
        }
    }

    @Override
    public void confirmAll() throws SQLException {
        if (open == null && read > 0) {
            confirm(read);
        }
    }

    @Override
    public LogView view(Connection reading) throws SQLException {
        try (Statement statement = reading.createStatement();
                ResultSet found =
                        statement.executeQuery(
                                "SELECT pg_current_snapshot()::text, pg_current_wal_insert_lsn()::text")) {
            found.next();
            // A quiet source says how far it is only when asked.
            stream.forceUpdateStatus();
            return new View(
                    found.getString(1), Position.lsn(found.getString(2)), () -> read, given);
        }
    }

    @Override
    public boolean hasPassed(String end) {
        return read >= Position.lsn(end);
    }

    @Override
    public long keptBytes(Connection reading) throws SQLException {
        try (PreparedStatement statement =
                reading.prepareStatement(
                        """
                        SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::bigint
                        FROM pg_replication_slots WHERE slot_name = ?
                        """)) {
            statement.setString(1, slot);
            try (ResultSet found = statement.executeQuery()) {
                return found.next() ? found.getLong(1) : 0;
            }
        }
    }

    @Override
    public void close() {
        spills.values().forEach(Spill::close);
        spills.clear();
        if (replayed != null) {
            replayed.close();
        }
        try {
            stream.close();
        } catch (SQLException _) {
            // The connection is closed below, which ends the stream as well.
        }
        try {
            connection.close();
        } catch (SQLException _) {
            // Broken already; the server notices by itself.
        }
    }
}
