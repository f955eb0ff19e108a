package foz.server.apply;

import foz.contract.Contract.Column;
import foz.contract.Contract.Table;
import foz.server.replica.ReplicaCheck;
import foz.server.replica.RowId;
import foz.server.tenant.Tenant;
import foz.wire.Change;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What batches claim of the source's rows, gathered until it is compared with the replica.
final class Claims {

    private static final int ROWS_AT_ONCE = 20_000;

    /// Rows of one table under one header.
    private record Gathered(Table table, List<Column> columns, int[] positions) {}

    private final ReplicaCheck replica;
    private final Tenant tenant;
    private final String source;
    private final Optional<RowProbe> probe;

    /// The comparison under way of each table.
    private final Map<String, Long> checks = new HashMap<>();

    private @Nullable Gathered gathered;
    private Change.@Nullable TableHeader header;
    private final List<@Nullable String[]> rows = new ArrayList<>();
    private final List<String> moving = new ArrayList<>();
    private final List<String> refused = new ArrayList<>();

    Claims(Connection connection, Tenant tenant, String source, Optional<RowProbe> probe)
            throws SQLException {
        this.replica = new ReplicaCheck(connection, tenant);
        this.tenant = tenant;
        this.source = source;
        this.probe = probe;
        this.checks.putAll(replica.running());
    }

    boolean isEmpty() {
        return gathered == null;
    }

    void begin(String tableName, long check) throws SQLException {
        flush();
        Optional<Table> table = tenant.table(tableName);
        if (table.isPresent()) {
            replica.begin(source, table.get(), check);
            checks.put(tableName, check);
        }
    }

    void end(String tableName, long check) throws SQLException {
        flush();
        Optional<Table> table = tenant.table(tableName);
        Long running = checks.remove(tableName);
        if (table.isPresent() && running != null && running == check) {
            replica.end(table.get(), check);
        }
    }

    /// @param change a claim or a row that moves
    void add(Change.TableHeader of, Change change) throws SQLException {
        if (!checks.containsKey(of.table())) {
            return;
        }
        Gathered to = gathered;
        if (to == null || !of.equals(header)) {
            flush();
            to = gather(of);
        }
        switch (change) {
            case Change.Claim(String[] values) -> claim(to, picked(to, values));
            case Change.Moving(String[] values) -> moving.add(rowKey(to, picked(to, values)));
            default -> throw new IllegalArgumentException("not compared: " + change);
        }
        if (rows.size() >= ROWS_AT_ONCE) {
            flush();
        }
    }

    private Gathered gather(Change.TableHeader of) {
        Table table = tenant.table(of.table()).orElseThrow();
        List<Column> columns = new ArrayList<>();
        List<Integer> positions = new ArrayList<>();
        for (int i = 0; i < of.columns().size(); i++) {
            Optional<Column> column = table.column(of.columns().get(i));
            if (column.isPresent()) {
                columns.add(column.get());
                positions.add(i);
            }
        }
        Gathered made =
                new Gathered(
                        table, columns, positions.stream().mapToInt(Integer::intValue).toArray());
        gathered = made;
        header = of;
        return made;
    }

    private void claim(Gathered to, @Nullable String[] values) throws SQLException {
        Optional<String> problem = RowCheck.problem(to.columns(), values, false);
        if (problem.isEmpty() && probe.isPresent()) {
            problem = probe.get().problem(to.columns(), values);
        }
        if (problem.isPresent()) {
            refused.add(rowKey(to, values));
        } else {
            rows.add(values);
        }
    }

    private static @Nullable String[] picked(Gathered to, @Nullable String[] values) {
        @Nullable String[] picked = new @Nullable String[to.positions().length];
        for (int i = 0; i < picked.length; i++) {
            picked[i] = values[to.positions()[i]];
        }
        return picked;
    }

    private static String rowKey(Gathered to, @Nullable String[] values) {
        List<@Nullable String> key = new ArrayList<>();
        for (Column column : to.table().key()) {
            key.add(values[to.columns().indexOf(column)]);
        }
        return RowId.of(to.table().key(), key);
    }

    /// Compares what was gathered. Called before the replica is changed.
    void flush() throws SQLException {
        Gathered all = gathered;
        if (all == null) {
            return;
        }
        long check = java.util.Objects.requireNonNull(checks.get(all.table().name()));
        if (!rows.isEmpty()) {
            replica.compare(check, all.table(), all.columns(), rows);
        }
        if (!moving.isEmpty()) {
            replica.name(check, "moving", moving);
        }
        if (!refused.isEmpty()) {
            replica.name(check, "quarantined", refused);
        }
        rows.clear();
        moving.clear();
        refused.clear();
        gathered = null;
        header = null;
    }
}
