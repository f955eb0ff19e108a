package foz.wire;

/// A batch body that cannot be decoded; its message says where and why.
public final class MalformedBatchException extends RuntimeException {
    public MalformedBatchException(String message) {
        super(message);
    }
}
