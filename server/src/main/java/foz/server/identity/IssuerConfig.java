package foz.server.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import foz.server.settings.Role;
import foz.server.settings.Settings;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.core.userdetails.UsernameNotFoundException;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.OAuth2Token;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoderFactory;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.oauth2.jwt.NimbusJwtEncoder;
import org.springframework.security.oauth2.server.authorization.JdbcOAuth2AuthorizationConsentService;
import org.springframework.security.oauth2.server.authorization.JdbcOAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationConsentService;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenType;
import org.springframework.security.oauth2.server.authorization.authentication.JwtClientAssertionAuthenticationProvider;
import org.springframework.security.oauth2.server.authorization.authentication.JwtClientAssertionDecoderFactory;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.settings.AuthorizationServerSettings;
import org.springframework.security.oauth2.server.authorization.token.DelegatingOAuth2TokenGenerator;
import org.springframework.security.oauth2.server.authorization.token.JwtEncodingContext;
import org.springframework.security.oauth2.server.authorization.token.JwtGenerator;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenContext;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenCustomizer;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenGenerator;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.LoginUrlAuthenticationEntryPoint;
import org.springframework.security.web.context.HttpSessionSecurityContextRepository;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.util.matcher.MediaTypeRequestMatcher;
import org.springframework.security.web.util.matcher.OrRequestMatcher;
import org.springframework.security.web.util.matcher.RequestMatcher;

/// The issuer of tokens: OAuth 2.1 and OpenID Connect, embedded.
@Configuration(proxyBeanMethods = false)
@Role("identity")
class IssuerConfig {

    /// Sign-in of the issuer and of the console stand side by side in one session.
    private static HttpSessionSecurityContextRepository signInSession() {
        HttpSessionSecurityContextRepository session = new HttpSessionSecurityContextRepository();
        session.setSpringSecurityContextKey("FOZ_SIGN_IN");
        return session;
    }

    @Bean
    @Order(1)
    SecurityFilterChain issuer(
            HttpSecurity http,
            Accounts accounts,
            RegisteredClientRepository clients,
            OAuth2AuthorizationService authorizations) {
        // No bean: as one it would take the place of the sign-in by password.
        RefreshTokens refresh = new RefreshTokens(clients, authorizations);
        http.oauth2AuthorizationServer(server -> {
            http.securityMatcher(server.getEndpointsMatcher());
            server.oidc(Customizer.withDefaults());
            server.clientAuthentication(client ->
                    client.authenticationConverter(refresh)
                            .authenticationProvider(refresh)
                            .authenticationProviders(providers ->
                                    providers.stream()
                                            .filter(
                                                    JwtClientAssertionAuthenticationProvider.class
                                                            ::isInstance)
                                            .map(
                                                    JwtClientAssertionAuthenticationProvider.class
                                                            ::cast)
                                            .forEach(provider ->
                                                    provider.setJwtDecoderFactory(
                                                            agentAssertions(accounts)))));
        });
        return http.securityContext(context -> context.securityContextRepository(signInSession()))
                .authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
                .cors(Customizer.withDefaults())
                .exceptionHandling(errors ->
                        errors.defaultAuthenticationEntryPointFor(
                                new LoginUrlAuthenticationEntryPoint("/login"),
                                new MediaTypeRequestMatcher(MediaType.TEXT_HTML)))
                .build();
    }

    @Bean
    @Order(2)
    SecurityFilterChain signIn(HttpSecurity http) {
        RequestMatcher pages =
                new OrRequestMatcher(
                        PathPatternRequestMatcher.pathPattern("/login"),
                        PathPatternRequestMatcher.pathPattern("/sign-out"));
        return http.securityMatcher(pages)
                .securityContext(context -> context.securityContextRepository(signInSession()))
                .authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
                .formLogin(form -> form.loginPage("/login").permitAll())
                .logout(logout -> logout.logoutUrl("/sign-out").logoutSuccessUrl("/"))
                .build();
    }

    /// An agent's assertion is verified with the key that it was registered with.
    private static JwtDecoderFactory<RegisteredClient> agentAssertions(Accounts accounts) {
        return client -> {
            Accounts.AgentClient agent =
                    accounts.agent(client.getClientId())
                            .orElseThrow(() -> new IllegalStateException("an agent without a key"));
            try {
                NimbusJwtDecoder decoder =
                        NimbusJwtDecoder.withJwkSource(
                                        new com.nimbusds.jose.jwk.source.ImmutableJWKSet<>(
                                                new com.nimbusds.jose.jwk.JWKSet(
                                                        ECKey.parse(agent.jwk()))))
                                .jwsAlgorithm(SignatureAlgorithm.ES256)
                                .build();
                decoder.setJwtValidator(
                        new DelegatingOAuth2TokenValidator<>(
                                JwtClientAssertionDecoderFactory.DEFAULT_JWT_VALIDATOR_FACTORY
                                        .apply(client)));
                return decoder;
            } catch (ParseException e) {
                throw new IllegalStateException("an agent's key is damaged", e);
            }
        };
    }

