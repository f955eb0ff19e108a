package foz.contract;

import foz.contract.QualityRule.Bound;
import foz.contract.QualityRule.Check;
import foz.contract.QualityRule.Metric;
import foz.contract.QualityRule.Operator;
import java.math.BigDecimal;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/// Reads what a contract says of quality: `foz.clean`, `foz.mappings`, `foz.lists`,
/// `foz.dependencies`, `foz.deduplicate`, and ODCS's `quality`.
final class QualityReader {

    private static final double THRESHOLD = 0.85;
    private static final String STEPS =
            "trim, collapse, upper, lower, title, nfc, ascii, mojibake, digits, cnpj, cpf, cep,"
                    + " phone, {date: [patterns]}, {map: table} or {correct: {list: ...}}";
    private static final Map<String, Operator> OPERATORS = operators();

    private final List<Problem> problems;
    private final Map<String, Map<String, String>> mappings = new LinkedHashMap<>();
    private final Map<String, List<String>> lists = new LinkedHashMap<>();

    QualityReader(List<Problem> problems) {
        this.problems = problems;
    }

    private static Map<String, Operator> operators() {
        Map<String, Operator> operators = new LinkedHashMap<>();
        operators.put("mustBe", Operator.BE);
        operators.put("mustNotBe", Operator.NOT_BE);
        operators.put("mustBeGreaterThan", Operator.GREATER);
        operators.put("mustBeGreaterOrEqualTo", Operator.GREATER_OR_EQUAL);
        operators.put("mustBeLessThan", Operator.LESS);
        operators.put("mustBeLessOrEqualTo", Operator.LESS_OR_EQUAL);
        operators.put("mustBeBetween", Operator.BETWEEN);
        operators.put("mustNotBeBetween", Operator.NOT_BETWEEN);
        return operators;
    }

    /// Takes the contract's own mapping tables and lists, for the columns that name them.
    void declare(Yaml.@Nullable Mapping mappingTables, Yaml.@Nullable Mapping ownLists) {
        for (Map.Entry<String, Yaml> entry : entries(mappingTables)) {
            mappings.put(entry.getKey(), codes(entry.getValue()));
        }
        for (Map.Entry<String, Yaml> entry : entries(ownLists)) {
            lists.put(entry.getKey(), texts(entry.getValue()));
        }
    }

    private List<Map.Entry<String, Yaml>> entries(Yaml.@Nullable Mapping property) {
        if (property == null) {
            return List.of();
        }
        Yaml value = property.get("value").orElse(property);
        if (value instanceof Yaml.Mapping mapping) {
            return List.copyOf(mapping.entries().entrySet());
        }
        problem(value, "is not a mapping", "write name: content pairs");
        return List.of();
    }

    private Map<String, String> codes(Yaml node) {
        Map<String, String> codes = new LinkedHashMap<>();
        if (!(node instanceof Yaml.Mapping mapping)) {
            problem(node, "is not a mapping table", "write code: code pairs");
            return codes;
        }
        for (Map.Entry<String, Yaml> entry : mapping.entries().entrySet()) {
            Yaml.asText(entry.getValue())
                    .ifPresentOrElse(
                            text -> codes.put(entry.getKey(), text),
                            () -> problem(entry.getValue(), "is not a text", "write a text"));
        }
        return codes;
    }

    private List<String> texts(Yaml node) {
        List<String> texts = new ArrayList<>();
        if (node instanceof Yaml.Sequence sequence) {
            sequence.items().forEach(item -> Yaml.asText(item).ifPresent(texts::add));
        } else {
            Yaml.asText(node).ifPresent(texts::add);
        }
        if (texts.isEmpty()) {
            problem(node, "holds no text", "write a list of texts");
        }
        return texts;
    }

    List<CleanStep> clean(Yaml.@Nullable Mapping property) {
        if (property == null) {
            return List.of();
        }
        Yaml value = property.get("value").orElse(property);
        List<Yaml> items =
                value instanceof Yaml.Sequence sequence ? sequence.items() : List.of(value);
        List<CleanStep> steps = new ArrayList<>();
        for (Yaml item : items) {
            step(item).ifPresent(steps::add);
        }
        return steps;
    }

