package foz.adapter.camel;

import foz.agent.Reading;
import foz.agent.RowFeed;
import foz.agent.RowSink;
import foz.agent.SourceSettings;
import foz.contract.Contract;
import foz.contract.ContractReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A feeds' file with one table, read again and again as an agent does.
final class Feeding implements AutoCloseable {

    static final String COLUMNS =
            """
            - {name: code, logicalType: integer, physicalType: bigint, primaryKey: true, primaryKeyPosition: 1}
            - {name: name, logicalType: string, physicalType: text}
            - {name: price, logicalType: number, physicalType: 'numeric(12,2)'}
            - {name: changed, logicalType: timestamp, physicalType: timestamp}
            """;

    private final RowFeed feed;
    private final Contract.Table table;
    final List<Long> pauses = new ArrayList<>();
    Instant now = Instant.parse("2026-11-25T12:00:00Z");
    String cursor = "";

    /// @param feed the keys of one feed but its table, as YAML
    Feeding(Path folder, String feed, String columns, Map<String, String> environment)
            throws IOException {
        Path file = folder.resolve("feeds.yaml");
        Files.writeString(file, "feeds:\n  - table: item\n" + feed.indent(4));
        table = table(columns);
        this.feed =
                FeedEngine.feed(
                        new SourceSettings("feed:" + file, "ana", "s3cret", ""),
                        folder.resolve("work"),
                        () -> now,
                        pauses::add,
                        new HashMap<>(environment)::get);
        this.feed.check(List.of(table));
    }

    Feeding(Path folder, String feed) throws IOException {
        this(folder, feed, COLUMNS, Map.of());
    }

    private static Contract.Table table(String columns) {
        return ContractReader.read(
                        """
                        apiVersion: v3.1.0
                        kind: DataContract
                        id: feed
                        version: 1.0.0
                        status: active
                        schema:
                          - name: item
                            logicalType: object
                            customProperties:
                              - {property: foz.capture, value: {pollMs: 1000}}
                            properties:
                        """
                                + columns.indent(6))
                .captured()
                .getFirst();
    }

    /// What one reading named: `+` rows, `-` gone, and at its end what it was.
    List<String> read() throws IOException, InterruptedException {
        List<String> named = new ArrayList<>();
        Reading reading =
                feed.read(
                        table,
                        cursor,
                        new RowSink() {
                            @Override
                            public void row(@Nullable String[] values) {
                                named.add("+" + String.join("|", texts(values)));
                            }

                            @Override
                            public void gone(@Nullable String[] values) {
                                named.add("-" + values[0]);
                            }
                        });
        cursor = reading.cursor();
        named.add(
                switch (reading) {
                    case Reading.Nothing _ -> "nothing";
                    case Reading.Whole _ -> "whole";
                    case Reading.Increment(String _, boolean more) -> more ? "more" : "end";
                });
        return named;
    }

    private static List<String> texts(@Nullable String[] values) {
        List<String> texts = new ArrayList<>();
        for (String value : values) {
            texts.add(value == null ? "null" : value);
        }
        return texts;
    }

    @Override
    public void close() {
        try {
            feed.close();
        } catch (RuntimeException e) {
            throw new IllegalStateException("the feed closes", e);
        }
    }
}
