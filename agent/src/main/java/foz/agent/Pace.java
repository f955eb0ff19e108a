package foz.agent;

import java.time.Clock;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.concurrent.TimeUnit;

/// How fast the source may be read whole, and when: first captures, comparisons, and what is read
/// again. What changes is followed at all hours and at its own speed. All threads that read share
/// one. Safe for several threads.
final class Pace {

    /// @param rowsPerSecondMax 0 for no ceiling
    /// @param bytesPerSecondMax 0 for no ceiling
    record Limits(long rowsPerSecondMax, long bytesPerSecondMax, ReadingHours hours) {
        static Limits none() {
            return new Limits(0, 0, ReadingHours.of("", ZoneOffset.UTC));
        }
    }

    /// The hours are over: what was read so far is kept, and the rest waits for the next ones.
    static final class ClosedException extends RuntimeException {
        ClosedException(String opens) {
            super(opens);
        }
    }

    private static final double NANOS = 1e9;

    private final Limits limits;
    private final Clock clock;

    /// Before this, on [System#nanoTime]'s scale, nothing more is read.
    private long next = System.nanoTime();

    Pace(Limits limits) {
        this(limits, Clock.systemUTC());
    }

    Pace(Limits limits, Clock clock) {
        this.limits = limits;
        this.clock = clock;
    }

    private ZonedDateTime now() {
        return ZonedDateTime.now(clock);
    }

    boolean isOpen() {
        return limits.hours().holds(now());
    }

    /// When the hours begin, a sentence for people.
    String opensText() {
        return "it is read whole from " + limits.hours().next(now()) + " on, as readHours says";
    }

    /// @throws ClosedException outside the hours
    void requireOpen() {
        if (!isOpen()) {
            throw new ClosedException(opensText());
        }
    }

    /// Whether more may be read at once.
    synchronized boolean mayRead() {
        return isOpen() && next - System.nanoTime() <= 0;
    }

    /// Waits until more may be read. Nothing should be held at the source meanwhile.
    void await() throws InterruptedException {
        for (long left = left(); left > 0; left = left()) {
            TimeUnit.NANOSECONDS.sleep(left);
        }
    }

    private synchronized long left() {
        return next - System.nanoTime();
    }

    /// So much was read.
    synchronized void took(long rows, long bytes) {
        double seconds =
                Math.max(
                        limits.rowsPerSecondMax() == 0
                                ? 0
                                : rows / (double) limits.rowsPerSecondMax(),
                        limits.bytesPerSecondMax() == 0
                                ? 0
                                : bytes / (double) limits.bytesPerSecondMax());
        if (seconds > 0) {
            long now = System.nanoTime();
            next = (next - now > 0 ? next : now) + (long) (seconds * NANOS);
        }
    }
}
