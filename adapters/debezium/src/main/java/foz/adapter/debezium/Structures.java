package foz.adapter.debezium;

import foz.contract.Contract.Column;
import foz.contract.Contract.Table;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// How tables are built, by JDBC's metadata.
final class Structures {

    private final Database database;

    Structures(Database database) {
        this.database = database;
    }

    /// The types of the table's columns, in upper case, by the columns' names in lower case; empty
    /// where there is no such table.
    Map<String, String> types(Connection connection, Table table) throws SQLException {
        Map<String, String> types = new HashMap<>();
        try (ResultSet found = columns(connection, table)) {
            while (found.next()) {
                types.put(
                        found.getString("COLUMN_NAME").toLowerCase(Locale.ROOT),
                        found.getString("TYPE_NAME").toUpperCase(Locale.ROOT));
            }
        }
        return types;
    }

    /// The contract's columns; of others nothing is read.
    Map<String, String> of(Connection connection, List<Table> tables) throws SQLException {
        Map<String, String> structures = new HashMap<>();
        for (Table table : tables) {
            Map<String, String> built = new TreeMap<>();
            try (ResultSet found = columns(connection, table)) {
                while (found.next()) {
                    String name = found.getString("COLUMN_NAME");
                    if (table.columns().stream()
                            .map(Column::physicalName)
                            .anyMatch(name::equalsIgnoreCase)) {
                        built.put(
                                name,
                                found.getString("TYPE_NAME")
                                        + " "
                                        + found.getInt("COLUMN_SIZE")
                                        + " "
                                        + found.getInt("DECIMAL_DIGITS"));
                    }
                }
            }
            if (!built.isEmpty()) {
                structures.put(table.name(), built.toString());
            }
        }
        return structures;
    }

    private ResultSet columns(Connection connection, Table table) throws SQLException {
        Database.TableName name = database.name(connection, table);
        String escape = connection.getMetaData().getSearchStringEscape();
        return connection
                .getMetaData()
                .getColumns(
                        name.catalog(),
                        name.schema() == null ? null : escaped(name.schema(), escape),
                        escaped(name.table(), escape),
                        null);
    }

    /// Names are patterns to JDBC.
    private static String escaped(String name, String escape) {
        return name.replace(escape, escape + escape)
                .replace("_", escape + "_")
                .replace("%", escape + "%");
    }
}
