package foz.agent;

import foz.contract.Contract.Table;
import foz.wire.Change;
import foz.wire.ChangeBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Tables of the log that are read whole, chunk by chunk between the log's transactions, and what
/// those chunks saw. A chunk is sent at the place in the log where it was read: everything that the
/// log gave before, it saw. What the log gives after and the chunk saw too is left out. So each
/// row's states are sent in their order, and the source needs no lock and no mark of ours.
///
/// For the log's thread alone.
final class Loads {

    private static final int PENDING_MAX = 4;
    private static final String MARK = "load:";
    private static final String DONE = "done";
    private static final String WHOLE = "whole:";
    private static final int REREAD_TIDY = 1_000;

    /// A table's reading under way.
    private static final class Load {
        final Table table;
        final Change.TableHeader header;
        final Instant since = Instant.now();
        long generation;
        String progress;
        String structure;
        double done;
        long rows;

        Load(Table table, String mark, String structure) {
            this.table = table;
            this.structure = structure;
            this.header = LogCapture.header(table);
            int space = mark.indexOf(' ');
            this.generation = space < 0 ? 0 : Long.parseLong(mark.substring(0, space));
            this.progress = space < 0 ? "" : mark.substring(space + 1);
        }
    }

    /// Rows of a chunk, with what its reading saw.
    private record Pending(String table, LogView view, LongSet keys) {}

    /// A row that was read apart from any chunk.
    private record RowKey(String table, long keyHash) {}

    /// How far a table is.
    ///
    /// @param done 0 to 1
    record Progress(double done, long rows, Duration spent) {}

    private final ChunkReader reader;
    private final RowState state;
    private final Cutter cutter;
    private final long generation;
    private final List<Table> tables;
    private Map<String, String> structures;
    private final Map<String, Load> loads = new LinkedHashMap<>();
    private final List<Pending> pending = new ArrayList<>();
    private final Map<RowKey, LogView> reread = new HashMap<>();

    /// Of tables read whole, the place in the log up to which there may be changes of rows that
    /// were gone when they were read.
    private final Map<String, String> wholeUntil = new HashMap<>();

    private final Set<String> emptied = new HashSet<>();
    private final ChangeBuffer rows = new ChangeBuffer();
    private final ChangeBuffer nothing = new ChangeBuffer();
    private int rereadTidyAt = REREAD_TIDY;

    /// @param generation the spool's, in which all this counts
    /// @param marks what was reached before, of [Spool#marks]
    /// @param structures how the tables are built, by [LogSource#structures]
    Loads(
            ChunkReader reader,
            RowState state,
            Cutter cutter,
            long generation,
            List<Table> tables,
            Map<String, String> marks,
            Map<String, String> structures)
            throws InterruptedException {
        this.structures = structures;
        this.tables = List.copyOf(tables);
        this.reader = reader;
        this.state = state;
        this.cutter = cutter;
        this.generation = generation;
        marks.forEach((name, end) -> {
            if (name.startsWith(WHOLE)) {
                wholeUntil.put(name.substring(WHOLE.length()), end);
            }
        });
        for (Table table : tables) {
            String mark = marks.getOrDefault(MARK + table.name(), "");
            if (mark.equals(DONE)) {
                state.setLogged(table.name(), structure(table), generation);
                mark(table, "");
            } else if (!state.isLogged(table.name())) {
                loads.put(table.name(), new Load(table, mark, structure(table)));
            }
        }
    }

    boolean isEmpty() {
        return loads.isEmpty();
    }

    @Override
    public String toString() {
        return loads.keySet().toString();
    }

    boolean has(Table table) {
        return loads.containsKey(table.name());
    }

    /// Whether the table was read whole and stands still for nothing.
    boolean isWhole(Table table) {
        return state.isLogged(table.name()) && !has(table) && !emptied.contains(table.name());
    }

    /// Whether a change may be of a row that the replica does not have: it changed before the table
    /// was read, and was gone by then.
    boolean mustBeWhole(Table table, ChangeLog log) {
        String until = wholeUntil.get(table.name());
        return has(table)
                || (until != null && !log.hasPassed(until))
                || pending.stream().anyMatch(chunk -> chunk.table().equals(table.name()));
    }

    /// The log says that the table was emptied. What was read of it meanwhile may be newer, and
    /// goes with the rest: it is read again. What was only begun to be read is begun again by
    /// itself.
    void emptied(Table table) {
        if (has(table) || pending.stream().anyMatch(c -> c.table().equals(table.name()))) {
            emptied.add(table.name());
            pending.removeIf(chunk -> chunk.table().equals(table.name()));
            reread.keySet().removeIf(row -> row.table().equals(table.name()));
        }
    }

    /// The table is read whole again, once the transaction in hand is taken.
    void again(Table table) {
        emptied.add(table.name());
    }

    /// Forgets what the log has gone past, and begins again with tables that were emptied. Not
    /// within a transaction of the log.
    void tidy(ChangeLog log) throws InterruptedException {
        forgetPast();
        for (String table : List.copyOf(wholeUntil.keySet())) {
            if (log.hasPassed(wholeUntil.getOrDefault(table, ""))) {
                wholeUntil.remove(table);
                mark(WHOLE + table, "");
            }
        }
        for (Table table : tables) {
            if (emptied.remove(table.name())) {
                begin(table);
            }
        }
    }

