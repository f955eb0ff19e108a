package foz.server.cli;

import foz.server.embedded.EmbeddedException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/// Waits for a condition, with a bound.
final class Await {

    private static final Duration READY_MAX = Duration.ofMinutes(10);

    private Await() {}

    interface Check {
        boolean holds() throws InterruptedException;
    }

    /// @throws EmbeddedException with this text when the condition does not hold in time
    static void ready(String failure, Check check) {
        Instant until = Instant.now().plus(READY_MAX);
        try {
            while (!check.holds()) {
                if (Instant.now().isAfter(until)) {
                    throw new EmbeddedException(failure);
                }
                TimeUnit.MILLISECONDS.sleep(100);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new EmbeddedException("interrupted");
        }
    }
}
