package foz.server.replica;

import foz.contract.Contract.Column;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The row's id as devices and people see it; the same text that [Sql#rowId] makes in the database.
public final class RowId {

    private RowId() {}

    /// The expression that makes the id from the row that `alias` names.
    public static String sql(List<Column> key, String alias) {
        return Sql.rowId(key, alias);
    }

    /// @param key canonical texts of the key's columns, in the key's order
    public static String of(List<Column> columns, List<@Nullable String> key) {
        if (key.size() == 1) {
            return String.valueOf(key.getFirst());
        }
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < key.size(); i++) {
            String text = String.valueOf(key.get(i));
            parts.add(
                    switch (columns.get(i).type().kind()) {
                        case TEXT, JSON -> text.replace("%", "%25").replace("/", "%2F");
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
                    });
        }
        return String.join("/", parts);
    }
}
