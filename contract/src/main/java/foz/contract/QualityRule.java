package foz.contract;

import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;

/// One of ODCS's `quality` rules, of type library or sql.
///
/// @param name its `name`, or one made of table, column and metric
/// @param column empty for a rule of the whole table
/// @param error whether its `severity` is error: then a row that breaks it goes to quarantine
public record QualityRule(
        String name, Optional<String> column, Check check, Bound bound, boolean error) {

    public enum Metric {
        NULL_VALUES,
        MISSING_VALUES,
        INVALID_VALUES,
        DUPLICATE_VALUES,
        ROW_COUNT
    }

    /// What is measured.
    public sealed interface Check {

        /// @param percent whether the unit is percent of the rows, rather than rows
        /// @param missing texts that count as missing, beside null and the empty text
        /// @param valid texts that are valid; empty: any
        /// @param pattern that a valid text matches as a whole
        /// @param columns for duplicates of a table: those that must not repeat together
        record Library(
                Metric metric,
                boolean percent,
                List<String> missing,
                List<String> valid,
                Optional<String> pattern,
                List<String> columns)
                implements Check {
            public Library {
                missing = List.copyOf(missing);
                valid = List.copyOf(valid);
                columns = List.copyOf(columns);
            }
        }

        /// @param query one SELECT of one number, with `${object}` for the table and `${property}`
        ///   for the column
        record Sql(String query) implements Check {}
    }

    public enum Operator {
        BE,
        NOT_BE,
        GREATER,
        GREATER_OR_EQUAL,
        LESS,
        LESS_OR_EQUAL,
        BETWEEN,
        NOT_BETWEEN
    }

    /// What the measure must be.
    ///
    /// @param to the upper end, of BETWEEN and NOT_BETWEEN
    public record Bound(Operator operator, BigDecimal from, BigDecimal to) {

        public boolean holds(BigDecimal value) {
            int low = value.compareTo(from);
            boolean between = low >= 0 && value.compareTo(to) <= 0;
            return switch (operator) {
                case BE -> low == 0;
                case NOT_BE -> low != 0;
                case GREATER -> low > 0;
                case GREATER_OR_EQUAL -> low >= 0;
                case LESS -> low < 0;
                case LESS_OR_EQUAL -> low <= 0;
                case BETWEEN -> between;
                case NOT_BETWEEN -> !between;
            };
        }

        /// Whether not one row may break the rule, so that each can be judged by itself.
        public boolean none() {
            return switch (operator) {
                case BE, LESS_OR_EQUAL -> from.signum() == 0;
                case LESS -> from.signum() > 0 && from.compareTo(BigDecimal.ONE) <= 0;
                case NOT_BE, GREATER, GREATER_OR_EQUAL, BETWEEN, NOT_BETWEEN -> false;
            };
        }

        @Override
        public String toString() {
            String a = from.toPlainString();
            return switch (operator) {
                case BE -> "must be " + a;
                case NOT_BE -> "must not be " + a;
                case GREATER -> "must be greater than " + a;
                case GREATER_OR_EQUAL -> "must be at least " + a;
                case LESS -> "must be less than " + a;
                case LESS_OR_EQUAL -> "must be at most " + a;
                case BETWEEN -> "must be between " + a + " and " + to.toPlainString();
                case NOT_BETWEEN -> "must not be between " + a + " and " + to.toPlainString();
            };
        }
    }
}
