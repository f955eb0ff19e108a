package foz.wire;

/// Names shared by both ends of the agent's protocol.
public final class Protocol {

    public static final String BATCH_TYPE = "application/vnd.foz.batch";
    public static final String SOURCE = "Foz-Source";

    /// Which of the agents with one identity is speaking, where commands are concerned.
    public static final String INSTANCE = "Foz-Instance";

    public static final String INCARNATION = "Foz-Incarnation";
    public static final String EPOCH = "Foz-Epoch";
    public static final String SEQ = "Foz-Seq";
    public static final String PREVIOUS = "Foz-Previous";
    public static final String SHA256 = "Foz-Sha256";
    public static final String ROWS = "Foz-Rows";
    public static final String FROM = "Foz-From";
    public static final String TO = "Foz-To";

    /// Milliseconds since 1970 at which the oldest change of the batch was read.
    public static final String CAPTURED_AT = "Foz-Captured-At";

    /// Compressed bytes of one batch, at most.
    public static final int BATCH_BYTES_MAX = 8 << 20;

    /// Bytes of one row's values as text, at most. A batch of one such row is accepted whether it
    /// compresses or not.
    public static final int ROW_BYTES_MAX = 4 << 20;

    private Protocol() {}
}
