package foz.agent;

/// What a source that is no database gave is wrong; the message says where, what, and the remedy.
/// The table stands still until that is mended; the others go on.
public final class FeedException extends RuntimeException {

    public FeedException(String message) {
        super(message);
    }

    public FeedException(String message, Throwable cause) {
        super(message, cause);
    }
}
