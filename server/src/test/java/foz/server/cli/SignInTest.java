package foz.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import foz.server.TestDatabase;
import foz.server.embedded.EmbeddedException;
import foz.server.embedded.Home;
import foz.server.error.FozException;
import foz.server.identity.Accounts;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A phone signs in once, at a real issuer, and stays signed in by its refresh token.
class SignInTest {

    private static final String PHONE = "com.example.sales:/signed-in";
    private static final String PASSWORD = "correct horse";

    @TempDir static Path folder = Path.of("");

    @SuppressWarnings("NullAway.Init")
    private static TestDatabase database;

    @SuppressWarnings("NullAway.Init")
    private static ConfigurableApplicationContext server;

    private static String issuer = "";

    private final HttpClient http = HttpClient.newHttpClient();
    private final JdbcClient jdbc = JdbcClient.create(database.dataSource());
    private final Accounts accounts = new Accounts(database.dataSource());

    @BeforeAll
    static void start() {
        database = new TestDatabase(folder);
        int port = Home.freePort();
        issuer = "http://127.0.0.1:" + port;
        server =
                database.server(
                        port,
                        "identity",
                        Map.of("foz.identity.appRedirectUrls", SignIn.REDIRECT + "," + PHONE));
    }

    @AfterAll
    static void stop() {
        server.close();
        database.close();
    }

    @BeforeEach
    void account() {
        jdbc.sql(
                        "INSERT INTO tenant (id, schema_name) VALUES ('norte', 't_norte'), ('sul', 't_sul') ON CONFLICT DO NOTHING")
                .update();
        save(PASSWORD);
    }

    private void save(String password) {
        accounts.save(
                new Accounts.Account(
                        "norte", "ana", "Ana", Optional.of("7"), List.of("rep"), false),
                password,
                false);
    }

    private static SignIn.Tokens signIn() {
        return new SignIn(issuer, PHONE).tokens("ana", PASSWORD);
    }

    private record Answer(int status, JsonNode body) {
        String text(String name) {
            return body.path(name).asString("");
        }
    }

