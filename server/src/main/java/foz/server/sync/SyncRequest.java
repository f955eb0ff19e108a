package foz.server.sync;

import foz.server.error.ErrorCode;
import foz.server.error.FozException;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a device asks for. Unknown members are ignored, as the SDKs expect.
///
/// @param clientId names the device's local database; may be empty
/// @param held the buckets that the device holds, each with the last operation it has
record SyncRequest(String clientId, Map<String, Long> held) {

    private static final JsonMapper JSON = new JsonMapper();
    private static final int BUCKETS_MAX = 1_000;

    SyncRequest {
        held = Map.copyOf(held);
    }

    /// @throws FozException BAD_REQUEST naming the member that is wrong
    static SyncRequest read(byte[] body) {
        JsonNode root;
        try {
            root = JSON.readTree(body);
        } catch (JacksonException e) {
            throw new FozException(
                    ErrorCode.BAD_REQUEST, "the body is not JSON: " + e.getOriginalMessage());
        }
        if (!root.isObject()) {
            throw new FozException(ErrorCode.BAD_REQUEST, "the body must be a JSON object");
        }
        JsonNode buckets = root.path("buckets");
        if (!buckets.isMissingNode() && !buckets.isNull() && !buckets.isArray()) {
            throw new FozException(ErrorCode.BAD_REQUEST, "buckets must be a list");
        }
        if (buckets.size() > BUCKETS_MAX) {
            throw new FozException(ErrorCode.BAD_REQUEST, "buckets holds more than " + BUCKETS_MAX);
        }
        Map<String, Long> held = new LinkedHashMap<>();
        for (JsonNode bucket : buckets) {
            held.put(
                    bucket.path("name").asString(""), position(bucket.path("after").asString("0")));
        }
        return new SyncRequest(root.path("client_id").asString(""), held);
    }

    private static long position(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException _) {
            throw new FozException(
                    ErrorCode.BAD_REQUEST,
                    "buckets.after is '" + text + "', and must be a decimal number as text");
        }
    }
}
