package foz.agent;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// How each table's capture is, as its thread last said, for whoever asks. Safe for several
/// threads.
final class TableDesk {

    /// So many tables are told of; those that stand still come first.
    private static final int TOLD_MAX = 300;

    /// What is done with a table now.
    enum Phase {
        /// It stands still until somebody decides, or the source answers.
        STANDING,
        /// It is left alone, since somebody asked for it.
        PAUSED,
        /// It is read whole.
        SNAPSHOT,
        /// The log tells its changes.
        STREAMING,
        /// It is looked at again and again.
        LOOKING,
        /// Its turn has not come yet.
        WAITING
    }

    /// @param done of a snapshot, 0 to 1; -1 when nothing tells how many rows there are
    /// @param rows read in this snapshot
    /// @param spent in this snapshot
    /// @param at when it was last found to be as it should
    /// @param what why it stands still, a sentence; empty when it does not
    private record Entry(
            Phase phase,
            double done,
            long rows,
            Duration spent,
            Instant at,
            String what,
            String remedy,
            Instant since) {}

    private final Map<String, String> ways = new ConcurrentHashMap<>();
    private final Map<String, Entry> entries = new ConcurrentHashMap<>();
    private volatile long keptBytes;

    /// @param way as the contract names it: log, stamp, journal, compare, or feed
    void add(String table, String way) {
        way(table, way);
        put(table, Phase.WAITING, -1, 0, Duration.ZERO);
    }

    private void put(String table, Phase phase, double done, long rows, Duration spent) {
        entries.put(
                table, new Entry(phase, done, rows, spent, Instant.now(), "", "", Instant.now()));
    }

    /// The table is captured another way from now on.
    void way(String table, String way) {
        ways.put(table, way);
    }

    void snapshot(String table, double done, long rows, Duration spent) {
        put(table, Phase.SNAPSHOT, done, rows, spent);
    }

    /// The table is as it should be.
    void well(String table, Phase phase) {
        put(table, phase, 1, 0, Duration.ZERO);
    }

    /// @param remedy what to do; empty where trying again may help
    void stands(String table, String what, String remedy) {
        entries.compute(
                table,
                (_, before) -> {
                    Instant now = Instant.now();
                    boolean stood = before != null && before.phase() == Phase.STANDING;
                    return new Entry(
                            Phase.STANDING,
                            before == null ? -1 : before.done(),
                            before == null ? 0 : before.rows(),
                            before == null ? Duration.ZERO : before.spent(),
                            before == null ? now : before.at(),
                            what,
                            remedy,
                            stood ? before.since() : now);
                });
    }

    /// The table's turn comes later.
    ///
    /// @param why in English, a sentence
    void waits(String table, String why) {
        entries.compute(
                table,
                (_, before) ->
                        new Entry(
                                Phase.WAITING,
                                -1,
                                0,
                                Duration.ZERO,
                                before == null ? Instant.now() : before.at(),
                                why,
                                "",
                                Instant.now()));
    }

    /// @param by who asked for it
    void paused(String table, String by, Instant since) {
        entries.put(
                table,
                new Entry(
                        Phase.PAUSED,
                        -1,
                        0,
                        Duration.ZERO,
                        since,
                        "paused by " + by,
                        "foz capture resume " + table,
                        since));
    }

    /// What the source keeps for the agent's log alone.
    void keeps(long bytes) {
        keptBytes = bytes;
    }

    long keptBytes() {
        return keptBytes;
    }

    /// The tables as the beat carries them.
    List<Map<String, Object>> told() {
        Instant now = Instant.now();
        return entries.entrySet().stream()
                .sorted(
                        Comparator.comparing(
                                        (Map.Entry<String, Entry> each) -> each.getValue().phase())
                                .thenComparing(Map.Entry::getKey))
                .limit(TOLD_MAX)
                .map(each -> told(each.getKey(), each.getValue(), now))
                .toList();
    }

    private Map<String, Object> told(String table, Entry entry, Instant now) {
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("table", table);
        told.put("way", ways.getOrDefault(table, ""));
        told.put("phase", entry.phase().name().toLowerCase(Locale.ROOT));
        told.put("behindSeconds", Duration.between(entry.at(), now).toSeconds());
        if (entry.phase() == Phase.SNAPSHOT) {
            double seconds = Math.max(0.001, entry.spent().toMillis() / 1000.0);
            told.put("rows", entry.rows());
            told.put("rowsPerSecond", Math.round(entry.rows() / seconds));
            if (entry.done() > 0) {
                told.put("done", Math.round(entry.done() * 1000) / 1000.0);
                told.put("secondsLeft", Math.round(seconds * (1 - entry.done()) / entry.done()));
            }
        }
        if (!entry.what().isEmpty()) {
            told.put("what", entry.what());
            told.put("remedy", entry.remedy());
            told.put("since", entry.since().toString());
        }
        return told;
    }

    /// How many stand still.
    long standing() {
        return entries.values().stream().filter(e -> e.phase() == Phase.STANDING).count();
    }
}
