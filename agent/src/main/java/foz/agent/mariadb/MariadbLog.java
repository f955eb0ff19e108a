package foz.agent.mariadb;

import com.github.shyiko.mysql.binlog.event.ByteArrayEventData;
import com.github.shyiko.mysql.binlog.event.Event;
import com.github.shyiko.mysql.binlog.event.EventHeaderV4;
import com.github.shyiko.mysql.binlog.event.MariadbGtidEventData;
import com.github.shyiko.mysql.binlog.event.QueryEventData;
import com.github.shyiko.mysql.binlog.event.RotateEventData;
import foz.agent.ChangeLog;
import foz.agent.LogContext;
import foz.agent.LogEvent;
import foz.agent.LogView;
import foz.contract.Contract.Column;
import foz.contract.Contract.Table;
import foz.wire.Change;
import foz.wire.ChangeBuffer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// MariaDB's binlog: groups of events, each begun by its GTID, in the order of their commits.
final class MariadbLog implements ChangeLog {

    private static final int STANDALONE = 1;
    private static final int PREPARED_XA = 64;
    private static final int COMPLETED_XA = 128;

    /// How often a place is told at which no captured table changed.
    private static final long TELL_NANOS = TimeUnit.SECONDS.toNanos(5);

    /// Statements that change tables or rows.
    private static final Pattern CHANGES =
            Pattern.compile(
                    "(?is)^\\s*(?:/\\*.*?\\*/\\s*)*(ALTER\\s+(?:ONLINE\\s+)?(?:IGNORE\\s+)?TABLE|DROP\\s+(?:TEMPORARY\\s+)?TABLE|DROP\\s+DATABASE"
                            + "|CREATE\\s+(?:OR\\s+REPLACE\\s+)?TABLE|RENAME\\s+TABLE|TRUNCATE|INSERT|UPDATE|DELETE|REPLACE|LOAD)\\b");

    private static final Pattern NAMES = Pattern.compile("`((?:[^`]|``)+)`|[\\p{L}\\p{N}_$]+");

    private final BinlogStream stream;
    private final String database;
    private final Map<String, Table> tables = new HashMap<>();
    private final Charsets charsets;
    private final Map<String, Map<String, String>> dataTypes;
    private final LogContext context;
    private final BinlogPosition start;
    private final ChangeBuffer changes = new ChangeBuffer();

    /// The captured tables among those that the group's rows name, by the log's numbers.
    private final Map<Long, BinlogRows> rows = new HashMap<>();

    /// Tables that prepared transactions changed, which may commit one day.
    private final Set<String> prepared = new HashSet<>();

    private @Nullable Group open;
    private String file;
    private long read;
    private long generation;
    private long toldAt = System.nanoTime();

    /// What commits together.
    private static final class Group {
        final long start;
        final String gtid;
        final int flags;
        int parts;

        Group(long start, String gtid, int flags) {
            this.start = start;
            this.gtid = gtid;
            this.flags = flags;
        }

        boolean has(int flag) {
            return (flags & flag) != 0;
        }
    }

    /// @param dataTypes of each table's columns, as the catalogue has them
    MariadbLog(
            BinlogStream stream,
            String database,
            List<Table> tables,
            Charsets charsets,
            Map<String, Map<String, String>> dataTypes,
            BinlogPosition start,
            LogContext context) {
        this.stream = stream;
        this.database = database;
        tables.forEach(table -> this.tables.put(lower(table.physicalName()), table));
        this.charsets = charsets;
        this.dataTypes = Map.copyOf(dataTypes);
        this.start = start;
        this.context = context;
        this.file = start.file();
        this.read = start.number();
    }

    private static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    @Override
    public String start() {
        return start.toString();
    }

