package foz.server.replica;

import foz.contract.Contract.Bucket;
import java.util.Optional;

/// Names of buckets on the wire: `rep["17"]`, or `shared[]` for one that all share.
public final class Buckets {

    private Buckets() {}

    static String shared(String name) {
        return name + "[]";
    }

    /// The name as an SQL expression; null when the value is.
    static String sql(String name, String value) {
        return Sql.literal(name + "[") + " || to_json(" + value + "::text)::text || ']'";
    }

    /// The bucket that a device with this claim's value sees; empty when the bucket needs a claim
    /// and there is none.
    public static Optional<String> name(Bucket bucket, Optional<String> claimValue) {
        if (bucket.claim().isEmpty()) {
            return Optional.of(shared(bucket.name()));
        }
        return claimValue.map(value -> bucket.name() + "[" + json(value) + "]");
    }

    private static String json(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < 0x20) {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        return out.append('"').toString();
    }
}