    Optional<Progress> progress(String table) {
        return Optional.ofNullable(loads.get(table))
                .map(load ->
                        new Progress(
                                load.done, load.rows, Duration.between(load.since, Instant.now())));
    }

    /// Reads the table from its beginning.
    void begin(Table table) throws InterruptedException {
        mark(table, "");
        state.forgetLogged(table.name());
        loads.put(table.name(), new Load(table, "", structure(table)));
    }

    private String structure(Table table) {
        return structures.getOrDefault(table.name(), "");
    }

    /// How the tables are built now.
    void structures(Map<String, String> now) {
        structures = now;
    }

    /// Leaves the table for now; what was read of it so far is read again one day.
    void leave(Table table) throws InterruptedException {
        loads.remove(table.name());
        state.forgetLogged(table.name());
        mark(table, "");
    }

    private void mark(Table table, String value) throws InterruptedException {
        mark(MARK + table.name(), value);
    }

    private void mark(String name, String value) throws InterruptedException {
        cutter.add(nothing, System.currentTimeMillis(), generation, new Cutter.Mark(name, value));
    }

    /// Whether what was read of a table has this change already.
    boolean isKnown(Table table, long transaction, long keyHash) {
        for (int i = 0; i < pending.size(); i++) {
            Pending chunk = pending.get(i);
            if (chunk.table().equals(table.name())
                    && chunk.keys().contains(keyHash)
                    && chunk.view().saw(transaction)) {
                return true;
            }
        }
        if (reread.isEmpty()) {
            return false;
        }
        LogView view = reread.get(new RowKey(table.name(), keyHash));
        return view != null && view.saw(transaction);
    }

    /// One row was read from its table, apart from any chunk.
    void read(Table table, LogView view, long keyHash) {
        if (reread.size() >= rereadTidyAt) {
            forgetPast();
            rereadTidyAt = Math.max(REREAD_TIDY, reread.size() * 2);
        }
        reread.put(new RowKey(table.name(), keyHash), view);
    }

    private void forgetPast() {
        pending.removeIf(chunk -> chunk.view().isPast());
        reread.values().removeIf(LogView::isPast);
    }

    /// Reads a chunk of the next table, if that can be done now.
    ///
    /// @param connection with autocommit off and no transaction open
    /// @return whether a chunk was read
    /// @throws ChunkFailedException when the table itself is at fault
    boolean chunk(Connection connection, ChangeLog log, Pace pace)
            throws SQLException, InterruptedException {
        tidy(log);
        if (loads.isEmpty() || pending.size() >= PENDING_MAX) {
            return false;
        }
        Load load = loads.values().iterator().next();
        try {
            LogView view = log.view(connection);
            if (!view.isCurrent()) {
                return false;
            }
            read(connection, load, view);
            pace.took(rows.rows(), rows.bytes());
            return true;
        } catch (ChunkReader.RewrittenException _) {
            begin(load.table);
            return true;
        } finally {
            if (!connection.isClosed()) {
                connection.rollback();
            }
        }
    }

    private void read(Connection connection, Load load, LogView view)
            throws SQLException, InterruptedException {
        rows.clear();
        LongSet keys = new LongSet();
        if (load.generation == 0) {
            load.generation = System.currentTimeMillis();
            rows.add(load.header, new Change.SnapshotBegin(load.table.name(), load.generation));
        }
        ChunkReader.Chunk chunk;
        try {
            chunk = reader.read(connection, load.table, load.header, load.progress, rows, keys);
        } catch (SQLException e) {
            if (Dialect.isConnectionFault(e)) {
                throw e;
            }
            throw new ChunkFailedException(load.table, e);
        }
        // Before the spool may have to be waited for: meanwhile nothing is held at the source.
        connection.rollback();
        load.rows += rows.rows();
        load.progress = chunk.progress();
        load.done = chunk.done();
        if (chunk.last()) {
            wholeUntil.put(load.table.name(), view.end());
            mark(WHOLE + load.table.name(), view.end());
            rows.add(load.header, new Change.SnapshotEnd(load.table.name(), load.generation));
        }
        cutter.add(
                rows,
                System.currentTimeMillis(),
                generation,
                new Cutter.Mark(
                        MARK + load.table.name(),
                        chunk.last() ? DONE : load.generation + " " + chunk.progress()));
        pending.add(new Pending(load.table.name(), view, keys));
        if (chunk.last()) {
            cutter.flush(generation);
            // As it was when the reading began: what changed meanwhile is noticed again.
            state.setLogged(load.table.name(), load.structure, generation);
            loads.remove(load.table.name());
            mark(load.table, "");
        }
    }

    /// A table cannot be read.
    static final class ChunkFailedException extends RuntimeException {
        private final transient Table table;

        ChunkFailedException(Table table, SQLException cause) {
            super(cause);
            this.table = table;
        }

        Table table() {
            return table;
        }
    }
}