    @Override
    public LogEvent next(long waitMs) throws SQLException, InterruptedException {
        changes.clear();
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMs);
        while (true) {
            long left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
            Event event = stream.next(open == null ? Math.max(left, 0) : 100);
            if (event != null) {
                LogEvent found = read(event);
                if (found != null) {
                    return found;
                }
            } else if (open == null && System.nanoTime() >= until) {
                return new LogEvent.Nothing();
            }
        }
    }

    private @Nullable LogEvent read(Event event) {
        EventHeaderV4 header = event.getHeader();
        switch (header.getEventType()) {
            case ROTATE -> {
                RotateEventData rotate = event.getData();
                file = rotate.getBinlogFilename();
                passed(rotate.getBinlogPosition());
            }
            case MARIADB_GTID -> begin(header, event.getData());
            case TABLE_MAP -> map(bytes(event));
            case WRITE_ROWS, EXT_WRITE_ROWS -> {
                return rows(BinlogRows.Kind.INSERT, event);
            }
            case UPDATE_ROWS, EXT_UPDATE_ROWS -> {
                return rows(BinlogRows.Kind.UPDATE, event);
            }
            case DELETE_ROWS, EXT_DELETE_ROWS -> {
                return rows(BinlogRows.Kind.DELETE, event);
            }
            case QUERY -> {
                return query(header, event.getData());
            }
            case XID, XA_PREPARE -> {
                return end(header);
            }
            default -> {
                if (open == null && header.getNextPosition() > 0) {
                    passed(header.getNextPosition());
                }
            }
        }
        return null;
    }

    private static byte[] bytes(Event event) {
        ByteArrayEventData data = event.getData();
        return data.getData();
    }

    private void passed(long offset) {
        read = Math.max(read, BinlogPosition.number(file, offset));
    }

    private void begin(EventHeaderV4 header, MariadbGtidEventData gtid) {
        rows.clear();
        open =
                new Group(
                        BinlogPosition.number(
                                file, header.getNextPosition() - header.getEventLength()),
                        gtid.getDomainId() + "-" + header.getServerId() + "-" + gtid.getSequence(),
                        gtid.getFlags());
    }

    private void map(byte[] body) {
        BinlogTable logged;
        BinlogReader in = new BinlogReader(body);
        long number = in.little(6);
        in.skip(2);
        String schema = in.name(in.unsignedByte());
        in.skip(1);
        Table table = tables.get(lower(in.name(in.unsignedByte())));
        rows.remove(number);
        if (table == null || !schema.equalsIgnoreCase(database) || context.isPaused(table)) {
            return;
        }
        try {
            logged = BinlogTable.read(body, charsets::of);
            if (logged.columns().isEmpty()) {
                throw new BinlogValue.UnreadableException(
                        "the log does not name its columns: SET GLOBAL binlog_row_metadata = FULL");
            }
            rows.put(
                    number,
                    new BinlogRows(
                            table,
                            logged,
                            dataTypes.getOrDefault(table.name(), Map.of()),
                            context));
        } catch (BinlogValue.UnreadableException e) {
            pause(table, e);
        }
    }

    private void pause(Table table, BinlogValue.UnreadableException e) {
        context.pause(
                table,
                String.valueOf(e.getMessage()),
                "let the contract say what the source has, or capture the table by compare");
    }

    private @Nullable LogEvent rows(BinlogRows.Kind kind, Event event) {
        Group at = open;
        byte[] body = bytes(event);
        BinlogRows found = rows.get(new BinlogReader(body).little(6));
        if (at == null || found == null) {
            return null;
        }
        if (at.has(PREPARED_XA)) {
            prepared.add(found.table().name());
            return null;
        }
        EventHeaderV4 header = event.getHeader();
        boolean second = header.getEventType().name().startsWith("EXT_");
        try {
            found.read(kind, body, second, at.start, changes);
        } catch (BinlogValue.UnreadableException e) {
            pause(found.table(), e);
            rows.values().remove(found);
        }
        if (changes.bytes() < context.partBytes()) {
            return null;
        }
        return new LogEvent.Changes(changes, at.gtid, at.parts++, false, "");
    }

    private @Nullable LogEvent query(EventHeaderV4 header, QueryEventData query) {
        Group at = open;
        String sql = query.getSql();
        if (at == null) {
            return null;
        }
        String word = sql.strip().toUpperCase(Locale.ROOT);
        if (word.equals("COMMIT") || word.equals("ROLLBACK")) {
            return end(header);
        }
        if (at.has(COMPLETED_XA)) {
            if (word.startsWith("XA COMMIT")) {
                // Which of those that were prepared is not told.
                tables.values().stream()
                        .filter(table -> prepared.isEmpty() || prepared.contains(table.name()))
                        .forEach(context::stale);
            }
            return end(header);
        }
        statement(query.getDatabase(), sql);
        return at.has(STANDALONE) ? end(header) : null;
    }

    /// What a statement does of which the log gives no rows.
    private void statement(String in, String sql) {
        Matcher kind = CHANGES.matcher(sql);
        if (!kind.find()) {
            return;
        }
        String verb = kind.group(1).toUpperCase(Locale.ROOT);
        if (verb.endsWith("DATABASE")) {
            context.altered();
            return;
        }
        Set<String> names = new HashSet<>();
        Matcher name = NAMES.matcher(sql.substring(kind.end()));
        while (name.find()) {
            String quoted = name.group(1);
            names.add(lower(quoted == null ? name.group() : quoted.replace("``", "`")));
        }
        if (!database.equalsIgnoreCase(in) && !names.contains(lower(database))) {
            return;
        }
        for (Table table : tables.values()) {
            if (!names.contains(lower(table.physicalName()))) {
                continue;
            }
            if (verb.startsWith("TRUNCATE")) {
                empty(table);
            } else if (verb.startsWith("ALTER")) {
                context.altered();
            } else {
                context.stale(table);
                context.altered();
            }
        }
    }

    private void empty(Table table) {
        generation = Math.max(generation + 1, System.currentTimeMillis());
        Change.TableHeader header =
                new Change.TableHeader(
                        table.name(),
                        table.columns().stream().map(Column::name).toList(),
                        table.key().stream().map(table.columns()::indexOf).toList());
        changes.add(header, new Change.SnapshotBegin(table.name(), generation));
        changes.add(header, new Change.SnapshotEnd(table.name(), generation));
        context.emptied(table);
    }

    /// @return null where nothing of it is to be told
    private @Nullable LogEvent end(EventHeaderV4 header) {
        Group at = open;
        open = null;
        passed(header.getNextPosition());
        boolean quiet = at == null || (at.parts == 0 && changes.isEmpty());
        if (at == null || (quiet && System.nanoTime() - toldAt < TELL_NANOS)) {
            return null;
        }
        toldAt = System.nanoTime();
        BinlogPosition position = new BinlogPosition(file, header.getNextPosition(), at.gtid);
        return new LogEvent.Changes(changes, at.gtid, at.parts, true, position.toString());
    }

    /// The server forgets its binlog by its own rules.
    @Override
    public void confirm(String position) {}

    @Override
    public void confirmAll() {}

    @Override
    public LogView view(Connection reading) throws SQLException {
        try (Statement statement = reading.createStatement()) {
            statement.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT");
            String at = "";
            long offset = 0;
            try (ResultSet found = statement.executeQuery("SHOW STATUS LIKE 'binlog_snapshot_%'")) {
                while (found.next()) {
                    switch (lower(found.getString(1))) {
                        case "binlog_snapshot_file" -> at = found.getString(2);
                        case "binlog_snapshot_position" -> offset = found.getLong(2);
                        default -> {
                            // Others of that name.
                        }
                    }
                }
            }
            return new Seen(BinlogPosition.number(at, offset));
        }
    }

    /// Every transaction that ends before a place.
    private final class Seen implements LogView {
        private final long place;
        private final boolean current;

        Seen(long place) {
            this.place = place;
            this.current = place >= read;
        }

        @Override
        public boolean isCurrent() {
            return current;
        }

        @Override
        public boolean saw(long transaction) {
            return transaction < place;
        }

        @Override
        public boolean isPast() {
            return read >= place;
        }

        @Override
        public String end() {
            return Long.toString(place);
        }
    }

    @Override
    public boolean hasPassed(String end) {
        return end.isEmpty() || read >= Long.parseLong(end);
    }

    @Override
    public long keptBytes(Connection connection) {
        return 0;
    }

    @Override
    public void close() {
        stream.close();
    }
}
