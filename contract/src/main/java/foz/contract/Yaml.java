package foz.contract;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/// A YAML document as a tree that remembers where each value stood, so that an error can name its
/// line.
public sealed interface Yaml {

    /// Path from the root, as in `schema[0].properties[3].logicalType`; empty for the root.
    String path();

    /// Line in the file, from 1; of a mapping's value the line of its key.
    int line();

    /// A scalar: [String], [Boolean], [Long], [BigDecimal], or null.
    record Scalar(String path, int line, @Nullable Object value) implements Yaml {}

    record Sequence(String path, int line, List<Yaml> items) implements Yaml {
        public Sequence {
            items = List.copyOf(items);
        }
    }

    record Mapping(String path, int line, Map<String, Yaml> entries) implements Yaml {
        public Mapping {
            entries = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(entries));
        }

        public Optional<Yaml> get(String key) {
            return Optional.ofNullable(entries.get(key));
        }

        /// The scalar's text, or empty when the key is absent, null or not a scalar.
        public Optional<String> text(String key) {
            return get(key).flatMap(Yaml::asText);
        }

        public List<Yaml> list(String key) {
            return entries.get(key) instanceof Sequence sequence ? sequence.items() : List.of();
        }
    }

    /// The scalar's text, or empty when this is null or not a scalar.
    static Optional<String> asText(Yaml node) {
        return node instanceof Scalar(String _, int _, Object value) && value != null
                ? Optional.of(
                        value instanceof BigDecimal number && Math.abs(number.scale()) < 100
                                ? number.toPlainString()
                                : value.toString())
                : Optional.empty();
    }

    /// Reads one document. Aliases are expanded, at most 50 of them; duplicate keys are an error.
    ///
    /// @throws ContractException when the text is not YAML, naming line and column
    static Yaml parse(String text) {
        LoadSettings settings =
                LoadSettings.builder()
                        .setAllowDuplicateKeys(false)
                        .setMaxAliasesForCollections(50)
                        .setCodePointLimit(8 << 20)
                        .build();
        Node root;
        try {
            root = new Compose(settings).composeString(text).orElse(null);
        } catch (MarkedYamlEngineException e) {
            int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(0);
            throw new ContractException(
                    List.of(
                            new Problem(
                                    "",
                                    line,
                                    "not YAML: " + e.getProblem(),
                                    "correct the syntax at that line")));
        } catch (YamlEngineException e) {
            throw new ContractException(
                    List.of(new Problem("", 0, "not YAML: " + e.getMessage(), "correct it")));
        }
        if (root == null) {
            throw new ContractException(
                    List.of(new Problem("", 0, "the document is empty", "write a contract")));
        }
        return new YamlTree().convert(root, "", YamlTree.line(root), 0);
    }

    /// Conversion from the parser's nodes.
    final class YamlTree {
        private static final int DEPTH_MAX = 64;

        /// Aliases are expanded, and a short document could grow without end.
        private static final int NODES_MAX = 1_000_000;

        private int nodes;

        private YamlTree() {}

        private Yaml convert(Node node, String path, int line, int depth) {
            if (++nodes > NODES_MAX) {
                throw new ContractException(
                        List.of(new Problem(path, line, "too many values", "split the document")));
            }
            if (depth > DEPTH_MAX) {
                throw new ContractException(
                        List.of(new Problem(path, line, "nested too deeply", "flatten it")));
            }
            return switch (node) {
                case MappingNode mapping -> convertMapping(mapping, path, line, depth);
                case SequenceNode sequence -> {
                    List<Yaml> items = new ArrayList<>();
                    for (Node item : sequence.getValue()) {
                        items.add(
                                convert(
                                        item,
                                        path + "[" + items.size() + "]",
                                        line(item),
                                        depth + 1));
                    }
                    yield new Sequence(path, line, items);
                }
                case ScalarNode scalar -> new Scalar(path, line, value(scalar));
                case Node other ->
                        throw new IllegalStateException("unknown YAML node " + other.getNodeType());
            };
        }

        private Mapping convertMapping(MappingNode mapping, String path, int line, int depth) {
            Map<String, Yaml> entries = new LinkedHashMap<>();
            for (NodeTuple tuple : mapping.getValue()) {
                if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                    throw new ContractException(
                            List.of(
                                    new Problem(
                                            path,
                                            line,
                                            "a key is not plain text",
                                            "write keys as text")));
                }
                String name = key.getValue();
                Yaml value =
                        convert(
                                tuple.getValueNode(),
                                path.isEmpty() ? name : path + "." + name,
                                line(key),
                                depth + 1);
                if (entries.put(name, value) != null) {
                    throw new ContractException(
                            List.of(
                                    new Problem(
                                            value.path(),
                                            value.line(),
                                            "the key '" + name + "' stands twice",
                                            "keep one of them")));
                }
            }
            return new Mapping(path, line, entries);
        }

        private static int line(Node node) {
            return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
        }

        private static @Nullable Object value(ScalarNode scalar) {
            Tag tag = scalar.getTag();
            String text = scalar.getValue();
            if (tag.equals(Tag.NULL)) {
                return null;
            }
            if (tag.equals(Tag.BOOL)) {
                return Boolean.valueOf(text.equalsIgnoreCase("true"));
            }
            if (tag.equals(Tag.INT) || tag.equals(Tag.FLOAT)) {
                return number(text);
            }
            return text;
        }

        private static Object number(String text) {
            try {
                BigDecimal number = new BigDecimal(text);
                long digits = (long) number.precision() - number.scale();
                return number.scale() <= 0 && digits <= 18
                        ? (Object) number.longValueExact()
                        : number;
            } catch (NumberFormatException e) {
                return text;
            }
        }
    }
}
