package foz.adapter.camel;

import foz.agent.FeedException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;

/// Rows as items of an array, one in memory at a time, or as lines. Numbers keep all their digits.
final class JsonReader implements RowReader {

    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                    .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
                    .disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    private final FeedSpec.Json format;

    JsonReader(FeedSpec.Json format) {
        this.format = format;
    }

    @Override
    public List<String> nulls() {
        return List.of();
    }

    @Override
    public void read(Document document, Handler handler) throws IOException {
        try {
            if (format.lines()) {
                lines(document, handler);
            } else {
                items(document, handler);
            }
        } catch (JacksonException e) {
            throw new FeedException(
                    "%s: is not JSON, or ends too early: %s"
                            .formatted(document.name(), e.getOriginalMessage()),
                    e);
        }
    }

    private void lines(Document document, Handler handler) throws IOException {
        long number = 0;
        try (BufferedReader reader = TextLines.open(document, StandardCharsets.UTF_8)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                number++;
                if (!line.isBlank()) {
                    handler.row(row(document, "line " + number, JSON.readTree(line)));
                }
            }
        } catch (CharacterCodingException e) {
            throw CsvReader.wrongCharset(document, number, "UTF-8", e);
        }
    }

    private void items(Document document, Handler handler) throws IOException {
        try (JsonParser parser = JSON.createParser(Files.newInputStream(document.file()))) {
            if (!find(parser, format.rows()) || parser.currentToken() != JsonToken.START_ARRAY) {
                throw new FeedException(
                        "%s: has no array at '%s'; correct 'rows', or see what the source answered"
                                .formatted(document.name(), format.rows()));
            }
            for (long number = 1; parser.nextToken() != JsonToken.END_ARRAY; number++) {
                handler.row(row(document, "item " + number, JSON.readTree(parser)));
            }
            // To the end: a document that breaks off is not whole.
            while (parser.nextToken() != null) {
                parser.skipChildren();
            }
        }
    }

    /// Goes on to the value at a pointer.
    private static boolean find(JsonParser parser, String pointer) {
        JsonToken token = parser.nextToken();
        if (pointer.isEmpty()) {
            return token != null;
        }
        for (token = parser.nextToken(); token != null; token = parser.nextToken()) {
            if (token == JsonToken.PROPERTY_NAME || token.isStructEnd()) {
                continue;
            }
            String path = path(parser, token);
            if (path.equals(pointer)) {
                return true;
            }
            if (token.isStructStart() && !pointer.startsWith(path + "/")) {
                parser.skipChildren();
            }
        }
        return false;
    }

    private static String path(JsonParser parser, JsonToken token) {
        var context = parser.streamReadContext();
        return (token.isStructStart() ? context.getParent() : context).pathAsPointer().toString();
    }

    private RowText row(Document document, String place, JsonNode node) {
        if (!node.isObject()) {
            throw new FeedException(
                    "%s, %s: is not an object; correct 'rows'".formatted(document.name(), place));
        }
        return new Row(place, node);
    }

    @Override
    public String beside(Document document, String path) throws IOException {
        try (JsonParser parser = JSON.createParser(Files.newInputStream(document.file()))) {
            if (!find(parser, path)) {
                return "";
            }
            String text = text(JSON.readTree(parser));
            return text == null ? "" : text;
        }
    }

    private static @Nullable String text(JsonNode node) {
        if (node.isMissingNode() || node.isNull()) {
            return null;
        }
        if (node.isString()) {
            return node.asString();
        }
        if (node.isNumber()) {
            return node.isIntegralNumber()
                    ? node.bigIntegerValue().toString()
                    : node.decimalValue().toString();
        }
        return node.toString();
    }

    private record Row(String place, JsonNode node) implements RowText {

        /// By name, or by pointer into what lies deeper.
        @Override
        public @Nullable String get(String field) {
            return text(field.startsWith("/") ? node.at(field) : node.path(field));
        }
    }
}
