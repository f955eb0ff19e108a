package foz.contract;

import foz.contract.Deduplication.Comparison;
import foz.contract.Deduplication.How;
import foz.contract.Deduplication.Merge;
import foz.contract.Deduplication.Part;
import foz.contract.Deduplication.Prefer;
import foz.contract.Deduplication.Survivor;
import foz.contract.Deduplication.Take;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads `foz.deduplicate`.
final class DeduplicationReader {

    private static final Pattern PART =
            Pattern.compile("(?:(prefix|sound|words)\\()?([a-z][a-z0-9_]*)(?: +([1-9]))?\\)?");
    private static final double THRESHOLD = 0.9;

    private final List<Problem> problems;

    DeduplicationReader(List<Problem> problems) {
        this.problems = problems;
    }

    Optional<Deduplication> read(Yaml.Mapping property) {
        if (!(property.get("value").orElse(property) instanceof Yaml.Mapping value)) {
            problem(property, "is not a mapping", "write {block: [...], compare: [...]}");
            return Optional.empty();
        }
        Fields fields = new Fields(value, problems);
        Optional<String> between = fields.optionalText("between");
        List<Deduplication.Key> block =
                fields.texts("block").stream().map(text -> key(fields, text)).toList();
        List<Comparison> compare = compare(fields, value);
        double threshold = QualityReader.share(fields, "threshold", THRESHOLD);
        String weights = fields.text("weights", "given");
        Survivor survivor = survivor(fields, value);
        Map<String, Merge> merge = new LinkedHashMap<>();
        fields.textMap("merge")
                .forEach((column, word) ->
                        merge.put(column, word(fields, "merge", word, Merge.class, Merge.FILL)));
        fields.closed();
        if (block.isEmpty()) {
            fields.problem("block", "is empty", "name keys by which rows are compared");
        }
        if (!weights.equals("given") && !weights.equals("learned")) {
            fields.problem("weights", "'" + weights + "' is not known", "use given or learned");
        }
        return Optional.of(
                new Deduplication(
                        between,
                        block,
                        compare,
                        threshold,
                        weights.equals("learned"),
                        survivor,
                        merge));
    }

    private static Deduplication.Key key(Fields fields, String text) {
        List<Part> parts = new ArrayList<>();
        for (String piece : text.split("\\+", -1)) {
            Matcher matcher = PART.matcher(piece.strip());
            if (!matcher.matches()) {
                fields.problem(
                        "block",
                        "'" + piece.strip() + "' is not part of a key",
                        "write column, prefix(column 3), sound(column) or words(column), with +"
                                + " between parts");
                continue;
            }
            String take = matcher.group(1);
            parts.add(
                    new Part(
                            take == null ? Take.VALUE : Take.valueOf(take.toUpperCase(Locale.ROOT)),
                            matcher.group(2),
                            matcher.group(3) == null ? 1 : Integer.parseInt(matcher.group(3))));
        }
        return new Deduplication.Key(parts);
    }

    private List<Comparison> compare(Fields fields, Yaml.Mapping value) {
        fields.texts("compare");
        List<Comparison> compare = new ArrayList<>();
        for (Yaml item : value.list("compare")) {
            if (!(item instanceof Yaml.Mapping mapping)) {
                problem(item, "is not a mapping", "write {column, how, weight}");
                continue;
            }
            Fields each = new Fields(mapping, problems);
            String column = each.text("column");
            How how = word(each, "how", each.text("how", "name"), How.class, How.NAME);
            double weight = number(each, "weight");
            each.closed();
            compare.add(new Comparison(column, how, weight));
        }
        if (compare.isEmpty()) {
            fields.problem("compare", "is empty", "name the columns to compare");
        }
        return compare;
    }

    private static double number(Fields fields, String key) {
        String text = fields.text(key, "1");
        try {
            double value = Double.parseDouble(text);
            if (value > 0 && value <= 1_000) {
                return value;
            }
        } catch (NumberFormatException _) {
            // Said below.
        }
        fields.problem(key, "'" + text + "' is not a weight", "write one above 0, up to 1000");
        return 1;
    }

    private static Survivor survivor(Fields fields, Yaml.Mapping value) {
        if (value.get("survivor").isEmpty()) {
            return new Survivor(Prefer.COMPLETE, Optional.empty(), List.of());
        }
        Fields each = fields.child("survivor");
        Prefer prefer = word(each, "prefer", each.text("prefer"), Prefer.class, Prefer.COMPLETE);
        Optional<String> column = each.optionalText("column");
        List<String> order = each.texts("order");
        each.closed();
        if (prefer != Prefer.COMPLETE && column.isEmpty()) {
            each.problem("column", "is missing", "name the column that decides");
        }
        return new Survivor(prefer, column, order);
    }

    private static <E extends Enum<E>> E word(
            Fields fields, String key, String text, Class<E> type, E fallback) {
        List<String> words = new ArrayList<>();
        for (E each : type.getEnumConstants()) {
            String word = each.name().toLowerCase(Locale.ROOT);
            words.add(word);
            if (word.equals(text)) {
                return each;
            }
        }
        fields.problem(
                key, "'" + text + "' is not known here", "use one of " + String.join(", ", words));
        return fallback;
    }

    private void problem(Yaml at, String message, String remedy) {
        problems.add(new Problem(at.path(), at.line(), message, remedy));
    }
}
