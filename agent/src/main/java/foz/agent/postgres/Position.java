package foz.agent.postgres;

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
        return LogSequenceNumber.valueOf(lsn).asString();
    }

    @Override
    public String toString() {
        return text(end) + " " + text(commit) + " " + transaction;
    }
}
