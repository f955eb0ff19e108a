package foz.adapter.camel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import foz.agent.FeedException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A real HTTP service.
class ServiceFeedTest {

    private static final String ROWS = "format: {json: {rows: /items}}\n";

    /// What the service answers.
    private record Answer(int status, Map<String, String> headers, String body) {
        static Answer of(String body) {
            return new Answer(200, Map.of(), body);
        }
    }

    private interface Script {
        Answer answer(Map<String, String> query, String body, HttpExchange exchange);
    }

    @TempDir Path dir = Path.of("");
    private HttpServer server = start();
    private final List<String> asked = new ArrayList<>();
    private volatile Script script = (_, _, _) -> new Answer(404, Map.of(), "");

    private static HttpServer start() {
        try {
            return HttpServer.create(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void serve() {
        server.createContext(
                "/",
                exchange -> {
                    asked.add(exchange.getRequestURI().toString());
                    String body =
                            new String(
                                    exchange.getRequestBody().readAllBytes(),
                                    StandardCharsets.UTF_8);
                    Answer answer = script.answer(query(exchange), body, exchange);
                    byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
                    answer.headers().forEach(exchange.getResponseHeaders()::set);
                    exchange.sendResponseHeaders(
                            answer.status(), bytes.length == 0 ? -1 : bytes.length);
                    try (var out = exchange.getResponseBody()) {
                        out.write(bytes);
                    }
                });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private static Map<String, String> query(HttpExchange exchange) {
        Map<String, String> query = new HashMap<>();
        String raw = exchange.getRequestURI().getRawQuery();
        if (raw != null) {
            for (String pair : raw.split("&", -1)) {
                String[] parts = pair.split("=", 2);
                query.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
            }
        }
        return query;
    }

    private String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1/items";
    }

    /// @param keys of `http`, beside its address
    private Feeding feeding(String keys, String rest) throws IOException {
        return new Feeding(
                dir,
                "from:\n  http:\n    url: " + url() + "\n" + keys.indent(4) + rest,
                Feeding.COLUMNS,
                Map.of("SECRET", "s&c r=t", "CLIENT", "c1"));
    }

    private static String items(int from, int count) {
        return IntStream.range(from, from + count)
                .mapToObj(i -> "{\"code\":%d,\"name\":\"n%d\"}".formatted(i, i))
                .collect(Collectors.joining(",", "[", "]"));
    }

    private static List<String> rows(int from, int count, String end) {
        List<String> rows = new ArrayList<>();
        IntStream.range(from, from + count)
                .forEach(i -> rows.add("+%d|n%d|null|null".formatted(i, i)));
        rows.add(end);
        return rows;
    }

    private static int number(Map<String, String> query, String key) {
        return Integer.parseInt(query.getOrDefault(key, "0"));
    }

    @Test
    void readsPagesByNumberToTheFirstEmptyOne() throws Exception {
        script =
                (query, _, _) ->
                        Answer.of(
                                "{\"items\":%s}"
                                        .formatted(
                                                switch (number(query, "p")) {
                                                    case 1 -> items(0, 3);
                                                    // Fewer than asked for, and not the last.
                                                    case 2 -> items(3, 1);
                                                    case 3 -> items(4, 2);
                                                    default -> "[]";
                                                }));
        try (Feeding feeding =
                feeding(
                        "paging: {page: {parameter: p, size: 3, sizeParameter: n}}\nquery: {a: \"b c\"}",
                        ROWS)) {
            assertEquals(rows(0, 6, "whole"), feeding.read());
            assertEquals(4, asked.size());
            assertTrue(asked.getFirst().contains("a=b%20c"), asked.getFirst());
            assertTrue(asked.getFirst().contains("n=3"), asked.getFirst());
            assertEquals(List.of(100L, 100L, 100L, 100L), feeding.pauses);
        }
    }

    @Test
    void readsPagesByOffset() throws Exception {
        script =
                (query, _, _) ->
                        Answer.of(
                                "{\"items\":%s}"
                                        .formatted(
                                                number(query, "offset") < 5
                                                        ? items(number(query, "offset"), 5)
                                                        : "[]"));
        try (Feeding feeding = feeding("paging: {offset: {}}", ROWS)) {
            assertEquals(rows(0, 5, "whole"), feeding.read());
        }
    }

    @Test
    void followsLinksInTheHeaderAndInTheBody() throws Exception {
        script =
                (query, _, _) ->
                        number(query, "at") == 4
                                ? Answer.of("{\"items\":" + items(4, 2) + ",\"next\":null}")
                                : new Answer(
                                        200,
                                        Map.of(
                                                "Link",
                                                "</v1/items?at=0>; rel=\"first\", </v1/items?at=4>; rel=\"next\""),
                                        "{\"items\":"
                                                + items(0, 4)
                                                + ",\"next\":\""
                                                + url()
                                                + "?at=4\"}");
        try (Feeding feeding = feeding("paging: {link: {header: true}}", ROWS)) {
            assertEquals(rows(0, 6, "whole"), feeding.read());
        }
        try (Feeding feeding = feeding("paging: {link: {at: /next}}", ROWS)) {
            assertEquals(rows(0, 6, "whole"), feeding.read());
        }
    }

    @Test
    void aLinkToAnotherServiceIsNotFollowed() throws Exception {
        script = (_, _, _) -> Answer.of("{\"items\":[],\"next\":\"http://elsewhere.example/\"}");
        try (Feeding feeding = feeding("paging: {link: {at: /next}}", ROWS)) {
            FeedException refused = assertThrows(FeedException.class, feeding::read);
            assertTrue(
                    String.valueOf(refused.getMessage()).contains("elsewhere"),
                    String.valueOf(refused.getMessage()));
        }
    }

    @Test
    void followsTokensToTheLast() throws Exception {
        script =
                (query, _, _) ->
                        Answer.of(
                                switch (query.getOrDefault("cursor", "")) {
                                    case "" ->
                                            "{\"items\":%s,\"page\":{\"next\":\"t/1\"}}"
                                                    .formatted(items(0, 2));
                                    // A page may be empty though there is another.
                                    case "t/1" -> "{\"items\":[],\"page\":{\"next\":\"t/2\"}}";
                                    default -> "{\"items\":%s,\"page\":{}}".formatted(items(2, 1));
                                });
        try (Feeding feeding = feeding("paging: {cursor: {at: /page/next}}", ROWS)) {
            assertEquals(rows(0, 3, "whole"), feeding.read());
        }
        script = (_, _, _) -> Answer.of("{\"items\":[],\"page\":{\"next\":\"same\"}}");
        try (Feeding feeding = feeding("paging: {cursor: {at: /page/next}}", ROWS)) {
            assertThrows(FeedException.class, feeding::read);
        }
    }

    @Test
    void aFeedOfChangesGoesOnAtItsLastToken() throws Exception {
        script =
                (query, _, _) ->
                        Answer.of(
                                switch (query.getOrDefault("cursor", "")) {
                                    case "" ->
                                            "{\"items\":%s,\"next\":\"1\"}".formatted(items(0, 1));
                                    case "1" ->
                                            "{\"items\":[{\"code\":7,\"name\":\"x\",\"op\":\"D\"}],\"next\":\"2\"}";
                                    default -> "{\"items\":[],\"next\":\"2\"}";
                                });
        try (Feeding feeding =
                feeding(
                        "paging: {cursor: {at: /next, keep: true}}",
                        ROWS + "mode: increment\ngone: {field: op, in: [D]}\n")) {
            assertEquals(rows(0, 1, "more"), feeding.read());
            assertEquals(List.of("-7", "more"), feeding.read());
            assertEquals(List.of("end"), feeding.read());
            asked.clear();
            assertEquals(List.of("end"), feeding.read());
            assertEquals(List.of("/v1/items?cursor=2"), asked);
        }
    }

    @Test
    void asksForWhatChangedSinceTheHighestValueAndAWhile() throws Exception {
        script =
                (query, _, _) ->
                        Answer.of(
                                number(query, "page") > 1
                                        ? "{\"items\":[]}"
                                        : """
                                        {"items":[{"code":1,"name":"a","changed":"2026-11-25T10:00:30"},
                                         {"code":2,"name":"b","changed":"2026-11-25T09:00:00"},
                                         {"code":3,"name":"of a wrong clock","changed":"2099-01-01T00:00:00"}]}
                                        """);
        try (Feeding feeding =
                feeding(
                        """
                        paging: {page: {}}
                        since: {parameter: changed_since, column: changed, overlapMs: 30000}
                        """,
                        ROWS + "mode: increment\n")) {
            assertEquals("more", feeding.read().getLast());
            assertEquals(List.of("end"), feeding.read());
            asked.clear();
            feeding.read();
            assertEquals(List.of("/v1/items?changed_since=2026-11-25T10%3A00%3A00&page=1"), asked);
        }
    }

    @Test
    void fromTimeToTimeAllIsReadToFindWhatIsGone() throws Exception {
        script =
                (query, _, _) ->
                        Answer.of(
                                "{\"items\":%s}"
                                        .formatted(
                                                query.containsKey("since")
                                                        ? "[]"
                                                        : """
                                                        [{"code":1,"name":"n1","changed":"2026-11-25 10:00:00"}]
                                                        """));
        try (Feeding feeding =
                feeding(
                        "since: {column: changed}\nwholeEveryMs: 3600000",
                        ROWS + "mode: increment\n")) {
            assertEquals("whole", feeding.read().getLast());
            assertEquals(List.of("end"), feeding.read());
            feeding.now = feeding.now.plusSeconds(3_601);
            assertEquals("whole", feeding.read().getLast());
        }
    }

    @Test
    void waitsAsLongAsTheServiceAsks() throws Exception {
        script =
                (_, _, _) ->
                        switch (asked.size()) {
                            case 1 -> new Answer(429, Map.of("Retry-After", "7"), "");
                            case 2 ->
                                    new Answer(
                                            503,
                                            Map.of("Retry-After", "Wed, 25 Nov 2026 12:00:20 GMT"),
                                            "");
                            case 3 -> new Answer(500, Map.of(), "");
                            default -> Answer.of("{\"items\":" + items(0, 1) + "}");
                        };
        try (Feeding feeding = feeding("", ROWS)) {
            assertEquals(rows(0, 1, "whole"), feeding.read());
            assertEquals(List.of(7_000L, 20_000L, 4_000L, 100L), feeding.pauses);
        }
    }

    @Test
    void aServiceThatAsksForALongWaitIsLeftAloneUntilThen() throws Exception {
        script = (_, _, _) -> new Answer(429, Map.of("Retry-After", "86400"), "");
        try (Feeding feeding = feeding("", ROWS)) {
            assertThrows(IOException.class, feeding::read);
            assertThrows(IOException.class, feeding::read);
            assertEquals(1, asked.size());
            script = (_, _, _) -> Answer.of("{\"items\":" + items(0, 1) + "}");
            feeding.now = feeding.now.plusSeconds(86_401);
            assertEquals(rows(0, 1, "whole"), feeding.read());
        }
    }

    @Test
    void aPageThatFailsEndsAWholeReading() throws Exception {
        script =
                (query, _, _) ->
                        number(query, "page") < 3
                                ? Answer.of(
                                        "{\"items\":" + items(number(query, "page") * 2, 2) + "}")
                                : new Answer(500, Map.of(), "");
        try (Feeding feeding = feeding("tries: 2\npaging: {page: {}}", ROWS)) {
            IOException failed = assertThrows(IOException.class, feeding::read);
            assertTrue(String.valueOf(failed.getMessage()).contains("answers 500, after 2 tries"));
            assertEquals("", feeding.cursor);
        }
    }

    @Test
    void incrementsGoOnAtThePageThatFailed() throws Exception {
        script =
                (query, _, _) ->
                        number(query, "page") == 2 && asked.size() < 4
                                ? new Answer(500, Map.of(), "")
                                : Answer.of(
                                        "{\"items\":%s}"
                                                .formatted(
                                                        number(query, "page") < 3
                                                                ? items(
                                                                        number(query, "page") * 2,
                                                                        2)
                                                                : "[]"));
        try (Feeding feeding =
                feeding("tries: 2\npaging: {page: {}}", ROWS + "mode: increment\n")) {
            assertEquals(rows(2, 2, "more"), feeding.read());
            assertThrows(IOException.class, feeding::read);
            assertEquals(rows(4, 2, "more"), feeding.read());
            assertEquals(List.of("end"), feeding.read());
            assertEquals(1, asked.stream().filter(uri -> uri.contains("page=1")).count());
        }
    }

    @Test
    void anAnswerOfAnotherFormEmptiesNoTable() throws Exception {
        script = (_, _, _) -> Answer.of("{\"error\":\"try later\"}");
        try (Feeding feeding = feeding("", ROWS)) {
            assertThrows(FeedException.class, feeding::read);
            script = (_, _, _) -> Answer.of("{\"items\":[]}");
            assertThrows(FeedException.class, feeding::read);
            script = (_, _, _) -> Answer.of("{\"items\":[{\"code\":1}");
            assertThrows(FeedException.class, feeding::read);
            script = (_, _, _) -> new Answer(302, Map.of("Location", "/other"), "");
            assertThrows(FeedException.class, feeding::read);
        }
        script = (_, _, _) -> Answer.of("{\"items\":[]}");
        try (Feeding feeding = feeding("", ROWS + "allowEmpty: true\n")) {
            assertEquals(List.of("whole"), feeding.read());
        }
    }

    @Test
    void anAnswerThatIsTooLargeIsRefused() throws Exception {
        script = (_, _, _) -> Answer.of("{\"items\":[\"" + "x".repeat(1 << 20) + "\"]}");
        try (Feeding feeding = feeding("pageMbMax: 1", ROWS)) {
            FeedException refused = assertThrows(FeedException.class, feeding::read);
            assertTrue(
                    String.valueOf(refused.getMessage()).contains("pageMbMax"),
                    String.valueOf(refused.getMessage()));
        }
    }

    @Test
    void showsWhoItIsInEachWay() throws Exception {
        script =
                (query, body, exchange) -> {
                    String authorization =
                            String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
                    if (exchange.getRequestURI().getPath().equals("/token")) {
                        boolean right =
                                body.contains("grant_type=client_credentials")
                                        && authorization.equals(
                                                "Basic "
                                                        + Base64.getEncoder()
                                                                .encodeToString(
                                                                        "c1:s&c r=t"
                                                                                .getBytes(
                                                                                        StandardCharsets
                                                                                                .UTF_8)));
                        return new Answer(
                                right ? 200 : 400,
                                Map.of("Content-Type", "application/json"),
                                "{\"access_token\":\"tok\",\"token_type\":\"Bearer\",\"expires_in\":3600}");
                    }
                    String key = String.valueOf(exchange.getRequestHeaders().getFirst("X-Api-Key"));
                    return Answer.of(
                            "{\"items\":[{\"code\":1,\"name\":\"%s %s\"}]}"
                                    .formatted(authorization, key));
                };
        String basic =
                Base64.getEncoder().encodeToString("ana:s&c r=t".getBytes(StandardCharsets.UTF_8));
        assertEquals(
                "Basic " + basic + " null",
                shown("basic: {user: ana, password: \"${env:SECRET}\"}"));
        assertEquals("Bearer s3cret null", shown("bearer: {token: \"${jdbcPassword}\"}"));
        assertEquals("null s&c r=t", shown("apiKey: {key: \"${env:SECRET}\"}"));
        assertEquals(
                "Bearer tok null",
                shown(
                        "oauth: {tokenUrl: \"%s\", clientId: c1, clientSecret: \"${env:SECRET}\", scope: read}"
                                .formatted(url().replace("/v1/items", "/token"))));
    }

    private String shown(String auth) throws Exception {
        try (Feeding feeding = feeding("auth: {" + auth + "}", ROWS)) {
            String row = feeding.read().getFirst();
            return row.split("\\|", -1)[1];
        }
    }

    @Test
    void aServiceThatRefusesUsIsNamedWithoutSecrets() throws Exception {
        script = (_, _, _) -> new Answer(401, Map.of(), "s3cret");
        try (Feeding feeding = feeding("auth: {bearer: {token: \"${jdbcPassword}\"}}", ROWS)) {
            FeedException refused = assertThrows(FeedException.class, feeding::read);
            assertTrue(String.valueOf(refused.getMessage()).contains("answers 401; see 'auth'"));
            assertFalse(String.valueOf(refused.getMessage()).contains("s3cret"));
            assertEquals(1, asked.size(), "what is refused is not asked again at once");
        }
    }

    @Test
    void readsASoapServicePageByPage() throws Exception {
        script =
                (_, body, exchange) -> {
                    String action =
                            String.valueOf(exchange.getRequestHeaders().getFirst("SOAPAction"));
                    boolean first = body.contains("<page>1</page>");
                    return action.equals("\"urn:list\"")
                            ? Answer.of(
                                    """
                                    <?xml version="1.0"?>
                                    <s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">
                                      <s:Body><r:ListResponse xmlns:r="urn:erp">%s</r:ListResponse></s:Body>
                                    </s:Envelope>
                                    """
                                            .formatted(
                                                    first
                                                            ? "<r:Item><r:code>1</r:code><r:name>ã</r:name></r:Item>"
                                                            : ""))
                            : new Answer(400, Map.of(), "");
                };
        String keys =
                """
                contentType: text/xml; charset=utf-8
                headers: {SOAPAction: '"urn:list"'}
                paging: {page: {}}
                body: |
                  <s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>
                  <List xmlns="urn:erp"><page>{{page}}</page></List></s:Body></s:Envelope>
                """;
        String format =
                """
                format:
                  xml:
                    rows: /s:Envelope/s:Body/e:ListResponse/e:Item
                    namespaces: {s: "http://schemas.xmlsoap.org/soap/envelope/", e: "urn:erp"}
                """;
        try (Feeding feeding = feeding(keys, format)) {
            assertEquals(List.of("+1|ã|null|null", "whole"), feeding.read());
            script =
                    (_, _, _) ->
                            Answer.of(
                                    """
                                    <s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>
                                    <s:Fault><faultcode>s:Server</faultcode><faultstring>closed</faultstring></s:Fault>
                                    </s:Body></s:Envelope>
                                    """);
            FeedException refused = assertThrows(FeedException.class, feeding::read);
            assertTrue(
                    String.valueOf(refused.getMessage()).contains("closed"),
                    String.valueOf(refused.getMessage()));
            script = (_, _, _) -> Answer.of("<html><body>maintenance</body></html>");
            FeedException other = assertThrows(FeedException.class, feeding::read);
            assertTrue(
                    String.valueOf(other.getMessage()).contains("ListResponse"),
                    String.valueOf(other.getMessage()));
        }
    }
}
