package foz.server.tenant;

import foz.contract.Contract;
import foz.contract.Contract.Bucket;
import foz.contract.Contract.Column;
import foz.contract.Contract.SyncScope;
import foz.contract.Contract.Table;
import foz.value.ColumnType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What every tenant has beside its contract: the bucket of a person, and the writes that were
/// refused.
final class BuiltIn {

    private static final Bucket PERSON = new Bucket("foz_person", 2, Optional.of("sub"));

    private BuiltIn() {}

    static List<Bucket> buckets(Contract contract) {
        List<Bucket> buckets = new ArrayList<>(contract.buckets());
        buckets.add(PERSON);
        return buckets;
    }

    /// The contract's tables and ours, parents first.
    static List<Table> tables(Contract contract) {
        List<Table> ordered = new ArrayList<>();
        Set<String> placed = new HashSet<>();
        List<Table> waiting =
                new ArrayList<>(contract.tables().stream().map(BuiltIn::held).toList());
        waiting.add(refusals());
        while (!waiting.isEmpty()) {
            List<Table> ready =
                    waiting.stream().filter(table -> placed.containsAll(parents(table))).toList();
            if (ready.isEmpty()) {
                throw new IllegalStateException("scopes go in a circle: " + waiting);
            }
            ready.forEach(table -> placed.add(table.name()));
            ordered.addAll(ready);
            waiting.removeAll(ready);
        }
        return ordered;
    }

    /// The table as the server knows it: an object's column holds the text of its reference.
    private static Table held(Table table) {
        return new Table(
                table.name(),
                table.physicalName(),
                table.columns().stream().map(Column::held).toList(),
                table.capture(),
                table.sync(),
                table.command(),
                table.quality());
    }

    private static List<String> parents(Table table) {
        return table.sync().stream()
                .filter(SyncScope.Through.class::isInstance)
                .map(scope -> ((SyncScope.Through) scope).parent())
                .toList();
    }

    private static Table refusals() {
        return new Table(
                "foz_refusal",
                "foz_refusal",
                List.of(
                        column("id", 1),
                        column("subject", 0),
                        column("table_name", 0),
                        column("row_id", 0),
                        column("operation", 0),
                        column("message", 0),
                        column("at", 0)),
                Optional.empty(),
                List.of(new SyncScope.ByColumn(PERSON.name(), "subject")),
                Optional.empty());
    }

    private static Column column(String name, int keyPosition) {
        return new Column(
                name,
                name,
                name,
                ColumnType.text(),
                keyPosition > 0,
                keyPosition,
                Optional.empty(),
                true,
                Optional.empty(),
                Optional.empty());
    }
}
