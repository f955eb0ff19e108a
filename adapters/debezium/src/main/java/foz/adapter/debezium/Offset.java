package foz.adapter.debezium;

import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/// Debezium's offset as the text that Foz keeps as its position: JSON.
final class Offset {

    private static final JsonMapper JSON = new JsonMapper();

    private Offset() {}

    static String write(Map<String, ?> offset) {
        return JSON.writeValueAsString(new TreeMap<>(offset));
    }

    static Map<String, Object> read(String text) {
        return JSON.readValue(text, new TypeReference<>() {});
    }
}
