package foz.server.command;

import foz.contract.Contract.Table;
import foz.wire.Chain;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A command as an app sent it: the header's row and its lines, each column's value as text.
///
/// @param id the header's row id, chosen by the app
/// @param key the idempotency key
record Submission(
        String name,
        String id,
        String key,
        Map<String, @Nullable String> header,
        List<Line> lines) {

    private static final JsonMapper JSON = new JsonMapper();

    /// @param id the line's row id, chosen by the app
    record Line(String id, Map<String, @Nullable String> values) {
        Line {
            values = Collections.unmodifiableMap(new TreeMap<>(values));
        }
    }

    Submission {
        header = Collections.unmodifiableMap(new TreeMap<>(header));
        lines = List.copyOf(lines);
    }

    Submission with(Map<String, @Nullable String> newHeader) {
        return new Submission(name, id, key, newHeader, lines);
    }

    /// The same without numbers that no database holds: see [Numbers#bounded].
    Submission bounded(Table headerTable, Table lineTable) {
        return new Submission(
                name,
                id,
                key,
                Numbers.bounded(headerTable, header),
                lines.stream()
                        .map(line -> new Line(line.id(), Numbers.bounded(lineTable, line.values())))
                        .toList());
    }

    /// The same with what a database's text cannot hold made visible: NUL characters.
    Submission storable() {
        return new Submission(
                name,
                id,
                key,
                storable(header),
                lines.stream().map(line -> new Line(line.id(), storable(line.values()))).toList());
    }

    private static Map<String, @Nullable String> storable(Map<String, @Nullable String> values) {
        Map<String, @Nullable String> storable = new TreeMap<>();
        values.forEach((column, value) ->
                storable.put(
                        column.replace('\0', '\u2400'),
                        value == null ? null : value.replace('\0', '\u2400')));
        return storable;
    }

    /// The content as JSON, the same text for the same content.
    String json() {
        List<Map<String, Object>> texts = new ArrayList<>();
        for (Line line : lines) {
            texts.add(new TreeMap<>(Map.of("id", line.id(), "values", line.values())));
        }
        return JSON.writeValueAsString(new TreeMap<>(Map.of("header", header, "lines", texts)));
    }

    String sha256() {
        return Chain.sha256((name + "\n" + json()).getBytes(StandardCharsets.UTF_8));
    }

    static Submission of(String name, String id, String key, String json) {
        JsonNode root = JSON.readTree(json);
        List<Line> lines = new ArrayList<>();
        for (JsonNode line : root.path("lines")) {
            lines.add(new Line(line.path("id").asString(), values(line.path("values"))));
        }
        return new Submission(name, id, key, values(root.path("header")), lines);
    }

    /// The members of a JSON object that [Numbers] read, as texts: numbers with all their digits
    /// and without exponent, null as null.
    static Map<String, @Nullable String> values(JsonNode object) {
        Map<String, @Nullable String> values = new TreeMap<>();
        object.properties().forEach(e -> values.put(e.getKey(), text(e.getValue())));
        return values;
    }

    private static @Nullable String text(JsonNode value) {
        if (value.isNull()) {
            return null;
        }
        if (value.isNumber()) {
            return value.decimalValue().toPlainString();
        }
        return value.isValueNode() ? value.asString() : value.toString();
    }
}
