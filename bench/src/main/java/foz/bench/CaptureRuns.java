package foz.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/// What is done with a subject, the same for each.
final class CaptureRuns {

    private CaptureRuns() {}

    /// @param snapshot rows a second, from the first row seen, so that the start counts for nobody
    /// @param snapshotCpuMicros CPU of the subject for one row
    /// @param stream changes a second while a backlog drains
    /// @param streamCpuMicros CPU of the subject for one change
    record Rates(
            double snapshot, double snapshotCpuMicros, double stream, double streamCpuMicros) {}

    /// A snapshot of all accounts, then a backlog of updates, made while the subject stands still.
    static Rates rates(Subject subject, Source source, int scale, long updates) throws Exception {
        long rows = (long) scale * Source.ROWS_PER_SCALE;
        subject.start();
        Measured.awaitSeen(subject, 1);
        long first = subject.seen();
        double cpu = Measured.cpuSeconds(subject.pid());
        double snapshot = Measured.seconds(() -> Measured.awaitSeen(subject, rows));
        double snapshotCpu = Measured.cpuSeconds(subject.pid()) - cpu;
        // It is streaming once it has seen changes; these also warm it.
        source.update(scale, 20_000);
        Measured.awaitSeen(subject, rows + 20_000);
        Measured.signal("STOP", subject.pid());
        source.update(scale, updates);
        long before = subject.seen();
        cpu = Measured.cpuSeconds(subject.pid());
        long start = System.nanoTime();
        Measured.signal("CONT", subject.pid());
        Measured.awaitSeen(subject, rows + 20_000 + updates);
        double drain = (System.nanoTime() - start) / 1e9;
        double drainCpu = Measured.cpuSeconds(subject.pid()) - cpu;
        long drained = rows + 20_000 + updates - before;
        return new Rates(
                (rows - first) / snapshot,
                snapshotCpu * 1e6 / (rows - first),
                drained / drain,
                drainCpu * 1e6 / drained);
    }

    /// Milliseconds from the commit of one update to its row in the replica, one update after
    /// another, at moments that have nothing to do with the subject's clock.
    ///
    /// @param table its name in the replica
    static List<Double> latencies(Source source, Connection to, String table, int count)
            throws Exception {
        List<Double> millis = new ArrayList<>(count);
        Random random = new Random(42);
        try (Connection from = source.connect();
                PreparedStatement update =
                        from.prepareStatement(
                                "UPDATE pgbench_accounts SET abalance = ? WHERE aid = 1");
                PreparedStatement look =
                        to.prepareStatement("SELECT abalance FROM " + table + " WHERE aid = 1")) {
            int base = random.nextInt(1_000_000) + (int) (System.nanoTime() & 0xffff) * 1_000;
            for (int i = 1; i <= count; i++) {
                TimeUnit.MILLISECONDS.sleep(random.nextInt(700));
                int value = base + i;
                update.setInt(1, value);
                update.executeUpdate();
                long committed = System.nanoTime();
                while (!holds(look, value)) {
                    TimeUnit.MILLISECONDS.sleep(1);
                    if (System.nanoTime() - committed > TimeUnit.MINUTES.toNanos(2)) {
                        throw new IllegalStateException("an update did not come to the replica");
                    }
                }
                millis.add((System.nanoTime() - committed) / 1e6);
            }
        }
        return millis;
    }

    private static boolean holds(PreparedStatement look, int value) throws Exception {
        try (ResultSet row = look.executeQuery()) {
            return row.next() && row.getInt(1) == value;
        }
    }
}
