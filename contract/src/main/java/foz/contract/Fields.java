package foz.contract;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Reads the keys of one mapping and notes what is missing, wrong or unknown.
final class Fields {

    private final Yaml.Mapping mapping;
    private final List<Problem> problems;
    private final Set<String> known = new LinkedHashSet<>();

    Fields(Yaml.Mapping mapping, List<Problem> problems) {
        this.mapping = mapping;
        this.problems = problems;
    }

    String text(String key) {
        Optional<String> found = optionalText(key);
        if (found.isEmpty() && !mapping.entries().containsKey(key)) {
            problem(key, "is missing", "write it");
        }
        return found.orElse("");
    }

    String text(String key, String fallback) {
        return optionalText(key).orElse(fallback);
    }

    Optional<String> optionalText(String key) {
        known.add(key);
        Yaml node = mapping.entries().get(key);
        if (node == null) {
            return Optional.empty();
        }
        Optional<String> found = Yaml.asText(node);
        if (found.isEmpty() || found.get().isBlank()) {
            problem(key, "is not a text", "write a text");
            return Optional.empty();
        }
        return found;
    }

    long number(String key, long fallback, long min, long max) {
        known.add(key);
        Yaml node = mapping.entries().get(key);
        if (node == null) {
            return fallback;
        }
        if (node instanceof Yaml.Scalar(String _, int _, Long value)
                && value >= min
                && value <= max) {
            return value;
        }
        problem(
                key,
                "'" + Yaml.asText(node).orElse("") + "' is not a whole number in range",
                "write one from " + min + " to " + max);
        return fallback;
    }

    List<String> texts(String key) {
        known.add(key);
        Yaml node = mapping.entries().get(key);
        if (node == null) {
            return List.of();
        }
        List<String> texts = new ArrayList<>();
        if (node instanceof Yaml.Sequence sequence) {
            sequence.items().forEach(item -> Yaml.asText(item).ifPresent(texts::add));
        } else {
            problem(key, "is not a list", "write a list of texts");
        }
        return texts;
    }

    Map<String, String> textMap(String key) {
        Map<String, String> texts = new LinkedHashMap<>();
        for (Map.Entry<String, Yaml> entry : optional(key).entrySet()) {
            Yaml.asText(entry.getValue())
                    .ifPresentOrElse(
                            text -> texts.put(entry.getKey(), text),
                            () ->
                                    problem(
                                            key + "." + entry.getKey(),
                                            "is not a text",
                                            "write a text"));
        }
        return texts;
    }

    private Map<String, Yaml> optional(String key) {
        known.add(key);
        Yaml node = mapping.entries().get(key);
        if (node instanceof Yaml.Mapping found) {
            return found.entries();
        }
        if (node != null) {
            problem(key, "is not a mapping", "write key: value pairs");
        }
        return Map.of();
    }

    /// The mapping under a key; an empty one, with its problem noted, when it is absent.
    Fields child(String key) {
        known.add(key);
        if (mapping.entries().get(key) instanceof Yaml.Mapping found) {
            return new Fields(found, problems);
        }
        problem(key, "is missing", "write a mapping");
        return new Fields(new Yaml.Mapping(path(key), mapping.line(), Map.of()), new ArrayList<>());
    }

    void problem(String key, String message, String remedy) {
        Yaml node = mapping.entries().get(key);
        int line = node == null ? mapping.line() : node.line();
        problems.add(new Problem(path(key), line, message, remedy));
    }

    /// Notes each key that was not asked for.
    void closed() {
        for (String key : mapping.entries().keySet()) {
            if (!known.contains(key)) {
                problem(key, "is not known here", "use one of " + String.join(", ", known));
            }
        }
    }

    private String path(String key) {
        return mapping.path().isEmpty() ? key : mapping.path() + "." + key;
    }
}
