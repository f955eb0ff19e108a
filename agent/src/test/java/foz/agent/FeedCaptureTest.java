package foz.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import foz.contract.Contract;
import foz.contract.ContractReader;
import foz.wire.BatchReader;
import foz.wire.Change;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What reaches the spool of what a feed reads.
class FeedCaptureTest {

    @TempDir Path folder = Path.of("");

    private static final Contract.Table TABLE =
            ContractReader.read(
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
                                  - {name: name, logicalType: string, physicalType: text}
                                  - {name: id, logicalType: string, physicalType: text, primaryKey: true, primaryKeyPosition: 1}
                            """)
                    .captured()
                    .getFirst();

    private interface Script {
        Reading read(String cursor, RowSink sink) throws IOException;
    }

    /// A feed that says what the test tells it, and an agent's parts around it.
    private final class Source implements AutoCloseable {

        private final Path dir;
        private final AgentSettings settings;
        private Spool spool;
        private RowState state;
        private FeedCapture capture;
        private Script script = (cursor, _) -> new Reading.Nothing(cursor);

        Source() throws IOException {
            dir = Files.createTempDirectory(folder, "agent");
            settings = TestSettings.of(new SourceSettings("feed:x", "", "", ""), folder);
            spool = Spool.open(dir.resolve("spool"), 1L << 30);
            state = RowState.open(dir.resolve("rows"));
            capture = capture();
        }

        private FeedCapture capture() {
            RowFeed feed =
                    new RowFeed() {
                        @Override
                        public String fingerprint() {
                            return "test";
                        }

                        @Override
                        public void check(List<Contract.Table> tables) {}

                        @Override
                        public Reading read(Contract.Table table, String cursor, RowSink sink)
                                throws IOException {
                            return script.read(cursor, sink);
                        }

                        @Override
                        public void close() {}
                    };
            return new FeedCapture(
                    TABLE, feed, state, new Cutter(spool, settings), spool, dir.resolve("feed"));
        }

        boolean take(Script next) throws IOException, InterruptedException {
            script = next;
            return capture.take();
        }

        /// As after a kill: what was not durable is gone.
        void restart() {
            state.close();
            spool = Spool.open(dir.resolve("spool"), 1L << 30);
            state = RowState.open(dir.resolve("rows"));
            capture = capture();
        }

        List<String> sent() throws InterruptedException {
            List<String> sent = new ArrayList<>();
            for (Optional<Spool.Batch> batch = spool.next(0);
                    batch.isPresent();
                    batch = spool.next(0)) {
                BatchReader reader = BatchReader.open(spool.body(batch.get()));
                for (Optional<Change> change = reader.next();
                        change.isPresent();
                        change = reader.next()) {
                    switch (change.get()) {
                        case Change.Upsert(String[] values, List<Integer> _) ->
                                sent.add("+" + values[1] + "=" + values[0]);
                        case Change.Delete(String[] values) -> sent.add("-" + values[1]);
                        case Change.SnapshotBegin _ -> sent.add("[");
                        case Change.Part _,
                                Change.Claim _,
                                Change.Moving _,
                                Change.CheckBegin _,
                                Change.CheckEnd _ ->
                                throw new IllegalStateException("a feed sends no such thing");
                        case Change.SnapshotEnd _ -> sent.add("]");
                        case Change.TableHeader _ -> {}
                    }
                }
                spool.acknowledge(batch.get().seq());
            }
            return sent;
        }

        @Override
        public void close() {
            state.close();
        }
    }

    private static Script whole(String cursor, String... rows) {
        return (_, sink) -> {
            name(sink, rows);
            return new Reading.Whole(cursor);
        };
    }

    private static Script increment(String cursor, String... rows) {
        return (_, sink) -> {
            name(sink, rows);
            return new Reading.Increment(cursor, false);
        };
    }

    private static void name(RowSink sink, String... rows) {
        for (String row : rows) {
            if (row.startsWith("-")) {
                sink.gone(new String[] {"", row.substring(1)});
            } else {
                String[] parts = row.split("=", -1);
                sink.row(new String[] {parts[1], parts[0]});
            }
        }
    }

    private static List<String> sorted(List<String> texts) {
        return texts.stream().sorted().toList();
    }

    @Test
    void sendsAWholeTableAtFirstAndThenWhatDiffers() throws Exception {
        try (Source source = new Source()) {
            source.take(whole("1", "a=1", "b=1", "c=1"));
            List<String> first = source.sent();
            assertEquals("[", first.getFirst());
            assertEquals("]", first.getLast());
            assertEquals(List.of("+a=1", "+b=1", "+c=1", "[", "]"), sorted(first));
            source.take(whole("2", "a=1", "b=2", "d=1"));
            assertEquals(List.of("+b=2", "+d=1", "-c"), sorted(source.sent()));
            source.take(whole("3", "d=1", "b=2", "a=1"));
            assertEquals(List.of(), source.sent());
        }
    }

    @Test
    void anIncrementTakesNothingAwayButWhatItMarks() throws Exception {
        try (Source source = new Source()) {
            source.take(increment("1", "a=1", "b=1"));
            assertEquals(List.of("+a=1", "+b=1"), sorted(source.sent()));
            source.take(increment("2", "b=1", "c=1"));
            assertEquals(List.of("+c=1"), source.sent());
            source.take(increment("3", "-b", "-never"));
            assertEquals(List.of("-b"), source.sent());
            source.take(increment("4", "-b"));
            assertEquals(List.of(), source.sent());
        }
    }

    @Test
    void ofRowsWithTheSameKeyTheLastOneCounts() throws Exception {
        try (Source source = new Source()) {
            source.take(whole("1", "a=1", "a=2", "b=1", "-b", "-c", "c=1"));
            assertEquals(List.of("+a=2", "+c=1", "[", "]"), sorted(source.sent()));
            source.take(whole("2", "a=1", "a=2", "c=1"));
            assertEquals(List.of(), source.sent());
        }
    }

    @Test
    void aReadingThatBreaksOffHasNoEffect() throws Exception {
        try (Source source = new Source()) {
            source.take(whole("1", "a=1", "b=1"));
            source.sent();
            assertThrows(
                    IOException.class,
                    () ->
                            source.take((_, sink) -> {
                                name(sink, "a=2");
                                throw new IOException("the line broke");
                            }));
            assertEquals(List.of(), source.sent());
            assertEquals("1", source.state.cursor("item"));
            source.take(whole("2", "a=2", "b=1"));
            assertEquals(List.of("+a=2"), source.sent());
        }
    }

    @Test
    void goesOnFromTheCursorThatWasKept() throws Exception {
        try (Source source = new Source()) {
            assertTrue(source.take((_, _) -> new Reading.Increment("7", true)));
            source.restart();
            assertFalse(
                    source.take((cursor, _) -> {
                        assertEquals("7", cursor);
                        return new Reading.Nothing(cursor);
                    }));
        }
    }

    /// The spool has the changes, and the process ends before state and cursor are committed.
    @Test
    void aStopBetweenSpoolAndCursorRepeatsRowsAndLosesNone() throws Exception {
        try (Source source = new Source()) {
            source.take(whole("1", "a=1"));
            source.sent();
            Path rows = source.dir.resolve("rows").resolve("rows.mv");
            source.state.close();
            byte[] before = Files.readAllBytes(rows);
            source.restart();
            source.take(increment("2", "a=2", "b=1"));
            source.state.close();
            Files.write(rows, before);
            source.restart();
            source.take((cursor, sink) -> {
                assertEquals("1", cursor);
                name(sink, "a=2", "b=1");
                return new Reading.Increment("2", false);
            });
            assertEquals(
                    List.of("+a=2", "+a=2", "+b=1", "+b=1"),
                    sorted(source.sent()).stream()
                            .filter(t -> t.startsWith("+") && !t.contains("a=1"))
                            .toList());
            source.take(increment("3", "a=2", "b=1"));
            assertEquals(List.of(), source.sent());
        }
    }

    @Test
    void whatWasReadBeforeEverythingIsForgottenIsVoid() throws Exception {
        try (Source source = new Source()) {
            source.take(increment("1", "a=1"));
            source.sent();
            assertThrows(
                    Spool.StaleException.class,
                    () ->
                            source.take((_, sink) -> {
                                name(sink, "b=1");
                                source.state.forgetAll(() -> source.spool.restart(2));
                                return new Reading.Increment("2", false);
                            }));
            assertEquals("", source.state.cursor("item"));
            source.take(whole("9", "b=1"));
            assertEquals(List.of("[", "+b=1", "]"), source.sent());
        }
    }

    /// Far more than memory holds aside: parted on disk, and nothing is left there.
    @Test
    void findsTheFewDifferencesOfAMillionRows() throws Exception {
        try (Source source = new Source()) {
            int rows = 1_000_000;
            source.take(many(rows, -1));
            assertEquals(rows + 2L, source.sent().size());
            source.take(many(rows, 500_000));
            assertEquals(
                    List.of("+extra=1", "+row 499999=changed", "-row 500000"),
                    sorted(source.sent()));
            try (Stream<Path> left = Files.list(source.dir.resolve("feed"))) {
                assertEquals(List.of(), left.toList());
            }
        }
    }

    private static Script many(int rows, int without) {
        return (_, sink) -> {
            for (int i = 0; i < rows; i++) {
                if (i != without) {
                    String name = i + 1 == without ? "changed" : "a name of usual length " + i;
                    sink.row(new String[] {name, "row " + i});
                }
            }
            if (without >= 0) {
                sink.row(new String[] {"1", "extra"});
            }
            return new Reading.Whole("n" + without);
        };
    }

    @Test
    void aRowWithoutItsKeyStopsTheTableByName() throws Exception {
        try (Source source = new Source()) {
            FeedException refused =
                    assertThrows(
                            FeedException.class,
                            () ->
                                    source.take((_, sink) -> {
                                        sink.row(new String[] {"x", null});
                                        return new Reading.Whole("1");
                                    }));
            assertTrue(
                    String.valueOf(refused.getMessage()).contains("'id'"),
                    String.valueOf(refused.getMessage()));
        }
    }
}
