package foz.server.error;

import java.util.Map;

/// An operating fault: its code, and a sentence that names the value and the remedy.
public final class FozException extends RuntimeException {

    private final ErrorCode code;
    private final transient Map<String, Object> extra;

    public FozException(ErrorCode code, String detail) {
        this(code, detail, Map.of());
    }

    /// @param extra members added to the problem document, such as `expectedSeq`
    public FozException(ErrorCode code, String detail, Map<String, Object> extra) {
        super(detail);
        this.code = code;
        this.extra = Map.copyOf(extra);
    }

    /// The sentence for whoever called.
    public String detail() {
        return String.valueOf(getMessage());
    }

    public ErrorCode code() {
        return code;
    }

    public Map<String, Object> extra() {
        return extra;
    }
}
