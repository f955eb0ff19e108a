package foz.adapter.camel;

import foz.agent.FeedException;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/// Rows as delimited texts. Every row has as many fields as the header.
final class CsvReader implements RowReader {

    private final FeedSpec.Csv format;
    private final CSVFormat csv;

    CsvReader(FeedSpec.Csv format) {
        this.format = format;
        this.csv =
                CSVFormat.RFC4180
                        .builder()
                        .setDelimiter(format.delimiter())
                        .setQuote(format.quote())
                        .setIgnoreEmptyLines(true)
                        .get();
    }

    @Override
    public List<String> nulls() {
        return List.of("");
    }

    @Override
    public String beside(Document document, String path) {
        throw new FeedException(
                document.name() + ": CSV has nothing beside its rows; page by number or offset");
    }

    @Override
    public void read(Document document, Handler handler) throws IOException {
        long line = 0;
        try (Reader reader = TextLines.open(document, format.charset());
                CSVParser parser = CSVParser.builder().setReader(reader).setFormat(csv).get()) {
            Iterator<CSVRecord> records = parser.iterator();
            List<String> names = format.fields();
            if (format.header()) {
                if (!records.hasNext()) {
                    throw new FeedException(
                            document.name()
                                    + ": has no header; write header: false and fields if that is"
                                    + " right");
                }
                names = records.next().toList().stream().map(String::strip).toList();
            }
            Map<String, Integer> positions = positions(document, names);
            line = parser.getCurrentLineNumber();
            while (records.hasNext()) {
                CSVRecord row = records.next();
                if (row.size() != names.size()) {
                    throw new FeedException(
                            "%s, line %d: has %d fields instead of %d; correct the file, or its delimiter and quote"
                                    .formatted(
                                            document.name(), line + 1, row.size(), names.size()));
                }
                handler.row(new Row(document, line + 1, positions, row));
                line = parser.getCurrentLineNumber();
            }
        } catch (CharacterCodingException e) {
            throw wrongCharset(document, line, format.charset().name(), e);
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof CharacterCodingException coding) {
                throw wrongCharset(document, line, format.charset().name(), coding);
            }
            throw new FeedException(
                    "%s, after line %d: is not CSV: %s"
                            .formatted(document.name(), line, e.getMessage()),
                    e);
        }
    }

    static FeedException wrongCharset(
            Document document, long line, String charset, CharacterCodingException e) {
        return new FeedException(
                "%s, after line %d: holds bytes that are no text in %s; write the charset that the file is in"
                        .formatted(document.name(), line, charset),
                e);
    }

    private static Map<String, Integer> positions(Document document, List<String> names) {
        Map<String, Integer> positions = new HashMap<>();
        for (int i = 0; i < names.size(); i++) {
            if (positions.put(names.get(i), i) != null) {
                throw new FeedException(
                        "%s: has the field '%s' twice; give the fields other names"
                                .formatted(document.name(), names.get(i)));
            }
        }
        return positions;
    }

    private record Row(
            Document document, long line, Map<String, Integer> positions, CSVRecord record)
            implements RowText {

        @Override
        public String place() {
            return "line " + line;
        }

        @Override
        public @Nullable String get(String field) {
            Integer position = positions.get(field);
            if (position == null) {
                throw new FeedException(
                        "%s: has no field '%s', but %s; correct the mapping under columns"
                                .formatted(document.name(), field, positions.keySet()));
            }
            return record.get(position);
        }
    }
}
