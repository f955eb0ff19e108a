package foz.agent;

import foz.contract.Contract.Column;
import foz.contract.Contract.Table;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// A column's type as the source has it, whatever the contract says.
///
/// @param name as the driver writes it, in capitals
/// @param precision digits, characters or bytes in all; 0 where there is no bound
/// @param scale digits after the point
public record SourceType(String name, int precision, int scale) {

    /// The types of a table's columns, by the columns' names in the contract. Asks for rights on
    /// these columns alone.
    public static Map<String, SourceType> of(Connection connection, Dialect dialect, Table table)
            throws SQLException {
        String columns =
                table.sourceColumns().stream()
                        .map(column -> dialect.name(column.physicalName()))
                        .collect(Collectors.joining(", "));
        String sql =
                "SELECT %s FROM %s WHERE 1 = 0"
                        .formatted(columns, dialect.name(table.physicalName()));
        Map<String, SourceType> types = new LinkedHashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet none = statement.executeQuery(sql)) {
            ResultSetMetaData found = none.getMetaData();
            int at = 1;
            for (Column column : table.sourceColumns()) {
                types.put(column.name(), of(found, at++));
            }
        }
        return types;
    }

    /// The type of a result's column.
    ///
    /// @param at from 1
    public static SourceType of(ResultSetMetaData result, int at) throws SQLException {
        return new SourceType(
                result.getColumnTypeName(at).toUpperCase(Locale.ROOT),
                result.getPrecision(at),
                result.getScale(at));
    }
}
