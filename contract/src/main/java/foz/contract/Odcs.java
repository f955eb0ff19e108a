package foz.contract;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Checks a document's shape against ODCS v3.1.0: keys, types, words, and what depends on them.
///
/// It accepts what the standard's JSON schema accepts, no more and no less, and says of each wrong
/// thing once where it stands and what to write instead. What a contract means (that a referred
/// column exists, that names are unique) is not looked at here.
public final class Odcs {

    /// More problems than this help nobody.
    private static final int PROBLEMS_MAX = 200;

    private final List<Problem> problems = new ArrayList<>();

    private Odcs() {}

    /// All problems in the order of the document, at most 200; empty when the shape is right.
    public static List<Problem> check(Yaml root) {
        Odcs odcs = new Odcs();
        odcs.value(new Shape.Fields("Contract"), root);
        return odcs.problems.stream().limit(PROBLEMS_MAX).toList();
    }

    private void value(Shape shape, Yaml node) {
        switch (shape) {
            case Shape.Words words -> text(words, node);
            case Shape.Choice choice -> choice(choice, node);
            case Shape.Amount amount -> amount(amount, node);
            case Shape.Flag flag -> {
                if (!(node instanceof Yaml.Scalar scalar && scalar.value() instanceof Boolean)) {
                    report(node, is(node, flag), "write true or false, without quotes");
                }
            }
            case Shape.Anything _ -> {}
            case Shape.Single single -> {
                if (!(node instanceof Yaml.Scalar)) {
                    report(node, is(node, single), "write text, a number, true or false");
                }
            }
            case Shape.OpenMap map -> {
                if (!(node instanceof Yaml.Mapping)) {
                    report(node, is(node, map), "write keys with values below it");
                }
            }
            case Shape.Items items -> items(items, node);
            case Shape.Either either -> either(either, node);
            case Shape.Fields fields -> {
                if (node instanceof Yaml.Mapping mapping) {
                    fields(fields.kind(), mapping);
                } else {
                    report(node, is(node, fields), "write keys with values below it");
                }
            }
        }
    }

    private void text(Shape.Words words, Yaml node) {
        if (!(node instanceof Yaml.Scalar scalar) || !(scalar.value() instanceof String text)) {
            boolean plain = node instanceof Yaml.Scalar scalar && scalar.value() != null;
            report(
                    node,
                    is(node, words),
                    plain ? "put it in quotes: \"" + shown(node) + "\"" : "write " + words.title());
        } else if (!words.pattern().matcher(text).matches()) {
            report(node, is(node, words), "write " + words.title());
        }
    }

    private void choice(Shape.Choice choice, Yaml node) {
        if (node instanceof Yaml.Scalar scalar
                && scalar.value() instanceof String text
                && choice.words().contains(text)) {
            return;
        }
        String all = String.join(", ", choice.words());
        String near =
                Yaml.asText(node)
                        .flatMap(text -> Nearest.of(text, choice.words()))
                        .map(word -> "use " + word + "; allowed are " + all)
                        .orElse(choice.words().size() == 1 ? "use " + all : "use one of " + all);
        report(node, "'" + shown(node) + "' is not a " + choice.title(), near);
    }

    private void amount(Shape.Amount amount, Yaml node) {
        Optional<BigDecimal> number = number(node);
        if (number.isEmpty()) {
            boolean quoted =
                    node instanceof Yaml.Scalar scalar
                            && scalar.value() instanceof String text
                            && text.matches("-?\\d{1,18}(\\.\\d{1,18})?");
            report(
                    node,
                    is(node, amount),
                    quoted ? "remove the quotes" : "write " + amount.title());
            return;
        }
        boolean fits =
                switch (amount.bound()) {
                    case NONE -> true;
                    case FROM_ZERO -> number.get().signum() >= 0;
                    case ABOVE_ZERO -> number.get().signum() > 0;
                };
        if (!fits || (amount.whole() && !whole(number.get()))) {
            report(node, is(node, amount), "write " + amount.title());
        }
    }

    private static boolean whole(BigDecimal number) {
        return number.signum() == 0 || number.stripTrailingZeros().scale() <= 0;
    }

