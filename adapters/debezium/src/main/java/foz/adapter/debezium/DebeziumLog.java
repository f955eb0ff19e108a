package foz.adapter.debezium;

import foz.agent.ChangeLog;
import foz.agent.LogContext;
import foz.agent.LogEvent;
import foz.agent.LogLostException;
import foz.agent.LogView;
import foz.contract.Contract.Table;
import foz.wire.ChangeBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/// What Debezium reads, in transactions. It is read on from places at which none is open.
final class DebeziumLog implements ChangeLog {

    /// How long Debezium may take to look at the tables before it reads.
    private static final long START_MS_MAX = 300_000;

    private static final long WAIT_MS = 100;

    /// How often a place is told at which no captured table changed.
    private static final long TELL_NANOS = TimeUnit.SECONDS.toNanos(1);

    /// Under the pause between two heartbeats of a MariaDB that has nothing to tell.
    private static final long QUIET_MS = 900;

    /// A reading by then can have seen nothing that comes later.
    private static final long QUIET_AFTER_MS = 3_000;

    private static final long STILL_MS_MAX = 5_000;
    private static final long IDLE_NANOS_MAX = TimeUnit.MINUTES.toNanos(10);

    private static final String HEARTBEATS = "__debezium-heartbeat";

    /// Statements by which a captured table is built as another one, of which nothing is known.
    private static final Pattern LIKE_ANOTHER =
            Pattern.compile(
                    "(?i)\\bRENAME\\b(?!\\s+(?:COLUMN|INDEX|KEY)\\b)|^\\s*CREATE\\b[^(]*\\bLIKE\\b");

    private static final Pattern WORDS = Pattern.compile("[\\p{L}\\p{N}_$]+");

    private final EngineRun run;
    private final Database database;
    private final LogContext context;
    private final Map<String, TableRows> tables = new HashMap<>();
    private final ChangeBuffer changes = new ChangeBuffer();
    private final String start;

    /// Up to where everything was given, and from where the log can be read on.
    private Place read;

    private String rest;
    private String told;
    private long toldAt = System.nanoTime();
    private long askedAt = System.nanoTime();

    private @Nullable Open open;
    private long transactions;

    /// Tables that prepared transactions changed.
    private final Set<TableRows> prepared = new HashSet<>();

    /// Of the last heartbeat: when it came, its offset, and since when that was the same.
    private long beatAtMs;

    private boolean changedSinceBeat;

    private Map<String, Object> beatOffset = Map.of();
    private long sameSinceMs;

    /// When the server last had nothing to tell, though a transaction was begun.
    private long quietAtMs;

    /// @param tables by their names, of [Database.TableName#key]
    /// @param position where it was left; empty at first, when it begins with what comes now
    /// @param waiting whether prepared transactions wait at the source to be committed
    DebeziumLog(
            EngineRun run,
            Database database,
            Map<String, Table> tables,
            String position,
            boolean waiting,
            LogContext context)
            throws SQLException, InterruptedException {
        this.run = run;
        this.database = database;
        this.context = context;
        tables.forEach(
                (name, table) -> this.tables.put(name, new TableRows(table, database, context)));
        if (waiting) {
            prepared.addAll(this.tables.values());
        }
        this.start = position.isEmpty() ? first() : position;
        this.rest = start;
        this.told = start;
        this.read = database.place(Offset.read(start));
    }

    private static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    /// Waits until Debezium has seen how the tables are built, and says where it begins to read.
    private String first() throws SQLException, InterruptedException {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(START_MS_MAX);
        while (System.nanoTime() < until) {
            SourceRecord record = run.next(WAIT_MS);
            if (record != null && record.topic().startsWith(HEARTBEATS)) {
                Map<String, Object> offset = offset(record);
                if (database.isRest(offset, false)) {
                    return Offset.write(offset);
                }
            }
        }
        throw new SQLException("Debezium did not begin to read within " + START_MS_MAX + " ms");
    }

