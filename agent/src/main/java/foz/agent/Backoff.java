package foz.agent;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/// Waits longer after each failure, up to a bound, and never two agents in step. For one thread.
final class Backoff {

    private static final long FIRST_MS = 100;

    private final long msMax;
    private long nextMs = FIRST_MS;

    Backoff(long msMax) {
        this.msMax = msMax;
    }

    void succeeded() {
        nextMs = FIRST_MS;
    }

    /// Sleeps between half and all of the next pause.
    void pause() throws InterruptedException {
        long ms = nextMs;
        nextMs = Math.min(nextMs * 2, msMax);
        TimeUnit.MILLISECONDS.sleep(ms / 2 + ThreadLocalRandom.current().nextLong(ms / 2 + 1));
    }
}
