package foz.bench;

import foz.harness.Waiting;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `foz bench capture`: capture of a PostgreSQL, against COPY and against what a user would take
/// instead. The peers run as programs of their own, fetched when first asked for.
@Command(
        name = "capture",
        mixinStandardHelpOptions = true,
        description = {
            "Snapshot, stream and latency of log capture, against COPY and Debezium, in one run.",
            "Needs pgbench and psql on the PATH (Debian: apt-get install postgresql-contrib"
                    + " postgresql-client), and Maven to fetch the peers."
        })
final class Capture implements Callable<Integer> {

    private static final Set<String> PARTS =
            Set.of("copy", "debezium", "latency", "symmetric", "compare");

    @Option(
            names = "--only",
            split = ",",
            description = "Parts: copy, debezium, latency, symmetric, compare. Default: all.")
    private Set<String> only = new TreeSet<>(PARTS);

    @Option(
            names = "--scale",
            defaultValue = "20",
            description = "Hundred thousands of accounts. Default: ${DEFAULT-VALUE}.")
    private int scale;

    @Option(
            names = "--updates",
            defaultValue = "300000",
            description = "Updates in the backlog. Default: ${DEFAULT-VALUE}.")
    private long updates;

    @Option(
            names = "--repeats",
            defaultValue = "2",
            description =
                    "Turns that each contender takes, alternating. Default: ${DEFAULT-VALUE}.")
    private int repeats;

    @Option(
            names = "--compare-rows",
            defaultValue = "10000000",
            description = "Rows of the table that is compared. Default: ${DEFAULT-VALUE}.")
    private long compareRows;

    private final CaptureFigures figures = new CaptureFigures();

    @Override
    public Integer call() throws Exception {
        if (!PARTS.containsAll(only)) {
            System.err.printf("foz: --only has %s; the parts are %s%n", only, new TreeSet<>(PARTS));
            return 2;
        }
        String missing = missingPrograms();
        if (!missing.isEmpty()) {
            System.err.printf(
                    "foz: not on the PATH: %s. On Debian: apt-get install postgresql-contrib postgresql-client%n",
                    missing);
            return 69;
        }
        Path folder = Files.createTempDirectory("foz-bench-capture");
        try {
            if (only.contains("copy") || only.contains("debezium")) {
                rates(folder);
            }
            if (only.contains("latency")) {
                latency(folder);
            }
            if (only.contains("symmetric")) {
                symmetric(folder);
            }
            if (only.contains("compare")) {
                new CompareCost(compareRows, repeats).run(folder.resolve("compare"), figures);
            }
        } finally {
            BenchFoz.delete(folder);
        }
        figures.print();
        return figures.fallsShort() ? 1 : 0;
    }

    private static String missingPrograms() {
        List<String> missing = new ArrayList<>(List.of("pgbench", "psql"));
        missing.removeIf(program ->
                List.of(System.getenv("PATH").split(":", -1)).stream()
                        .anyMatch(at -> Files.isExecutable(Path.of(at, program))));
        return String.join(", ", missing);
    }

    /// COPY by driver and psql, and Debezium, in turns, each on the same source.
    private void rates(Path folder) throws Exception {
        Optional<String> debezium =
                only.contains("debezium") ? Peers.fetched("debezium") : Optional.empty();
        List<Double> driver = new ArrayList<>();
        List<Double> psql = new ArrayList<>();
        List<CaptureRuns.Rates> peer = new ArrayList<>();
        List<CaptureRuns.Rates> foz = new ArrayList<>();
        long rows = (long) scale * Source.ROWS_PER_SCALE;
        try (Source source = Source.start(folder.resolve("source"))) {
            source.fill(scale);
            for (int turn = 0; turn < repeats; turn++) {
                driver.add(CopyCeiling.driver(source, rows));
                psql.add(CopyCeiling.psql(source, rows));
                foz.add(foz(source, folder));
                if (debezium.isPresent()) {
                    peer.add(debezium(debezium.get(), source, folder));
                }
            }
        }
        double ceiling = median(psql);
        figures.add("COPY to /dev/null by psql", ceiling, "rows/s");
        figures.add("COPY to nothing by the JDBC driver", median(driver), "rows/s");
        double snapshot = tell("Foz", foz, ceiling);
        figures.goal(
                "Foz: snapshot, of COPY to /dev/null",
                snapshot / ceiling,
                "at least 0.35",
                snapshot / ceiling >= 0.35);
        if (!peer.isEmpty()) {
            compare(foz, peer, snapshot / tell("Debezium", peer, ceiling));
        }
    }

    private CaptureRuns.Rates foz(Source source, Path folder) throws Exception {
        try (FozSubject subject = new FozSubject(source, folder)) {
            return CaptureRuns.rates(subject, source, scale, updates);
        } finally {
            dropSlot(source);
        }
    }

