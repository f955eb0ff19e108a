package foz.server.quality;

import foz.contract.CleanStep;
import foz.contract.Contract.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// Cleans the rows of one table, whose columns come in one order, as the contract says.
///
/// Nothing is made up: what is null stays null, and a text that no step fits stays as it came. A
/// column that rows do not carry is neither cleaned nor missed.
public final class Cleaner {

    private record Task(int position, String column, List<Step> steps) {}

    private final List<Task> tasks;

    private Cleaner(List<Task> tasks) {
        this.tasks = tasks;
    }

    /// The cleaner of rows with these columns; empty where there is nothing to do for them.
    public static Optional<Cleaner> of(List<Column> columns) {
        List<Task> first = new ArrayList<>();
        List<Task> then = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            Column column = columns.get(i);
            if (column.clean().isEmpty()) {
                continue;
            }
            Task task =
                    new Task(
                            i,
                            column.name(),
                            column.clean().stream().map(step -> Steps.of(step, columns)).toList());
            // What others are corrected by is cleaned before them.
            boolean looks = column.clean().stream().anyMatch(CleanStep.Correct.class::isInstance);
            (looks ? then : first).add(task);
        }
        first.addAll(then);
        return first.isEmpty() ? Optional.empty() : Optional.of(new Cleaner(first));
    }

    /// Cleans a row in place.
    ///
    /// @param values canonical texts in the columns' order
    /// @return what changed
    public List<Cleaned> clean(@Nullable String[] values) {
        return clean(values, _ -> false);
    }

    /// Cleans what came of a row, in place.
    ///
    /// @param absent whether the value at a position did not come; it is neither cleaned nor looked
    ///   at
    List<Cleaned> clean(@Nullable String[] values, IntPredicate absent) {
        List<Cleaned> changed = List.of();
        for (Task task : tasks) {
            String original = values[task.position()];
            if (original == null || absent.test(task.position())) {
                continue;
            }
            Optional<Cleaned> cleaned = run(task, original, values, absent);
            if (cleaned.isPresent()) {
                values[task.position()] = cleaned.get().value();
                if (changed.isEmpty()) {
                    changed = new ArrayList<>();
                }
                changed.add(cleaned.get());
            }
        }
        return changed;
    }

    private static Optional<Cleaned> run(
            Task task, String original, @Nullable String[] values, IntPredicate absent) {
        String text = original;
        String rules = "";
        double confidence = 1;
        for (Step step : task.steps()) {
            Step.Outcome outcome = step.run(text, values, absent);
            if (!outcome.text().equals(text)) {
                rules = rules.isEmpty() ? step.rule() : rules + ", " + step.rule();
                confidence = Math.min(confidence, outcome.confidence());
                text = outcome.text();
            }
        }
        return text.equals(original)
                ? Optional.empty()
                : Optional.of(new Cleaned(task.column(), rules, original, text, confidence));
    }
}
