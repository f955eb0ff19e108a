package foz.server.identity;

import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.core.Authentication;
import org.springframework.security.crypto.keygen.Base64StringKeyGenerator;
import org.springframework.security.crypto.keygen.StringKeyGenerator;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenType;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenContext;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenGenerator;
import org.springframework.security.web.authentication.AuthenticationConverter;

/// Refresh tokens for apps, which are public clients: the framework gives them none by itself, and
/// knows such a client by its code verifier alone. Here the refresh token stands for the client.
///
/// Each is good once. It begins with the id of the sign-in that it came from, so that one which is
/// used a second time ends that sign-in: whoever has it, app or thief, must sign in again (RFC
/// 9700, section 4.14.2).
final class RefreshTokens
        implements OAuth2TokenGenerator<OAuth2RefreshToken>,
                AuthenticationConverter,
                AuthenticationProvider {

    private static final String TOKEN_PATH = "/oauth2/token";
    private static final String REVOKE_PATH = "/oauth2/revoke";

    private final RegisteredClientRepository clients;
    private final OAuth2AuthorizationService authorizations;
    private final StringKeyGenerator secrets =
            new Base64StringKeyGenerator(Base64.getUrlEncoder().withoutPadding(), 48);

    RefreshTokens(RegisteredClientRepository clients, OAuth2AuthorizationService authorizations) {
        this.clients = clients;
        this.authorizations = authorizations;
    }

    @Override
    public @Nullable OAuth2RefreshToken generate(OAuth2TokenContext context) {
        OAuth2Authorization signIn = context.getAuthorization();
        if (signIn == null || !OAuth2TokenType.REFRESH_TOKEN.equals(context.getTokenType())) {
            return null;
        }
        Instant now = Instant.now();
        return new OAuth2RefreshToken(
                signIn.getId() + "." + secrets.generateKey(),
                now,
                now.plus(
                        context.getRegisteredClient()
                                .getTokenSettings()
                                .getRefreshTokenTimeToLive()));
    }

    /// A public client that refreshes, or that revokes its token; null for all else.
    @Override
    public @Nullable Authentication convert(HttpServletRequest request) {
        String client = request.getParameter(OAuth2ParameterNames.CLIENT_ID);
        boolean proves =
                request.getHeader("Authorization") != null
                        || request.getParameter(OAuth2ParameterNames.CLIENT_SECRET) != null
                        || request.getParameter(OAuth2ParameterNames.CLIENT_ASSERTION) != null;
        if (client == null || proves) {
            return null;
        }
        String path = request.getRequestURI();
        boolean refreshes =
                path.endsWith(TOKEN_PATH)
                        && AuthorizationGrantType.REFRESH_TOKEN
                                .getValue()
                                .equals(request.getParameter(OAuth2ParameterNames.GRANT_TYPE));
        if (refreshes) {
            String token = request.getParameter(OAuth2ParameterNames.REFRESH_TOKEN);
            return new PublicClient(client, Optional.ofNullable(token));
        }
        return path.endsWith(REVOKE_PATH) ? new PublicClient(client, Optional.empty()) : null;
    }

    @Override
    public Authentication authenticate(Authentication authentication) {
        PublicClient given = (PublicClient) authentication;
        RegisteredClient client = clients.findByClientId(given.getName());
        if (client == null
                || !client.getClientAuthenticationMethods()
                        .contains(ClientAuthenticationMethod.NONE)) {
            throw new OAuth2AuthenticationException(OAuth2ErrorCodes.INVALID_CLIENT);
        }
        given.refreshToken.ifPresent(token -> endWhereUsedBefore(client, token));
        return new OAuth2ClientAuthenticationToken(client, ClientAuthenticationMethod.NONE, null);
    }

    private void endWhereUsedBefore(RegisteredClient client, String token) {
        if (authorizations.findByToken(token, OAuth2TokenType.REFRESH_TOKEN) != null) {
            return;
        }
        int end = token.indexOf('.');
        OAuth2Authorization signIn =
                end < 1 ? null : authorizations.findById(token.substring(0, end));
        if (signIn != null && signIn.getRegisteredClientId().equals(client.getId())) {
            authorizations.remove(signIn);
        }
    }

    /// Only what [#convert] made: a code without its verifier must never come in by this door.
    @Override
    public boolean supports(Class<?> authentication) {
        return PublicClient.class.equals(authentication);
    }

    private static final class PublicClient extends OAuth2ClientAuthenticationToken {
        private final transient Optional<String> refreshToken;

        PublicClient(String id, Optional<String> refreshToken) {
            super(id, ClientAuthenticationMethod.NONE, null, null);
            this.refreshToken = refreshToken;
        }
    }
}
