package foz.agent;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The agent's access token: client credentials, proven with its private key (RFC 7523), renewed
/// before it ends.
final class TokenSource {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration ASSERTION_LIFE = Duration.ofSeconds(60);
    private static final Duration MARGIN = Duration.ofSeconds(60);

    private final AgentSettings settings;
    private final HttpClient http;
    private final ECKey key;
    private String token = "";
    private Instant renewAt = Instant.EPOCH;

    TokenSource(AgentSettings settings, HttpClient http) {
        this.settings = settings;
        this.http = http;
        try {
            this.key = ECKey.parse(Files.readString(settings.keyFile()));
        } catch (IOException | ParseException e) {
            throw new SettingsException(
                    "cannot read the key file %s: %s; register the agent again"
                            .formatted(settings.keyFile(), e.getMessage()));
        }
    }

    /// @throws IOException when the issuer cannot be reached or refuses
    synchronized String token() throws IOException, InterruptedException {
        if (Instant.now().isAfter(renewAt)) {
            fetch();
        }
        return token;
    }

    /// Has the next call fetch a new token, because the last one was refused.
    synchronized void forget() {
        renewAt = Instant.EPOCH;
    }

    private void fetch() throws IOException, InterruptedException {
        String form =
                "grant_type=client_credentials&scope=agent&client_id="
                        + encode(settings.clientId())
                        + "&client_assertion_type="
                        + encode("urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
                        + "&client_assertion="
                        + encode(assertion());
        HttpResponse<String> response =
                http.send(
                        HttpRequest.newBuilder(URI.create(settings.tokenUrl()))
                                .timeout(Duration.ofSeconds(20))
                                .header("Content-Type", "application/x-www-form-urlencoded")
                                .POST(HttpRequest.BodyPublishers.ofString(form))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException(
                    "the issuer refused a token for %s: %d %s"
                            .formatted(
                                    settings.clientId(), response.statusCode(), response.body()));
        }
        JsonNode answer = JSON.readTree(response.body());
        token = answer.path("access_token").asString();
        renewAt = Instant.now().plusSeconds(answer.path("expires_in").asLong(60)).minus(MARGIN);
    }

    private String assertion() {
        Instant now = Instant.now();
        try {
            SignedJWT jwt =
                    new SignedJWT(
                            new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()).build(),
                            new JWTClaimsSet.Builder()
                                    .issuer(settings.clientId())
                                    .subject(settings.clientId())
                                    .audience(settings.tokenUrl())
                                    .jwtID(UUID.randomUUID().toString())
                                    .issueTime(Date.from(now))
                                    .expirationTime(Date.from(now.plus(ASSERTION_LIFE)))
                                    .build());
            jwt.sign(new ECDSASigner(key));
            return jwt.serialize();
        } catch (JOSEException e) {
            throw new SettingsException(
                    "the key in %s does not sign: %s; register the agent again"
                            .formatted(settings.keyFile(), e.getMessage()));
        }
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
