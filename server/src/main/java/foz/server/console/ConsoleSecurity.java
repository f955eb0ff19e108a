package foz.server.console;

import foz.server.identity.Tokens;
import foz.server.settings.Role;
import foz.server.settings.Settings;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.core.authority.mapping.GrantedAuthoritiesMapper;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.InMemoryClientRegistrationRepository;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.core.oidc.user.OidcUserAuthority;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.logout.LogoutSuccessHandler;
import org.springframework.security.web.context.HttpSessionSecurityContextRepository;
import org.springframework.security.web.savedrequest.HttpSessionRequestCache;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;

/// Sign-in of the console: it is a client of the issuer like any other, and lets operators in.
@Configuration(proxyBeanMethods = false)
@Role("console")
class ConsoleSecurity {

    static final String FAILED = "/console/sign-in-failed";

    private static final String SIGN_IN = "/oauth2/authorization/foz";

    @Bean
    ClientRegistrationRepository consoleClient(Settings settings) {
        String issuer = Tokens.issuer(settings);
        return new InMemoryClientRegistrationRepository(
                ClientRegistration.withRegistrationId("foz")
                        .clientId("foz-console")
                        .clientAuthenticationMethod(ClientAuthenticationMethod.NONE)
                        .authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
                        .redirectUri("{baseUrl}/login/oauth2/code/{registrationId}")
                        .scope("openid", "profile", "operator")
                        .authorizationUri(issuer + "/oauth2/authorize")
                        .tokenUri(issuer + "/oauth2/token")
                        .jwkSetUri(issuer + "/oauth2/jwks")
                        .issuerUri(issuer)
                        .userNameAttributeName("sub")
                        .build());
    }

    @Bean
    @Order(10)
    SecurityFilterChain console(HttpSecurity http, Settings settings) {
        HttpSessionSecurityContextRepository session = new HttpSessionSecurityContextRepository();
        session.setSpringSecurityContextKey("FOZ_CONSOLE");
        return http.securityContext(context -> context.securityContextRepository(session))
                .authorizeHttpRequests(requests ->
                        requests.requestMatchers(
                                        "/assets/**",
                                        "/webjars/**",
                                        "/favicon.ico",
                                        "/error",
                                        FAILED)
                                .permitAll()
                                .anyRequest()
                                .hasAuthority("operator"))
                .exceptionHandling(
                        errors -> errors.authenticationEntryPoint(ConsoleSecurity::enter))
                .requestCache(cache -> cache.requestCache(pageOnly()))
                .oauth2Login(login ->
                        login.loginPage(SIGN_IN)
                                .failureUrl(FAILED)
                                .userInfoEndpoint(user -> user.userAuthoritiesMapper(operators())))
                .logout(logout ->
                        logout.logoutUrl("/console/sign-out")
                                .logoutSuccessHandler(signedOut(settings)))
                .headers(headers ->
                        headers.contentSecurityPolicy(policy ->
                                policy.policyDirectives(content(Tokens.issuer(settings)))))
                .build();
    }

    /// A browser runs and shows nothing that does not come from here, and sends forms nowhere else.
    private static String content(String issuer) {
        return "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self' "
                + issuer
                + "; frame-ancestors 'none'";
    }

    /// After sign-in the browser goes on to the page, never to a piece of it.
    private static HttpSessionRequestCache pageOnly() {
        HttpSessionRequestCache cache = new HttpSessionRequestCache();
        cache.setRequestMatcher(PathPatternRequestMatcher.pathPattern(HttpMethod.GET, "/"));
        return cache;
    }

    /// The page goes to sign in; a piece of it only hears that it must.
    private static void enter(
            HttpServletRequest request, HttpServletResponse response, AuthenticationException e)
            throws IOException {
        if (request.getRequestURI().startsWith("/console/")) {
            response.sendError(HttpStatus.UNAUTHORIZED.value());
        } else {
            response.sendRedirect(SIGN_IN);
        }
    }

    /// Where the issuer is another process, its session must end too, or the next look would sign
    /// in again by itself.
    private static LogoutSuccessHandler signedOut(Settings settings) {
        String issuer = Tokens.issuer(settings);
        String next = issuer.equals(settings.publicUrl()) ? "/" : issuer + "/sign-out";
        return (_, response, _) -> response.sendRedirect(next);
    }

    /// The issuer's claim `roles`, as authorities.
    private static GrantedAuthoritiesMapper operators() {
        return authorities -> {
            Set<GrantedAuthority> mapped = new HashSet<>(authorities);
            for (GrantedAuthority authority : authorities) {
                if (authority instanceof OidcUserAuthority user) {
                    List<String> roles = user.getIdToken().getClaimAsStringList("roles");
                    if (roles != null) {
                        roles.forEach(role -> mapped.add(new SimpleGrantedAuthority(role)));
                    }
                }
            }
            return mapped;
        };
    }
}
