package foz.agent.mariadb;

/// A place in the binlog.
///
/// @param file the binlog's file
/// @param offset bytes from the file's beginning
/// @param gtid the transaction that ends there, or, where none was read yet, all that stand before;
///   tells this history from another one in files of the same names
record BinlogPosition(String file, long offset, String gtid) {

    private static final int OFFSET_BITS = 40;

    static BinlogPosition of(String text) {
        String[] parts = text.split(" ", -1);
        return new BinlogPosition(parts[0], Long.parseLong(parts[1]), parts[2]);
    }

    /// Places of one history in their order.
    long number() {
        return number(file, offset);
    }

    static long number(String file, long offset) {
        return Long.parseLong(file.substring(file.lastIndexOf('.') + 1)) << OFFSET_BITS | offset;
    }

    /// Whether a history that has `found` before this place is the one that was read.
    ///
    /// @param found `domain-server-sequence`, one of each domain
    boolean isIn(String found) {
        return found.equals(gtid) || ("," + found + ",").contains("," + gtid + ",");
    }

    @Override
    public String toString() {
        return file + " " + offset + " " + gtid;
    }
}
