package foz.server.replica;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Rows as PostgreSQL's COPY text.
final class CopyText {

    private CopyText() {}

    /// One line a row: its values, `U` or `D`, and its version, counted on from `version`.
    static InputStream of(Collection<TableChanges.Row> rows, long version) {
        StringBuilder text = new StringBuilder();
        List<InputStream> parts = new ArrayList<>();
        long next = version;
        for (TableChanges.Row row : rows) {
            for (String value : row.values()) {
                append(text, value);
                text.append('\t');
            }
            text.append(row.delete() ? 'D' : 'U').append('\t').append(++next).append('\n');
            if (text.length() > 1 << 20) {
                parts.add(part(text));
                text.setLength(0);
            }
        }
        parts.add(part(text));
        return new SequenceInputStream(Collections.enumeration(parts));
    }

    private static InputStream part(StringBuilder text) {
        return new ByteArrayInputStream(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    static void append(StringBuilder text, @Nullable String value) {
        if (value == null) {
            text.append("\\N");
            return;
        }
        int from = 0;
        for (int i = 0; i < value.length(); i++) {
            String escape =
                    switch (value.charAt(i)) {
                        case '\\' -> "\\\\";
                        case '\n' -> "\\n";
                        case '\r' -> "\\r";
                        case '\t' -> "\\t";
                        default -> "";
                    };
            if (!escape.isEmpty()) {
                text.append(value, from, i).append(escape);
                from = i + 1;
            }
        }
        text.append(value, from, value.length());
    }
}
