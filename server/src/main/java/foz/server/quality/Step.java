package foz.server.quality;

import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// One step of cleaning, ready to run.
interface Step {

    /// @param confidence that the text is what was meant
    record Outcome(String text, double confidence) {}

    String rule();

    /// The text after this step; the same text with confidence 1 when it is good or the step does
    /// not fit it.
    ///
    /// @param values the whole row, for steps that look at another column
    /// @param absent whether the value at a position did not come
    Outcome run(String text, @Nullable String[] values, IntPredicate absent);
}
