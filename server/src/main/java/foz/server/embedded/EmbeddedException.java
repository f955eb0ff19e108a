package foz.server.embedded;

/// A part that Foz starts itself did not start; its message says which, why, and where its log
/// lies.
public final class EmbeddedException extends RuntimeException {

    public EmbeddedException(String message) {
        super(message);
    }

    public EmbeddedException(String message, Throwable cause) {
        super(message, cause);
    }
}