    private Optional<CleanStep> step(Yaml item) {
        if (item instanceof Yaml.Mapping mapping && mapping.entries().size() == 1) {
            Map.Entry<String, Yaml> only = mapping.entries().entrySet().iterator().next();
            return switch (only.getKey()) {
                case "phone" ->
                        Optional.of(new CleanStep.Phone(Yaml.asText(only.getValue()).orElse("BR")));
                case "date" -> Optional.of(date(only.getValue()));
                case "map" -> map(only.getValue());
                case "correct" -> correct(only.getValue());
                case String other -> unknown(item, other);
            };
        }
        String word = Yaml.asText(item).orElse("");
        if (word.equals("phone")) {
            return Optional.of(new CleanStep.Phone("BR"));
        }
        for (CleanStep.Form form : CleanStep.Form.values()) {
            if (form.name().toLowerCase(Locale.ROOT).equals(word)) {
                return Optional.of(new CleanStep.Standard(form));
            }
        }
        return unknown(item, word);
    }

    private Optional<CleanStep> unknown(Yaml item, String word) {
        problem(item, "the step '" + word + "' is not known here", "use " + STEPS);
        return Optional.empty();
    }

    private CleanStep date(Yaml node) {
        List<String> patterns = texts(node);
        for (String pattern : patterns) {
            try {
                var _ = DateTimeFormatter.ofPattern(pattern, Locale.ROOT);
            } catch (IllegalArgumentException e) {
                problem(
                        node,
                        "'" + pattern + "' is not a pattern of a date: " + e.getMessage(),
                        "write one such as dd/MM/yyyy");
            }
        }
        return new CleanStep.Date(patterns);
    }

    private Optional<CleanStep> map(Yaml node) {
        if (node instanceof Yaml.Mapping) {
            return Optional.of(new CleanStep.Mapped("", codes(node)));
        }
        String name = Yaml.asText(node).orElse("");
        Map<String, String> codes = mappings.get(name);
        if (codes == null) {
            problem(
                    node,
                    "the mapping table '" + name + "' is not declared",
                    "declare it in foz.mappings, or write the codes in place");
            return Optional.empty();
        }
        return Optional.of(new CleanStep.Mapped(name, codes));
    }

    private Optional<CleanStep> correct(Yaml node) {
        if (!(node instanceof Yaml.Mapping mapping)) {
            problem(node, "is not a mapping", "write {list: municipalities, by: state}");
            return Optional.empty();
        }
        Fields fields = new Fields(mapping, problems);
        String list = fields.text("list");
        Optional<String> by = fields.optionalText("by").map(text -> text.toLowerCase(Locale.ROOT));
        double threshold = share(fields, "threshold", THRESHOLD);
        fields.closed();
        if (!list.equals(CleanStep.Correct.MUNICIPALITIES) && !lists.containsKey(list)) {
            fields.problem(
                    "list",
                    "'" + list + "' is no list",
                    "use municipalities, or declare it in foz.lists");
        }
        return Optional.of(
                new CleanStep.Correct(list, lists.getOrDefault(list, List.of()), by, threshold));
    }

    static double share(Fields fields, String key, double fallback) {
        String text = fields.text(key, Double.toString(fallback));
        try {
            double value = Double.parseDouble(text);
            if (value > 0 && value <= 1) {
                return value;
            }
        } catch (NumberFormatException _) {
            // Said below.
        }
        fields.problem(key, "'" + text + "' is not a share", "write one above 0, up to 1");
        return fallback;
    }

    Contract.TableQuality table(
            String table, Yaml.Mapping object, Map<String, Yaml.Mapping> custom) {
        List<QualityRule> rules = new ArrayList<>(rules(table, Optional.empty(), object));
        for (Yaml property : object.list("properties")) {
            Yaml.Mapping column = (Yaml.Mapping) property;
            rules.addAll(
                    rules(
                            table,
                            column.text("name").map(name -> name.toLowerCase(Locale.ROOT)),
                            column));
        }
        Yaml.Mapping deduplicate = custom.get("foz.deduplicate");
        return new Contract.TableQuality(
                rules,
                deduplicate == null
                        ? Optional.empty()
                        : new DeduplicationReader(problems).read(deduplicate),
                dependencies(custom.get("foz.dependencies")));
    }

