package foz.contract;

import java.util.List;

/// How a row of a keyless table is named: by a digest of its content, and, of rows with the same
/// content, all but one by a number as well.
public final class RowName {

    private RowName() {}

    /// The name as an expression of PostgreSQL, over the rows that a statement selects. All rows
    /// with the same content must be among them.
    ///
    /// @param columns quoted names of the table's columns
    public static String postgres(List<String> columns) {
        String digest = "md5(ROW(" + String.join(", ", columns) + ")::text)";
        String number = "row_number() OVER (PARTITION BY " + digest + ")";
        return digest + " || coalesce('-' || nullif(" + number + ", 1), '')";
    }
}
