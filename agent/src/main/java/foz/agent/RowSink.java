package foz.agent;

import org.jspecify.annotations.Nullable;

/// Takes the rows of one reading. Of rows with the same key the last one counts.
public interface RowSink {

    /// The row now is so.
    ///
    /// @param values canonical texts, in the order of the contract's columns
    void row(@Nullable String[] values);

    /// The row with this key is gone.
    ///
    /// @param values as of a row; only the key's are looked at
    void gone(@Nullable String[] values);
}