    private void items(Shape.Items items, Yaml node) {
        if (!(node instanceof Yaml.Sequence(String _, int _, List<Yaml> list))) {
            report(node, is(node, items), "write a list, each item after '- '");
            return;
        }
        int before = problems.size();
        list.forEach(item -> value(items.item(), item));
        if (list.size() < items.sizeMin() || list.size() > items.sizeMax()) {
            report(
                    node,
                    "has " + list.size() + " items",
                    items.sizeMax() == items.sizeMin()
                            ? "write exactly " + items.sizeMin()
                            : "write at least " + items.sizeMin());
        } else if (items.unique() && problems.size() == before) {
            Set<String> seen = new HashSet<>();
            list.stream()
                    .filter(item -> !seen.add(identity(item)))
                    .forEach(item ->
                            report(item, "'" + shown(item) + "' stands twice", "keep one of them"));
        }
    }

    private static String identity(Yaml item) {
        return number(item)
                .map(number -> "#" + number.stripTrailingZeros())
                .orElseGet(() -> "'" + Yaml.asText(item).orElse(""));
    }

    private void either(Shape.Either either, Yaml node) {
        either.shapes().stream()
                .filter(shape -> sort(shape) == node.getClass())
                .findFirst()
                .ifPresentOrElse(
                        shape -> value(shape, node),
                        () -> report(node, is(node, either), "write " + either.title()));
    }

    private static Class<? extends Yaml> sort(Shape shape) {
        return switch (shape) {
            case Shape.Items _ -> Yaml.Sequence.class;
            case Shape.Fields _, Shape.OpenMap _ -> Yaml.Mapping.class;
            case Shape.Words _,
                    Shape.Choice _,
                    Shape.Amount _,
                    Shape.Flag _,
                    Shape.Single _,
                    Shape.Anything _,
                    Shape.Either _ ->
                    Yaml.Scalar.class;
        };
    }

    private void fields(String name, Yaml.Mapping mapping) {
        OdcsTable.Kind kind = OdcsTable.kind(name);
        Map<String, OdcsTable.Field> fields = new LinkedHashMap<>(kind.fields());
        boolean settled = settled(kind, mapping);
        for (OdcsTable.Variant variant : kind.variants()) {
            if (!settled) {
                variant.fields().forEach((key, field) -> fields.putIfAbsent(key, open(field)));
            } else if (applies(variant, mapping)) {
                fields.putAll(variant.fields());
            }
        }
        Set<String> claimed = new HashSet<>();
        mapping.entries()
                .forEach((key, value) -> {
                    OdcsTable.Field field = fields.get(key);
                    if (field != null) {
                        value(field.shape(), value);
                    } else if (!kind.open()) {
                        unknown(kind, key, value, mapping, fields).ifPresent(claimed::add);
                    }
                });
        missing(fields, mapping, claimed);
        if (name.equals("TableRelationship")) {
            sameSort(mapping);
        }
    }

    /// A field whose case is unknown, because what decides on it is itself wrong.
    private static OdcsTable.Field open(OdcsTable.Field field) {
        boolean decides = field.shape() instanceof Shape.Choice;
        return new OdcsTable.Field(decides ? field.shape() : new Shape.Anything(), false, false);
    }

    /// Whether the values that decide on further fields are right, so that those can be judged.
    private static boolean settled(OdcsTable.Kind kind, Yaml.Mapping mapping) {
        return kind.variants().stream()
                .map(OdcsTable.Variant::key)
                .distinct()
                .allMatch(key -> {
                    OdcsTable.Field field = kind.fields().get(key);
                    Yaml node = mapping.entries().get(key);
                    if (node != null) {
                        Shape shape = field == null ? OdcsTable.TEXT : field.shape();
                        Odcs trial = new Odcs();
                        trial.value(shape, node);
                        return trial.problems.isEmpty();
                    }
                    return (field == null || !field.required())
                            && mapping.entries().keySet().stream()
                                    .filter(other -> !kind.fields().containsKey(other))
                                    .noneMatch(other -> Nearest.close(other, key));
                });
    }

    private static boolean applies(OdcsTable.Variant variant, Yaml.Mapping mapping) {
        Optional<Yaml> node = mapping.get(variant.key());
        return switch (variant.value()) {
            case "" -> node.isEmpty();
            case "*" -> node.isPresent();
            default -> mapping.text(variant.key()).equals(Optional.of(variant.value()));
        };
    }

