package foz.agent;

import foz.wire.BatchReader;
import foz.wire.Change;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What a server would hold of the batches that it got: the simplest replica that there is.
final class Mirror {

    private static final Duration ROWS_WAIT_MAX =
            Duration.ofSeconds(Long.getLong("foz.waitSeconds", 75));

    private final Map<String, Map<String, @Nullable String[]>> tables = new HashMap<>();
    private final Map<String, Set<String>> named = new HashMap<>();
    private final Map<String, Long> generations = new HashMap<>();
    private final List<byte[]> parts = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();
    private int rows;

    /// What a comparison found.
    ///
    /// @param named rows that were claimed, or named as changing
    /// @param wrong rows that are not as claimed, not here, or here and not claimed
    record Checked(int named, List<String> wrong, int moving) {}

    private final Map<Long, Checked> checked = new HashMap<>();
    private final Map<String, Set<String>> claimed = new HashMap<>();
    private final Map<String, Integer> moving = new HashMap<>();
    private final Map<String, Set<String>> touched = new HashMap<>();
    private final Map<String, List<String>> wrong = new HashMap<>();

    synchronized Optional<Checked> checked(long check) {
        return Optional.ofNullable(checked.get(check));
    }

    /// A row goes wrong here, behind the agent's back.
    synchronized void spoil(String table, String key, int column, String value) {
        Objects.requireNonNull(table(table).get(key))[column] = value;
    }

    synchronized void lose(String table, String key) {
        table(table).remove(key);
    }

    /// Of these tables, the place of a number that only grows at the source.
    private final Map<String, Integer> rising = new HashMap<>();

    /// From now on it is a fault when the number of a row that is there becomes smaller.
    synchronized void rises(String table, int column) {
        rising.put(table, column);
    }

    synchronized void take(byte[] body) {
        read(body);
        notifyAll();
    }

    private void read(byte[] body) {
        BatchReader reader = BatchReader.open(body);
        Optional<Change> first = reader.next();
        if (first.isPresent() && first.get() instanceof Change.Part part) {
            if (part.number() == 0) {
                parts.clear();
            }
            if (part.number() != parts.size()) {
                faults.add("part " + part.number() + " came as number " + parts.size());
            }
            parts.add(body);
            if (part.last()) {
                for (byte[] earlier : parts) {
                    BatchReader each = BatchReader.open(earlier);
                    each.next();
                    read(each, each.next());
                }
                parts.clear();
            }
            return;
        }
        read(reader, first);
    }

    private void read(BatchReader reader, Optional<Change> first) {
        Change.@Nullable TableHeader header = null;
        for (Optional<Change> next = first; next.isPresent(); next = reader.next()) {
            switch (next.get()) {
                case Change.TableHeader found -> header = found;
                case Change.Upsert(String[] values, List<Integer> absent) ->
                        put(Objects.requireNonNull(header), values, absent);
                case Change.Delete(String[] values) -> {
                    rows++;
                    Change.TableHeader table = Objects.requireNonNull(header);
                    table(table.table()).remove(key(table, values));
                    touch(table.table(), key(table, values));
                }
                case Change.CheckBegin(String table, long _) -> {
                    claimed.put(table, new HashSet<>());
                    touched.put(table, new HashSet<>());
                    wrong.put(table, new ArrayList<>());
                    moving.remove(table);
                }
                case Change.Claim(String[] values) -> claim(Objects.requireNonNull(header), values);
                case Change.Moving(String[] values) -> {
                    Change.TableHeader table = Objects.requireNonNull(header);
                    Objects.requireNonNull(claimed.get(table.table())).add(key(table, values));
                    moving.merge(table.table(), 1, Integer::sum);
                }
                case Change.CheckEnd(String table, long check) -> {
                    List<String> found = Objects.requireNonNull(wrong.remove(table));
                    Set<String> extra = new TreeSet<>(table(table).keySet());
                    Set<String> named = Objects.requireNonNull(claimed.remove(table));
                    extra.removeAll(named);
                    extra.removeAll(Objects.requireNonNull(touched.remove(table)));
                    extra.forEach(key -> found.add("+" + key));
                    checked.put(
                            check, new Checked(named.size(), found, moving.getOrDefault(table, 0)));
                }
                case Change.SnapshotBegin(String table, long generation) -> {
                    named.put(table, new HashSet<>());
                    generations.put(table, generation);
                }
                case Change.SnapshotEnd(String table, long generation) -> {
                    Set<String> kept = named.get(table);
                    if (kept != null && generations.getOrDefault(table, 0L) == generation) {
                        table(table).keySet().retainAll(kept);
                        named.remove(table);
                    }
                }
                case Change.Part _ -> faults.add("a part in the middle of a batch");
            }
        }
    }

    private void claim(Change.TableHeader header, @Nullable String[] values) {
        String key = key(header, values);
        Objects.requireNonNull(claimed.get(header.table())).add(key);
        @Nullable String[] row = table(header.table()).get(key);
        if (row == null) {
            Objects.requireNonNull(wrong.get(header.table())).add("-" + key);
        } else if (!Arrays.equals(row, values)) {
            Objects.requireNonNull(wrong.get(header.table()))
                    .add(key + ": " + Arrays.toString(row) + " not " + Arrays.toString(values));
        }
    }

    private void touch(String table, String key) {
        Set<String> since = touched.get(table);
        if (since != null) {
            since.add(key);
        }
    }

    private void put(Change.TableHeader header, @Nullable String[] values, List<Integer> absent) {
        rows++;
        String key = key(header, values);
        @Nullable String[] row = values.clone();
        @Nullable String[] before = table(header.table()).get(key);
        if (!absent.isEmpty() && before == null) {
            faults.add("only a part of " + header.table() + " " + key + " came");
            return;
        }
        for (int position : absent) {
            row[position] = Objects.requireNonNull(before)[position];
        }
        Integer grows = rising.get(header.table());
        if (grows != null && before != null) {
            String earlier = String.valueOf(before[grows]);
            String now = String.valueOf(row[grows]);
            if (Long.parseLong(now) < Long.parseLong(earlier)) {
                faults.add("row %s goes back from %s to %s".formatted(key, earlier, now));
            }
        }
        table(header.table()).put(key, row);
        touch(header.table(), key);
        Set<String> snapshot = named.get(header.table());
        if (snapshot != null) {
            snapshot.add(key);
        }
    }

    private static String key(Change.TableHeader header, @Nullable String[] values) {
        return String.join("/", header.key().stream().map(i -> String.valueOf(values[i])).toList());
    }

    private Map<String, @Nullable String[]> table(String name) {
        return tables.computeIfAbsent(name, _ -> new TreeMap<>());
    }

    /// The rows of a table as lines, by key.
    synchronized List<String> lines(String table) {
        return table(table).values().stream()
                .map(row -> {
                    List<String> values = new ArrayList<>();
                    for (String value : row) {
                        values.add(value == null ? "∅" : value);
                    }
                    return String.join("|", values);
                })
                .sorted()
                .toList();
    }

    synchronized void fault(String what) {
        faults.add(what);
    }

    /// Waits until so many rows came in all, or a fault is known.
    ///
    /// @return whether they came
    synchronized boolean awaitRows(int wanted) throws InterruptedException {
        long until = System.nanoTime() + ROWS_WAIT_MAX.toNanos();
        while (rows < wanted && faults.isEmpty() && System.nanoTime() - until < 0) {
            wait(100);
        }
        return rows >= wanted;
    }

    /// Rows that came in all.
    synchronized int rows() {
        return rows;
    }

    synchronized List<String> faults() {
        return List.copyOf(faults);
    }
}
