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
import java.util.stream.IntStream;
import java.util.stream.Stream;
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

    /// Rows of one table that carry the same columns.
    ///
    /// @param absent positions in the header of what they do not carry
    private record Carried(Change.TableHeader header, List<Integer> absent) {}

    /// What of a row did not come with it, as positions in the header.
    ///
    /// @param absent what is not here at all
    /// @param kept what an earlier change brought
    private record Gaps(List<Integer> absent, List<Integer> kept) {}

    private static final int ROWS_AT_ONCE = 50_000;

    private final Connection connection;
    private final Tenant tenant;
    private final ReplicaWriter writer;
    private final Quarantine.Writer quarantine;
    private final RowCleaning cleaning;
    private final AppliedState state;
    private final Optional<RowProbe> probe;
    private final Parts parts;
    private final Claims claims;
    private final Map<Carried, Target> targets = new LinkedHashMap<>();

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
        this.parts = new Parts(connection, tenant, source);
        this.claims = new Claims(connection, tenant, source, probe);
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
        claims.flush();
        quarantine.write();
        at.save(connection, tenant);
        return new Applied(at.incarnation(), at.seq(), rows, operations, quarantine.count(), gap);
    }

    private void read(BatchRecord batch) throws SQLException {
        BatchReader reader = BatchReader.open(batch.body());
        Optional<Change> first = reader.next();
        if (first.isPresent() && first.get() instanceof Change.Part part) {
            if (!part.last()) {
                parts.keep(part, batch.body());
                return;
            }
            parts.before(
                    part,
                    body -> {
                        BatchReader earlier = BatchReader.open(body);
                        earlier.next();
                        read(earlier, earlier.next());
                        flushIfMany();
                    });
            first = reader.next();
        }
        read(reader, first);
    }

    private void flushIfMany() throws SQLException {
        if (targets.values().stream().mapToInt(t -> t.changes().size()).sum() > ROWS_AT_ONCE) {
            flush();
        }
    }

    private void read(BatchReader reader, Optional<Change> first) throws SQLException {
        Change.TableHeader header = null;
        for (Optional<Change> next = first; next.isPresent(); next = reader.next()) {
            switch (next.get()) {
                case Change.TableHeader found -> {
                    header = found;
                    run = null;
                }
                case Change.Upsert(String[] values, List<Integer> absent) ->
                        row(header, values, absent, false);
                case Change.Delete(String[] values) -> row(header, values, List.of(), true);
                case Change.CheckBegin(String table, long check) -> {
                    settle();
                    claims.begin(table, check);
                }
                case Change.Claim _, Change.Moving _ -> {
                    if (claims.isEmpty()) {
                        settle();
                    }
                    claims.add(required(header), next.get());
                }
                case Change.CheckEnd(String table, long check) -> {
                    settle();
                    claims.end(table, check);
                }
                case Change.SnapshotBegin(String table, long generation) ->
                        beginSnapshot(table, generation);
                case Change.SnapshotEnd(String table, long generation) ->
                        endSnapshot(table, generation);
                case Change.Part part ->
                        throw new IllegalStateException(
                                "part %d of %s does not stand at a batch's beginning"
                                        .formatted(part.number(), part.transaction()));
            }
        }
    }

    private void row(
            Change.@Nullable TableHeader header,
            @Nullable String[] values,
            List<Integer> absent,
            boolean delete)
            throws SQLException {
        Change.TableHeader table = required(header);
        claims.flush();
        Target whole = whole(table);
        if (whole == null) {
            quarantine.add(
                    table, values, absent, delete, "the contract has no such captured table");
            return;
        }
        if (absent.isEmpty()) {
            wholeRow(table, whole, values, List.of(), delete);
        } else {
            incompleteRow(table, whole, values, absent);
        }
    }

    private static Change.TableHeader required(Change.@Nullable TableHeader header) {
        if (header == null) {
            throw new IllegalStateException("a row stands before its table");
        }
        return header;
    }

    /// Everything that came before is in the replica.
    private void settle() throws SQLException {
        flush();
        quarantine.write();
    }

    /// The target of rows that carry all of the header's columns; null where the contract has no
    /// such table.
    private @Nullable Target whole(Change.TableHeader header) {
        Target target = run;
        if (target == null) {
            target = target(header, List.of());
            run = target;
        }
        return target;
    }

    private @Nullable Target target(Change.TableHeader header, List<Integer> absent) {
        Carried carried = new Carried(header, absent);
        Target known = targets.get(carried);
        if (known != null) {
            return known;
        }
        Optional<Table> table = tenant.table(header.table());
        if (table.isEmpty() || table.get().capture().isEmpty()) {
            return null;
        }
        Target made = target(header, absent, table.get());
        targets.put(carried, made);
        return made;
    }

    /// @param kept positions whose values were taken, and cleaned, with an earlier change
    private void wholeRow(
            Change.TableHeader header,
            Target target,
            @Nullable String[] values,
            List<Integer> kept,
            boolean delete)
            throws SQLException {
        if (targets.size() > 1) {
            List<@Nullable String> key = target.changes().keyOf(picked(target, values));
            others(target).forEach(other -> other.changes().forget(key));
        }
        take(header, target, values, new Gaps(List.of(), kept), delete);
    }

    /// A row of which a part is as it was. What that is may be in this very transaction, or in
    /// quarantine; else it is in the replica.
    private void incompleteRow(
            Change.TableHeader header,
            Target whole,
            @Nullable String[] values,
            List<Integer> absent)
            throws SQLException {
        @Nullable String[] filled = picked(whole, values);
        List<@Nullable String> key = whole.changes().keyOf(filled);
        Optional<@Nullable String[]> before = whole.changes().upserted(key);
        Map<String, @Nullable String> held =
                before.isEmpty() && quarantine.holdsRows()
                        ? quarantine.held(whole.table().name(), RowId.of(whole.table().key(), key))
                        : Map.of();
        @Nullable String[] merged = values.clone();
        List<Integer> still = new ArrayList<>();
        for (int i = 0; i < whole.columns().size(); i++) {
            int position = whole.positions()[i];
            String name = whole.columns().get(i).name();
            if (!absent.contains(position)) {
                continue;
            }
            if (before.isPresent()) {
                merged[position] = before.get()[i];
            } else if (held.containsKey(name)) {
                merged[position] = held.get(name);
            } else {
                still.add(position);
            }
        }
        if (still.isEmpty()) {
            wholeRow(header, whole, merged, before.isPresent() ? absent : List.of(), false);
            return;
        }
        Target target = target(header, still);
        if (target == null) {
            throw new IllegalStateException("no target for " + header.table());
        }
        if (others(target).anyMatch(other -> other.changes().has(key))) {
            // Two parts of one row, neither of them whole: one after the other.
            flush();
            incompleteRow(header, java.util.Objects.requireNonNull(whole(header)), values, absent);
            return;
        }
        take(header, target, merged, new Gaps(still, List.of()), false);
    }

    /// Targets of the same table that carry other columns.
    private Stream<Target> others(Target target) {
        return targets.values().stream()
                .filter(other -> !other.equals(target) && other.table().equals(target.table()));
    }

    private static @Nullable String[] picked(Target target, @Nullable String[] values) {
        @Nullable String[] picked = new @Nullable String[target.positions().length];
        for (int i = 0; i < picked.length; i++) {
            picked[i] = values[target.positions()[i]];
        }
        return picked;
    }

    private void take(
            Change.TableHeader header,
            Target target,
            @Nullable String[] values,
            Gaps gaps,
            boolean delete)
            throws SQLException {
        @Nullable String[] picked = picked(target, values);
        Optional<String> problem = RowCheck.problem(target.columns(), picked, delete);
        if (problem.isEmpty() && probe.isPresent()) {
            problem = probe.get().problem(target.columns(), picked);
        }
        if (problem.isEmpty()) {
            problem =
                    target.cleaning()
                            .take(picked, delete, i -> gaps.kept().contains(target.positions()[i]));
        }
        if (problem.isPresent()) {
            if (!delete) {
                // The source has the row: a snapshot's sweep leaves what the replica holds of it.
                collect(target, picked);
            }
            quarantine.add(header, values, gaps.absent(), delete, problem.get());
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

    private Target target(Change.TableHeader header, List<Integer> absent, Table table) {
        List<Column> columns = new ArrayList<>();
        List<Integer> positions = new ArrayList<>();
        for (int i = 0; i < header.columns().size(); i++) {
            Optional<Column> column = table.column(header.columns().get(i));
            if (column.isPresent() && !absent.contains(i)) {
                columns.add(column.get());
                positions.add(i);
            }
        }
        return new Target(
                table,
                columns,
                positions.stream().mapToInt(Integer::intValue).toArray(),
                new TableChanges(table, columns, !absent.isEmpty()),
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
        claims.flush();
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
        claims.flush();
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
        for (ReplicaWriter.Unmatched row : written.unmatched()) {
            List<Column> key = row.table().key();
            quarantine.add(
                    new Change.TableHeader(
                            row.table().name(),
                            key.stream().map(Column::name).toList(),
                            IntStream.range(0, key.size()).boxed().toList()),
                    row.key().toArray(new @Nullable String[0]),
                    List.of(),
                    false,
                    "only a part of the row came, and the replica has none of it; have the table read anew");
        }
    }
}
