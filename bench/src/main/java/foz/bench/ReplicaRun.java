package foz.bench;

import java.nio.file.Path;

/// Foz from the source to its replica: what [SymmetricRun] does, with Foz.
final class ReplicaRun {

    private final int scale;
    private final long updates;
    private double load;
    private double changes;
    private double captured;

    ReplicaRun(int scale, long updates) {
        this.scale = scale;
        this.updates = updates;
    }

    void run(Path folder, CaptureFigures figures) throws Exception {
        long rows = (long) scale * Source.ROWS_PER_SCALE;
        try (Source source = Source.start(folder.resolve("replica-source"))) {
            source.fill(scale);
            double free = source.update(scale, updates);
            // The agent's start counts too.
            try (FozInFull foz = FozInFull.start(source)) {
                load = rows / Measured.seconds(() -> foz.await(rows, "true"));
                figures.add("Foz: load, source to replica", load, "rows/s");
                // It streams once it has seen changes; these also warm it.
                source.update(scale, 20_000);
                source.execute("UPDATE pgbench_accounts SET bid = -2 WHERE aid = 1");
                foz.await(1, "aid = 1 AND bid = -2");
                drain(source, foz, free, figures);
            }
        }
    }

    private void drain(Source source, FozInFull foz, double free, CaptureFigures figures)
            throws Exception {
        Measured.signal("STOP", foz.agentPid());
        captured = source.update(scale, updates) / free;
        source.execute("UPDATE pgbench_accounts SET bid = -1 WHERE aid = 1");
        double cpu = foz.cpuSeconds();
        double seconds =
                Measured.seconds(() -> {
                    Measured.signal("CONT", foz.agentPid());
                    foz.await(1, "aid = 1 AND bid = -1");
                });
        changes = updates / seconds;
        figures.add("Foz: changes, source to replica", changes, "changes/s");
        figures.add(
                "Foz: CPU a change, agent and server",
                (foz.cpuSeconds() - cpu) * 1e6 / updates,
                "µs");
        figures.goal(
                "Foz: source while captured, of uncaptured",
                captured,
                "at least 0.9",
                captured >= 0.9);
        // Beside the agent and the server at work, on the same cores.
        figures.add(
                "Foz: source while agent, server and replica work on its cores, of uncaptured",
                source.update(scale, updates) / free,
                "");
    }

    /// Adds the ratios to a peer's figures.
    void against(double peerLoad, double peerChanges, CaptureFigures figures) {
        figures.goal(
                "Foz: load, source to replica, of SymmetricDS's",
                load / peerLoad,
                "at least 5",
                load / peerLoad >= 5);
        figures.goal(
                "Foz: changes, source to replica, of SymmetricDS's",
                changes / peerChanges,
                "at least 5",
                changes / peerChanges >= 5);
    }
}