    private Answer post(String path, Map<String, String> form)
            throws IOException, InterruptedException {
        String body =
                form.entrySet().stream()
                        .map(e ->
                                e.getKey()
                                        + "="
                                        + URLEncoder.encode(e.getValue(), StandardCharsets.UTF_8))
                        .collect(Collectors.joining("&"));
        HttpResponse<String> response =
                http.send(
                        HttpRequest.newBuilder(URI.create(issuer + path))
                                .header("Content-Type", "application/x-www-form-urlencoded")
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        String text = response.body().isEmpty() ? "{}" : response.body();
        return new Answer(response.statusCode(), new JsonMapper().readTree(text));
    }

    private Answer refresh(String token) throws IOException, InterruptedException {
        return refresh("foz-app", token);
    }

    private Answer refresh(String client, String token) throws IOException, InterruptedException {
        return post(
                "/oauth2/token",
                Map.of("grant_type", "refresh_token", "client_id", client, "refresh_token", token));
    }

    private static void refused(Answer answer) {
        assertEquals(400, answer.status(), answer.toString());
        assertEquals("invalid_grant", answer.text("error"));
    }

    @Test
    void anAppGetsNewTokensWithoutItsUser()
            throws IOException, InterruptedException, ParseException {
        SignIn.Tokens first = signIn();
        Answer next = refresh(first.refresh());
        assertEquals(200, next.status(), next.toString());
        assertNotEquals(first.refresh(), next.text("refresh_token"));
        JWTClaimsSet claims = SignedJWT.parse(next.text("access_token")).getJWTClaimsSet();
        assertEquals("norte", claims.getStringClaim("tenant"));
        assertEquals("7", claims.getStringClaim("rep"));
        assertEquals(List.of("foz"), claims.getAudience());
        assertTrue(claims.getStringListClaim("scope").contains("sync"), claims.toString());
        assertEquals(200, refresh(next.text("refresh_token")).status());
    }

    @Test
    void aRefreshTokenUsedTwiceEndsTheSignIn() throws IOException, InterruptedException {
        SignIn.Tokens first = signIn();
        SignIn.Tokens other = signIn();
        String next = refresh(first.refresh()).text("refresh_token");
        refused(refresh(first.refresh()));
        refused(refresh(next));
        assertEquals(200, refresh(other.refresh()).status(), "another sign-in is left alone");
    }

    @Test
    void anExpiredRefreshTokenIsRefused() throws IOException, InterruptedException {
        SignIn.Tokens tokens = signIn();
        assertEquals(
                1,
                jdbc.sql(
                                """
                                UPDATE oauth2_authorization SET refresh_token_issued_at = now() - interval '2 days',
                                    refresh_token_expires_at = now() - interval '1 day'
                                WHERE refresh_token_value = ?
                                """)
                        .param(tokens.refresh())
                        .update());
        refused(refresh(tokens.refresh()));
    }

    @Test
    void whoMayNoLongerSignInMayNotRefresh() throws IOException, InterruptedException {
        SignIn.Tokens disabled = signIn();
        jdbc.sql("UPDATE account SET disabled = true WHERE username = 'ana'").update();
        refused(refresh(disabled.refresh()));
        jdbc.sql("UPDATE account SET disabled = false WHERE username = 'ana'").update();
        SignIn.Tokens stolen = signIn();
        save("another password");
        refused(refresh(stolen.refresh()));
        save(PASSWORD);
        SignIn.Tokens removed = signIn();
        jdbc.sql("DELETE FROM account WHERE username = 'ana'").update();
        refused(refresh(removed.refresh()));
    }

    @Test
    void theCommandLineEndsAnAccountsSignIns() throws IOException, InterruptedException {
        SignIn.Tokens disabled = signIn();
        foz(0, "tenant", "user", "norte", "ana", "--disable");
        assertTrue(foz(0, "tenant", "users", "norte").contains("disabled"));
        assertThrows(FozException.class, SignInTest::signIn);
        foz(0, "tenant", "user", "norte", "ana", "--enable");
        refused(refresh(disabled.refresh()));
        SignIn.Tokens removed = signIn();
        JsonNode users = new JsonMapper().readTree(foz(0, "tenant", "users", "norte", "--json"));
        assertEquals("7", users.path(0).path("rep").asString());
        assertFalse(users.path(0).path("disabled").asBoolean(true));
        foz(2, "tenant", "user", "sul", "ana", "--remove");
        foz(2, "tenant", "user", "norte", "nobody", "--remove");
        foz(2, "tenant", "user", "norte", "ana", "--remove", "--password", "long enough");
        foz(2, "tenant", "user", "norte", "ana");
        foz(0, "tenant", "user", "norte", "ana", "--remove");
        assertEquals("", foz(0, "tenant", "users", "norte"));
        save(PASSWORD);
        refused(refresh(removed.refresh()));
    }

    @Test
    void aRemovedTenantLeavesNoSignIns() throws IOException {
        signIn();
        foz(0, "tenant", "remove", "norte", "--yes");
        assertEquals(
                0,
                jdbc.sql("SELECT count(*) FROM oauth2_authorization WHERE principal_name = 'ana'")
                        .query(Integer.class)
                        .single());
        assertTrue(accounts.find("ana").isEmpty());
    }

    private static String foz(int code, String... arguments) throws IOException {
        Path config = folder.resolve("server.yaml");
        Files.writeString(
                config,
                """
                foz:
                  database: {jdbcUrl: "%s", user: postgres, password: {value: secret}}
                """
                        .formatted(database.postgres().jdbcUrl("postgres")));
        FozProcess ended =
                FozProcess.foz(
                        Stream.concat(
                                        Stream.of(arguments),
                                        Stream.of("--config", config.toString()))
                                .toArray(String[]::new));
        assertEquals(code, ended.code(), ended.output());
        return ended.output();
    }

    @Test
    void anAppSignsOutByRevoking() throws IOException, InterruptedException {
        SignIn.Tokens tokens = signIn();
        Answer revoked =
                post("/oauth2/revoke", Map.of("client_id", "foz-app", "token", tokens.refresh()));
        assertEquals(200, revoked.status(), revoked.toString());
        refused(refresh(tokens.refresh()));
    }

    @Test
    void aRefreshTokenIsItsClientsAlone() throws IOException, InterruptedException {
        SignIn.Tokens tokens = signIn();
        refused(refresh("foz-console", tokens.refresh()));
        assertEquals(401, refresh("nobody", tokens.refresh()).status());
        accounts.saveAgent(new Accounts.AgentClient("agent-norte-erp", "norte", "erp", "{}"));
        assertEquals(401, refresh("agent-norte-erp", tokens.refresh()).status());
        assertEquals(200, refresh(tokens.refresh()).status(), "no harm was done");
    }

    @Test
    void aCodeWithoutItsVerifierIsRefusedWhateverElseIsSent()
            throws IOException, InterruptedException {
        String verifier = "a".repeat(43);
        for (String extra : List.of("token", "refresh_token", "nothing")) {
            Answer answer =
                    post(
                            "/oauth2/token",
                            Map.of(
                                    "grant_type",
                                    "authorization_code",
                                    "client_id",
                                    "foz-app",
                                    "code",
                                    new SignIn(issuer, PHONE).code("ana", PASSWORD, verifier),
                                    "code_verifier",
                                    "not-the-one-whose-hash-was-sent-at-the-beginning",
                                    "redirect_uri",
                                    PHONE,
                                    extra,
                                    "x"));
            refused(answer);
        }
    }

    @Test
    void anAppReturnsOnlyToAListedAddress() {
        assertFalse(
                new SignIn(issuer, "http://127.0.0.1:5555/callback")
                        .token("ana", PASSWORD)
                        .isEmpty());
        assertThrows(
                EmbeddedException.class,
                () -> new SignIn(issuer, "https://evil.example/callback").token("ana", PASSWORD));
        assertThrows(
                FozException.class, () -> new SignIn(issuer, PHONE).token("ana", "wrong password"));
    }
}
