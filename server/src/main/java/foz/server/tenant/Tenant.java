package foz.server.tenant;

import foz.contract.Contract;
import java.util.List;
import java.util.Optional;

/// A tenant with what its contract declares, as of one revision.
///
/// @param schema the PostgreSQL schema that holds everything of this tenant
/// @param revision grows with each contract that is applied; 0 before the first
/// @param tables captured, command and built-in tables, parents before the rows that lie where they
///   lie
public record Tenant(
        String id,
        String schema,
        long revision,
        String source,
        List<Contract.Bucket> buckets,
        List<Contract.Table> tables) {

    public Tenant {
        buckets = List.copyOf(buckets);
        tables = List.copyOf(tables);
    }

    public Optional<Contract.Table> table(String name) {
        return tables.stream().filter(table -> table.name().equals(name)).findFirst();
    }

    /// The table whose contract declares this command.
    public Optional<Contract.Table> command(String name) {
        return tables.stream()
                .filter(table -> table.command().filter(c -> c.name().equals(name)).isPresent())
                .findFirst();
    }
}
