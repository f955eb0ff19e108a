package foz.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RowStateTest {

    @TempDir Path folder = Path.of("");

    private static RowState.Row row(long key, long hash) {
        return new RowState.Row(
                key * 0x9E3779B97F4A7C15L, hash, List.of(Long.toString(key), "ç/%"));
    }

    /// The state on disk answers as a map in memory would, over restarts, seeded.
    @Test
    void answersAsAMapWouldOverRestarts() {
        Random random = new Random(Long.getLong("foz.seed", 11));
        Map<Long, Long> model = new HashMap<>();
        try (RowState state = RowState.open(folder)) {
            try (RowState.Collector collector = state.collect("t", RowState.mask(5_000))) {
                for (long key = 0; key < 5_000; key++) {
                    collector.add(row(key, key));
                    model.put(key, key);
                }
                collector.finish();
            }
        }
        for (int restart = 0; restart < 4; restart++) {
            try (RowState state = RowState.open(folder)) {
                assertTrue(state.has("t"));
                RowState.TableState table = state.table("t");
                for (int i = 0; i < 2_000; i++) {
                    long key = random.nextLong(6_000);
                    if (random.nextInt(3) == 0) {
                        table.remove(row(key, 0));
                        model.remove(key);
                    } else {
                        long hash = random.nextLong();
                        table.put(row(key, hash));
                        model.put(key, hash);
                    }
                }
                table.commit();
                for (long key = 0; key < 6_000; key++) {
                    Long hash = model.get(key);
                    assertEquals(
                            hash != null,
                            table.knows(row(key, 0).keyHash(), hash == null ? 0 : hash),
                            "key " + key);
                }
                long count = table.sums().values().stream().mapToLong(RowState.Sum::count).sum();
                assertEquals(model.size(), count);
                long xor =
                        table.sums().values().stream()
                                .mapToLong(RowState.Sum::hash)
                                .reduce(0, (a, b) -> a ^ b);
                assertEquals(model.values().stream().reduce(0L, (a, b) -> a ^ b), xor);
            }
        }
    }

    @Test
    void whatWasNotCommittedIsForgotten() {
        try (RowState state = RowState.open(folder)) {
            try (RowState.Collector collector = state.collect("t", RowState.mask(10))) {
                collector.add(row(1, 1));
                collector.finish();
            }
            state.table("t").put(row(2, 2));
            assertFalse(state.table("t").knows(row(2, 2).keyHash(), 2));
            state.forgetAll();
            assertFalse(state.has("t"));
            assertTrue(state.table("t").sums().isEmpty());
        }
    }
}
