package foz.wire;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// The hash chain over a stream's batches: each link is SHA-256 of the link before and the body's
/// SHA-256. Both ends keep it, so that a lost, repeated or altered batch cannot pass for another.
public final class Chain {

    /// The link before the first batch of an incarnation.
    public static final String START = "0".repeat(64);

    private Chain() {}

    /// Lower-case hexadecimal SHA-256 of a body.
    public static String sha256(byte[] body) {
        return HexFormat.of().formatHex(digest().digest(body));
    }

    /// The link that follows `previous` when a body with this SHA-256 is appended.
    public static String next(String previous, String bodySha256) {
        MessageDigest digest = digest();
        digest.update(previous.getBytes(StandardCharsets.US_ASCII));
        digest.update(bodySha256.getBytes(StandardCharsets.US_ASCII));
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
