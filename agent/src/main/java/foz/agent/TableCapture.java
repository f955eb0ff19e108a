package foz.agent;

import foz.contract.Contract.Column;
import foz.contract.Contract.Table;
import foz.wire.Change;
import foz.wire.Protocol;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Captures one table: whole at first, then by its change stamp and by compare. With SELECT rights
/// only. For one thread at a time.
///
/// Order of durability: changes are spooled, then the row state is committed. A stop between the
/// two sends some rows again, and the replica takes them as unchanged.
final class TableCapture {

    private static final int KEYS_AT_ONCE_MAX = 500;
    private static final int PENDING_MAX = 10_000;

    private final Table table;
    private final Dialect dialect;
    private final RowState state;
    private final Cutter cutter;
    private final Spool spool;
    private final int fetchRows;
    private final Change.TableHeader header;
    private final SourceRows source;
    private final TableSnapshot snapshot;
    private final TableCheck check;
    private final int keysAtOnce;
    private final Pace pace;
    private final LongAdder rowsCaptured = new LongAdder();

    TableCapture(
            Table table,
            Dialect dialect,
            RowState state,
            Cutter cutter,
            Spool spool,
            int fetchRows,
            TableDesk desk,
            Pace pace) {
        this.pace = pace;
        this.table = table;
        this.dialect = dialect;
        this.state = state;
        this.cutter = cutter;
        this.spool = spool;
        this.fetchRows = fetchRows;
        this.source = new SourceRows(table, dialect);
        this.keysAtOnce =
                Math.clamp(dialect.parametersMax() / table.key().size(), 1, KEYS_AT_ONCE_MAX);
        this.header = LogCapture.header(table);
        this.snapshot =
                new TableSnapshot(table, dialect, state, cutter, spool, fetchRows, desk, pace);
        this.check = new TableCheck(table, dialect, state, cutter, fetchRows, pace);
    }

    Table table() {
        return table;
    }

    long rowsCaptured() {
        return rowsCaptured.sum();
    }

    /// Captures the whole table, going on where a stop left it. What changes meanwhile, the next
    /// compare finds.
    void snapshot(Connection connection) throws SQLException, InterruptedException {
        rowsCaptured.add(snapshot.capture(connection));
    }

    /// Looks at the table as it is now.
    ///
    /// @return whether what is known of its rows still serves; if not, it is captured whole
    private boolean isKnown(Connection connection) throws SQLException {
        dialect.learn(connection, table);
        return state.isHashedBy(table.name(), dialect.keyHash(table));
    }

    /// Captures the rows whose stamp is not older than the bound, where they differ from what was
    /// sent. Read through a cursor: after an outage, or a change of every price, they are many.
    void byStamp(Connection connection, Column stamp, long backMs)
            throws SQLException, InterruptedException {
        long since = spool.generation();
        if (!isKnown(connection)) {
            snapshot(connection);
            return;
        }
        RowState.TableState known = state.table(table.name(), dialect.sums(table));
        ChangeSender sender = sender(known, since);
        String sql =
                "SELECT %s FROM %s WHERE %s >= %s"
                        .formatted(
                                source.columns(),
                                source.name(),
                                dialect.name(stamp.physicalName()),
                                dialect.stampBefore(table, stamp, backMs));
        boolean whole;
        do {
            whole =
                    read(
                            connection,
                            sender,
                            sql,
                            rows -> {
                                while (rows.next()) {
                                    sendIfChanged(rows, known, sender);
                                    if (known.pending() > PENDING_MAX) {
                                        known.split(finish(sender, known, since));
                                    }
                                }
                            });
            known.split(finish(sender, known, since));
        } while (!whole);
    }

    /// Captures the rows that the journal names as they are now, where they differ from what was
    /// sent.
    ///
    /// @param entries of rows, not of the whole table
    void byKeys(Connection connection, List<Journal.Entry> entries)
            throws SQLException, InterruptedException {
        long since = spool.generation();
        if (!isKnown(connection)) {
            snapshot(connection);
            return;
        }
        RowState.TableState known = state.table(table.name(), dialect.sums(table));
        ChangeSender sender = sender(known, since);
        Map<List<String>, Set<Long>> hashes = new LinkedHashMap<>();
        for (Journal.Entry entry : entries) {
            hashes.computeIfAbsent(entry.key(), _ -> new TreeSet<>()).add(entry.keyHash());
        }
        List<List<String>> keys = List.copyOf(hashes.keySet());
        for (int from = 0; from < keys.size(); from += keysAtOnce) {
            List<List<String>> some = keys.subList(from, Math.min(keys.size(), from + keysAtOnce));
            Set<Long> gone =
                    some.stream()
                            .flatMap(key -> hashes.getOrDefault(key, Set.of()).stream())
                            .collect(Collectors.toCollection(TreeSet::new));
            fetch(
                    connection,
                    some,
                    rows -> {
                        gone.remove(rows.getLong(table.columns().size() + 1));
                        sendIfChanged(rows, known, sender);
                    });
            for (long hash : gone) {
                for (RowState.Row row : known.rows((int) (hash & known.mask()))) {
                    if (row.keyHash() == hash) {
                        known.remove(row);
                        sender.add(new Change.Delete(source.keyOnly(row.key())));
                    }
                }
            }
            if (known.pending() > PENDING_MAX) {
                known.split(finish(sender, known, since));
            }
        }
        known.split(finish(sender, known, since));
    }

