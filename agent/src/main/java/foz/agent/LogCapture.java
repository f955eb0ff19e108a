package foz.agent;

import foz.contract.Contract.Column;
import foz.contract.Contract.Table;
import foz.wire.Change;
import foz.wire.ChangeBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Captures tables by the source's log, on a thread of its own: first each table whole, in chunks,
/// and beside that and ever after what the log gives. The source may forget what the server has.
final class LogCapture implements Runnable, LogContext {

    private static final Logger LOG = LoggerFactory.getLogger(LogCapture.class);
    private static final long WAIT_MS = 100;
    private static final Duration CONFIRM_EVERY = Duration.ofSeconds(1);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(5);
    private static final Duration TRY_AGAIN_AFTER = Duration.ofSeconds(10);

    /// Changes are gathered so long while the server is busy with those before.
    private static final Duration LINGER = Duration.ofMillis(50);

    private static final int EVENTS_BETWEEN_LOOKS = 256;

    /// Why a table stands still.
    record Pause(String what, String remedy, Instant since) {}

    private final LogSource source;
    private final Dialect dialect;
    private final RowState state;
    private final Spool spool;
    private final Cutter cutter;
    private final AgentMeters meters;
    private final TableDesk desk;
    private final List<Table> tables;
    private final LogOrders orders;
    private final Pace pace;
    private final Map<String, Pause> pauses = new ConcurrentHashMap<>();
    private final Backoff backoff = new Backoff(10_000);
    private final ChangeBuffer nothing = new ChangeBuffer();

    /// The run of the log since it was last opened.
    private @Nullable Run run;

    /// One connection to the log and one to the tables, and all that counts with them.
    private final class Run implements AutoCloseable {
        final long generation = spool.generation();
        final Connection tablesConnection;
        final Loads loads;
        final ChangeLog log;
        Instant confirmed = Instant.EPOCH;
        Instant looked = Instant.now();
        Instant flushed = Instant.now();
        String confirmedPosition = "";
        boolean altered;
        int events;

        Run() throws SQLException, InterruptedException {
            orders.begin();
            Map<String, String> marks = cutter.marks(generation);
            String position = marks.getOrDefault(Spool.LOG, "");
            tablesConnection = dialect.openForCapture();
            Set<String> changed;
            try {
                Map<String, String> structures = source.structures(tablesConnection, tables);
                int isolation = source.isolation(tablesConnection);
                tablesConnection.setAutoCommit(false);
                tablesConnection.setTransactionIsolation(isolation);
                loads =
                        new Loads(
                                source.chunks(),
                                state,
                                cutter,
                                generation,
                                tables.stream().filter(t -> !isPaused(t)).toList(),
                                marks,
                                structures);
                changed = changed(structures);
                log = source.open(tables, position, LogCapture.this);
            } catch (SQLException | RuntimeException e) {
                Dialect.close(tablesConnection);
                throw e;
            }
            for (Table table : tables) {
                if (changed.contains(table.name()) && !loads.has(table) && !isPaused(table)) {
                    loads.begin(table);
                }
            }
            if (position.isEmpty()) {
                cutter.add(nothing, now(), generation, new Cutter.Mark(Spool.LOG, log.start()));
            }
        }

        /// What is built otherwise than when it was captured whole must be captured anew; what is
        /// not there any more stands still.
        private Set<String> changed(Map<String, String> structures) {
            Set<String> changed = new HashSet<>();
            for (Table table : tables) {
                String before = state.structure(table.name());
                String now = structures.getOrDefault(table.name(), "");
                if (!structures.isEmpty() && now.isEmpty()) {
                    pause(
                            table,
                            "the source has no table '%s' any more".formatted(table.physicalName()),
                            "give the contract its new physicalName, or take the table out");
                } else if (!before.isEmpty() && !now.equals(before)) {
                    LOG.warn("the table '{}' was built anew at the source", table.name());
                    changed.add(table.name());
                }
            }
            return changed;
        }

        @Override
        public void close() {
            log.close();
            Dialect.close(tablesConnection);
        }
    }

    LogCapture(
            LogSource source,
            Dialect dialect,
            RowState state,
            Spool spool,
            Cutter cutter,
            AgentMeters meters,
            TableDesk desk,
            Orders asked,
            Pace pace,
            List<Table> tables) {
        this.pace = pace;
        this.source = source;
        this.dialect = dialect;
        this.state = state;
        this.spool = spool;
        this.cutter = cutter;
        this.meters = meters;
        this.desk = desk;
        this.tables = List.copyOf(tables);
        this.orders = new LogOrders(asked, this.tables, source.chunks(), cutter);
    }

    static Change.TableHeader header(Table table) {
        return new Change.TableHeader(
                table.name(),
                table.columns().stream().map(Column::name).toList(),
                table.key().stream().map(table.columns()::indexOf).toList());
    }

    private static long now() {
        return System.currentTimeMillis();
    }