    private List<Contract.Dependency> dependencies(Yaml.@Nullable Mapping property) {
        List<Contract.Dependency> dependencies = new ArrayList<>();
        for (Yaml item : property == null ? List.<Yaml>of() : property.list("value")) {
            if (item instanceof Yaml.Mapping mapping
                    && mapping.get("from").isPresent()
                    && mapping.get("to").isPresent()) {
                dependencies.add(
                        new Contract.Dependency(
                                texts(mapping.get("from").get()), texts(mapping.get("to").get())));
            } else {
                problem(item, "is not a dependency", "write {from: [columns], to: [columns]}");
            }
        }
        return dependencies;
    }

    private List<QualityRule> rules(String table, Optional<String> column, Yaml.Mapping node) {
        List<QualityRule> rules = new ArrayList<>();
        for (Yaml item : node.list("quality")) {
            rule(table, column, (Yaml.Mapping) item).ifPresent(rules::add);
        }
        return rules;
    }

    private Optional<QualityRule> rule(String table, Optional<String> column, Yaml.Mapping item) {
        Optional<String> metric = item.text("metric");
        Optional<String> query = item.text("query");
        if (metric.isEmpty() && query.isEmpty()) {
            return Optional.empty();
        }
        Check check = metric.isPresent() ? library(item, metric.get()) : new Check.Sql(query.get());
        String name =
                item.text("name")
                        .or(() -> item.text("id"))
                        .orElse(
                                table
                                        + column.map(text -> "." + text).orElse("")
                                        + " "
                                        + metric.orElse("sql"));
        return bound(item)
                .map(bound ->
                        new QualityRule(
                                name,
                                column,
                                check,
                                bound,
                                item.text("severity").orElse("").equalsIgnoreCase("error")));
    }

    private Check library(Yaml.Mapping item, String word) {
        Metric metric =
                switch (word) {
                    case "nullValues" -> Metric.NULL_VALUES;
                    case "missingValues" -> Metric.MISSING_VALUES;
                    case "invalidValues" -> Metric.INVALID_VALUES;
                    case "duplicateValues" -> Metric.DUPLICATE_VALUES;
                    case String _ -> Metric.ROW_COUNT;
                };
        Yaml.Mapping arguments =
                item.get("arguments").orElse(item) instanceof Yaml.Mapping found
                                && item.get("arguments").isPresent()
                        ? found
                        : new Yaml.Mapping(item.path(), item.line(), Map.of());
        Optional<String> pattern = arguments.text("pattern");
        pattern.ifPresent(text -> pattern(arguments, text));
        return new Check.Library(
                metric,
                item.text("unit").or(() -> arguments.text("unit")).orElse("").equals("percent"),
                argument(arguments, "missingValues"),
                argument(arguments, "validValues"),
                pattern,
                argument(arguments, "properties").stream()
                        .map(text -> text.toLowerCase(Locale.ROOT))
                        .toList());
    }

    private static List<String> argument(Yaml.Mapping arguments, String key) {
        return arguments.list(key).stream().map(node -> Yaml.asText(node).orElse("")).toList();
    }

    private void pattern(Yaml at, String text) {
        try {
            Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            problem(
                    at,
                    "'" + text + "' is not a regular expression: " + e.getDescription(),
                    "correct it");
        }
    }

    private Optional<Bound> bound(Yaml.Mapping item) {
        for (Map.Entry<String, Operator> operator : OPERATORS.entrySet()) {
            Yaml value = item.entries().get(operator.getKey());
            if (value == null) {
                continue;
            }
            List<Yaml> numbers =
                    value instanceof Yaml.Sequence sequence ? sequence.items() : List.of(value);
            try {
                List<BigDecimal> read =
                        numbers.stream()
                                .map(node -> new BigDecimal(Yaml.asText(node).orElse("")))
                                .toList();
                return Optional.of(new Bound(operator.getValue(), read.getFirst(), read.getLast()));
            } catch (NumberFormatException _) {
                problem(
                        value,
                        "'"
                                + Yaml.asText(value).orElse("null")
                                + "' is not a number, and what a rule measures is one",
                        "write a number");
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    private void problem(Yaml at, String message, String remedy) {
        problems.add(new Problem(at.path(), at.line(), message, remedy));
    }
}
