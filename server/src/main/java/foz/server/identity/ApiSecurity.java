package foz.server.identity;

import foz.server.error.ErrorCode;
import foz.server.error.Problems;
import foz.server.error.SyncErrors;
import foz.server.settings.Settings;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.cors.CorsConfigurationSource;
import org.springframework.web.cors.UrlBasedCorsConfigurationSource;

/// Who may call the API: bearers of a valid token, and everyone for health. Metrics have a door of
/// their own.
@Configuration(proxyBeanMethods = false)
class ApiSecurity {

    @Bean
    @Order(3)
    SecurityFilterChain metrics(HttpSecurity http, Settings settings) {
        MetricsDoor door = new MetricsDoor(settings.metrics().token());
        return http.securityMatcher("/metrics/**")
                .csrf(csrf -> csrf.disable())
                .sessionManagement(
                        sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .authorizeHttpRequests(requests ->
                        requests.anyRequest()
                                .access((_, context) ->
                                        new AuthorizationDecision(door.lets(context.getRequest()))))
                .exceptionHandling(errors ->
                        errors.authenticationEntryPoint((_, response, _) -> {
                            response.setHeader("WWW-Authenticate", "Bearer");
                            Problems.write(response, ErrorCode.UNAUTHORIZED, door.refusal());
                        }))
                .build();
    }

    @Bean
    @Order(3)
    SecurityFilterChain api(HttpSecurity http) {
        return http.securityMatcher(
                        "/agent/**", "/v1/**", "/sync/**", "/write-checkpoint2.json", "/health/**")
                .csrf(csrf -> csrf.disable())
                .cors(Customizer.withDefaults())
                .sessionManagement(
                        sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .authorizeHttpRequests(requests ->
                        requests.requestMatchers("/health/**")
                                .permitAll()
                                .anyRequest()
                                .authenticated())
                .oauth2ResourceServer(server ->
                        server.jwt(Customizer.withDefaults())
                                .bearerTokenResolver(ApiSecurity::bearer)
                                .authenticationEntryPoint(ApiSecurity::refuse))
                .exceptionHandling(errors -> errors.authenticationEntryPoint(ApiSecurity::refuse))
                .build();
    }

    /// `Authorization: Bearer x`, or `Token x` as the offline SDKs send it.
    private static @Nullable String bearer(HttpServletRequest request) {
        String header = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (header == null) {
            return null;
        }
        String lower = header.toLowerCase(Locale.ROOT);
        if (lower.startsWith("bearer ") || lower.startsWith("token ")) {
            String token = header.substring(header.indexOf(' ') + 1).strip();
            return token.isEmpty() ? null : token;
        }
        return null;
    }

    private static void refuse(
            HttpServletRequest request, HttpServletResponse response, AuthenticationException e)
            throws IOException {
        boolean sent = request.getHeader(HttpHeaders.AUTHORIZATION) != null;
        String detail =
                sent
                        ? "the token is not valid: " + e.getMessage() + "; fetch a new one"
                        : "a token is missing; send Authorization: Bearer …";
        response.setHeader("WWW-Authenticate", "Bearer");
        String path = request.getRequestURI();
        if (path.startsWith("/sync/") || path.startsWith("/write-checkpoint")) {
            SyncErrors.write(response, 401, syncCode(sent, e), detail);
        } else {
            Problems.write(response, ErrorCode.UNAUTHORIZED, detail);
        }
    }

    private static String syncCode(boolean sent, AuthenticationException e) {
        if (!sent) {
            return "S2106";
        }
        String text =
                e instanceof OAuth2AuthenticationException known
                        ? known.getError().getErrorCode() + " " + e.getMessage()
                        : String.valueOf(e.getMessage());
        if (text.contains("expired")) {
            return "S2103";
        }
        if (text.contains("lives longer")) {
            return "S2104";
        }
        return text.contains("audience") ? "S2105" : "S2101";
    }

    @Bean
    CorsConfigurationSource corsConfigurationSource() {
        CorsConfiguration cors = new CorsConfiguration();
        cors.setAllowedOrigins(List.of("*"));
        cors.setAllowedMethods(List.of("GET", "HEAD", "POST"));
        cors.setAllowedHeaders(
                List.of(
                        "Content-Type",
                        "Authorization",
                        "User-Agent",
                        "X-User-Agent",
                        "Idempotency-Key",
                        "Accept-Language",
                        "Range",
                        "If-Range",
                        "If-None-Match"));
        cors.setExposedHeaders(
                List.of(
                        "Location",
                        "Retry-After",
                        "ETag",
                        "Accept-Ranges",
                        "Content-Range",
                        "Content-Disposition"));
        cors.setMaxAge(Duration.ofHours(1));
        UrlBasedCorsConfigurationSource source = new UrlBasedCorsConfigurationSource();
        for (String path :
                List.of(
                        "/v1/**",
                        "/sync/**",
                        "/write-checkpoint2.json",
                        "/oauth2/token",
                        "/oauth2/revoke",
                        "/oauth2/jwks",
                        "/.well-known/**")) {
            source.registerCorsConfiguration(path, cors);
        }
        return source;
    }
}