    @Override
    public void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                try (Run opened = new Run()) {
                    run = opened;
                    LOG.info(
                            "reading the log of {} tables, {} of which are read whole first",
                            tables.size(),
                            opened.loads);
                    while (!Thread.currentThread().isInterrupted()) {
                        step(opened);
                        backoff.succeeded();
                    }
                } catch (Spool.StaleException _) {
                    LOG.info("the tables of the log are captured anew");
                } catch (RebuiltException _) {
                    prepare();
                } catch (LogLostException e) {
                    lost(e);
                } catch (SQLException | RuntimeException e) {
                    state.requireOpen();
                    meters.failed("capture");
                    LOG.warn("reading the log failed: {}", e.toString());
                    tables.forEach(t ->
                            desk.stands(t.name(), "its log cannot be read: " + e.getMessage(), ""));
                    backoff.pause();
                } finally {
                    run = null;
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /// A table that was made anew must be published again.
    private void prepare() throws InterruptedException {
        try (Connection connection = dialect.openForCapture()) {
            source.prepare(connection, tables)
                    .reasons()
                    .forEach((name, why) ->
                            tables.stream()
                                    .filter(table -> table.name().equals(name))
                                    .forEach(table ->
                                            pause(table, why, "then start the agent again")));
        } catch (SQLException e) {
            LOG.warn("looking at the source failed: {}", e.toString());
            backoff.pause();
        }
    }

    /// What the log no longer has must come from the tables.
    private void lost(LogLostException e) throws InterruptedException {
        meters.failed("capture");
        LOG.error("{}; all tables of the log are captured anew", e.getMessage());
        if (e.anotherHistory()) {
            spool.requestRestart();
            backoff.pause();
            return;
        }
        for (Table table : tables) {
            state.forgetLogged(table.name());
            forgetMark("load:" + table.name());
        }
        forgetMark(Spool.LOG);
        try {
            source.drop();
        } catch (SQLException dropped) {
            LOG.warn("giving up the log failed: {}", dropped.toString());
            backoff.pause();
        }
    }

    private void forgetMark(String name) throws InterruptedException {
        cutter.add(nothing, now(), spool.generation(), new Cutter.Mark(name, ""));
    }

    private void step(Run at) throws SQLException, InterruptedException {
        boolean idle = (at.loads.isEmpty() && !orders.isChecking()) || !pace.mayRead();
        switch (at.log.next(idle ? WAIT_MS : 0)) {
            case LogEvent.Nothing _ -> {
                flush(at);
                confirm(at, true);
                load(at);
            }
            case LogEvent.Changes changes -> {
                take(at, changes);
                if (changes.last() && at.altered) {
                    at.altered = false;
                    flush(at);
                    look(at);
                }
                if (++at.events % EVENTS_BETWEEN_LOOKS == 0) {
                    flush(at);
                    confirm(at, false);
                    if (changes.last()) {
                        load(at);
                    }
                }
            }
        }
    }

    private void take(Run at, LogEvent.Changes event) throws InterruptedException {
        Cutter.Mark mark = event.last() ? new Cutter.Mark(Spool.LOG, event.position()) : null;
        if (event.whole() && mark != null) {
            cutter.addWhole(event.changes(), now(), at.generation, mark);
        } else {
            cutter.addPart(
                    new Change.Part(event.transaction(), event.part(), event.last()),
                    event.changes(),
                    now(),
                    at.generation,
                    mark);
        }
    }

    /// While the uplink is busy, changes are gathered; when it waits, they go.
    private void flush(Run at) throws InterruptedException {
        Instant now = Instant.now();
        if (spool.waiting() == 0 || at.flushed.plus(LINGER).isBefore(now)) {
            cutter.flush(at.generation);
            at.flushed = now;
        }
    }

    /// @param quiet whether everything that the log gave was taken
    private void confirm(Run at, boolean quiet) throws SQLException, InterruptedException {
        Instant now = Instant.now();
        if (at.confirmed.plus(CONFIRM_EVERY).isAfter(now)) {
            return;
        }
        at.confirmed = now;
        orders.take(at.loads, at.generation);
        report(at, now);
        at.loads.tidy(at.log);
        if (quiet && at.looked.plus(LOOK_EVERY).isBefore(now)) {
            at.looked = now;
            look(at);
        }
        tryAgain(at, now);
        String position = spool.acknowledgedMarks().getOrDefault(Spool.LOG, "");
        if (quiet && cutter.isEmpty() && spool.waiting() == 0) {
            at.log.confirmAll();
        } else if (!position.isEmpty() && !position.equals(at.confirmedPosition)) {
            at.log.confirm(position);
            at.confirmedPosition = position;
        }
    }

    private void report(Run at, Instant now) {
        for (Table table : tables) {
            String name = table.name();
            Optional<LogOrders.Held> held = orders.held(name);
            if (held.isPresent()) {
                desk.paused(name, held.get().by(), held.get().since());
                continue;
            }
            Pause pause = pauses.get(name);
            if (pause != null) {
                desk.stands(name, pause.what(), pause.remedy());
                continue;
            }
            meters.captured(name, now);
            at.loads
                    .progress(name)
                    .ifPresentOrElse(
                            load -> {
                                if (pace.isOpen()) {
                                    desk.snapshot(name, load.done(), load.rows(), load.spent());
                                } else {
                                    desk.waits(name, pace.opensText());
                                }
                            },
                            () -> desk.well(name, TableDesk.Phase.STREAMING));
        }
    }

    /// Whether the tables are still built as they were. Where one was made anew, the log must be
    /// opened again, for the source has another number for it.
    private void look(Run at) throws SQLException {
        Map<String, String> structures;
        try {
            structures = source.structures(at.tablesConnection, tables);
            desk.keeps(at.log.keptBytes(at.tablesConnection));
        } finally {
            at.tablesConnection.rollback();
        }
        at.loads.structures(structures);
        if (!at.changed(structures).isEmpty()) {
            throw new RebuiltException();
        }
    }

    /// Tables are not as they were when the log was opened.
    private static final class RebuiltException extends RuntimeException {}

    private void load(Run at) throws SQLException, InterruptedException {
        try {
            at.loads.tidy(at.log);
            boolean loaded = pace.mayRead() && at.loads.chunk(at.tablesConnection, at.log, pace);
            boolean checked =
                    pace.mayRead() && orders.step(at.tablesConnection, at.log, at.loads, pace);
            if (!loaded && !checked && (!at.loads.isEmpty() || orders.isChecking())) {
                TimeUnit.MILLISECONDS.sleep(1);
            }
        } catch (Loads.ChunkFailedException e) {
            pause(
                    e.table(),
                    "its rows cannot be read: " + e.getMessage(),
                    "let the contract say what the source has, and let the user read it");
            at.loads.leave(e.table());
        }
    }

    private void tryAgain(Run at, Instant now) throws InterruptedException {
        for (Table table : tables) {
            Pause pause = pauses.get(table.name());
            if (pause != null && pause.since().plus(TRY_AGAIN_AFTER).isBefore(now)) {
                pauses.remove(table.name());
                if (!isPaused(table)) {
                    at.loads.begin(table);
                }
            } else if (pause != null && at.loads.has(table)) {
                at.loads.leave(table);
            }
        }
    }

    @Override
    public int partBytes() {
        return cutter.wholeBytesMax();
    }

    private Run current() {
        Run at = run;
        if (at == null) {
            throw new IllegalStateException("the log is not open");
        }
        return at;
    }

    @Override
    public boolean isKnown(Table table, long transaction, long keyHash) {
        orders.changes(table, transaction, keyHash);
        return current().loads.isKnown(table, transaction, keyHash);
    }

    @Override
    public boolean isPaused(Table table) {
        return pauses.containsKey(table.name()) || orders.held(table.name()).isPresent();
    }

    @Override
    public boolean mustBeWhole(Table table) {
        return current().loads.mustBeWhole(table, current().log);
    }

    @Override
    public void emptied(Table table) {
        current().loads.emptied(table);
        orders.emptied(table);
    }

    @Override
    public void stale(Table table) {
        LOG.info("the table '{}' changed without its log telling how", table.name());
        current().loads.again(table);
        orders.emptied(table);
    }

    @Override
    public void altered() {
        current().altered = true;
    }

    @Override
    public void reread(Table table, long transaction, List<String> key, ChangeBuffer to)
            throws SQLException {
        Run at = current();
        while (true) {
            try {
                LogView view = at.log.view(at.tablesConnection);
                if (view.isCurrent() && view.saw(transaction)) {
                    reread(at.tablesConnection, table, key, to);
                    at.loads.read(table, view, KeyHash.of(key));
                    return;
                }
            } finally {
                at.tablesConnection.rollback();
            }
        }
    }

    private void reread(Connection connection, Table table, List<String> key, ChangeBuffer to)
            throws SQLException {
        SourceRows source = new SourceRows(table, dialect);
        String sql =
                "SELECT %s FROM %s WHERE %s"
                        .formatted(source.values(), source.name(), dialect.keyPredicate(table));
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < key.size(); i++) {
                statement.setString(i + 1, key.get(i));
            }
            try (ResultSet row = statement.executeQuery()) {
                // The change that made it go is known from now on, and left out.
                to.add(
                        header(table),
                        row.next()
                                ? new Change.Upsert(source.values(row))
                                : new Change.Delete(source.keyOnly(key)));
            }
        }
    }

    @Override
    public void pause(Table table, String what, String remedy) {
        if (pauses.put(table.name(), new Pause(what, remedy, Instant.now())) == null) {
            meters.failed("capture");
            LOG.warn("the table '{}' stands still: {}; {}", table.name(), what, remedy);
        }
    }

    @Override
    public void note(Table table, String what) {
        LOG.info("the table '{}': {}", table.name(), what);
    }
}
