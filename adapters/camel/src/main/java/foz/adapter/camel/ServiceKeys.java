package foz.adapter.camel;

import foz.adapter.camel.FeedSpec.Auth;
import foz.adapter.camel.FeedSpec.Paging;
import foz.adapter.camel.FeedSpec.Service;
import foz.adapter.camel.FeedSpec.ServiceLimits;
import foz.adapter.camel.FeedSpec.Since;
import foz.adapter.camel.FeedSpec.Size;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/// Reads what the feeds' file says of a service.
final class ServiceKeys {

    private static final int MS_MAX = 3_600_000;
    private static final long WEEK_MS = 604_800_000;
    private static final long MEGABYTE = 1 << 20;

    private ServiceKeys() {}

    static Service service(Keys keys) {
        String url = url(keys, "url");
        Optional<String> body = keys.maybe("body");
        return new Service(
                url,
                keys.choice("method", body.isPresent() ? "POST" : "GET", List.of("GET", "POST")),
                keys.textMap("headers"),
                keys.textMap("query"),
                body,
                keys.text("contentType", "application/json"),
                keys.child("auth").map(ServiceKeys::auth).orElse(new Auth.None()),
                keys.child("paging").map(ServiceKeys::paging).orElse(new Paging.None()),
                keys.child("since").map(ServiceKeys::since),
                keys.number("wholeEveryMs", 0, 0, 4 * WEEK_MS),
                limits(keys));
    }

    private static String url(Keys keys, String key) {
        String url = keys.text(key);
        try {
            URI uri = URI.create(url);
            if (List.of("http", "https").contains(String.valueOf(uri.getScheme()))
                    && uri.getHost() != null
                    && uri.getUserInfo() == null
                    && uri.getRawQuery() == null) {
                return url;
            }
        } catch (IllegalArgumentException _) {
            // Answered below, as one of another form is.
        }
        keys.problem(
                key,
                "is not an address of a service",
                "write https://host/path, parameters under query, users under auth");
        return "http://localhost";
    }

    private static ServiceLimits limits(Keys keys) {
        return new ServiceLimits(
                keys.number("pageMbMax", 64, 1, 4_096) * MEGABYTE,
                (int) keys.number("pagesMax", 100_000, 1, 10_000_000),
                keys.number("pauseMs", 100, 0, MS_MAX),
                (int) keys.number("tries", 4, 1, 20),
                keys.number("waitMsMax", 300_000, 0, MS_MAX),
                (int) keys.number("connectMsMax", 10_000, 100, MS_MAX),
                (int) keys.number("answerMsMax", 60_000, 100, MS_MAX));
    }

    private static Auth auth(Keys keys) {
        Auth auth =
                switch (keys.one(List.of("basic", "bearer", "apiKey", "oauth"))) {
                    case "basic" -> {
                        Keys own = keys.required("basic");
                        Auth found = new Auth.Basic(own.text("user"), secret(own, "password"));
                        own.closed();
                        yield found;
                    }
                    case "bearer" -> {
                        Keys own = keys.required("bearer");
                        Auth found = new Auth.Bearer(secret(own, "token"));
                        own.closed();
                        yield found;
                    }
                    case "apiKey" -> {
                        Keys own = keys.required("apiKey");
                        Auth found =
                                new Auth.ApiKey(
                                        own.text("header", "X-Api-Key"), secret(own, "key"));
                        own.closed();
                        yield found;
                    }
                    case String _ -> {
                        Keys own = keys.required("oauth");
                        Auth found =
                                new Auth.ClientCredentials(
                                        url(own, "tokenUrl"),
                                        own.text("clientId"),
                                        secret(own, "clientSecret"),
                                        own.text("scope", ""));
                        own.closed();
                        yield found;
                    }
                };
        keys.closed();
        return auth;
    }

    private static Secret secret(Keys keys, String key) {
        if (!keys.has(key)) {
            keys.problem(key, "is missing", "write " + Secrets.FORMS);
        }
        return keys.secret(key);
    }

    private static Paging paging(Keys keys) {
        Paging paging =
                switch (keys.one(List.of("page", "offset", "link", "cursor"))) {
                    case "page" -> {
                        Keys own = keys.required("page");
                        Paging found =
                                new Paging.Numbered(
                                        own.text("parameter", "page"),
                                        own.number("first", 1, 0, 1),
                                        size(own));
                        own.closed();
                        yield found;
                    }
                    case "offset" -> {
                        Keys own = keys.required("offset");
                        Paging found =
                                new Paging.Offset(own.text("parameter", "offset"), size(own));
                        own.closed();
                        yield found;
                    }
                    case "link" -> {
                        Keys own = keys.required("link");
                        Paging found = new Paging.Link(link(own), size(own));
                        own.closed();
                        yield found;
                    }
                    case String _ -> {
                        Keys own = keys.required("cursor");
                        Paging found =
                                new Paging.Token(
                                        own.text("parameter", "cursor"),
                                        own.text("at"),
                                        own.flag("keep", false),
                                        size(own));
                        own.closed();
                        yield found;
                    }
                };
        keys.closed();
        return paging;
    }

    private static String link(Keys keys) {
        boolean header = keys.flag("header", false);
        String at = keys.text("at", "");
        if (header != at.isEmpty()) {
            keys.problem("at", "or header: true is needed", "write one of them");
        }
        return at;
    }

    private static Size size(Keys keys) {
        Size size = new Size(keys.text("sizeParameter", ""), keys.number("size", 0, 0, 1_000_000));
        if (size.parameter().isEmpty() != (size.rows() == 0)) {
            keys.problem("size", "goes with sizeParameter", "write both or neither");
        }
        return size;
    }

    private static Since since(Keys keys) {
        String pattern = keys.text("pattern", "");
        if (!pattern.isEmpty()) {
            try {
                ValueFormat.formatter(pattern);
            } catch (IllegalArgumentException e) {
                keys.problem("pattern", "is no pattern: " + e.getMessage(), "write dd/MM/yyyy");
            }
        }
        Since since =
                new Since(
                        keys.text("parameter", "since"),
                        keys.text("column"),
                        keys.text("start", ""),
                        keys.number("overlapMs", 60_000, 0, WEEK_MS),
                        pattern);
        keys.closed();
        return since;
    }
}
