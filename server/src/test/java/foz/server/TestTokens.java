package foz.server;

import foz.server.identity.SigningKeys;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.security.oauth2.jwt.JwtClaimsSet;
import org.springframework.security.oauth2.jwt.JwtEncoderParameters;
import org.springframework.security.oauth2.jwt.NimbusJwtEncoder;

/// Tokens as the issuer signs them, for servers without the role identity.
public final class TestTokens {

    private TestTokens() {}

    public static String agent(ConfigurableApplicationContext server, String url, String tenant) {
        return sign(server, url, tenant, "agent", Map.of("source", "erp"));
    }

    public static String app(
            ConfigurableApplicationContext server, String url, String tenant, String rep) {
        return sign(server, url, tenant, "sync", Map.of("rep", rep));
    }

    private static String sign(
            ConfigurableApplicationContext server,
            String url,
            String tenant,
            String scope,
            Map<String, String> claims) {
        Instant now = Instant.now();
        JwtClaimsSet.Builder token =
                JwtClaimsSet.builder()
                        .issuer(url)
                        .subject(scope + "." + tenant)
                        .audience(List.of("foz"))
                        .issuedAt(now)
                        .expiresAt(now.plusSeconds(600))
                        .claim("tenant", tenant)
                        .claim("scope", List.of(scope));
        claims.forEach(token::claim);
        return new NimbusJwtEncoder(server.getBean(SigningKeys.class))
                .encode(JwtEncoderParameters.from(token.build()))
                .getTokenValue();
    }
}
