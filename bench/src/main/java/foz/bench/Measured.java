package foz.bench;

import foz.harness.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;

/// Times, and what they come to over repeats.
final class Measured {

    private static final double TICKS_PER_SECOND = 100;

    private Measured() {}

    interface Work {
        void run() throws Exception;
    }

    /// Seconds that the work took.
    static double seconds(Work work) throws Exception {
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) / 1e9;
    }

    /// CPU seconds of a process so far, as Linux tells them.
    static double cpuSeconds(long pid) {
        try {
            String line = Files.readString(Path.of("/proc/" + pid + "/stat"));
            // The program's name may hold spaces; what follows it is fields of one word each.
            String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
            return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// NaN when nothing was measured.
    static double median(double... values) {
        if (values.length == 0) {
            return Double.NaN;
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    /// Waits until the subject has acknowledged so many.
    static void awaitSeen(Subject subject, long count) {
        Waiting.until(
                subject.name() + " with " + count,
                Duration.ofMinutes(10),
                () -> subject.seen() >= count ? null : "seen " + subject.seen());
    }

    /// Stops a process, or lets it go on.
    static void signal(String signal, long pid) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + signal, Long.toString(pid)).start().waitFor();
    }
}