    @Bean
    UserDetailsService people(Accounts accounts) {
        return username -> {
            Accounts.Account account =
                    accounts.find(username)
                            .orElseThrow(() -> new UsernameNotFoundException(username));
            return User.withUsername(username)
                    .password(accounts.passwordHash(username).orElseThrow())
                    .authorities(List.of())
                    .disabled(account.disabled())
                    .build();
        };
    }

    @Bean
    PasswordEncoder passwordEncoder(Accounts accounts) {
        return accounts.encoder();
    }

    @Bean
    AuthorizationServerSettings issuerSettings(Settings settings) {
        return AuthorizationServerSettings.builder().issuer(Tokens.issuer(settings)).build();
    }

    @Bean
    OAuth2AuthorizationService authorizations(
            JdbcOperations jdbc, RegisteredClientRepository clients) {
        return new JdbcOAuth2AuthorizationService(jdbc, clients);
    }

    /// Access and identity tokens are JWTs with our claims; apps get refresh tokens too.
    @Bean
    OAuth2TokenGenerator<OAuth2Token> tokenGenerator(
            SigningKeys keys,
            OAuth2TokenCustomizer<JwtEncodingContext> claims,
            RegisteredClientRepository clients,
            OAuth2AuthorizationService authorizations) {
        JwtGenerator signed = new JwtGenerator(new NimbusJwtEncoder(keys));
        signed.setJwtCustomizer(claims);
        return new DelegatingOAuth2TokenGenerator(
                signed, new RefreshTokens(clients, authorizations));
    }

    @Bean
    OAuth2AuthorizationConsentService consents(
            JdbcOperations jdbc, RegisteredClientRepository clients) {
        return new JdbcOAuth2AuthorizationConsentService(jdbc, clients);
    }

    /// Puts into a token who its bearer is: tenant, rep, source; and keeps only the scopes that the
    /// account gives.
    @Bean
    OAuth2TokenCustomizer<JwtEncodingContext> claims(Accounts accounts, Settings settings) {
        return context -> {
            if (AuthorizationGrantType.CLIENT_CREDENTIALS.equals(
                    context.getAuthorizationGrantType())) {
                Accounts.AgentClient agent =
                        accounts.agent(context.getRegisteredClient().getClientId()).orElseThrow();
                context.getClaims().claim("tenant", agent.tenant()).claim("source", agent.source());
                context.getClaims().audience(stored(settings.identity().audience()));
                return;
            }
            Accounts.Account account =
                    accounts.find(principal(context))
                            .filter(found -> !found.disabled())
                            .orElseThrow(() ->
                                    // Removed or disabled since the sign-in.
                                    new OAuth2AuthenticationException(
                                            OAuth2ErrorCodes.INVALID_GRANT));
            context.getClaims()
                    .claim("tenant", account.tenant())
                    .claim("name", account.displayName());
            account.rep().ifPresent(rep -> context.getClaims().claim("rep", rep));
            context.getClaims().claim("roles", new ArrayList<>(account.roles()));
            if (OAuth2TokenType.ACCESS_TOKEN.equals(context.getTokenType())) {
                Set<String> scopes = new LinkedHashSet<>(context.getAuthorizedScopes());
                scopes.removeIf(scope ->
                        !scope.equals("openid")
                                && !scope.equals("profile")
                                && !account.scopes().contains(scope));
                context.getClaims().claim("scope", scopes);
                context.getClaims().audience(stored(settings.identity().audience()));
                Jwt proof = context.get(OAuth2TokenContext.DPOP_PROOF_KEY);
                if (proof != null) {
                    context.getClaims()
                            .claim("cnf", new HashMap<>(Map.of("jkt", thumbprint(proof))));
                }
            }
        };
    }

    /// Claims are kept with the sign-in, and read again only from collections of these types: the
    /// framework lets no others in.
    private static List<String> stored(String value) {
        return new ArrayList<>(List.of(value));
    }

    /// The key that a token is bound to (RFC 9449, section 6.1), as the framework's own generator
    /// does it.
    private static String thumbprint(Jwt proof) {
        try {
            Map<String, Object> key = new HashMap<>();
            if (proof.getHeaders().get("jwk") instanceof Map<?, ?> given) {
                given.forEach((name, value) -> key.put(String.valueOf(name), value));
            }
            return JWK.parse(key).computeThumbprint().toString();
        } catch (ParseException | JOSEException e) {
            throw new OAuth2AuthenticationException(
                    new OAuth2Error(OAuth2ErrorCodes.INVALID_DPOP_PROOF), e);
        }
    }

    private static String principal(JwtEncodingContext context) {
        Authentication principal = context.getPrincipal();
        if (principal == null) {
            throw new IllegalStateException("a token without a principal");
        }
        return principal.getName();
    }
}
