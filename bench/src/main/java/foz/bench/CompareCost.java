package foz.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// What a compare pass asks of the source, against one full scan: the agent's own query, and
/// cheaper ones that would tell the same.
///
/// A full scan is `COPY` of the table to /dev/null by psql: every column of every row, read and
/// written as text.
record CompareCost(long rows, int repeats) {

    private static final double GOAL = 1.5;
    private static final String AGENT = "as the agent asks today";

    private static final Map<String, String> QUERIES = new LinkedHashMap<>();

    static {
        QUERIES.put(
                AGENT,
                sums(
                        "coalesce(hashint8extended(id, 1), -1)",
                        """
                        hashint8extended(coalesce(hashint8extended(id, 1), -1)
                            # coalesce(hashtextextended(name COLLATE "C", 2), -2)
                            # coalesce(hash_numeric_extended(amount, CASE WHEN amount < 0 THEN -3 ELSE 3 END), -3), 0)\
                        """));
        QUERIES.put(
                "key and row by their texts",
                sums(
                        "hashtextextended(ROW(id)::text, 0)",
                        "hashtextextended(ROW(id, name, amount)::text, 0)"));
    }

    private static String sums(String keyHash, String rowHash) {
        return """
        SELECT (%s & 4095)::integer, count(*), bit_xor(%s) FROM large GROUP BY 1
        """
                .formatted(keyHash, rowHash);
    }

    void run(Path folder, CaptureFigures figures) throws Exception {
        Map<String, List<Double>> seconds = new LinkedHashMap<>();
        try (Source source = Source.start(folder)) {
            source.execute(
                    """
                    CREATE TABLE large (id bigint PRIMARY KEY, name text, amount numeric(12,2));
                    INSERT INTO large SELECT n, 'row number ' || n, n %% 100000 FROM generate_series(1::bigint, %d) n
                    """
                            .formatted(rows));
            source.execute("VACUUM ANALYZE large");
            // One process, so that time is CPU time.
            source.execute("ALTER SYSTEM SET max_parallel_workers_per_gather = 0");
            source.execute("ALTER SYSTEM SET jit = off");
            source.execute("SELECT pg_reload_conf()");
            for (int turn = 0; turn < repeats; turn++) {
                time(source, "COPY", "COPY large TO STDOUT", seconds);
                for (Map.Entry<String, String> query : QUERIES.entrySet()) {
                    time(source, query.getKey(), query.getValue(), seconds);
                }
            }
        }
        double scan = median(seconds, "COPY");
        figures.add("full scan: COPY of " + rows + " rows to /dev/null", scan, "s");
        for (String query : QUERIES.keySet()) {
            double ratio = median(seconds, query) / scan;
            if (query.equals(AGENT)) {
                figures.goal(
                        "compare, " + query + ", of a full scan",
                        ratio,
                        "at most " + GOAL,
                        ratio <= GOAL);
            } else {
                figures.add("compare, " + query + ", of a full scan", ratio, "");
            }
        }
    }

    private static void time(
            Source source, String name, String sql, Map<String, List<Double>> seconds)
            throws Exception {
        double taken =
                Measured.seconds(
                        () -> source.client("psql", "-X", "-q", "-o", "/dev/null", "-c", sql));
        seconds.computeIfAbsent(name, _ -> new ArrayList<>()).add(taken);
    }

    private static double median(Map<String, List<Double>> seconds, String name) {
        return Measured.median(
                Objects.requireNonNull(seconds.get(name)).stream()
                        .mapToDouble(Double::doubleValue)
                        .toArray());
    }
}
