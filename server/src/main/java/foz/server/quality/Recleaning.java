package foz.server.quality;

import foz.contract.Contract.Table;
import foz.server.replica.ReplicaWriter;
import foz.server.replica.TableChanges;
import foz.server.replica.Transactions;
import foz.server.tenant.Tenant;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/// Cleans the rows that a replica holds, from their originals, by the rules as they are now: what a
/// changed contract needs, since rows that do not change do not come again.
public final class Recleaning {

    /// @param rows rows whose values changed
    /// @param left rows that stayed as they were because they break a rule of severity error
    public record Done(String table, int rows, int left) {}

    private final DataSource dataSource;
    private final Tenant tenant;
    private final ReplicaWriter writer;

    public Recleaning(DataSource dataSource, Tenant tenant, ReplicaWriter writer) {
        this.dataSource = dataSource;
        this.tenant = tenant;
        this.writer = writer;
    }

    /// Cleans one table, in one transaction; rows on their way wait for it.
    public Done run(String name) {
        Table table = Tables.named(tenant, name);
        return Transactions.run(
                dataSource,
                connection -> {
                    writer.lock(connection, tenant);
                    return run(connection, table);
                });
    }

    private Done run(Connection connection, Table table) throws SQLException {
        TableRows rows = Tables.rows(connection, tenant, table);
        Map<String, Map<String, String>> originals = originals(connection, table);
        RowCleaning cleaning = new RowCleaning(connection, tenant);
        RowCleaning.Rows each = cleaning.rows(table, table.columns());
        TableChanges changes = new TableChanges(table, table.columns());
        int left = 0;
        for (int row = 0; row < rows.size(); row++) {
            Map<String, String> original = originals.getOrDefault(rows.keys().get(row), Map.of());
            @Nullable String[] values = new @Nullable String[table.columns().size()];
            for (int i = 0; i < values.length; i++) {
                String column = table.columns().get(i).name();
                String came = original.get(column);
                values[i] = came == null ? rows.column(column)[row] : came;
            }
            if (each.take(values, false).isPresent()) {
                left++;
            } else {
                changes.upsert(values);
            }
        }
        int changed =
                changes.size() == 0 ? 0 : writer.write(connection, tenant, List.of(changes)).rows();
        cleaning.write();
        return new Done(table.name(), changed, left);
    }

    private Map<String, Map<String, String>> originals(Connection connection, Table table)
            throws SQLException {
        Map<String, Map<String, String>> originals = new HashMap<>();
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT row_key, column_name, original FROM %s.foz_cleaned WHERE table_name = ?"
                                .formatted(QualityCheck.quote(tenant.schema())))) {
            statement.setString(1, table.name());
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    originals
                            .computeIfAbsent(found.getString(1), _ -> new HashMap<>())
                            .put(found.getString(2), found.getString(3));
                }
            }
        }
        return originals;
    }

    /// The tables of which the contract cleans a column, or of which traces are left.
    public List<String> tables() {
        return Transactions.read(
                dataSource,
                connection -> {
                    RowCleaning cleaning = new RowCleaning(connection, tenant);
                    return tenant.tables().stream()
                            .filter(table -> cleaning.concerns(table))
                            .map(Table::name)
                            .toList();
                });
    }
}
