package foz.server.identity;

import foz.server.settings.Role;
import foz.server.settings.Settings;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.settings.ClientSettings;
import org.springframework.security.oauth2.server.authorization.settings.TokenSettings;
import org.springframework.stereotype.Component;

/// The clients that may ask for tokens: apps and the console (public, with PKCE), and each agent
/// with its key.
@Component
@Role("identity")
final class Clients implements RegisteredClientRepository {

    static final String APP = "foz-app";
    static final String CONSOLE = "foz-console";

    private final Accounts accounts;
    private final Settings.Identity settings;
    private final RegisteredClient app;
    private final RegisteredClient console;

    /// @throws IllegalArgumentException for a redirect address that is none
    Clients(Accounts accounts, Settings settings) {
        this.accounts = accounts;
        this.settings = settings.identity();
        this.app =
                person(APP)
                        .authorizationGrantType(AuthorizationGrantType.REFRESH_TOKEN)
                        .redirectUris(uris -> uris.addAll(this.settings.appRedirectUrls()))
                        .scope("sync")
                        .scope("command")
                        .build();
        this.console =
                person(CONSOLE)
                        .redirectUri(consoleUrl(settings) + "/login/oauth2/code/foz")
                        .scope("operator")
                        .build();
    }

    @Override
    public void save(RegisteredClient client) {
        throw new IllegalStateException("clients are declared, not saved");
    }

    @Override
    public @Nullable RegisteredClient findById(String id) {
        return findByClientId(id);
    }

    @Override
    public @Nullable RegisteredClient findByClientId(String clientId) {
        return switch (clientId) {
            case APP -> app;
            case CONSOLE -> console;
            default -> accounts.agent(clientId).map(this::agent).orElse(null);
        };
    }

    private static String consoleUrl(Settings settings) {
        String url = settings.identity().consoleUrl();
        return url.isEmpty() ? settings.publicUrl() : url;
    }

    private RegisteredClient.Builder person(String id) {
        return RegisteredClient.withId(id)
                .clientId(id)
                .clientAuthenticationMethod(ClientAuthenticationMethod.NONE)
                .authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
                .scope("openid")
                .scope("profile")
                .clientSettings(ClientSettings.builder().requireProofKey(true).build())
                .tokenSettings(tokens());
    }

    private RegisteredClient agent(Accounts.AgentClient agent) {
        return RegisteredClient.withId(agent.clientId())
                .clientId(agent.clientId())
                .clientAuthenticationMethod(ClientAuthenticationMethod.PRIVATE_KEY_JWT)
                .authorizationGrantType(AuthorizationGrantType.CLIENT_CREDENTIALS)
                .scope("agent")
                .clientSettings(
                        ClientSettings.builder()
                                .tokenEndpointAuthenticationSigningAlgorithm(
                                        SignatureAlgorithm.ES256)
                                .build())
                .tokenSettings(tokens())
                .build();
    }

    private TokenSettings tokens() {
        return TokenSettings.builder()
                .accessTokenTimeToLive(Duration.ofSeconds(settings.tokenSeconds()))
                .refreshTokenTimeToLive(Duration.ofSeconds(settings.refreshSeconds()))
                .reuseRefreshTokens(false)
                .build();
    }
}
