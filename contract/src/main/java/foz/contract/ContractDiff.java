package foz.contract;

import foz.contract.Contract.Column;
import foz.contract.Contract.Table;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What a change of a contract means for who reads the data: each difference, and whether it breaks
/// them.
public final class ContractDiff {

    /// @param breaking whether a reader of the old contract may fail with the new one
    /// @param where `table` or `table.column`
    public record Difference(boolean breaking, String where, String what) {
        @Override
        public String toString() {
            return (breaking ? "breaking  " : "backward  ") + where + ": " + what;
        }
    }

    private final List<Difference> differences = new ArrayList<>();

    private ContractDiff() {}

    /// The differences from one contract to the next; empty when they declare the same.
    public static List<Difference> between(Contract before, Contract after) {
        ContractDiff diff = new ContractDiff();
        Set<String> names = new LinkedHashSet<>();
        before.tables().forEach(table -> names.add(table.name()));
        after.tables().forEach(table -> names.add(table.name()));
        for (String name : names) {
            diff.table(name, before.table(name), after.table(name));
        }
        if (!before.source().equals(after.source())) {
            diff.add(true, "source", "'" + before.source() + "' became '" + after.source() + "'");
        }
        if (!before.buckets().equals(after.buckets())) {
            diff.add(true, "foz.buckets", "the buckets changed: devices load them anew");
        }
        return List.copyOf(diff.differences);
    }

    private void table(String name, Optional<Table> before, Optional<Table> after) {
        if (before.isEmpty()) {
            add(false, name, "the table is new");
            return;
        }
        if (after.isEmpty()) {
            add(true, name, "the table is gone");
            return;
        }
        columns(name, before.get(), after.get());
        if (!names(before.get().key()).equals(names(after.get().key()))) {
            add(true, name, "the key changed");
        }
        if (!before.get().physicalName().equals(after.get().physicalName())) {
            add(false, name, "it is captured from '" + after.get().physicalName() + "'");
        }
        if (!before.get().sync().equals(after.get().sync())) {
            add(
                    false,
                    name,
                    "the sync scope changed: devices receive what enters and lose what leaves");
        }
        if (!before.get().capture().equals(after.get().capture())) {
            add(false, name, "the way of capture changed");
        }
        if (!before.get().command().equals(after.get().command())) {
            add(true, name, "the command changed");
        }
        if (!before.get().quality().equals(after.get().quality())) {
            add(false, name, "the rules of quality changed");
        }
    }

    private void columns(String table, Table before, Table after) {
        for (Column column : before.columns()) {
            String where = table + "." + column.name();
            Optional<Column> now = after.column(column.name());
            if (now.isEmpty()) {
                add(true, where, "the column is gone");
                continue;
            }
            if (!now.get().held().type().equals(column.held().type())) {
                add(
                        true,
                        where,
                        "the type %s became %s"
                                .formatted(
                                        column.held().type().replicaType(),
                                        now.get().held().type().replicaType()));
            }
            if (now.get().object() != column.object()) {
                add(
                        true,
                        where,
                        now.get().object()
                                ? "its values go to the object store, and devices hold references"
                                : "its values no longer go to the object store");
            }
            if (now.get().required() && !column.required()) {
                add(true, where, "it became required");
            }
            if (column.synced() && !now.get().synced()) {
                add(true, where, "devices no longer receive it");
            }
            if (!column.classification().equals(now.get().classification())) {
                add(false, where, "the classification changed");
            }
            if (!column.clean().equals(now.get().clean())) {
                add(
                        false,
                        where,
                        "the cleaning changed: foz quality clean brings it to rows that are there");
            }
        }
        for (Column column : after.columns()) {
            if (before.column(column.name()).isEmpty()) {
                boolean breaks = column.required() && column.keyPosition() > 0;
                add(breaks, table + "." + column.name(), "the column is new");
            }
        }
    }

    private static List<String> names(List<Column> columns) {
        return columns.stream().map(Column::name).toList();
    }

    private void add(boolean breaking, String where, String what) {
        differences.add(new Difference(breaking, where, what));
    }
}
