package foz.adapter.debezium;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import foz.agent.LogLostException;
import foz.agent.SourceSettings;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.connect.source.SourceRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Debezium's engine of the newer version, with a connector that needs no server.
class EngineRunTest {

    private static final int TRIES = 1_000;

    @TempDir Path folder = Path.of("");

    private EngineRun run(String position, long last) {
        SourceSettings source =
                new SourceSettings("jdbc:x", "u", "p", "UTC", "foz_counting", folder);
        Properties settings =
                Settings.of(
                        source,
                        position,
                        Map.of(
                                "connector.class",
                                CountingConnector.class.getName(),
                                CountingConnector.LAST,
                                Long.toString(last)));
        return new EngineRun(settings);
    }

    private static List<Object> take(EngineRun run, int count)
            throws SQLException, InterruptedException {
        List<Object> found = new ArrayList<>();
        for (int i = 0; i < TRIES && found.size() < count; i++) {
            SourceRecord record = run.next(100);
            if (record != null) {
                found.add(record.value());
            }
        }
        return found;
    }

    @Test
    void itBeginsAtThePositionGivenHoweverFarItHadReadBefore() throws Exception {
        try (EngineRun run = run("", 10_000)) {
            assertEquals(List.of(0L, 1L, 2L), take(run, 3));
        }
        try (EngineRun run = run("{\"n\":41}", 10_000)) {
            assertEquals(List.of(42L, 43L), take(run, 2));
        }
        try (EngineRun run = run("{\"n\":41}", 10_000)) {
            assertEquals(List.of(42L), take(run, 1), "what was read is no position");
        }
    }

    @Test
    void whatIsGoneAtTheSourceIsALostLogAfterAllThatCameBefore() {
        try (EngineRun run = run("", 99)) {
            List<Object> found = new ArrayList<>();
            LogLostException lost =
                    assertThrows(
                            LogLostException.class,
                            () -> {
                                for (int i = 0; i < TRIES; i++) {
                                    SourceRecord record = run.next(100);
                                    if (record != null) {
                                        found.add(record.value());
                                    }
                                }
                            });
            assertEquals(100, found.size());
            assertTrue(String.valueOf(lost.getMessage()).contains("no longer available"));
        }
    }

    @Test
    void closingDoesNotWaitForSomebodyToTakeWhatWasRead() throws Exception {
        try (EngineRun run = run("", Long.MAX_VALUE)) {
            take(run, 1);
            Thread.currentThread().interrupt();
        }
        assertTrue(Thread.interrupted(), "the interrupt is handed on");
    }
}
