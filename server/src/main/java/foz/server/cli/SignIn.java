package foz.server.cli;

import foz.server.embedded.EmbeddedException;
import foz.server.error.ErrorCode;
import foz.server.error.FozException;
import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Signs a person in at the issuer as a browser would: authorization code with PKCE (RFC 7636)
/// through the sign-in page.
final class SignIn {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Pattern CSRF = Pattern.compile("name=\"_csrf\"[^>]*value=\"([^\"]+)\"");

    /// The default of the setting `foz.identity.appRedirectUrls`.
    static final String REDIRECT = "http://127.0.0.1/callback";

    private final String issuer;
    private final String redirect;
    private final HttpClient http =
            HttpClient.newBuilder()
                    .cookieHandler(new CookieManager())
                    .version(HttpClient.Version.HTTP_1_1)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .connectTimeout(Duration.ofSeconds(10))
                    .build();

    SignIn(String issuer) {
        this(issuer, REDIRECT);
    }

    /// @param redirect one of the addresses that the issuer lets apps return to
    SignIn(String issuer, String redirect) {
        this.issuer = issuer;
        this.redirect = redirect;
    }

    /// What the issuer gave.
    record Tokens(String access, String refresh) {}

    /// @throws FozException when the issuer does not let the person in
    /// @throws EmbeddedException when it does not answer, or not as expected
    Tokens tokens(String username, String password) {
        String verifier = random();
        try {
            return exchange(code(username, password, verifier), verifier);
        } catch (IOException e) {
            throw new EmbeddedException("the issuer " + issuer + " does not answer", e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new EmbeddedException("interrupted");
        }
    }

    /// The code that the issuer sends the app back with.
    String code(String username, String password, String verifier)
            throws IOException, InterruptedException {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("response_type", "code");
        query.put("client_id", "foz-app");
        query.put("redirect_uri", redirect);
        query.put("scope", "openid profile sync command");
        query.put("state", random());
        query.put("code_challenge", challenge(verifier));
        query.put("code_challenge_method", "S256");
        URI authorize = URI.create(issuer + "/oauth2/authorize?" + form(query));
        HttpResponse<String> page = get(location(get(authorize)));
        Matcher csrf = CSRF.matcher(page.body());
        Map<String, String> login = new LinkedHashMap<>();
        login.put("username", username);
        login.put("password", password);
        if (csrf.find()) {
            login.put("_csrf", csrf.group(1));
        }
        URI next = location(post(URI.create(issuer + "/login"), login));
        if (String.valueOf(next.getQuery()).contains("error")) {
            throw new FozException(
                    ErrorCode.UNAUTHORIZED,
                    "the issuer refused the username or password of " + username);
        }
        URI callback = location(get(next));
        return parameter(callback, "code");
    }

    /// @return an access token
    String token(String username, String password) {
        return tokens(username, password).access();
    }

    private Tokens exchange(String code, String verifier) throws IOException, InterruptedException {
        Map<String, String> form = new LinkedHashMap<>();
        form.put("grant_type", "authorization_code");
        form.put("client_id", "foz-app");
        form.put("redirect_uri", redirect);
        form.put("code", code);
        form.put("code_verifier", verifier);
        HttpResponse<String> answer = post(URI.create(issuer + "/oauth2/token"), form);
        if (answer.statusCode() != 200) {
            throw new EmbeddedException("the issuer gave no token: " + answer.body());
        }
        JsonNode given = JSON.readTree(answer.body());
        return new Tokens(
                given.path("access_token").asString(), given.path("refresh_token").asString(""));
    }

    private HttpResponse<String> get(URI uri) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(uri)
                        .timeout(Duration.ofSeconds(20))
                        .header("Accept", "text/html")
                        .GET()
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> post(URI uri, Map<String, String> form)
            throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(uri)
                        .timeout(Duration.ofSeconds(20))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(form(form)))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static URI location(HttpResponse<String> response) {
        return response.headers()
                .firstValue("Location")
                .map(response.uri()::resolve)
                .orElseThrow(() ->
                        new EmbeddedException(
                                "the issuer answered %d at %s where a redirect was due"
                                        .formatted(response.statusCode(), response.uri())));
    }

    private static String parameter(URI uri, String name) {
        for (String pair : String.valueOf(uri.getQuery()).split("&", -1)) {
            if (pair.startsWith(name + "=")) {
                return pair.substring(name.length() + 1);
            }
        }
        throw new EmbeddedException("the issuer sent no " + name + ": " + uri);
    }

    private static String form(Map<String, String> values) {
        return values.entrySet().stream()
                .map(e ->
                        e.getKey() + "=" + URLEncoder.encode(e.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }

    private static String random() {
        byte[] bytes = new byte[32];
        new SecureRandom().nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static String challenge(String verifier) {
        try {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(verifier.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
