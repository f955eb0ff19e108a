package foz.agent;

/// What a feed has read.
public sealed interface Reading {

    /// Where the next reading goes on: the feed's own text.
    String cursor();

    /// There was nothing to read.
    record Nothing(String cursor) implements Reading {}

    /// Every row of the table was named: what was sent before and is not named is gone.
    record Whole(String cursor) implements Reading {}

    /// Some rows were named.
    ///
    /// @param more whether there is more to read at once
    record Increment(String cursor, boolean more) implements Reading {}
}