    /// Reports a key that must not be there, and returns the key that was meant, if one is near.
    private Optional<String> unknown(
            OdcsTable.Kind kind,
            String key,
            Yaml value,
            Yaml.Mapping mapping,
            Map<String, OdcsTable.Field> fields) {
        Optional<String> near =
                Nearest.of(
                        key,
                        fields.keySet().stream()
                                .filter(name -> !mapping.entries().containsKey(name))
                                .toList());
        report(
                value,
                "'" + key + "' is not a key here",
                near.map(name -> "use " + name).orElseGet(() -> elsewhere(kind, key, fields)));
        return near;
    }

    private static String elsewhere(
            OdcsTable.Kind kind, String key, Map<String, OdcsTable.Field> fields) {
        List<String> cases =
                kind.variants().stream()
                        .filter(variant -> variant.fields().containsKey(key))
                        .filter(variant -> !variant.value().isEmpty())
                        .map(variant -> variant.key() + ": " + variant.value())
                        .limit(4)
                        .toList();
        if (!cases.isEmpty()) {
            return "remove it; it belongs to " + String.join(" or ", cases);
        } else if (fields.isEmpty()) {
            return "write the logicalType that it belongs to";
        } else if (key.equals("from")) {
            return "remove it; this column is meant";
        } else if (fields.containsKey("customProperties")) {
            return "remove it, or write it under customProperties as property and value";
        }
        return "remove it; allowed are " + String.join(", ", fields.keySet());
    }

    private void missing(
            Map<String, OdcsTable.Field> fields, Yaml.Mapping mapping, Set<String> claimed) {
        List<String> choices = new ArrayList<>();
        fields.forEach((key, field) -> {
            if (field.oneOf()) {
                choices.add(key);
            } else if (field.required()
                    && !mapping.entries().containsKey(key)
                    && !claimed.contains(key)) {
                problems.add(
                        new Problem(
                                path(mapping, key),
                                mapping.line(),
                                "is missing",
                                "write " + field.shape().title()));
            }
        });
        List<String> found =
                choices.stream().filter(key -> mapping.entries().containsKey(key)).toList();
        if (!choices.isEmpty()
                && found.isEmpty()
                && choices.stream().noneMatch(claimed::contains)) {
            report(mapping, "no comparison", "write one of " + String.join(", ", choices));
        } else if (found.size() > 1) {
            report(mapping, "holds " + String.join(" and ", found), "keep one of them");
        }
    }

    private void sameSort(Yaml.Mapping relationship) {
        Yaml from = relationship.entries().get("from");
        Yaml to = relationship.entries().get("to");
        if ((from instanceof Yaml.Scalar && to instanceof Yaml.Sequence)
                || (from instanceof Yaml.Sequence && to instanceof Yaml.Scalar)) {
            report(
                    relationship,
                    "one of from and to is a list, the other is not",
                    "write two lists, or two references");
        }
    }

    private void report(Yaml node, String message, String remedy) {
        problems.add(new Problem(node.path(), node.line(), message, remedy));
    }

    private static String path(Yaml.Mapping mapping, String key) {
        return mapping.path().isEmpty() ? key : mapping.path() + "." + key;
    }

    private static String is(Yaml node, Shape shape) {
        String shown = shown(node);
        return switch (node) {
            case Yaml.Scalar scalar when scalar.value() == null -> "is empty";
            case Yaml.Scalar _ -> "'" + shown + "' is not " + shape.title();
            case Yaml.Sequence _, Yaml.Mapping _ -> "is " + shown + ", not " + shape.title();
        };
    }

    private static String shown(Yaml node) {
        return switch (node) {
            case Yaml.Sequence _ -> "a list";
            case Yaml.Mapping _ -> "a mapping";
            case Yaml.Scalar scalar -> {
                String text = Yaml.asText(scalar).orElse("null");
                yield text.length() > 60 ? text.substring(0, 60) + "…" : text;
            }
        };
    }

    private static Optional<BigDecimal> number(Yaml node) {
        if (node instanceof Yaml.Scalar scalar) {
            return switch (scalar.value()) {
                case Long number -> Optional.of(BigDecimal.valueOf(number));
                case BigDecimal number -> Optional.of(number);
                case null, default -> Optional.empty();
            };
        }
        return Optional.empty();
    }
}