    private void compare(
            List<CaptureRuns.Rates> foz, List<CaptureRuns.Rates> peer, double snapshot) {
        double stream =
                median(foz, CaptureRuns.Rates::stream) / median(peer, CaptureRuns.Rates::stream);
        double cpu =
                median(foz, CaptureRuns.Rates::streamCpuMicros)
                        / median(peer, CaptureRuns.Rates::streamCpuMicros);
        figures.goal("Foz: snapshot, of Debezium's rows/s", snapshot, "at least 4", snapshot >= 4);
        figures.goal("Foz: stream, of Debezium's changes/s", stream, "at least 2.5", stream >= 2.5);
        figures.goal("Foz: CPU a change, of Debezium's", cpu, "at most 0.2", cpu <= 0.2);
    }

    private static double median(
            List<CaptureRuns.Rates> turns, ToDoubleFunction<CaptureRuns.Rates> figure) {
        return Measured.median(turns.stream().mapToDouble(figure).toArray());
    }

    private CaptureRuns.Rates debezium(String classPath, Source source, Path folder)
            throws Exception {
        try (DebeziumPeer peer = new DebeziumPeer(classPath, source, Optional.empty(), folder)) {
            return CaptureRuns.rates(peer, source, scale, updates);
        } finally {
            dropSlot(source);
        }
    }

    /// The next turn begins with a snapshot again.
    private static void dropSlot(Source source) throws Exception {
        source.execute(
                """
                SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE active
                """);
        Waiting.until(
                "the slot's end",
                Duration.ofSeconds(30),
                () ->
                        source.text("SELECT count(*) FROM pg_replication_slots WHERE active")
                                        .equals("0")
                                ? null
                                : "active");
        source.execute("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots");
        source.execute("DROP PUBLICATION IF EXISTS dbz_publication");
    }

    /// @return rows of the snapshot a second
    private double tell(String name, List<CaptureRuns.Rates> turns, double ceiling) {
        double snapshot = median(turns, CaptureRuns.Rates::snapshot);
        figures.add(name + ": snapshot", snapshot, "rows/s");
        figures.add(name + ": snapshot, of COPY to /dev/null", snapshot / ceiling, "");
        figures.add(
                name + ": CPU a row of the snapshot",
                median(turns, CaptureRuns.Rates::snapshotCpuMicros),
                "µs");
        figures.add(
                name + ": stream of updates",
                median(turns, CaptureRuns.Rates::stream),
                "changes/s");
        figures.add(
                name + ": CPU a change of the stream",
                median(turns, CaptureRuns.Rates::streamCpuMicros),
                "µs");
        return snapshot;
    }

    /// The first updates wait for the change from snapshot to stream, and for warm code.
    private void latency(Path folder) throws Exception {
        double foz = fozLatency(folder);
        figures.add("Foz: commit to committed in the replica, median", foz, "ms");
        Optional<String> debezium = Peers.fetched("debezium");
        if (debezium.isPresent()) {
            double peer = debeziumLatency(debezium.get(), folder);
            figures.add("Debezium: commit to committed in the replica, median", peer, "ms");
            figures.goal(
                    "Foz: commit to committed in the replica, of Debezium's",
                    foz / peer,
                    "at most 0.2",
                    foz / peer <= 0.2);
        }
    }

    private static double fozLatency(Path folder) throws Exception {
        try (Source source = Source.start(folder.resolve("latency"))) {
            source.fill(1);
            try (FozInFull foz = FozInFull.start(source)) {
                foz.await(Source.ROWS_PER_SCALE, "true");
                try (Connection replica = foz.replica()) {
                    CaptureRuns.latencies(source, replica, "t_bench.accounts", 10);
                    return median(CaptureRuns.latencies(source, replica, "t_bench.accounts", 100));
                }
            }
        }
    }

    private static double debeziumLatency(String classPath, Path folder) throws Exception {
        try (Source source = Source.start(folder.resolve("from"));
                Source replica = Source.start(folder.resolve("to"));
                DebeziumPeer peer =
                        new DebeziumPeer(classPath, source, Optional.of(replica), folder);
                Connection to = replica.connect()) {
            source.fill(1);
            replica.fillNothing();
            peer.start();
            Measured.awaitSeen(peer, Source.ROWS_PER_SCALE);
            CaptureRuns.latencies(source, to, "pgbench_accounts", 10);
            return median(CaptureRuns.latencies(source, to, "pgbench_accounts", 100));
        }
    }

    private void symmetric(Path folder) throws Exception {
        ReplicaRun foz = new ReplicaRun(scale, updates);
        foz.run(folder, figures);
        Optional<String> symmetric = Peers.fetched("symmetric");
        if (symmetric.isPresent()) {
            new SymmetricRun(symmetric.get(), scale, updates).run(folder, figures, foz);
        }
    }

    private static double median(List<Double> values) {
        return Measured.median(values.stream().mapToDouble(Double::doubleValue).toArray());
    }
}
