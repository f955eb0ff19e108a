package foz.adapter.camel;

import org.jspecify.annotations.Nullable;

/// One row as its format has it.
interface RowText {

    /// The row's place within its document: `line 12`.
    String place();

    /// The text of a field; null when the row has none.
    ///
    /// @throws foz.agent.FeedException when the document has no such field
    @Nullable String get(String field);
}
