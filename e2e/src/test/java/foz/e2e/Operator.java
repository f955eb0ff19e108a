package foz.e2e;

import foz.harness.FozRun;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/// An operator at the console, signed in as a browser is; reads English.
final class Operator {

    private static final Pattern CSRF = Pattern.compile("name=\"_csrf\"[^>]*value=\"([^\"]+)\"");

    private final String console;
    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .cookieHandler(new CookieManager())
                    .followRedirects(HttpClient.Redirect.ALWAYS)
                    .connectTimeout(Duration.ofSeconds(10))
                    .build();

    Operator(FozRun run, String username) {
        this.console = run.url("console");
        HttpResponse<String> login = send(HttpRequest.newBuilder(URI.create(console)).GET());
        Matcher csrf = CSRF.matcher(login.body());
        if (!csrf.find()) {
            throw new AssertionError("no sign-in page at " + login.uri() + ": " + login.body());
        }
        String form =
                "username=%s&password=%s&_csrf=%s"
                        .formatted(
                                encoded(username),
                                encoded(password(run, username)),
                                encoded(csrf.group(1)));
        HttpResponse<String> page =
                send(
                        HttpRequest.newBuilder(login.uri())
                                .header("Content-Type", "application/x-www-form-urlencoded")
                                .POST(HttpRequest.BodyPublishers.ofString(form)));
        if (!page.body().contains("data-station=")) {
            throw new AssertionError("no console at " + page.uri() + ": " + page.body());
        }
    }

    /// The value of a station's figure, as the page shows it.
    String figure(String station, String label) {
        String page = get("");
        Matcher figure =
                Pattern.compile(
                                "data-station=\"%s\".*?<dt>%s</dt><dd>([^<]*)</dd>"
                                        .formatted(station, label),
                                Pattern.DOTALL)
                        .matcher(page);
        return figure.find() ? figure.group(1) : "not on the page";
    }

    /// An order's lines and steps.
    String order(String id) {
        return get("console/order?id=" + encoded(id));
    }

    private String get(String path) {
        return send(HttpRequest.newBuilder(URI.create(console + path)).GET()).body();
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return http.send(
                    request.timeout(Duration.ofSeconds(30))
                            .header("Accept", "text/html")
                            .header("Accept-Language", "en")
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted");
        }
    }

    private static String password(FozRun run, String username) {
        for (JsonNode user : run.file().path("users")) {
            if (user.path("username").asString().equals(username)) {
                return user.path("password").asString();
            }
        }
        throw new AssertionError("no user " + username + " in run.json");
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
