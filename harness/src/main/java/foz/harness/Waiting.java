package foz.harness;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Waits for a condition, with a bound.
public final class Waiting {

    private Waiting() {}

    /// @throws AssertionError when the condition does not hold in time; its message is what it said
    ///   last
    public static void until(String what, Duration atMost, Callable<@Nullable String> problem) {
        Instant end = Instant.now().plus(atMost);
        String last;
        do {
            try {
                last = problem.call();
            } catch (Exception e) {
                last = e.toString();
            }
            if (last == null) {
                return;
            }
            pause();
        } while (Instant.now().isBefore(end));
        throw new AssertionError(what + " did not come about in " + atMost + ": " + last);
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(50);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted");
        }
    }
}
