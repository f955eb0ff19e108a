package foz.server.sync;

import foz.contract.Contract.Column;
import foz.server.identity.Caller;
import foz.server.objects.ObjectReference;
import foz.server.replica.Transactions;
import foz.server.settings.Role;
import foz.server.tenant.Tenant;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.stereotype.Component;

/// Which objects an app may read: those that rows refer to which lie in its buckets now, in a
/// column that devices receive.
@Component
@Role("sync")
final class ObjectScope {

    private final DataSource dataSource;

    ObjectScope(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /// The object in this column of this row, as the caller's devices hold the row; empty when they
    /// hold none.
    Optional<ObjectReference> reference(
            Tenant tenant, Caller caller, String table, String column, String rowId) {
        boolean declared =
                tenant.table(table)
                        .flatMap(found -> found.column(column))
                        .filter(Column::object)
                        .isPresent();
        if (!declared || rowId.indexOf('\0') >= 0) {
            return Optional.empty();
        }
        return Transactions.read(
                dataSource,
                connection -> {
                    try (PreparedStatement statement =
                            connection.prepareStatement(
                                    """
                                    SELECT o.data::json ->> ?
                                    FROM "{s}".foz_table t
                                    JOIN "{s}".foz_operation o ON o.table_no = t.table_no AND o.kind = 'P'
                                    JOIN "{s}".foz_bucket b ON b.bucket_no = o.bucket_no
                                    WHERE t.name = ? AND o.row_id = ? AND b.name = ANY (?)
                                    LIMIT 1
                                    """
                                            .replace("{s}", tenant.schema()))) {
                        statement.setString(1, column);
                        statement.setString(2, table);
                        statement.setString(3, rowId);
                        statement.setArray(
                                4,
                                connection.createArrayOf(
                                        "text",
                                        Checkpoints.bucketNames(tenant, caller)
                                                .toArray(String[]::new)));
                        try (ResultSet found = statement.executeQuery()) {
                            return found.next()
                                    ? Optional.ofNullable(found.getString(1))
                                            .flatMap(ObjectReference::of)
                                    : Optional.empty();
                        }
                    }
                });
    }
}
