package foz.contract;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/// Changes one thing of a document, chosen at random.
final class YamlMutator {

    private static final Yaml NOTHING = new Yaml.Scalar("", 0, null);

    private final RandomGenerator random;
    private final List<String> keys;
    private final List<Yaml> values;

    /// A changed document, and what was done.
    record Mutation(Yaml document, String what) {}

    /// @param keys that a document may know, to be put where they do not belong
    YamlMutator(RandomGenerator random, List<String> keys, List<String> words) {
        this.random = random;
        this.keys = List.copyOf(new TreeSet<>(keys));
        this.values = new ArrayList<>();
        for (Object value :
                List.of(
                        true,
                        false,
                        0L,
                        1L,
                        -1L,
                        5432L,
                        new BigDecimal("2.5"),
                        new BigDecimal("1.0"),
                        new BigDecimal("-0.0"),
                        "",
                        "x",
                        "a b",
                        "1",
                        "true",
                        "a.b",
                        "a/b",
                        "/a/b/c/d",
                        "other.yaml#a/b",
                        "a.b.c",
                        "sftp://host/x",
                        "ação",
                        "id-1_2")) {
            values.add(scalar(value));
        }
        values.add(NOTHING);
        values.add(mapping(Map.of()));
        values.add(mapping(Map.of("a", scalar(1L))));
        values.add(list());
        values.add(list(scalar(1L), scalar(2L)));
        values.add(list(scalar(1L), scalar(1L)));
        values.add(list(scalar(1L), scalar(2L), scalar(3L)));
        values.add(list(scalar("a"), scalar("b")));
        values.add(list(scalar("a.b")));
        values.add(list(scalar("a.b"), scalar("a.b")));
        values.add(list(NOTHING));
        words.forEach(word -> values.add(scalar(word)));
    }

    Mutation mutate(Yaml document) {
        int target = random.nextInt(size(document));
        List<String> what = new ArrayList<>();
        Yaml changed = rebuild(document, new int[] {target}, what);
        return new Mutation(changed, String.join(", ", what));
    }

    /// The document with each of `keys` put into each mapping, once with each of `values`, and with
    /// each key of each mapping taken away.
    static List<Yaml> everyKeyChanged(Yaml document, List<String> keys, List<Yaml> values) {
        List<Yaml> changed = new ArrayList<>();
        switch (document) {
            case Yaml.Scalar _ -> {}
            case Yaml.Sequence list -> {
                for (int i = 0; i < list.items().size(); i++) {
                    for (Yaml item : everyKeyChanged(list.items().get(i), keys, values)) {
                        List<Yaml> items = new ArrayList<>(list.items());
                        items.set(i, item);
                        changed.add(list(items.toArray(Yaml[]::new)));
                    }
                }
            }
            case Yaml.Mapping map -> {
                for (String key : new TreeSet<>(keys)) {
                    values.forEach(value -> changed.add(with(map, key, value)));
                }
                for (Map.Entry<String, Yaml> entry : map.entries().entrySet()) {
                    Map<String, Yaml> fewer = new LinkedHashMap<>(map.entries());
                    fewer.remove(entry.getKey());
                    changed.add(mapping(fewer));
                    for (Yaml value : everyKeyChanged(entry.getValue(), keys, values)) {
                        changed.add(with(map, entry.getKey(), value));
                    }
                }
            }
        }
        return changed;
    }

    private static Yaml with(Yaml.Mapping map, String key, Yaml value) {
        Map<String, Yaml> entries = new LinkedHashMap<>(map.entries());
        entries.put(key, value);
        return mapping(entries);
    }

    static int size(Yaml node) {
        return switch (node) {
            case Yaml.Scalar _ -> 1;
            case Yaml.Sequence list -> 1 + list.items().stream().mapToInt(YamlMutator::size).sum();
            case Yaml.Mapping map ->
                    1 + map.entries().values().stream().mapToInt(YamlMutator::size).sum();
        };
    }

    private Yaml rebuild(Yaml node, int[] countdown, List<String> what) {
        if (countdown[0]-- == 0) {
            Yaml changed = change(node);
            what.add(node.path() + ": " + Json.write(node) + " -> " + Json.write(changed));
            return changed;
        }
        return switch (node) {
            case Yaml.Scalar scalar -> scalar;
            case Yaml.Sequence list ->
                    list(
                            list.items().stream()
                                    .map(item -> rebuild(item, countdown, what))
                                    .toArray(Yaml[]::new));
            case Yaml.Mapping map -> {
                Map<String, Yaml> entries = new LinkedHashMap<>();
                map.entries()
                        .forEach((key, value) -> entries.put(key, rebuild(value, countdown, what)));
                yield mapping(entries);
            }
        };
    }

