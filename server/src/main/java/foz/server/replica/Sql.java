package foz.server.replica;

import foz.contract.Contract.Column;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Pieces of SQL text.
final class Sql {

    private Sql() {}

    static String quote(String identifier) {
        return "\"" + identifier.replace("\"", "\"\"") + "\"";
    }

    static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    static String list(List<Column> columns, Function<String, String> each) {
        return join(columns, ", ", each);
    }

    static String join(List<Column> columns, String separator, Function<String, String> each) {
        return columns.stream()
                .map(column -> each.apply(quote(column.name())))
                .collect(Collectors.joining(separator));
    }

    /// The row's id on devices: the key's text, or the parts of a composite key with `/` between.
    static String rowId(List<Column> key, String alias) {
        if (key.size() == 1) {
            return alias + "." + quote(key.getFirst().name()) + "::text";
        }
        return key.stream()
                .map(column -> idPart(column, alias + "." + quote(column.name()) + "::text"))
                .collect(Collectors.joining(" || '/' || "));
    }

    private static String idPart(Column column, String text) {
        return switch (column.type().kind()) {
            case TEXT, JSON -> "replace(replace(" + text + ", '%', '%25'), '/', '%2F')";
            case INTEGER,
                    DECIMAL,
                    FLOAT,
                    BOOLEAN,
                    DATE,
                    TIME,
                    TIMESTAMP,
                    TIMESTAMP_WITH_ZONE,
                    BYTES,
                    UUID ->
                    text;
        };
    }
}