    private static Map<String, Object> offset(SourceRecord record) {
        Map<String, Object> offset = new HashMap<>();
        record.sourceOffset().forEach(offset::put);
        return offset;
    }

    @Override
    public String start() {
        return start;
    }

    @Override
    public LogEvent next(long waitMs) throws SQLException, InterruptedException {
        changes.clear();
        requireFresh();
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMs);
        while (true) {
            long left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
            SourceRecord record = run.next(isQuiet() ? left : WAIT_MS);
            if (record != null) {
                LogEvent found = take(record);
                if (found != null) {
                    return found;
                }
            } else if (isQuiet() && System.nanoTime() >= until) {
                return new LogEvent.Nothing();
            }
        }
    }

    /// Whether no change waits for the rest of its transaction.
    private boolean isQuiet() {
        return open == null || open.isEmpty();
    }

    /// Where the server or the spool stood still for long, the source may have thrown away what
    /// comes next: it is looked at when the log is opened.
    private void requireFresh() throws SQLException {
        long now = System.nanoTime();
        long idle = now - askedAt;
        askedAt = now;
        if (idle > IDLE_NANOS_MAX) {
            throw new SQLException("nothing was read for long; the log is opened again");
        }
    }

    private @Nullable LogEvent take(SourceRecord record) throws SQLException {
        if (record.topic().startsWith(HEARTBEATS)) {
            return beat(
                    offset(record),
                    record.value() instanceof Struct beat ? beat.getInt64("ts_ms") : 0);
        }
        if (!(record.value() instanceof Struct value)) {
            return null;
        }
        if (value.schema().field("op") != null) {
            return change(value);
        }
        if (value.schema().field("status") != null) {
            return boundary(value);
        }
        return value.schema().field("tableChanges") == null ? null : statement(value);
    }

    private @Nullable LogEvent beat(Map<String, Object> offset, long atMs) {
        LogEvent ended = still(offset, atMs);
        if (!database.isRest(offset, open != null)) {
            return ended;
        }
        rest = Offset.write(offset);
        if (open != null) {
            return null;
        }
        read = read.and(database.place(offset));
        run.unreadBefore(atMs).forEach(this::unread);
        if (ended != null) {
            return ended;
        }
        return rest.equals(told) || System.nanoTime() - toldAt < TELL_NANOS
                ? null
                : whole("rest", 0);
    }

    /// What it means that nothing comes but that nothing happens.
    private @Nullable LogEvent still(Map<String, Object> offset, long atMs) {
        Open at = open;
        // Where changes came in between, it was the agent that did not take them.
        boolean paused = atMs - beatAtMs >= QUIET_MS && !changedSinceBeat;
        beatAtMs = atMs;
        changedSinceBeat = false;
        if (!offset.equals(beatOffset)) {
            beatOffset = offset;
            sameSinceMs = atMs;
        }
        if (at == null) {
            return null;
        }
        if (!database.tellsEnds()) {
            return !at.isEmpty() && atMs - sameSinceMs >= STILL_MS_MAX ? end(true) : null;
        }
        if (paused) {
            // MariaDB's statements begin a transaction that no end follows, and so do those of XA.
            quietAtMs = atMs;
            if (!at.isEmpty() || !prepared.isEmpty()) {
                return end(false);
            }
        }
        return null;
    }

    /// A statement without its rows: the tables that it names are read whole.
    private void unread(Warnings.Unread statement) {
        Set<String> words = new HashSet<>();
        Matcher word = WORDS.matcher(statement.sql());
        while (word.find()) {
            words.add(lower(word.group()));
        }
        tables.values()
                .forEach(rows -> {
                    if (words.contains(lower(rows.table().physicalName()))) {
                        context.stale(rows.table());
                    }
                });
    }

    private LogEvent whole(String transaction, int parts) {
        toldAt = System.nanoTime();
        told = rest;
        return new LogEvent.Changes(changes, transaction, parts, true, rest);
    }

    private @Nullable LogEvent boundary(Struct value) {
        boolean begins = value.getString("status").equals("BEGIN");
        LogEvent ended = end(!begins || !database.tellsEnds());
        if (begins) {
            open = new Open(value.getString("id"), ++transactions, true);
        }
        return ended;
    }

    /// @param told whether the log tells that it was committed
    private @Nullable LogEvent end(boolean told) {
        Open at = open;
        open = null;
        if (at == null) {
            return null;
        }
        if (!told && at.begun) {
            prepared(at);
        }
        if (at.place != null) {
            read = read.and(at.place);
        }
        return at.parts == 0 && changes.isEmpty() ? null : whole(at.id, at.parts);
    }

    /// Changes that are prepared (XA) and may be committed one day, of which the log tells only
    /// that something was committed: then their tables are read whole.
    private void prepared(Open at) {
        if (at.isEmpty()) {
            prepared.forEach(rows -> context.stale(rows.table()));
            return;
        }
        prepared.addAll(at.changed);
        at.changed.forEach(rows -> context.stale(rows.table()));
        if (at.parts == 0) {
            changes.clear();
        }
    }

    private @Nullable LogEvent change(Struct value) throws SQLException {
        Struct source = value.getStruct("source");
        Open at = open == null ? new Open("alone", ++transactions, false) : open;
        open = at;
        changedSinceBeat = true;
        at.place = database.place(source);
        TableRows rows = tables.get(database.key(source));
        if (rows != null && !context.isPaused(rows.table())) {
            at.changed.add(rows);
            rows.take(value, at.number, changes);
        }
        if (value.getString("op").equals("t")) {
            // It commits by itself.
            return end(true);
        }
        return changes.bytes() < context.partBytes()
                ? null
                : new LogEvent.Changes(changes, at.id, at.parts++, false, "");
    }

    /// Tables were built otherwise. Of a table that takes another's place Debezium does not know
    /// how it is built.
    private @Nullable LogEvent statement(Struct value) {
        if (LIKE_ANOTHER.matcher(String.valueOf(value.getString("ddl"))).find()) {
            throw new LogLostException(
                    "a captured table was renamed, or made like another one", false);
        }
        context.altered();
        for (Object each : value.getArray("tableChanges")) {
            Struct change = (Struct) each;
            TableRows rows = tables.get(database.key(change.getString("id")));
            if (rows != null && !change.getString("type").equals("ALTER")) {
                context.stale(rows.table());
            }
        }
        if (!isQuiet()) {
            return null;
        }
        // It commits by itself.
        open = null;
        return whole("statement", 0);
    }

    /// The server keeps its log by its own rules.
    @Override
    public void confirm(String position) {}

    @Override
    public void confirmAll() {}

    @Override
    public LogView view(Connection reading) throws SQLException {
        return new Seen(database.seen(reading));
    }

    /// Every transaction up to a place, and maybe later ones.
    private final class Seen implements LogView {
        private final Place place;
        private final boolean current;
        private final long atMs = System.currentTimeMillis();

        Seen(Place place) {
            this.place = place;
            this.current = read.isWithin(place);
        }

        @Override
        public boolean isCurrent() {
            return current;
        }

        @Override
        public boolean saw(long transaction) {
            Open at = open;
            if (at == null || at.number != transaction || at.place == null) {
                throw new IllegalStateException("the transaction in hand is another one");
            }
            return at.place.isWithin(place);
        }

        @Override
        public boolean isPast() {
            return place.isWithin(read) || quietAtMs - QUIET_AFTER_MS > atMs;
        }

        @Override
        public String end() {
            return place.toString();
        }
    }

    @Override
    public boolean hasPassed(String end) {
        return end.isEmpty() || database.place(end).isWithin(read);
    }

    @Override
    public long keptBytes(Connection connection) {
        return 0;
    }

    @Override
    public void close() {
        run.close();
    }
}
