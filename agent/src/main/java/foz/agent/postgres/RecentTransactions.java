package foz.agent.postgres;

import java.util.function.LongPredicate;

/// The transactions that the log gave last. A transaction is in the log a moment before others see
/// it, longer where the source waits for a standby.
final class RecentTransactions {

    private static final int KEPT = 1 << 16;

    private final long[] ring = new long[KEPT];
    private long count;

    void add(long transaction) {
        ring[(int) (count++ % KEPT)] = transaction;
    }

    boolean all(LongPredicate seen) {
        for (int i = 0; i < Math.min(count, KEPT); i++) {
            if (!seen.test(ring[i])) {
                return false;
            }
        }
        return true;
    }
}
