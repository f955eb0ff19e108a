package foz.server.identity;

import foz.server.settings.Settings;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtIssuerValidator;
import org.springframework.security.oauth2.jwt.JwtTimestampValidator;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;

/// Verification of tokens, in every process: with our own keys from the database, or with those of
/// the company's issuer where one is set.
@Configuration(proxyBeanMethods = false)
public class Tokens {

    private static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(60);

    static final String EXPIRED = "expired";
    static final String LIFETIME = "lifetime";
    static final String AUDIENCE = "audience";

    /// The issuer's address.
    public static String issuer(Settings settings) {
        String issuer = settings.identity().issuer();
        return issuer.isEmpty() ? settings.publicUrl() : issuer;
    }

    @Bean
    JwtDecoder tokenDecoder(Settings settings, SigningKeys keys) {
        NimbusJwtDecoder decoder =
                NimbusJwtDecoder.withJwkSource(keys).jwsAlgorithm(SignatureAlgorithm.RS256).build();
        decoder.setJwtValidator(
                new DelegatingOAuth2TokenValidator<Jwt>(
                        List.of(
                                new JwtTimestampValidator(CLOCK_TOLERANCE),
                                new JwtIssuerValidator(issuer(settings)),
                                audience(settings.identity().audience()),
                                lifetime(settings.sync().tokenSecondsMax()))));
        return decoder;
    }

    private static OAuth2TokenValidator<Jwt> audience(String audience) {
        return token ->
                token.getAudience() != null && token.getAudience().contains(audience)
                        ? OAuth2TokenValidatorResult.success()
                        : failure(AUDIENCE, "the token is not for the audience " + audience);
    }

    private static OAuth2TokenValidator<Jwt> lifetime(long secondsMax) {
        return token -> {
            Instant issued = token.getIssuedAt();
            Instant expires = token.getExpiresAt();
            if (issued == null || expires == null) {
                return failure(LIFETIME, "the token does not say when it was issued and expires");
            }
            return Duration.between(issued, expires).toSeconds() > secondsMax
                    ? failure(LIFETIME, "the token lives longer than " + secondsMax + " s")
                    : OAuth2TokenValidatorResult.success();
        };
    }

    private static OAuth2TokenValidatorResult failure(String code, String description) {
        return OAuth2TokenValidatorResult.failure(new OAuth2Error(code, description, null));
    }
}
