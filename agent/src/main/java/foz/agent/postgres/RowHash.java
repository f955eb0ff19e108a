package foz.agent.postgres;

import foz.contract.Contract.Column;
import foz.contract.Contract.Table;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/// Hashes of keys and rows as SQL, computed at the source. Columns of types that PostgreSQL hashes
/// by exactly what their text says are hashed as they are, which costs a third of making texts of
/// them first; all others by their text.
///
/// Each column has a seed and a hash for null of its own. They are joined by XOR and then mixed
/// once more: without that, two rows that exchange a value would look the same in a sum of both.
final class RowHash {

    private static final List<String> INTEGERS = List.of("int2", "int4", "int8");
    private static final List<String> TEXTS = List.of("text", "varchar");

    /// Equal where their texts are equal, and hashed by [#record].
    private static final List<String> EXACT =
            List.of("bool", "date", "time", "timestamp", "timestamptz", "uuid", "bytea");

    private static final RowHash UNKNOWN = new RowHash(Map.of());

    private final Map<String, String> types;

    /// @param types of each column, as the catalogue names it
    private RowHash(Map<String, String> types) {
        this.types = types;
    }

    /// Of a table whose types were not asked for: all by text.
    static RowHash unknown() {
        return UNKNOWN;
    }

    /// By the types that the table's columns have now.
    static RowHash of(Connection connection, Table table) throws SQLException {
        Map<String, String> types = new HashMap<>();
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        SELECT a.attname, CASE WHEN t.typname = 'numeric' AND a.atttypmod < 0 THEN 'any' ELSE t.typname END
                        FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
                        WHERE a.attrelid = to_regclass(?) AND a.attnum > 0 AND NOT a.attisdropped
                        """)) {
            statement.setString(1, PostgresDialect.quoted(table.physicalName()));
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    types.put(found.getString(1), found.getString(2));
                }
            }
        }
        return new RowHash(types);
    }

    private String type(Column column) {
        return types.getOrDefault(PostgresDialect.actualName(column.physicalName()), "any");
    }

    /// A 64-bit number of these columns.
    String of(List<Column> columns) {
        return of(columns, UnaryOperator.identity());
    }

    /// @param named a column's name in SQL, as the expression is to have it
    String of(List<Column> columns, UnaryOperator<String> named) {
        List<String> parts = new ArrayList<>();
        List<String> record = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            Column column = columns.get(i);
            if (EXACT.contains(type(column))) {
                record.add(named.apply(PostgresDialect.quoted(column.physicalName())));
            } else {
                parts.add("coalesce(%s, %d)".formatted(column(column, i + 1, named), -1 - i));
            }
        }
        if (!record.isEmpty()) {
            parts.add("hash_record_extended(ROW(%s), 0)".formatted(String.join(", ", record)));
        }
        return parts.size() == 1 && columns.size() == 1
                ? parts.getFirst()
                : "hashint8extended(" + String.join(" # ", parts) + ", 0)";
    }

    private String column(Column column, int seed, UnaryOperator<String> named) {
        String name = named.apply(PostgresDialect.quoted(column.physicalName()));
        String type = type(column);
        if (INTEGERS.contains(type)) {
            return "hash%sextended(%s, %d)".formatted(type, name, seed);
        } else if (TEXTS.contains(type)) {
            return "hashtextextended(%s COLLATE \"C\", %d)".formatted(name, seed);
        } else if (type.equals("numeric")) {
            // PostgreSQL's own hash leaves the sign out.
            return "hash_numeric_extended(%s, CASE WHEN %s < 0 THEN %d ELSE %d END)"
                    .formatted(name, name, -seed, seed);
        }
        return "hashtextextended(%s::text COLLATE \"C\", %d)".formatted(name, seed);
    }
}
