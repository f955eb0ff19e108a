package foz.server.quality;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The rows of a table, column by column.
///
/// @param keys the rows' keys
/// @param columns canonical texts; each as long as `keys`
public record TableRows(List<String> keys, Map<String, @Nullable String[]> columns) {

    int size() {
        return keys.size();
    }

    @Nullable String[] column(String name) {
        return Optional.ofNullable(columns.get(name))
                .orElseThrow(() -> new IllegalArgumentException("no column " + name));
    }
}
