package foz.agent.postgres;

import java.util.Locale;
import org.postgresql.replication.LogSequenceNumber;

/// Where the log was left: after which commit.
///
/// @param end where the log goes on after the commit
/// @param commit where the commit's own record is
record Position(long end, long commit, long transaction) {

    static final Position START = new Position(0, 0, 0);

    static Position of(String text) {
        if (text.isEmpty()) {
            return START;
        }
        String[] parts = text.split(" ", -1);
        return new Position(lsn(parts[0]), lsn(parts[1]), Long.parseLong(parts[2]));
    }

    static long lsn(String text) {
        return LogSequenceNumber.valueOf(text).asLong();
    }

    static String text(long lsn) {
        // Of each transaction: without a formatter, which costs more than the change itself.
        return (Long.toHexString(lsn >>> Integer.SIZE) + "/" + Integer.toHexString((int) lsn))
                .toUpperCase(Locale.ROOT);
    }

    @Override
    public String toString() {
        return text(end) + " " + text(commit) + " " + transaction;
    }
}
