package foz.server.apply;

import foz.contract.Contract.Column;
import foz.contract.Contract.Table;
import foz.server.log.BatchRecord;
import foz.server.quality.RowCleaning;
import foz.server.replica.ReplicaWriter;
import foz.server.replica.RowId;
import foz.server.replica.TableChanges;
import foz.server.tenant.Tenant;
import foz.wire.BatchReader;
import foz.wire.Change;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Brings the batches of one stream into the replica within one transaction. Made anew for each
/// transaction.
final class BatchApplier {

    /// What one transaction did.
    ///
    /// @param seq last sequence applied, now or before
    /// @param gap whether a batch was missing before the next one
    record Applied(
            int incarnation, long seq, int rows, int operations, int quarantined, boolean gap) {}

    /// One table's header in a batch, matched with the contract.
    ///
    /// @param positions where each of `columns` stands in the batch's rows
    private record Target(
            Table table,
            List<Column> columns,
            int[] positions,
            TableChanges changes,
            RowCleaning.Rows cleaning) {}

    private final Connection connection;
    private final Tenant tenant;
    private final ReplicaWriter writer;
    private final Quarantine.Writer quarantine;
    private final RowCleaning cleaning;
    private final AppliedState state;
    private final Optional<RowProbe> probe;
    private final Map<Change.TableHeader, Target> targets = new LinkedHashMap<>();

    /// The target of the rows under the header read last, so that it is not looked up for each.
    private @Nullable Target run;

    private final Map<String, SnapshotState.Open> snapshots;
    private final Map<String, List<String>> named = new LinkedHashMap<>();
    private int rows;
    private int operations;

    /// @param careful whether the database is asked about each row before it is taken
    BatchApplier(
            Connection connection,
            Tenant tenant,
            String source,
            ReplicaWriter writer,
            boolean careful)
            throws SQLException {
        this.probe = careful ? Optional.of(new RowProbe(connection)) : Optional.empty();
        this.connection = connection;
        this.tenant = tenant;
        this.writer = writer;
        this.state = AppliedState.lock(connection, tenant, source);
        this.quarantine = new Quarantine.Writer(connection, tenant, source);
        this.cleaning = new RowCleaning(connection, tenant);
        this.snapshots = SnapshotState.open(connection, tenant);
    }

    Applied apply(List<BatchRecord> batches) throws SQLException {
        AppliedState at = state;
        boolean gap = false;
        for (BatchRecord batch : batches) {
            if (at.covers(batch)) {
                continue;
            }
            if (!at.precedes(batch)) {
                gap = true;
                break;
            }
            quarantine.at(batch.incarnation(), batch.seq());
            cleaning.at(batch.seq());
            read(batch);
            at = at.after(batch);
        }
        flush();
        quarantine.write();
        at.save(connection, tenant);
        return new Applied(at.incarnation(), at.seq(), rows, operations, quarantine.count(), gap);
    }

    private void read(BatchRecord batch) throws SQLException {
        BatchReader reader = BatchReader.open(batch.body());
        Change.TableHeader header = null;
        for (Optional<Change> next = reader.next(); next.isPresent(); next = reader.next()) {
            switch (next.get()) {
                case Change.TableHeader found -> {
                    header = found;
                    run = null;
                }
                case Change.Upsert(String[] values) -> row(header, values, false);
                case Change.Delete(String[] values) -> row(header, values, true);
                case Change.SnapshotBegin(String table, long generation) ->
                        beginSnapshot(table, generation);
                case Change.SnapshotEnd(String table, long generation) ->
                        endSnapshot(table, generation);
            }
        }
    }

