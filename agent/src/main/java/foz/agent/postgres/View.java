package foz.agent.postgres;

import foz.agent.LogView;
import java.util.HashSet;
import java.util.Set;
import java.util.function.LongSupplier;

/// What one snapshot of PostgreSQL sees, as `pg_current_snapshot()` says it: `xmin:xmax:xip,…`.
final class View implements LogView {

    private final long xmin;
    private final long xmax;
    private final Set<Long> running = new HashSet<>();
    private final long end;
    private final LongSupplier read;
    private final boolean current;

    /// @param end no transaction that the snapshot sees committed after this place in the log
    /// @param read up to where the log was read
    /// @param given the transactions that the log gave lately
    View(String snapshot, long end, LongSupplier read, RecentTransactions given) {
        String[] parts = snapshot.split(":", -1);
        this.xmin = Long.parseLong(parts[0]);
        this.xmax = Long.parseLong(parts[1]);
        for (String xid : parts[2].split(",", -1)) {
            if (!xid.isEmpty()) {
                running.add(Long.valueOf(xid));
            }
        }
        this.end = end;
        this.read = read;
        this.current = given.all(this::saw);
    }

    @Override
    public boolean isCurrent() {
        return current;
    }

    /// @param transaction with or without its epoch: the low 32 bits count
    @Override
    public boolean saw(long transaction) {
        long whole = xmax + ((int) transaction - (int) xmax);
        return whole < xmin || (whole < xmax && !running.contains(whole));
    }

    @Override
    public boolean isPast() {
        return read.getAsLong() >= end;
    }

    @Override
    public String end() {
        return Position.text(end);
    }
}
