package foz.server.error;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/// Refusals in the form that the SDKs read: `{"error":{"code","status","description","name"}}`.
public final class SyncErrors {

    private static final JsonMapper JSON = new JsonMapper();

    private SyncErrors() {}

    /// Writes a refusal. Cheap on purpose: devices come back every few seconds whatever the status.
    public static void write(
            HttpServletResponse response, int status, String code, String description)
            throws IOException {
        byte[] body =
                JSON.writeValueAsBytes(
                        Map.of(
                                "error",
                                Map.of(
                                        "code",
                                        "PSYNC_" + code,
                                        "status",
                                        status,
                                        "description",
                                        description,
                                        "name",
                                        name(status))));
        response.setStatus(status);
        response.setContentType("application/json");
        if (status == 429 || status == 503) {
            response.setHeader("Retry-After", ErrorCode.RETRY_AFTER_SECONDS);
        }
        response.getOutputStream().write(body);
        response.flushBuffer();
    }

    public static void write(HttpServletResponse response, FozException e) throws IOException {
        String code =
                switch (e.code()) {
                    case UNAUTHORIZED, FORBIDDEN -> "S2101";
                    case NOT_FOUND, OBJECT_GONE -> "S2002";
                    case BUSY -> "S2304";
                    case UNAVAILABLE -> "S2003";
                    case BAD_REQUEST,
                            TOO_LARGE,
                            UNSUPPORTED_TYPE,
                            MALFORMED,
                            KEY_REUSED,
                            FENCED,
                            GAP,
                            DIVERGED,
                            LEASED,
                            LENGTH_REQUIRED,
                            RANGE_NOT_SATISFIABLE,
                            NO_OBJECT_STORE ->
                            "S2001";
                    case INTERNAL -> "S2001";
                };
        write(response, e.code().status(), code, e.detail());
    }

    private static String name(int status) {
        return switch (status) {
            case 401, 403 -> "AuthorizationError";
            case 429, 503 -> "ServiceUnavailable";
            default -> "ValidationError";
        };
    }
}
