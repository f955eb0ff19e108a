package foz.bench;

import java.util.Locale;
import java.util.Set;

/// What was found against what is true.
///
/// @param right found and true
record Figures(long found, long right, long truth) {

    static <T> Figures of(Set<T> found, Set<T> truth) {
        return new Figures(
                found.size(), found.stream().filter(truth::contains).count(), truth.size());
    }

    double precision() {
        return found == 0 ? 1 : (double) right / found;
    }

    double recall() {
        return truth == 0 ? 1 : (double) right / truth;
    }

    double f1() {
        double sum = precision() + recall();
        return sum == 0 ? 0 : 2 * precision() * recall() / sum;
    }

    /// A line of a table in Markdown.
    ///
    /// @param goal of F1; 0 where it is only measured
    String line(String name, double goal) {
        return "| %s | %.4f | %.4f | %.4f | %s | %d found, %d right, %d true |"
                .formatted(
                        name,
                        precision(),
                        recall(),
                        f1(),
                        goal == 0
                                ? "measured"
                                : String.format(
                                        Locale.ROOT,
                                        "at least %.2f%s",
                                        goal,
                                        f1() >= goal ? "" : ": falls short"),
                        found,
                        right,
                        truth);
    }
}