    private Yaml change(Yaml node) {
        return switch (random.nextInt(8)) {
            case 0 -> value();
            case 1 -> list(node);
            case 2 -> mapping(Map.of(key(), node));
            default ->
                    switch (node) {
                        case Yaml.Scalar scalar -> changeScalar(scalar);
                        case Yaml.Sequence list -> changeList(list);
                        case Yaml.Mapping map -> changeMapping(map);
                    };
        };
    }

    private Yaml changeScalar(Yaml.Scalar scalar) {
        if (scalar.value() instanceof String text && !text.isEmpty() && random.nextBoolean()) {
            return scalar(misspelt(text));
        }
        return value();
    }

    private Yaml changeList(Yaml.Sequence list) {
        List<Yaml> items = new ArrayList<>(list.items());
        switch (random.nextInt(4)) {
            case 0 -> items.add(value());
            case 1 -> items.addAll(list.items());
            case 2 -> items.clear();
            default -> {
                if (!items.isEmpty()) {
                    items.remove(random.nextInt(items.size()));
                }
            }
        }
        return list(items.toArray(Yaml[]::new));
    }

    private Yaml changeMapping(Yaml.Mapping map) {
        Map<String, Yaml> entries = new LinkedHashMap<>(map.entries());
        List<String> present = List.copyOf(entries.keySet());
        int act = present.isEmpty() ? 0 : random.nextInt(6);
        switch (act) {
            case 0, 1 -> entries.put(key(), value());
            case 2 -> entries.put("unknownKey", value());
            case 3 -> entries.remove(any(present));
            case 4 -> rename(entries, any(present), misspelt(any(present)));
            default -> rename(entries, any(present), key());
        }
        return mapping(entries);
    }

    private static void rename(Map<String, Yaml> entries, String from, String to) {
        Yaml value = entries.remove(from);
        if (value != null) {
            entries.put(to, value);
        }
    }

    private String misspelt(String word) {
        int at = random.nextInt(word.length());
        return switch (random.nextInt(4)) {
            case 0 -> word + "x";
            case 1 -> word.substring(0, at) + word.substring(at + 1);
            case 2 -> word.substring(0, at) + " " + word.substring(at);
            default -> swapCase(word.substring(0, at), word.charAt(at)) + word.substring(at + 1);
        };
    }

    private static String swapCase(String before, char letter) {
        return before
                + (Character.isUpperCase(letter)
                        ? Character.toLowerCase(letter)
                        : Character.toUpperCase(letter));
    }

    private String key() {
        return any(keys);
    }

    private Yaml value() {
        return any(values);
    }

    private <T> T any(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    static Yaml scalar(Object value) {
        return new Yaml.Scalar("", 0, value);
    }

    static Yaml list(Yaml... items) {
        return new Yaml.Sequence("", 0, List.of(items));
    }

    static Yaml mapping(Map<String, Yaml> entries) {
        return new Yaml.Mapping("", 0, entries);
    }

    /// JSON, which is YAML too.
    static final class Json {

        private Json() {}

        static String write(Yaml node) {
            StringBuilder out = new StringBuilder();
            write(node, out);
            return out.toString();
        }

        private static void write(Yaml node, StringBuilder out) {
            switch (node) {
                case Yaml.Scalar scalar -> {
                    switch (scalar.value()) {
                        case null -> out.append("null");
                        case String text -> quote(text, out);
                        case Object other -> out.append(other);
                    }
                }
                case Yaml.Sequence list -> {
                    String separator = "[";
                    for (Yaml item : list.items()) {
                        out.append(separator);
                        write(item, out);
                        separator = ", ";
                    }
                    out.append(list.items().isEmpty() ? "[]" : "]");
                }
                case Yaml.Mapping map -> {
                    String separator = "{";
                    for (Map.Entry<String, Yaml> entry : map.entries().entrySet()) {
                        out.append(separator);
                        quote(entry.getKey(), out);
                        out.append(": ");
                        write(entry.getValue(), out);
                        separator = ", ";
                    }
                    out.append(map.entries().isEmpty() ? "{}" : "}");
                }
            }
        }

        private static void quote(String text, StringBuilder out) {
            out.append('"');
            text.chars()
                    .forEach(c -> {
                        if (c == '"' || c == '\\') {
                            out.append('\\').append((char) c);
                        } else if (c < ' ') {
                            out.append(String.format("\\u%04x", c));
                        } else {
                            out.append((char) c);
                        }
                    });
            out.append('"');
        }
    }
}
