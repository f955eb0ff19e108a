package foz.contract;

import foz.contract.Contract.Column;
import foz.contract.Contract.Table;
import foz.value.ColumnType;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/// How a table's rules of quality must fit its columns.
///
/// @param problem takes a message and a remedy
record QualityRules(Table table, BiConsumer<String, String> problem) {

    void check() {
        table.columns().stream().filter(column -> !column.clean().isEmpty()).forEach(this::cleaned);
        for (QualityRule rule : table.quality().rules()) {
            if (rule.check() instanceof QualityRule.Check.Library library) {
                library.columns().forEach(name -> column(name, "quality.arguments.properties"));
            }
        }
        table.quality().deduplicate().ifPresent(this::deduplicated);
        for (Contract.Dependency dependency : table.quality().dependencies()) {
            Stream.concat(dependency.from().stream(), dependency.to().stream())
                    .forEach(name -> column(name, "foz.dependencies"));
        }
    }

    private void cleaned(Column column) {
        String name = table.name() + "." + column.name();
        if (column.keyPosition() > 0) {
            problem.accept(
                    "foz.clean stands on '" + name + "', which is part of the key",
                    "leave it out: the key is how the source knows the row");
        }
        if (column.type().kind() != ColumnType.Kind.TEXT) {
            problem.accept(
                    "foz.clean stands on '"
                            + name
                            + "', whose type is "
                            + column.type().kind().name().toLowerCase(java.util.Locale.ROOT),
                    "leave it out: texts alone are cleaned");
        }
        if (table.capture().isEmpty()) {
            problem.accept(
                    "foz.clean stands on '"
                            + name
                            + "', but '"
                            + table.name()
                            + "' is not captured",
                    "give the table foz.capture, or leave foz.clean out");
        }
        for (CleanStep step : column.clean()) {
            if (step instanceof CleanStep.Correct correct) {
                correct.by().ifPresent(by -> column(by, "foz.clean.correct.by"));
            }
        }
    }

    private void deduplicated(Deduplication rule) {
        Stream.of(
                        rule.between().stream(),
                        rule.block().stream()
                                .flatMap(key -> key.parts().stream())
                                .map(Deduplication.Part::column),
                        rule.compare().stream().map(Deduplication.Comparison::column),
                        rule.survivor().column().stream(),
                        rule.merge().keySet().stream())
                .flatMap(names -> names)
                .distinct()
                .forEach(name -> column(name, "foz.deduplicate"));
        List<String> keys = table.key().stream().map(Column::name).toList();
        rule.merge().keySet().stream()
                .filter(keys::contains)
                .forEach(name ->
                        problem.accept(
                                "foz.deduplicate.merge names '"
                                        + name
                                        + "', which is part of the key",
                                "leave it out: the survivor keeps its key"));
    }

    private void column(String name, String property) {
        Optional<Column> found = table.column(name);
        if (found.isEmpty()) {
            problem.accept(
                    "%s names '%s', which is no column of '%s'"
                            .formatted(property, name, table.name()),
                    "name a column, in lower case");
        }
    }
}
