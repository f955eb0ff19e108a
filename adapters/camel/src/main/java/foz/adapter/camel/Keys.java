package foz.adapter.camel;

import foz.contract.Problem;
import foz.contract.Yaml;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Reads the keys of one mapping, and notes what is missing, wrong or unknown.
final class Keys {

    private final Yaml.Mapping mapping;
    private final List<Problem> problems;
    private final Secrets secrets;
    private final Set<String> known = new LinkedHashSet<>();

    Keys(Yaml.Mapping mapping, List<Problem> problems, Secrets secrets) {
        this.mapping = mapping;
        this.problems = problems;
        this.secrets = secrets;
    }

    boolean has(String key) {
        known.add(key);
        return mapping.entries().containsKey(key);
    }

    String text(String key) {
        Optional<String> found = maybe(key);
        if (found.isEmpty() && !has(key)) {
            problem(key, "is missing", "write it");
        }
        return found.orElse("");
    }

    String text(String key, String fallback) {
        return maybe(key).orElse(fallback);
    }

    Optional<String> maybe(String key) {
        known.add(key);
        Yaml node = mapping.entries().get(key);
        if (node == null) {
            return Optional.empty();
        }
        Optional<String> found = Yaml.asText(node);
        if (found.isEmpty()) {
            problem(key, "is not a text", "write a text");
        }
        return found;
    }

    String choice(String key, String fallback, List<String> options) {
        String found = text(key, fallback);
        if (!options.contains(found)) {
            problem(key, "is '" + found + "'", "write one of " + String.join(", ", options));
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

    boolean flag(String key, boolean fallback) {
        known.add(key);
        Yaml node = mapping.entries().get(key);
        if (node == null) {
            return fallback;
        }
        if (node instanceof Yaml.Scalar(String _, int _, Boolean value)) {
            return value;
        }
        problem(key, "is not true or false", "write true or false");
        return fallback;
    }

    Optional<List<String>> texts(String key) {
        known.add(key);
        Yaml node = mapping.entries().get(key);
        if (node == null) {
            return Optional.empty();
        }
        List<String> texts = new ArrayList<>();
        if (node instanceof Yaml.Sequence sequence) {
            sequence.items().forEach(item -> texts.add(Yaml.asText(item).orElse("")));
        } else {
            problem(key, "is not a list", "write a list of texts");
        }
        return Optional.of(texts);
    }

    Map<String, String> textMap(String key) {
        Map<String, String> texts = new LinkedHashMap<>();
        entries(key)
                .forEach((name, node) ->
                        Yaml.asText(node)
                                .ifPresentOrElse(
                                        text -> texts.put(name, text),
                                        () ->
                                                problem(
                                                        key,
                                                        "has no text under '" + name + "'",
                                                        "write a text")));
        return texts;
    }

    Map<String, Yaml> entries(String key) {
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

    /// A secret, which must be a reference; a missing one is none.
    Secret secret(String key) {
        Optional<String> reference = maybe(key);
        if (reference.isEmpty()) {
            return Secret.NONE;
        }
        Optional<Secret> found = secrets.of(reference.get());
        if (found.isEmpty()) {
            problem(
                    key,
                    "is a secret written out, or nothing is there under its name",
                    "write " + Secrets.FORMS + ", and see that it has a value");
        }
        return found.orElse(Secret.NONE);
    }

    /// The keys of a mapping under this one; empty, with its problem noted, when it is missing.
    Keys required(String key) {
        return child(key)
                .orElseGet(() -> {
                    if (!mapping.entries().containsKey(key)) {
                        problem(key, "is missing", "write a mapping");
                    }
                    return empty();
                });
    }

    private Keys empty() {
        return new Keys(
                new Yaml.Mapping(mapping.path(), mapping.line(), Map.of()),
                new ArrayList<>(),
                secrets);
    }

    Optional<Keys> child(String key) {
        known.add(key);
        Yaml node = mapping.entries().get(key);
        if (node instanceof Yaml.Mapping found) {
            return Optional.of(new Keys(found, problems, secrets));
        }
        if (node != null) {
            problem(key, "is not a mapping", "write key: value pairs");
        }
        return Optional.empty();
    }

    Keys of(Yaml.Mapping other) {
        return new Keys(other, problems, secrets);
    }

    /// Which of these keys is written: exactly one must be.
    String one(List<String> keys) {
        List<String> found = keys.stream().filter(this::has).toList();
        if (found.size() != 1) {
            problems.add(
                    new Problem(
                            mapping.path(),
                            mapping.line(),
                            "has " + (found.isEmpty() ? "none" : found) + " of " + keys,
                            "write exactly one"));
            return keys.getFirst();
        }
        return found.getFirst();
    }

    void problem(String key, String message, String remedy) {
        Yaml node = mapping.entries().get(key);
        int line = node == null ? mapping.line() : node.line();
        String path = mapping.path().isEmpty() ? key : mapping.path() + "." + key;
        problems.add(new Problem(path, line, message, remedy));
    }

    /// Notes each key that was not asked for.
    void closed() {
        for (String key : mapping.entries().keySet()) {
            if (!known.contains(key)) {
                problem(key, "is not known here", "use one of " + String.join(", ", known));
            }
        }
    }
}
