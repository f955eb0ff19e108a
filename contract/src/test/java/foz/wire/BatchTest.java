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
        writer.add(new Change.Upsert(new @Nullable String[] {"3", null}, List.of(1)));
        writer.add(new Change.SnapshotEnd("t", 42));
        writer.add(new Change.Part("x7", 2, true));
        assertEquals(4, writer.rows());
        writer.add(new Change.CheckBegin("t", 9));
        writer.add(new Change.Claim(odd));
        writer.add(new Change.Moving(new @Nullable String[] {"5", null}));
        writer.add(new Change.CheckEnd("t", 9));
        assertEquals(6, writer.rows());
        List<Change> changes = read(writer.finish());
        assertEquals(new Change.SnapshotBegin("t", 42), changes.get(0));
        assertEquals(HEADER, changes.get(1));
        assertArrayEquals(odd, ((Change.Upsert) changes.get(2)).values());
        assertArrayEquals(absent, ((Change.Upsert) changes.get(3)).values());
        assertArrayEquals(empty, ((Change.Delete) changes.get(4)).values());
        assertEquals(List.of(1), ((Change.Upsert) changes.get(5)).absent());
        assertEquals("3", ((Change.Upsert) changes.get(5)).values()[0]);
        assertEquals(new Change.SnapshotEnd("t", 42), changes.get(6));
        assertEquals(new Change.Part("x7", 2, true), changes.get(7));
        assertEquals(new Change.CheckBegin("t", 9), changes.get(8));
        assertArrayEquals(odd, ((Change.Claim) changes.get(9)).values());
        assertEquals("5", ((Change.Moving) changes.get(10)).values()[0]);
        assertEquals(new Change.CheckEnd("t", 9), changes.get(11));
        assertEquals(0, writer.rows(), "the writer is empty again");
    }

    @Test
    void upsertsBecomeClaimsButForThoseThatMove() {
        ChangeBuffer upserts = new ChangeBuffer();
        for (int i = 0; i < 300; i++) {
            upserts.add(
                    HEADER, new Change.Upsert(new String[] {Integer.toString(i), "é".repeat(i)}));
        }
        ChangeBuffer claims = new ChangeBuffer();
        claims.addClaims(upserts, key -> key.equals(List.of("7")));
        BatchWriter writer = new BatchWriter();
        for (int item = 0; item < claims.items(); item++) {
            writer.add(claims, item);
        }
        List<Change> changes = read(writer.finish());
        assertEquals(301, changes.size());
        assertEquals("7", ((Change.Moving) changes.get(8)).values()[0]);
        assertArrayEquals(
                new String[] {"299", "é".repeat(299)}, ((Change.Claim) changes.get(300)).values());
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
    void aHeaderStandsOnceBeforeTheRowsOfItsTable() {
        Change.TableHeader other = new Change.TableHeader("u", List.of("id"), List.of(0));
        ChangeBuffer buffer = new ChangeBuffer();
        for (Change.TableHeader table : List.of(HEADER, HEADER, other, HEADER)) {
            buffer.upsert(table);
            table.columns().forEach(buffer::text);
        }
        buffer.delete(other);
        buffer.text("gone");
        buffer.dropLast();
        BatchWriter writer = new BatchWriter();
        for (int item = 0; item < buffer.items(); item++) {
            writer.add(buffer, item);
        }
        assertEquals(4, writer.rows());
        assertEquals(
                List.of(HEADER, other, HEADER),
                read(writer.finish()).stream()
                        .filter(Change.TableHeader.class::isInstance)
                        .toList());
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
