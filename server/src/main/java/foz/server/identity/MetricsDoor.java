package foz.server.identity;

import foz.server.settings.Secret;
import jakarta.servlet.http.HttpServletRequest;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Locale;
import org.springframework.http.HttpHeaders;

/// Who may read `/metrics`, whose lines name tenants: bearers of the token that is set for it, or,
/// where none is, callers on this machine.
///
/// @param token empty for none
record MetricsDoor(Secret token) {

    private static final String BEARER = "bearer ";

    boolean lets(HttpServletRequest request) {
        String authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
        return token.value().isEmpty()
                ? isLocal(request.getRemoteAddr()) && !isForwarded(request)
                : authorization != null && isToken(authorization);
    }

    String refusal() {
        return token.value().isEmpty()
                ? "metrics are open to callers on this machine alone; set foz.metrics.token for others"
                : "the token is missing or not that of foz.metrics.token; send Authorization: Bearer …";
    }

    private boolean isToken(String authorization) {
        return authorization.toLowerCase(Locale.ROOT).startsWith(BEARER)
                && MessageDigest.isEqual(
                        authorization
                                .substring(BEARER.length())
                                .strip()
                                .getBytes(StandardCharsets.UTF_8),
                        token.value().getBytes(StandardCharsets.UTF_8));
    }

    /// A proxy on this machine calls for somebody elsewhere.
    private static boolean isForwarded(HttpServletRequest request) {
        return request.getHeader("Forwarded") != null
                || request.getHeader("X-Forwarded-For") != null;
    }

    /// @param address an address in digits, so that no name is looked up
    static boolean isLocal(String address) {
        try {
            return InetAddress.ofLiteral(address).isLoopbackAddress();
        } catch (IllegalArgumentException _) {
            return false;
        }
    }
}
