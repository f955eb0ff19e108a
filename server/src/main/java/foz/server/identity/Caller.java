package foz.server.identity;

import foz.server.error.ErrorCode;
import foz.server.error.FozException;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.security.oauth2.jwt.Jwt;

/// Who calls, as the verified token says: the only source of a request's tenant.
///
/// @param subject the username, or the agent's client id
/// @param claims the token's text claims, such as `rep`
public record Caller(
        String tenant, String subject, List<String> scopes, Map<String, String> claims) {

    public Caller {
        scopes = List.copyOf(scopes);
        claims = Collections.unmodifiableMap(new HashMap<>(claims));
    }

    /// @throws FozException FORBIDDEN when the token belongs to no tenant
    public static Caller of(Jwt token) {
        String tenant = token.getClaimAsString("tenant");
        if (tenant == null || tenant.isBlank()) {
            throw new FozException(ErrorCode.FORBIDDEN, "the token belongs to no tenant");
        }
        Map<String, String> claims = new HashMap<>();
        token.getClaims()
                .forEach((name, value) -> {
                    if (value instanceof String || value instanceof Number) {
                        claims.put(name, value.toString());
                    }
                });
        Object scope = token.getClaims().getOrDefault("scope", List.of());
        List<String> scopes =
                scope instanceof List<?> list
                        ? list.stream().map(Object::toString).toList()
                        : List.of(scope.toString().split(" "));
        return new Caller(tenant, subject(token), scopes, claims);
    }

    private static String subject(Jwt token) {
        String subject = token.getSubject();
        if (subject == null || subject.isBlank()) {
            throw new FozException(ErrorCode.FORBIDDEN, "the token names no subject");
        }
        return subject;
    }

    public Optional<String> claim(String name) {
        return Optional.ofNullable(claims.get(name));
    }

    /// @throws FozException FORBIDDEN when the token lacks the scope
    public Caller require(String scope) {
        if (!scopes.contains(scope)) {
            throw new FozException(
                    ErrorCode.FORBIDDEN, "the token lacks the scope '" + scope + "'");
        }
        return this;
    }
}
