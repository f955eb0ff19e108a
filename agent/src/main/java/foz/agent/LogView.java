package foz.agent;

/// What a reading transaction saw of the transactions that a change log gives.
public interface LogView {

    /// Whether it saw everything that the log has given so far. Where it did not, what it read is
    /// older than what was sent already.
    boolean isCurrent();

    /// Whether it saw this transaction.
    boolean saw(long transaction);

    /// Whether the log will give no further transaction that it saw.
    boolean isPast();

    /// A place in the log before which every transaction that it saw stands, for
    /// [ChangeLog#hasPassed]; empty where the engine has none.
    default String end() {
        return "";
    }
}
