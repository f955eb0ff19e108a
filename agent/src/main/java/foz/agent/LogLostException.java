package foz.agent;

/// The source's log cannot be read on from where it was left: what is missing must be read from the
/// tables.
public final class LogLostException extends RuntimeException {

    private final boolean anotherHistory;

    /// @param anotherHistory whether the source itself is another one than before: restored from a
    ///   backup, or a copy
    public LogLostException(String message, boolean anotherHistory) {
        super(message);
        this.anotherHistory = anotherHistory;
    }

    boolean anotherHistory() {
        return anotherHistory;
    }
}
