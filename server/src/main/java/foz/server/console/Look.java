package foz.server.console;

import java.time.Instant;
import java.util.Optional;

/// What the database said about one tenant's streams at one moment.
record Look(Instant at, Optional<Down> down, Up up, Sync sync, Slow slow) {

    /// The stream of the data.
    ///
    /// @param heardSeconds since the agent was last heard
    /// @param toLoad tables whose first load is not complete; negative before the agent told
    /// @param waitingRows acknowledged and not yet applied
    /// @param lagSeconds since the oldest change that is not applied was captured; 0 when all are
    /// @param waitingSeconds since the oldest batch that is not applied was acknowledged
    /// @param unpublishedSeconds since the oldest batch that is not in the log was acknowledged
    /// @param appliedSeconds since a batch was last applied; negative before the first
    record Down(
            boolean connected,
            double heardSeconds,
            long nextSeq,
            long publishedSeq,
            long appliedSeq,
            long rows,
            long bytes,
            long toLoad,
            long spooledBatches,
            long waitingRows,
            double lagSeconds,
            double waitingSeconds,
            double unpublishedSeconds,
            double appliedSeconds) {

        /// Since what readers see was captured, at worst.
        double ageSeconds() {
            return connected ? lagSeconds : Math.max(lagSeconds, heardSeconds);
        }

        long unpublished() {
            return Math.max(0, nextSeq - 1 - publishedSeq);
        }

        long unapplied() {
            return Math.max(0, publishedSeq - appliedSeq);
        }

        long appliedRows() {
            return rows - waitingRows;
        }
    }

    /// The stream of the commands.
    ///
    /// @param outbox accepted, and not yet seen on the far side of the log
    /// @param deliveries ready for the agent, or with it
    /// @param repeated deliveries that were tried more than once
    /// @param lastEvent grows with every step of any command
    /// @param version of the replica
    record Up(
            long outbox,
            double outboxSeconds,
            long deliveries,
            long repeated,
            double deliverySeconds,
            long lastEvent,
            long version) {}

    /// The devices, as the processes of the sync role tell of them.
    ///
    /// @param processes of the role that live
    record Sync(long processes, long devices, double operationsPerSecond, double bytesPerSecond) {}

    /// What takes longer to count, and is counted more seldom.
    ///
    /// @param verdictSeconds median of the last verdicts; negative when there is none
    /// @param undecided delivered and not yet answered
    record Slow(
            long receivedInMinute,
            long decidedInMinute,
            long receivedInDay,
            long accepted,
            long remarked,
            long rejected,
            long failed,
            long undecided,
            double undecidedSeconds,
            double verdictSeconds,
            long quarantined,
            long rows,
            long buckets,
            long devices) {}
}