    private ChangeSender sender(RowState.TableState known, long since) {
        return new ChangeSender(header, cutter, spool, known, since, rowsCaptured);
    }

    private interface Rows {
        void take(ResultSet rows) throws SQLException, InterruptedException;
    }

    /// Takes the rows of a query, within a transaction. Where the spool is full it breaks off, so
    /// that nothing is held at the source while the server is waited for.
    ///
    /// @return whether all rows were taken
    private boolean read(Connection connection, ChangeSender sender, String sql, Rows take)
            throws SQLException, InterruptedException {
        connection.setAutoCommit(false);
        dialect.begin(connection);
        sender.waits(false);
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(fetchRows);
            try (ResultSet rows = statement.executeQuery(sql)) {
                take.take(rows);
            }
            return true;
        } catch (ChangeSender.SpoolFullException _) {
            return false;
        } finally {
            sender.waits(true);
            endTransaction(connection);
        }
    }

    private static void endTransaction(Connection connection) throws SQLException {
        if (!connection.isClosed()) {
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    private void sendIfChanged(ResultSet rows, RowState.TableState known, ChangeSender sender)
            throws SQLException, InterruptedException {
        int count = table.columns().size();
        if (known.knows(rows.getLong(count + 1), rows.getLong(count + 2))) {
            return;
        }
        @Nullable String[] values = source.values(rows);
        upsert(source.rowState(rows, values), values, known, sender);
    }

    /// A row that cannot be sent stops the table. What came before it is made durable, so that it
    /// is not sent again at each try.
    private void upsert(
            RowState.Row row,
            @Nullable String[] values,
            RowState.TableState known,
            ChangeSender sender)
            throws InterruptedException {
        long bytes = Cutter.bytes(values);
        if (bytes > Protocol.ROW_BYTES_MAX) {
            finish(sender, known, sender.since());
            throw new RowTooLargeException(table.name(), row.key(), bytes);
        }
        known.put(row);
        sender.add(new Change.Upsert(values));
    }

    /// Makes durable what was captured.
    ///
    /// @return about how many rows the table has; 0 when nothing tells
    private long finish(ChangeSender sender, RowState.TableState known, long since)
            throws InterruptedException {
        sender.send();
        if (known.pending() == 0) {
            return 0;
        }
        cutter.flush(since);
        return known.commit();
    }

    boolean mayCompare() {
        return pace.isOpen();
    }

    /// Compares the table's groups with what was sent, looks into those that differ, and captures
    /// what changed and what is gone.
    ///
    /// @throws Pace.ClosedException outside the hours in which that may be done
    void compare(Connection connection) throws SQLException, InterruptedException {
        pace.requireOpen();
        long since = spool.generation();
        if (!isKnown(connection)) {
            snapshot(connection);
            return;
        }
        RowState.TableState known = state.table(table.name(), dialect.sums(table));
        Difference found;
        do {
            found = difference(connection, known);
            if (known.split(found.rows())) {
                found = difference(connection, known);
            }
        } while (!found.groups().isEmpty() && !lookInto(connection, known, found.groups(), since));
    }

    /// Has the server compare its rows with the source's, after it got what it lacked.
    ///
    /// @param number as the server named the check
    void check(Connection connection, long number) throws SQLException, InterruptedException {
        pace.requireOpen();
        long since = spool.generation();
        compare(connection);
        check.claim(connection, number, since);
    }

    /// @param groups those whose rows are not as they were sent
    /// @param rows how many the table has, or had, whichever is more
    private record Difference(Set<Integer> groups, long rows) {}

    private Difference difference(Connection connection, RowState.TableState known)
            throws SQLException {
        Map<Integer, RowState.Sum> sums = known.sums();
        long sent = sums.values().stream().mapToLong(RowState.Sum::count).sum();
        long count = 0;
        Set<Integer> different = new TreeSet<>();
        String sql =
                "SELECT foz_group, count(*), %s FROM (SELECT %s AS foz_group, %s AS foz_hash FROM %s) foz_rows GROUP BY foz_group"
                        .formatted(
                                dialect.combine("foz_hash", dialect.sums(table)),
                                dialect.group(dialect.keyHash(table), known.mask()),
                                dialect.rowHash(table),
                                source.name());
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                RowState.Sum sum = new RowState.Sum(rows.getLong(2), rows.getLong(3));
                count += sum.count();
                RowState.Sum before = sums.remove(rows.getInt(1));
                if (!sum.equals(before)) {
                    different.add(rows.getInt(1));
                }
            }
        }
        // Groups that the source no longer has at all.
        different.addAll(sums.keySet());
        return new Difference(different, Math.max(sent, count));
    }

    /// Reads keys and hashes of these groups, sends what is gone, and fetches what is new or
    /// changed.
    ///
    /// In one scan whatever the number of groups, since after a mass update all of them differ. The
    /// source gives the rows in the order of their groups, so that memory holds the rows of one
    /// group as they were sent, a few hundred keys to fetch, and a bounded number of edits. The
    /// sort is the source's, of keys and hashes only. Some groups at a time would need no sort but
    /// a scan for each some; all in any order would need every key in memory to know what is gone.
    ///
    /// @return whether all of them were looked into; not so where the spool is full
    private boolean lookInto(
            Connection connection, RowState.TableState known, Set<Integer> groups, long since)
            throws SQLException, InterruptedException {
        String group = dialect.group(dialect.keyHash(table), known.mask());
        // Rows without a key cannot be fetched afterwards: their values come at once.
        String wanted =
                table.isKeyless()
                        ? source.columns()
                        : "%s, %s, %s"
                                .formatted(
                                        source.keyColumns(),
                                        dialect.keyHash(table) + " AS foz_key_hash",
                                        dialect.rowHash(table) + " AS foz_row_hash");
        String sql =
                "SELECT %s FROM %s WHERE %s ORDER BY %s"
                        .formatted(wanted, source.name(), dialect.isAmong(group, groups), group);
        ChangeSender sender = sender(known, since);
        Groups work = new Groups(connection, known, groups, sender);
        boolean whole =
                read(
                        connection,
                        sender,
                        sql,
                        rows -> {
                            while (rows.next()) {
                                if (table.isKeyless()) {
                                    work.addWhole(rows);
                                } else {
                                    work.add(source.keyRow(rows));
                                }
                            }
                            work.end();
                        });
        finish(sender, known, since);
        return whole;
    }

    /// The groups that differ, one after another.
    private final class Groups {

        private final Connection connection;
        private final RowState.TableState known;
        private final Iterator<Integer> groups;
        private final long since;
        private final ChangeSender sender;
        private final List<RowState.Row> changed = new ArrayList<>();

        /// Rows of the group in hand that were sent and not met yet.
        private final Map<List<String>, RowState.Row> left = new HashMap<>();

        private int inHand;

        Groups(
                Connection connection,
                RowState.TableState known,
                Set<Integer> groups,
                ChangeSender sender) {
            this.connection = connection;
            this.known = known;
            this.groups = groups.iterator();
            this.since = sender.since();
            this.sender = sender;
            begin();
        }

        private void begin() {
            inHand = groups.next();
            known.rows(inHand).forEach(row -> left.put(row.key(), row));
        }

        /// A row of a keyless table, with its values.
        void addWhole(ResultSet rows) throws SQLException, InterruptedException {
            @Nullable String[] values = source.values(rows);
            RowState.Row row = source.rowState(rows, values);
            enter(row);
            if (left.remove(row.key()) == null) {
                upsert(row, values, known, sender);
                if (known.pending() > PENDING_MAX) {
                    finish(sender, known, since);
                }
            }
        }

        private void enter(RowState.Row row) throws InterruptedException {
            while ((int) (row.keyHash() & known.mask()) != inHand) {
                endGroup();
                begin();
            }
        }

        void add(RowState.Row row) throws SQLException, InterruptedException {
            enter(row);
            RowState.Row before = left.remove(row.key());
            if (before == null || before.rowHash() != row.rowHash()) {
                changed.add(row);
                if (changed.size() >= keysAtOnce) {
                    fetchChanged();
                }
            }
        }

        private void endGroup() throws InterruptedException {
            for (RowState.Row gone : left.values()) {
                known.remove(gone);
                sender.add(new Change.Delete(source.keyOnly(gone.key())));
            }
            left.clear();
            if (known.pending() > PENDING_MAX) {
                finish(sender, known, since);
            }
        }

        private void fetchChanged() throws SQLException, InterruptedException {
            fetch(
                    connection,
                    changed.stream().map(RowState.Row::key).toList(),
                    rows -> {
                        @Nullable String[] values = source.values(rows);
                        upsert(source.rowState(rows, values), values, known, sender);
                    });
            changed.clear();
            if (known.pending() > PENDING_MAX) {
                finish(sender, known, since);
            }
        }

        /// The rest, and the groups of which the source has no row any more.
        void end() throws SQLException, InterruptedException {
            endGroup();
            while (groups.hasNext()) {
                begin();
                endGroup();
            }
            if (!changed.isEmpty()) {
                fetchChanged();
            }
            finish(sender, known, since);
        }
    }

    /// Gives the rows with these keys, one after another.
    private void fetch(Connection connection, List<List<String>> keys, Rows to)
            throws SQLException, InterruptedException {
        String one = "(" + dialect.keyPredicate(table) + ")";
        String sql =
                "SELECT %s FROM %s WHERE %s"
                        .formatted(
                                source.columns(),
                                source.name(),
                                keys.stream().map(_ -> one).collect(Collectors.joining(" OR ")));
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            int at = 1;
            for (List<String> key : keys) {
                for (String value : key) {
                    statement.setString(at++, value);
                }
            }
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    to.take(rows);
                }
            }
        }
    }
}
