package foz.adapter.camel;

import foz.agent.FeedException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Rows as lines of fields of fixed widths, in characters. Blanks around a field are no part of it.
final class FixedReader implements RowReader {

    /// @param end exclusive
    private record Span(int start, int end) {}

    private final FeedSpec.Fixed format;
    private final Map<String, Span> spans = new HashMap<>();
    private final int width;

    FixedReader(FeedSpec.Fixed format) {
        this.format = format;
        int at = 0;
        for (Map.Entry<String, Integer> field : format.widths().entrySet()) {
            spans.put(field.getKey(), new Span(at, at + field.getValue()));
            at += field.getValue();
        }
        this.width = at;
    }

    @Override
    public List<String> nulls() {
        return List.of("");
    }

    @Override
    public String beside(Document document, String path) {
        throw new FeedException(
                document.name() + ": fixed width has nothing beside its rows; page by number");
    }

    @Override
    public void read(Document document, Handler handler) throws IOException {
        long number = 0;
        try (BufferedReader reader = TextLines.open(document, format.charset())) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                number++;
                if (!line.isEmpty() && line.startsWith(format.startWith())) {
                    requireWidth(document, number, line);
                    handler.row(new Row(document, number, spans, line));
                }
            }
        } catch (CharacterCodingException e) {
            throw CsvReader.wrongCharset(document, number, format.charset().name(), e);
        }
    }

    private void requireWidth(Document document, long number, String line) {
        boolean right = format.stripped() ? line.length() <= width : line.length() == width;
        if (!right) {
            throw new FeedException(
                    "%s, line %d: has %d characters instead of %d; correct the file or the widths, or write stripped: true if blanks at the end may be missing"
                            .formatted(document.name(), number, line.length(), width));
        }
    }

    private record Row(Document document, long number, Map<String, Span> spans, String line)
            implements RowText {

        @Override
        public String place() {
            return "line " + number;
        }

        @Override
        public @Nullable String get(String field) {
            Span span = spans.get(field);
            if (span == null) {
                throw new FeedException(
                        "%s: has no field '%s', but %s; correct the mapping under columns"
                                .formatted(document.name(), field, spans.keySet()));
            }
            int end = Math.min(span.end(), line.length());
            return span.start() >= end ? "" : line.substring(span.start(), end).strip();
        }
    }
}
