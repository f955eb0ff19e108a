package foz.agent;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import foz.wire.Chain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {

    @TempDir Path folder = Path.of("");

    private Spool open() {
        return Spool.open(folder, 1 << 20);
    }

    private static byte[] body(int number) {
        return ("body " + number).getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }

    private static Spool.Batch append(Spool spool, int number) throws InterruptedException {
        return spool.append(body(number), 1, 1, spool.generation(), Map.of());
    }

    @Test
    void batchesOutliveARestartInOrderWithTheirChain() throws InterruptedException {
        Spool spool = open();
        assertTrue(spool.resume(1, 1, Chain.START));
        append(spool, 1);
        append(spool, 2);
        Spool again = open();
        assertTrue(again.resume(1, 1, Chain.START), "the server has none yet");
        Spool.Batch first = again.next(0).orElseThrow();
        assertArrayEquals(body(1), again.body(first));
        again.acknowledge(1);
        Spool.Batch second = again.next(0).orElseThrow();
        assertEquals(first.chain(), second.previous());
        again.acknowledge(2);
        assertTrue(again.next(0).isEmpty());
        Spool third = open();
        assertTrue(third.resume(1, 3, second.chain()), "the last batch's chain is still known");
        assertEquals(3, append(third, 3).seq());
    }

    @Test
    void goesOnFromWhereTheServerStands() throws InterruptedException {
        Spool spool = open();
        assertTrue(spool.resume(1, 1, Chain.START));
        Spool.Batch one = append(spool, 1);
        append(spool, 2);
        assertTrue(spool.resume(1, 2, one.chain()), "an acknowledgement was lost");
        assertEquals(2, spool.next(0).orElseThrow().seq());
    }

    @Test
    void anotherHistoryIsNoticed() throws InterruptedException {
        Spool spool = open();
        assertTrue(spool.resume(1, 1, Chain.START));
        append(spool, 1);
        assertFalse(spool.resume(1, 2, Chain.sha256(body(9))), "same place, other content");
        assertFalse(spool.resume(1, 5, Chain.START), "the server is further than we ever were");
        assertFalse(spool.resume(2, 2, Chain.START), "another incarnation");
    }

    @Test
    void aHalfWrittenBatchWasNeverThere() throws IOException, InterruptedException {
        Spool spool = open();
        assertTrue(spool.resume(1, 1, Chain.START));
        append(spool, 1);
        Files.writeString(folder.resolve("00000000000000000002.batch.tmp"), "half");
        Spool again = open();
        assertEquals(1, again.waiting());
        assertTrue(again.resume(1, 1, Chain.START));
        assertEquals(2, append(again, 2).seq());
    }

    @Test
    void aFullSpoolHoldsTheCaptureUntilThereIsRoomOrANewBeginning() throws InterruptedException {
        Spool spool = Spool.open(folder, 5L * body(0).length);
        assertTrue(spool.resume(1, 1, Chain.START));
        for (int i = 1; i <= 5; i++) {
            append(spool, i);
        }
        long since = spool.generation();
        AtomicReference<String> outcome = new AtomicReference<>("waiting");
        Thread capture =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                spool.append(body(6), 1, 1, since, Map.of());
                                outcome.set("appended");
                            } catch (Spool.StaleException _) {
                                outcome.set("stale");
                            } catch (InterruptedException _) {
                                outcome.set("interrupted");
                            }
                        });
        assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () -> {
                    while (capture.getState() != Thread.State.WAITING) {
                        Thread.onSpinWait();
                    }
                });
        assertEquals("waiting", outcome.get());
        spool.restart(2);
        capture.join();
        assertEquals("stale", outcome.get(), "what was captured before is void");
        assertThrows(
                Spool.StaleException.class, () -> spool.append(body(7), 1, 1, since, Map.of()));
        assertEquals(1, append(spool, 8).seq(), "a new incarnation begins at 1");
    }
}