    private void row(Change.@Nullable TableHeader header, @Nullable String[] values, boolean delete)
            throws SQLException {
        if (header == null) {
            throw new IllegalStateException("a row stands before its table");
        }
        Target target = run == null ? targets.get(header) : run;
        if (target == null) {
            Optional<Table> table = tenant.table(header.table());
            if (table.isEmpty() || table.get().capture().isEmpty()) {
                quarantine.add(header, values, delete, "the contract has no such captured table");
                return;
            }
            target = target(header, table.get());
            targets.put(header, target);
        }
        run = target;
        @Nullable String[] picked = new @Nullable String[target.positions().length];
        for (int i = 0; i < picked.length; i++) {
            picked[i] = values[target.positions()[i]];
        }
        Optional<String> problem = RowCheck.problem(target.columns(), picked, delete);
        if (problem.isEmpty() && probe.isPresent()) {
            problem = probe.get().problem(target.columns(), picked);
        }
        if (problem.isEmpty()) {
            problem = target.cleaning().take(picked, delete);
        }
        if (problem.isPresent()) {
            if (!delete) {
                // The source has the row: a snapshot's sweep leaves what the replica holds of it.
                collect(target, picked);
            }
            quarantine.add(header, values, delete, problem.get());
            return;
        }
        if (delete) {
            target.changes().delete(picked);
        } else {
            target.changes().upsert(picked);
            collect(target, picked);
        }
        if (quarantine.holdsRows()) {
            quarantine.resolved(
                    target.table().name(),
                    RowId.of(target.table().key(), target.changes().keyOf(picked)));
        }
    }

    private Target target(Change.TableHeader header, Table table) {
        List<Column> columns = new ArrayList<>();
        List<Integer> positions = new ArrayList<>();
        for (int i = 0; i < header.columns().size(); i++) {
            Optional<Column> column = table.column(header.columns().get(i));
            if (column.isPresent()) {
                columns.add(column.get());
                positions.add(i);
            }
        }
        return new Target(
                table,
                columns,
                positions.stream().mapToInt(Integer::intValue).toArray(),
                new TableChanges(table, columns),
                cleaning.rows(table, columns));
    }

    private void collect(Target target, @Nullable String[] picked) {
        SnapshotState.Open open = snapshots.get(target.table().name());
        if (open != null && open.collect()) {
            named.computeIfAbsent(target.table().name(), _ -> new ArrayList<>())
                    .add(RowId.of(target.table().key(), target.changes().keyOf(picked)));
        }
    }

    private void beginSnapshot(String tableName, long generation) throws SQLException {
        Optional<Table> table = tenant.table(tableName);
        if (table.isPresent()) {
            flush();
            snapshots.put(
                    tableName, SnapshotState.begin(connection, tenant, table.get(), generation));
        }
    }

    private void endSnapshot(String tableName, long generation) throws SQLException {
        Optional<Table> table = tenant.table(tableName);
        SnapshotState.Open open = snapshots.get(tableName);
        if (table.isEmpty() || open == null || open.generation() != generation) {
            return;
        }
        flush();
        if (open.collect()) {
            TableChanges sweep = new TableChanges(table.get(), table.get().key());
            sweep.sweep(generation);
            count(writer.write(connection, tenant, List.of(sweep)));
            cleaning.swept(table.get(), generation);
        }
        SnapshotState.end(connection, tenant, tableName);
        snapshots.remove(tableName);
    }

    private void flush() throws SQLException {
        for (Map.Entry<String, List<String>> entry : named.entrySet()) {
            SnapshotState.Open open = snapshots.get(entry.getKey());
            if (open != null) {
                writer.noteSnapshotRows(
                        connection,
                        tenant,
                        tenant.table(entry.getKey()).orElseThrow(),
                        open.generation(),
                        entry.getValue());
            }
        }
        named.clear();
        List<TableChanges> changes =
                targets.values().stream()
                        .map(Target::changes)
                        .filter(table -> table.size() > 0)
                        .toList();
        if (!changes.isEmpty()) {
            count(writer.write(connection, tenant, changes));
        }
        cleaning.write();
        targets.clear();
        run = null;
    }

    private void count(ReplicaWriter.Written written) {
        rows += written.rows();
        operations += written.operations();
    }
}
