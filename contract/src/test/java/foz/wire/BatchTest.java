package foz.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BatchTest {

    private static final Change.TableHeader HEADER =
            new Change.TableHeader("t", List.of("id", "name"), List.of(0));

    private static List<Change> read(byte[] body) {
        List<Change> changes = new ArrayList<>();
        BatchReader reader = BatchReader.open(body);
        for (Optional<Change> next = reader.next(); next.isPresent(); next = reader.next()) {
            changes.add(next.get());
        }
        return changes;
    }

    @Test
    void whatIsWrittenIsReadBack() {
        BatchWriter writer = new BatchWriter();
        writer.add(new Change.SnapshotBegin("t", 42));
        writer.add(HEADER);
        @Nullable String[] odd = {"1", "é\0\n\t\\ 🚚 \u2028"};
        @Nullable String[] absent = {"2", null};
        @Nullable String[] empty = {"", ""};
        writer.add(new Change.Upsert(odd));
        writer.add(new Change.Upsert(absent));
        writer.add(new Change.Delete(empty));
        writer.add(new Change.SnapshotEnd("t", 42));
        assertEquals(3, writer.rows());
        List<Change> changes = read(writer.finish());
        assertEquals(new Change.SnapshotBegin("t", 42), changes.get(0));
        assertEquals(HEADER, changes.get(1));
        assertArrayEquals(odd, ((Change.Upsert) changes.get(2)).values());
        assertArrayEquals(absent, ((Change.Upsert) changes.get(3)).values());
        assertArrayEquals(empty, ((Change.Delete) changes.get(4)).values());
        assertEquals(new Change.SnapshotEnd("t", 42), changes.get(5));
        assertEquals(0, writer.rows(), "the writer is empty again");
    }

    /// Whatever a body was turned into, reading it ends with our own exception or with changes.
    @Test
    void damagedBodiesAreRefusedAndNothingElse() {
        BatchWriter writer = new BatchWriter();
        writer.add(HEADER);
        for (int i = 0; i < 200; i++) {
            writer.add(new Change.Upsert(new String[] {Integer.toString(i), "name " + i}));
        }
        byte[] body = writer.finish();
        long seed = Long.getLong("foz.seed", 7);
        Random random = new Random(seed);
        for (int round = 0; round < 3_000; round++) {
            byte[] damaged = body.clone();
            int cut = random.nextInt(3) == 0 ? random.nextInt(damaged.length) : damaged.length;
            for (int i = 0; i < 1 + random.nextInt(4); i++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            try {
                read(Arrays.copyOf(damaged, cut));
            } catch (MalformedBatchException e) {
                assertNotEquals("", e.getMessage(), "seed " + seed + ", round " + round);
            }
        }
        assertThrows(MalformedBatchException.class, () -> BatchReader.open(new byte[0]));
        assertThrows(MalformedBatchException.class, () -> BatchReader.open(new byte[1000]));
    }

    @Test
    void theChainTellsOneHistoryFromAnother() {
        String a = Chain.next(Chain.START, Chain.sha256(new byte[] {1}));
        String b = Chain.next(Chain.START, Chain.sha256(new byte[] {2}));
        assertNotEquals(a, b);
        assertNotEquals(
                Chain.next(a, Chain.sha256(new byte[] {3})),
                Chain.next(b, Chain.sha256(new byte[] {3})));
        assertEquals(64, a.length());
    }
}
