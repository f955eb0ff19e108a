package foz.server.sync;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// What a device may see, as of one snapshot of the replica.
///
/// @param version the tenant's version: the position of every bucket in it
/// @param writeCheckpoint the last one promised to this device, if any
/// @param buckets by name, in the order of their priority
record Checkpoint(long version, Optional<Long> writeCheckpoint, Map<String, State> buckets) {

    Checkpoint {
        buckets = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(buckets));
    }

    /// One bucket's state.
    ///
    /// @param number in the tenant's tables; 0 for one that never had an operation
    record State(
            String name,
            int number,
            int priority,
            long operations,
            long checksum,
            long lastOperation) {}

    /// Whether a device that has `before` has anything to learn from this one.
    boolean tellsMoreThan(Checkpoint before) {
        return !before.buckets().equals(buckets)
                || !before.writeCheckpoint().equals(writeCheckpoint);
    }
}
