package foz.server.quality;

import foz.contract.Contract.Column;
import foz.contract.Contract.Table;
import foz.server.error.ErrorCode;
import foz.server.error.FozException;
import foz.server.replica.RowId;
import foz.server.tenant.Tenant;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Reads whole tables of the replica.
final class Tables {

    private static final int ROWS_MAX = 1_000_000;

    private Tables() {}

    /// @throws FozException NOT_FOUND when the contract has no such table
    static Table named(Tenant tenant, String name) {
        return tenant.table(name)
                .orElseThrow(() ->
                        new FozException(
                                ErrorCode.NOT_FOUND,
                                "the contract of '%s' has no table '%s'"
                                        .formatted(tenant.id(), name)));
    }

    /// All rows, in the order of their keys.
    ///
    /// @throws FozException BAD_REQUEST when there are more than a million
    static TableRows rows(Connection connection, Tenant tenant, Table table) throws SQLException {
        List<String> keys = new ArrayList<>();
        List<List<@Nullable String>> values = new ArrayList<>();
        table.columns().forEach(_ -> values.add(new ArrayList<>()));
        String columns =
                table.columns().stream()
                        .map(column -> ", t." + QualityCheck.quote(column.name()) + "::text")
                        .collect(Collectors.joining());
        String order =
                table.key().stream()
                        .map(column -> "t." + QualityCheck.quote(column.name()))
                        .collect(Collectors.joining(", "));
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(5_000);
            try (ResultSet found =
                    statement.executeQuery(
                            "SELECT %s%s FROM %s.%s t ORDER BY %s LIMIT %d"
                                    .formatted(
                                            RowId.sql(table.key(), "t"),
                                            columns,
                                            QualityCheck.quote(tenant.schema()),
                                            QualityCheck.quote(table.name()),
                                            order,
                                            ROWS_MAX + 1))) {
                while (found.next()) {
                    keys.add(found.getString(1));
                    for (int i = 0; i < values.size(); i++) {
                        values.get(i).add(found.getString(i + 2));
                    }
                }
            }
        }
        if (keys.size() > ROWS_MAX) {
            throw new FozException(
                    ErrorCode.BAD_REQUEST,
                    "'%s' has more than %d rows, which are too many to compare in one process"
                            .formatted(table.name(), ROWS_MAX));
        }
        Map<String, @Nullable String[]> arrays = new LinkedHashMap<>();
        for (int i = 0; i < values.size(); i++) {
            Column column = table.columns().get(i);
            arrays.put(column.name(), values.get(i).toArray(new @Nullable String[0]));
        }
        return new TableRows(keys, arrays);
    }
}
