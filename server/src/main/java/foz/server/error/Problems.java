package foz.server.error;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.http.HttpStatus;
import tools.jackson.databind.json.JsonMapper;

/// Problem documents (RFC 9457) written outside a controller.
public final class Problems {

    private static final JsonMapper JSON = new JsonMapper();

    private Problems() {}

    public static void write(HttpServletResponse response, ErrorCode code, String detail)
            throws IOException {
        Map<String, Object> problem = new LinkedHashMap<>();
        problem.put("title", HttpStatus.valueOf(code.status()).getReasonPhrase());
        problem.put("status", code.status());
        problem.put("detail", detail);
        problem.put("code", code.name());
        response.setStatus(code.status());
        response.setContentType("application/problem+json");
        if (code.passes()) {
            response.setHeader("Retry-After", ErrorCode.RETRY_AFTER_SECONDS);
        }
        response.getOutputStream().write(JSON.writeValueAsBytes(problem));
        response.flushBuffer();
    }
}
