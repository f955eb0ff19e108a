package foz.server.apply;

import foz.contract.Contract.Column;
import foz.value.ValueProblem;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Whether a row is what the contract says.
final class RowCheck {

    private static final int SHOWN_MAX = 60;

    /// PostgreSQL's indexes hold 2,704 bytes; characters may take several.
    private static final int KEY_MAX = 600;

    private RowCheck() {}

    /// The first thing wrong with the row, naming column and value.
    static Optional<String> problem(
            List<Column> columns, @Nullable String[] values, boolean delete) {
        int keyLength = 0;
        for (int i = 0; i < values.length; i++) {
            Column column = columns.get(i);
            String value = values[i];
            if (value != null && column.keyPosition() > 0) {
                keyLength += value.length();
            }
            if (delete && column.keyPosition() == 0) {
                continue;
            }
            if (value == null) {
                if (column.required()) {
                    return Optional.of(
                            "the column '"
                                    + column.name()
                                    + "' is empty and the contract requires it");
                }
                continue;
            }
            Optional<ValueProblem> problem = column.type().problem(value);
            if (problem.isPresent()) {
                return Optional.of(
                        "the column '%s' holds '%s', which %s"
                                .formatted(column.name(), shorten(value), problem.get()));
            }
        }
        return keyLength > KEY_MAX
                ? Optional.of(
                        "the key has more than %d characters, which no index holds"
                                .formatted(KEY_MAX))
                : Optional.empty();
    }

    private static String shorten(String value) {
        String shown = value.replace('\0', '\u2400');
        return shown.length() <= SHOWN_MAX ? shown : shown.substring(0, SHOWN_MAX) + "…";
    }
}
