package foz.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.h2.mvstore.MVStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RowStateTest {

    @TempDir Path folder = Path.of("");

    private static RowState.Row row(long key, long hash) {
        return new RowState.Row(
                key * 0x9E3779B97F4A7C15L, hash, List.of(Long.toString(key), "ç/%"));
    }

    /// Between the moment in which a table's last batch is spooled and the one in which the table
    /// counts as captured, the spool may be emptied.
    @Test
    void whatIsForgottenMeanwhileIsNotTakenAsCaptured() {
        try (RowState state = RowState.open(folder);
                RowCollector collector = state.collect("t", 1)) {
            collector.add(row(1, 1));
            RowState.TableState table = state.table("u");
            table.put(row(2, 2));
            state.forgetAll(() -> {});
            assertThrows(Spool.StaleException.class, () -> collector.finish(false, ""));
            assertThrows(Spool.StaleException.class, table::commit);
            assertFalse(state.has("t"));
            assertTrue(state.isNew());
        }
    }

    /// The state on disk answers as a map in memory would, over restarts, seeded.
    @Test
    void answersAsAMapWouldOverRestarts() {
        Random random = new Random(Long.getLong("foz.seed", 11));
        Map<Long, Long> model = new HashMap<>();
        try (RowState state = RowState.open(folder)) {
            try (RowCollector collector = state.collect("t", 1)) {
                for (long key = 0; key < 5_000; key++) {
                    collector.add(row(key, key));
                    model.put(key, key);
                }
                collector.finish(false, "");
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
            try (RowCollector collector = state.collect("t", 1)) {
                collector.add(row(1, 1));
                collector.finish(false, "");
            }
            state.table("t").put(row(2, 2));
            assertFalse(state.table("t").knows(row(2, 2).keyHash(), 2));
            state.forgetAll(() -> {});
            assertFalse(state.has("t"));
            assertTrue(state.table("t").sums().isEmpty());
        }
    }

    /// A row is sent, and the process ends before the state has it; by then it may be gone from the
    /// source.
    @Test
    void aRowThatWasAboutToBeSentIsKnownAfterAStop() {
        try (RowState state = RowState.open(folder)) {
            try (RowCollector collector = state.collect("t", 1)) {
                collector.add(row(1, 1));
                collector.finish(false, "");
            }
            RowState.TableState table = state.table("t");
            table.put(row(1, 9));
            table.put(row(2, 2));
            table.announce();
            table.put(row(3, 3));
        }
        try (RowState state = RowState.open(folder)) {
            RowState.TableState table = state.table("t");
            List<List<String>> keys =
                    IntStream.rangeClosed(0, table.mask())
                            .boxed()
                            .flatMap(group -> table.rows(group).stream())
                            .map(RowState.Row::key)
                            .sorted(Comparator.comparing(List::getFirst))
                            .toList();
            assertEquals(List.of(row(1, 0).key(), row(2, 0).key()), keys);
            assertTrue(table.knows(row(1, 1).keyHash(), 1));
            assertFalse(table.knows(row(2, 2).keyHash(), 2), "it is sent again");
            table.put(row(2, 2));
            table.commit();
        }
        try (RowState state = RowState.open(folder)) {
            assertTrue(state.table("t").knows(row(2, 2).keyHash(), 2), "and that is all");
        }
    }

    private static void check(RowState.TableState table, Map<Long, Long> model) {
        model.forEach(
                (key, hash) -> assertTrue(table.knows(row(key, 0).keyHash(), hash), "key " + key));
        long count = table.sums().values().stream().mapToLong(RowState.Sum::count).sum();
        assertEquals(model.size(), count);
    }

    /// Groups stay small without an estimate of the table's size, which a source may not have.
    @Test
    void groupsAreSmallHoweverLargeTheFirstCapture() {
        Map<Long, Long> model = new HashMap<>();
        try (RowState state = RowState.open(folder)) {
            try (RowCollector collector = state.collect("t", 1)) {
                for (long key = 0; key < 200_000; key++) {
                    collector.add(row(key, key));
                    model.put(key, key);
                }
                collector.finish(false, "");
            }
            RowState.TableState table = state.table("t");
            long largest =
                    table.sums().values().stream().mapToLong(RowState.Sum::count).max().orElse(0);
            assertTrue(largest < 1_024, "a group has " + largest + " rows");
            check(table, model);
        }
    }

    @Test
    void aTableThatGrowsIsSplitIntoMoreGroupsAndForgetsNothing() {
        Map<Long, Long> model = new HashMap<>();
        try (RowState state = RowState.open(folder)) {
            try (RowCollector collector = state.collect("t", 1)) {
                collector.add(row(0, 0));
                model.put(0L, 0L);
                collector.finish(false, "");
            }
            RowState.TableState table = state.table("t");
            long about = 0;
            for (long key = 0; key < 300_000; key++) {
                table.put(row(key, key + 1));
                model.put(key, key + 1);
                if (table.pending() >= 20_000) {
                    about = table.commit();
                    table.split(about);
                }
            }
            table.commit();
            assertTrue(about > 200_000 && about < 400_000, "about " + about);
            check(table, model);
        }
        try (RowState state = RowState.open(folder)) {
            RowState.TableState table = state.table("t");
            assertTrue(table.mask() > 127, "mask " + table.mask());
            long largest =
                    table.sums().values().stream().mapToLong(RowState.Sum::count).max().orElse(0);
            assertTrue(largest < 2_000, "a group has " + largest + " rows");
            check(table, model);
            for (long key = 0; key < 1_000; key++) {
                table.remove(row(key, 0));
                model.remove(key);
            }
            table.commit();
            check(table, model);
        }
    }

    /// As they were made before the groups could be split: 16 groups, whatever came.
    private Map<Long, Long> folderWith16Groups(int rows) {
        RowState.open(folder).close();
        store(folder, store -> store.<String, Integer>openMap("masks").put("t", 15));
        Map<Long, Long> model = new HashMap<>();
        try (RowState state = RowState.open(folder)) {
            RowState.TableState table = state.table("t");
            assertEquals(15, table.mask());
            for (long key = 0; key < rows; key++) {
                table.put(row(key, key));
                model.put(key, key);
            }
            table.commit();
            assertEquals(16, table.sums().size());
        }
        return model;
    }

    private static void store(Path folder, Consumer<MVStore> work) {
        try (MVStore store = MVStore.open(folder.resolve("rows.mv").toString())) {
            work.accept(store);
        }
    }

    @Test
    void aFolderWithFewLargeGroupsIsReadAndSplit() {
        Map<Long, Long> model = folderWith16Groups(50_000);
        try (RowState state = RowState.open(folder)) {
            RowState.TableState table = state.table("t");
            check(table, model);
            assertFalse(table.split(16 * 1_024));
            assertTrue(table.split(50_000));
            assertEquals(511, table.mask());
            check(table, model);
            check(state.table("t"), model);
        }
    }

    /// What a stop leaves behind before, and after, the new groups count.
    @Test
    void aStopWhileGroupsAreSplitLeavesTheOldOnesOrTheNew() {
        Map<Long, Long> model = folderWith16Groups(50_000);
        store(
                folder,
                store ->
                        store.<Integer, byte[]>openMap("t_t:511")
                                .putAll(
                                        Map.of(
                                                3,
                                                new byte[12],
                                                500,
                                                new byte[] {0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0})));
        Map<Integer, byte[]> old = new HashMap<>();
        store(folder, store -> old.putAll(store.<Integer, byte[]>openMap("t_t")));
        try (RowState state = RowState.open(folder)) {
            check(state.table("t"), model);
            assertTrue(state.table("t").split(50_000));
            check(state.table("t"), model);
        }
        store(folder, store -> store.<Integer, byte[]>openMap("t_t").putAll(old));
        try (RowState state = RowState.open(folder)) {
            check(state.table("t"), model);
            state.forgetAll(() -> {});
            assertTrue(state.table("t").sums().isEmpty());
        }
    }
}
