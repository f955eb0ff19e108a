package foz.server.command;

import foz.contract.Contract.Column;
import foz.contract.Contract.Table;
import foz.value.ColumnType;
import java.math.BigDecimal;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Numbers as an app wrote them: no digit is lost, and one that nobody can hold is told apart
/// before it costs anything.
final class Numbers {

    /// Of a number that is written out in full.
    private static final int DIGITS_MAX = 1_000;

    private static final int SHOWN_MAX = 40;

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /// Numbers of any length: the body's bytes are bounded, and a long one is never worked out.
    private static final JsonMapper JSON =
            new JsonMapper(
                    JsonFactory.builder()
                            .streamReadConstraints(
                                    StreamReadConstraints.builder()
                                            .maxNumberLength(Integer.MAX_VALUE)
                                            .build())
                            .build());

    private Numbers() {}

    /// Reads JSON whose numbers keep every digit. One that has no value here ([#DIGITS_MAX]) is the
    /// text that was written.
    ///
    /// @throws tools.jackson.core.JacksonException when it is not JSON
    static JsonNode read(byte[] json) {
        try (JsonParser parser = JSON.createParser(json)) {
            if (parser.nextToken() == null) {
                throw new StreamReadException(parser, "there is nothing");
            }
            JsonNode root = node(parser);
            if (parser.nextToken() != null) {
                throw new StreamReadException(parser, "something follows its end");
            }
            return root;
        }
    }

    private static JsonNode node(JsonParser parser) {
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> array(parser);
            case VALUE_STRING -> NODES.stringNode(parser.getString());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(parser.getString());
            case VALUE_TRUE -> NODES.booleanNode(true);
            case VALUE_FALSE -> NODES.booleanNode(false);
            case VALUE_NULL -> NODES.nullNode();
            case null, default -> throw new StreamReadException(parser, "it ends too early");
        };
    }

    private static ObjectNode object(JsonParser parser) {
        ObjectNode object = NODES.objectNode();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            object.set(name, node(parser));
        }
        return object;
    }

    private static ArrayNode array(JsonParser parser) {
        ArrayNode array = NODES.arrayNode();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            array.add(node(parser));
        }
        return array;
    }

    private static JsonNode number(String written) {
        Optional<BigDecimal> value = value(written);
        return value.isPresent() ? NODES.numberNode(value.get()) : NODES.stringNode(written);
    }

    private static Optional<BigDecimal> value(String written) {
        if (written.length() > DIGITS_MAX) {
            return Optional.empty();
        }
        try {
            BigDecimal value = new BigDecimal(written);
            return Math.abs((long) value.scale()) > DIGITS_MAX
                    ? Optional.empty()
                    : Optional.of(value);
        } catch (NumberFormatException _) {
            // An exponent of more than 32 bits.
            return Optional.empty();
        }
    }

    /// The same row with values that its columns' types take and no database holds made ones that
    /// they do not take, so that the verdict names them: `1e400` becomes `1e400…`.
    static Map<String, @Nullable String> bounded(
            Table table, Map<String, @Nullable String> values) {
        Map<String, @Nullable String> bounded = new TreeMap<>(values);
        for (Column column : table.columns()) {
            String value = values.get(column.name());
            if (value != null && isHopeless(column.type().kind(), value)) {
                bounded.put(
                        column.name(),
                        value.substring(0, Math.min(SHOWN_MAX, value.length())) + "…");
            }
        }
        return bounded;
    }

    private static boolean isHopeless(ColumnType.Kind kind, String value) {
        return switch (kind) {
            case INTEGER, DECIMAL -> value.length() > DIGITS_MAX || tooManyDigits(value);
            case FLOAT -> value.length() > DIGITS_MAX || !fitsDouble(value);
            case TEXT, BOOLEAN, DATE, TIME, TIMESTAMP, TIMESTAMP_WITH_ZONE, BYTES, UUID, JSON ->
                    false;
        };
    }

    private static boolean tooManyDigits(String value) {
        try {
            return Math.abs((long) new BigDecimal(value).scale()) > DIGITS_MAX;
        } catch (NumberFormatException _) {
            // No number, or NaN or infinite: its column's type knows.
            return false;
        }
    }

    /// Neither infinite nor, without being 0, as small as 0.
    private static boolean fitsDouble(String value) {
        try {
            BigDecimal exact = new BigDecimal(value);
            double nearest = exact.doubleValue();
            return !Double.isInfinite(nearest) && (nearest != 0 || exact.signum() == 0);
        } catch (NumberFormatException _) {
            return true;
        }
    }
}
