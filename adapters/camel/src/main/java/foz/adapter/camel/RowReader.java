package foz.adapter.camel;

import java.io.IOException;
import java.util.List;

/// Reads documents of one format, row by row.
interface RowReader {

    interface Handler {
        void row(RowText row);
    }

    /// @throws foz.agent.FeedException naming the document and the place, when it is not of the
    ///   format
    void read(Document document, Handler handler) throws IOException;

    /// A text that stands beside the rows; empty when it is missing or null.
    String beside(Document document, String path) throws IOException;

    /// Texts that mean no value, unless the feed says otherwise.
    List<String> nulls();

    static RowReader of(FeedSpec.Format format) {
        return switch (format) {
            case FeedSpec.Csv csv -> new CsvReader(csv);
            case FeedSpec.Fixed fixed -> new FixedReader(fixed);
            case FeedSpec.Xml xml -> new XmlReader(xml);
            case FeedSpec.Json json -> new JsonReader(json);
        };
    }
}
