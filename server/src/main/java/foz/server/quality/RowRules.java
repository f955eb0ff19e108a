package foz.server.quality;

import foz.contract.Contract.Column;
import foz.contract.Contract.Table;
import foz.contract.QualityRule;
import foz.contract.QualityRule.Check;
import foz.contract.QualityRule.Metric;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The rules of one table that a row can break by itself: no null, no missing, no invalid value in
/// a column. All others are asked of the replica, by [QualityCheck].
final class RowRules {

    private static final int SHOWN_MAX = 60;

    /// A rule that a row breaks.
    record Broken(QualityRule rule, String text) {}

    private record Test(
            QualityRule rule,
            int position,
            Metric metric,
            Set<String> missing,
            Set<String> valid,
            Optional<Pattern> pattern) {

        boolean broken(@Nullable String value) {
            return switch (metric) {
                case NULL_VALUES -> value == null;
                case MISSING_VALUES -> value == null || value.isEmpty() || missing.contains(value);
                case INVALID_VALUES ->
                        value != null
                                && ((!valid.isEmpty() && !valid.contains(value))
                                        || pattern.filter(p -> !p.matcher(value).matches())
                                                .isPresent());
                case DUPLICATE_VALUES, ROW_COUNT -> false;
            };
        }
    }

    private final List<Test> tests;

    private RowRules(List<Test> tests) {
        this.tests = tests;
    }

    /// Those of rows with these columns; empty where there is none.
    static Optional<RowRules> of(Table table, List<Column> columns) {
        List<Test> tests = new ArrayList<>();
        for (QualityRule rule : table.quality().rules()) {
            if (rule.check() instanceof Check.Library library
                    && judgesRows(library.metric())
                    && rule.bound().none()) {
                for (int i = 0; i < columns.size(); i++) {
                    if (rule.column().equals(Optional.of(columns.get(i).name()))) {
                        tests.add(test(rule, library, i));
                    }
                }
            }
        }
        return tests.isEmpty() ? Optional.empty() : Optional.of(new RowRules(tests));
    }

    private static boolean judgesRows(Metric metric) {
        return switch (metric) {
            case NULL_VALUES, MISSING_VALUES, INVALID_VALUES -> true;
            case DUPLICATE_VALUES, ROW_COUNT -> false;
        };
    }

    private static Test test(QualityRule rule, Check.Library library, int position) {
        return new Test(
                rule,
                position,
                library.metric(),
                new HashSet<>(library.missing()),
                new HashSet<>(library.valid()),
                library.pattern().map(Pattern::compile));
    }

    /// The rules that a cleaned row breaks.
    ///
    /// @param absent whether the value at a position did not come
    List<Broken> broken(@Nullable String[] values, IntPredicate absent) {
        List<Broken> broken = List.of();
        for (Test test : tests) {
            String value = values[test.position()];
            if (!absent.test(test.position()) && test.broken(value)) {
                if (broken.isEmpty()) {
                    broken = new ArrayList<>();
                }
                broken.add(new Broken(test.rule(), shown(test.rule(), value)));
            }
        }
        return broken;
    }

    private static String shown(QualityRule rule, @Nullable String value) {
        String column = rule.column().orElse("");
        if (value == null) {
            return "the column '%s' is empty, which breaks the rule '%s'"
                    .formatted(column, rule.name());
        }
        String text = value.length() <= SHOWN_MAX ? value : value.substring(0, SHOWN_MAX) + "…";
        return "the column '%s' holds '%s', which breaks the rule '%s'"
                .formatted(column, text, rule.name());
    }
}
