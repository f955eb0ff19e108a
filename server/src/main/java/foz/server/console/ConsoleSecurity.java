package foz.server.console;

import foz.server.identity.Tokens;
import foz.server.settings.Role;
import foz.server.settings.Settings;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
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
import org.springframework.security.web.context.HttpSessionSecurityContextRepository;

/// Sign-in of the console: it is a client of the issuer like any other, and lets operators in.
@Configuration(proxyBeanMethods = false)
@Role("console")
class ConsoleSecurity {

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
    SecurityFilterChain console(HttpSecurity http) {
        HttpSessionSecurityContextRepository session = new HttpSessionSecurityContextRepository();
        session.setSpringSecurityContextKey("FOZ_CONSOLE");
        return http.securityContext(context -> context.securityContextRepository(session))
                .authorizeHttpRequests(requests ->
                        requests.requestMatchers(
                                        "/assets/**", "/webjars/**", "/favicon.ico", "/error")
                                .permitAll()
                                .anyRequest()
                                .hasAuthority("operator"))
                .oauth2Login(login ->
                        login.loginPage("/oauth2/authorization/foz")
                                .userInfoEndpoint(user -> user.userAuthoritiesMapper(operators())))
                .headers(headers ->
                        headers.contentSecurityPolicy(policy ->
                                policy.policyDirectives(
                                        "default-src 'self'; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'")))
                .build();
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
