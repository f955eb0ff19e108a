package foz.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import foz.harness.FozRun;
import foz.harness.Waiting;
import foz.wire.BatchWriter;
import foz.wire.Chain;
import foz.wire.Change;
import foz.wire.Protocol;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Every door of the server, tried by those who may not enter and with what must not come in.
@Tag("slow")
class DoorsTest {

    @TempDir static Path folder = Path.of("");

    @SuppressWarnings("NullAway.Init")
    private static FozRun run;

    private static FozRun.User norte = new FozRun.User("", "", "", "");
    private static FozRun.User sul = norte;

    @BeforeAll
    static void up() {
        run = FozRun.up(folder.resolve("foz"), "--scale", "0.02", "--life", "0");
        norte = run.user("rep1.norte");
        sul = run.user("rep1.sul");
    }

    @AfterAll
    static void down() {
        run.close();
    }

    private static Map<String, Object> order(String id, long number) {
        return SalesOrder.of(id, number, 1, 1);
    }

    private static String api(String path) {
        return run.url("api") + path;
    }

    @Test
    void oneTenantsOrderIsNotTheOthers() throws SQLException {
        assertEquals(
                202,
                run.post(
                                api("/v1/commands/order"),
                                norte.token(),
                                order("secret-1", 1),
                                "Idempotency-Key",
                                "secret-1")
                        .status());
        assertEquals(404, run.get(api("/v1/commands/order/secret-1"), sul.token()).status());
        FozRun.Answer again =
                run.post(
                        api("/v1/commands/order"),
                        sul.token(),
                        order("secret-1", 1),
                        "Idempotency-Key",
                        "secret-1");
        assertEquals(202, again.status(), "the other tenant has ids and keys of its own: " + again);
        assertEquals(1, count("SELECT count(*) FROM t_norte.foz_command WHERE id = 'secret-1'"));
        assertEquals(1, count("SELECT count(*) FROM t_sul.foz_command WHERE id = 'secret-1'"));
        Waiting.until(
                "each order in its own ERP",
                java.time.Duration.ofSeconds(40),
                () -> {
                    for (String tenant : List.of("norte", "sul")) {
                        try (Connection erp = run.erp(tenant);
                                Statement statement = erp.createStatement();
                                ResultSet rows =
                                        statement.executeQuery(
                                                "SELECT count(*) FROM pcpedcfv WHERE idfv = 'secret-1'")) {
                            rows.next();
                            if (rows.getInt(1) != 1) {
                                return tenant + " has " + rows.getInt(1);
                            }
                        }
                    }
                    return null;
                });
    }

    @Test
    void aDeviceSeesOnlyItsOwnBucketsWhateverItAsksFor() throws Exception {
        String stream =
                firstLines(
                        norte.token(),
                        "{\"buckets\":[{\"name\":\"1#rep[\\\"2\\\"]\",\"after\":\"0\"}],\"parameters\":{\"tenant\":\"sul\",\"rep\":\"2\"},\"client_id\":\"c\"}");
        assertTrue(stream.contains("1#rep[\\\"1\\\"]"), stream);
        assertFalse(stream.contains("1#rep[\\\"2\\\"]"), stream);
    }

    private static String firstLines(String token, String body) throws Exception {
        var connection =
                (java.net.HttpURLConnection)
                        java.net
                                .URI
                                .create(run.url("sync") + "/sync/stream")
                                .toURL()
                                .openConnection();
        connection.setRequestMethod("POST");
        connection.setDoOutput(true);
        connection.setRequestProperty("Authorization", "Token " + token);
        connection.setRequestProperty("Content-Type", "application/json");
        connection.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
        assertEquals("application/x-ndjson", connection.getContentType(), "without a charset");
        StringBuilder lines = new StringBuilder();
        try (var reader =
                new java.io.BufferedReader(
                        new java.io.InputStreamReader(
                                connection.getInputStream(), StandardCharsets.UTF_8))) {
            String line = reader.readLine();
            while (line != null) {
                lines.append(line, 0, Math.min(line.length(), 2_000)).append('\n');
                if (line.startsWith("{\"checkpoint_complete\"")) {
                    break;
                }
                line = reader.readLine();
            }
        } finally {
            connection.disconnect();
        }
        return lines.toString();
    }

    @Test
    void aPersonsTokenIsNoAgents() {
        for (String path :
                List.of(
                        "/agent/v1/streams/open",
                        "/agent/v1/streams/beat",
                        "/agent/v1/commands/claim",
                        "/agent/v1/commands/reports",
                        "/agent/v1/commands/verdicts")) {
            String body = path.endsWith("reports") || path.endsWith("verdicts") ? "[]" : "{}";
            FozRun.Answer answer =
                    run.post(
                            api(path),
                            norte.token(),
                            "application/json",
                            body.getBytes(StandardCharsets.UTF_8));
            assertEquals(403, answer.status(), path + ": " + answer);
        }
        assertEquals(403, run.get(api("/agent/v1/contract"), norte.token()).status());
        assertEquals(403, run.get(api("/agent/v1/commands/watch"), norte.token()).status());
    }

    @Test
    void anAgentReachesOnlyItsOwnTenantAndSource() throws Exception {
        String agent = agentToken("agent", "agent-norte-erp");
        assertEquals(
                403, run.get(api("/v1/commands/order/x"), agent).status(), "an agent is no app");
        assertEquals(
                202,
                run.post(
                                api("/v1/commands/order"),
                                sul.token(),
                                order("foreign", 77),
                                "Idempotency-Key",
                                "foreign")
                        .status());
        FozRun.Answer report =
                run.post(
                        api("/agent/v1/commands/reports"),
                        agent,
                        List.of(
                                Map.of(
                                        "id",
                                        "foreign",
                                        "outcome",
                                        "refused",
                                        "message",
                                        "mine now")),
                        Protocol.INSTANCE,
                        holder());
        assertEquals(0, report.json().path("taken").asInt(), report.body());
        FozRun.Answer batch = append(agent, batch(), Map.of(Protocol.SOURCE, "another"));
        assertEquals(403, batch.status(), batch.body());
        Waiting.until(
                "the other tenant's order in its own hands",
                java.time.Duration.ofSeconds(40),
                () ->
                        run.get(api("/v1/commands/order/foreign"), sul.token())
                                        .json()
                                        .path("state")
                                        .asString()
                                        .startsWith("accepted")
                                ? null
                                : run.get(api("/v1/commands/order/foreign"), sul.token()).body());
    }

    /// The instance of the agent that runs.
    private static String holder() throws SQLException {
        try (Connection replica = run.replica();
                Statement statement = replica.createStatement();
                ResultSet found =
                        statement.executeQuery(
                                "SELECT instance FROM stream WHERE tenant = 'norte'")) {
            found.next();
            return found.getString(1);
        }
    }

    private static byte[] batch() {
        BatchWriter writer = new BatchWriter();
        writer.add(new Change.TableHeader("pcregiao", List.of("numregiao", "regiao"), List.of(0)));
        writer.add(new Change.Upsert(new String[] {"99", "INVADIDA"}));
        return writer.finish();
    }

    private static FozRun.Answer append(String token, byte[] body, Map<String, String> changed) {
        Map<String, String> headers =
                new java.util.TreeMap<>(
                        Map.of(
                                Protocol.SOURCE, "erp",
                                Protocol.INCARNATION, "1",
                                Protocol.EPOCH, "1",
                                Protocol.SEQ, "1000000",
                                Protocol.PREVIOUS, Chain.START,
                                Protocol.SHA256, Chain.sha256(body),
                                Protocol.ROWS, "1",
                                Protocol.FROM, "999999",
                                Protocol.TO, "1000000",
                                Protocol.CAPTURED_AT, "1"));
        headers.putAll(changed);
        List<String> flat = new ArrayList<>();
        headers.forEach((name, value) -> {
            flat.add(name);
            flat.add(value);
        });
        return run.post(
                run.url("ingest") + "/agent/v1/streams/batches",
                token,
                Protocol.BATCH_TYPE,
                body,
                flat.toArray(new String[0]));
    }

    @Test
    void badBatchesAreRefusedInWordsAndChangeNothing() throws Exception {
        String agent = agentToken("agent", "agent-norte-erp");
        byte[] good = batch();
        byte[] truncated = java.util.Arrays.copyOf(good, good.length - 3);
        byte[] garbage = "not zstd at all".getBytes(StandardCharsets.UTF_8);
        expect(422, "SHA-256", append(agent, good, Map.of(Protocol.SHA256, "0".repeat(64))));
        expect(422, "zstd", append(agent, truncated, Map.of()));
        expect(422, "zstd", append(agent, garbage, Map.of()));
        expect(422, "rows", append(agent, good, Map.of(Protocol.ROWS, "2")));
        expect(400, Protocol.SEQ, append(agent, good, Map.of(Protocol.SEQ, "minus one")));
        expect(409, "epoch", append(agent, good, Map.of(Protocol.EPOCH, "999")));
        expect(409, "send from there", append(agent, good, Map.of()));
        expect(413, "cut it", append(agent, new byte[Protocol.BATCH_BYTES_MAX + 1], Map.of()));
        FozRun.Answer type =
                run.post(
                        run.url("ingest") + "/agent/v1/streams/batches", agent, "text/plain", good);
        assertEquals(415, type.status(), type.body());
        assertEquals(0, count("SELECT count(*) FROM t_norte.pcregiao WHERE numregiao = 99"));
    }

    private static void expect(int status, String word, FozRun.Answer answer) {
        assertEquals(status, answer.status(), answer.body());
        assertTrue(answer.body().contains(word), () -> "it says what is wrong: " + answer.body());
        assertTrue(answer.body().contains("\"code\""), answer.body());
    }

    @Test
    void badBodiesAreRefusedInWords() {
        String commands = api("/v1/commands/order");
        expect(400, "JSON", raw(commands, "{\"numpedrca\": 1,"));
        expect(400, "object", raw(commands, "[1,2]"));
        expect(400, "lines", raw(commands, "{\"lines\": 7}"));
        expect(400, "Idempotency-Key", run.post(commands, norte.token(), order("nokey", 9)));
        expect(
                404,
                "nosuch",
                run.post(
                        api("/v1/commands/nosuch"),
                        norte.token(),
                        Map.of(),
                        "Idempotency-Key",
                        "n"));
        expect(400, "crud", raw(api("/v1/upload"), "{\"crud\": {}}"));
        expect(400, "op", raw(api("/v1/upload"), "{\"crud\": [{\"op\": \"DROP\"}]}"));
        expect(413, "bytes", raw(api("/v1/upload"), "{\"crud\": \"" + "x".repeat(2 << 20) + "\"}"));
        FozRun.Answer sync =
                run.post(
                        run.url("sync") + "/sync/stream",
                        norte.token(),
                        "application/json",
                        "{oops".getBytes(StandardCharsets.UTF_8));
        assertEquals(400, sync.status(), sync.body());
        assertTrue(sync.body().contains("PSYNC_S2001"), sync.body());
    }

    private static FozRun.Answer raw(String url, String body) {
        return run.post(
                url,
                norte.token(),
                "application/json",
                body.getBytes(StandardCharsets.UTF_8),
                "Idempotency-Key",
                "raw");
    }

    @Test
    void aHundredMegabytesAreRefusedWithoutBeingTakenIn() {
        byte[] huge = new byte[100 << 20];
        int status;
        try {
            status = run.post(api("/v1/upload"), norte.token(), "application/json", huge).status();
        } catch (java.io.UncheckedIOException _) {
            // The server answered and hung up before all of it was sent.
            status = 413;
        }
        assertEquals(413, status);
        assertEquals(404, run.get(api("/v1/commands/order/alive"), norte.token()).status());
    }

    @Test
    void strangeValuesGetAVerdictAndHarmNothing() throws SQLException {
        Map<String, Object> strange =
                Map.of(
                        "id", "strange",
                        "numpedrca", "12x",
                        "codcli", "1\u0000",
                        "dtaberturapedpalm", "yesterday",
                        "codfilial", "'; DROP TABLE t_norte.pcclient; --",
                        "codcob", "BK",
                        "codplpag", 5,
                        "nosuchcolumn", "x",
                        "lines",
                                List.of(
                                        Map.of(
                                                "numseq", 1, "codprod", 1, "qt", "many", "pvenda",
                                                1)));
        FozRun.Answer answer =
                run.post(
                        api("/v1/commands/order"),
                        norte.token(),
                        strange,
                        "Idempotency-Key",
                        "strange");
        assertEquals(200, answer.status(), answer.body());
        assertEquals("rejected", answer.json().path("state").asString());
        assertTrue(
                answer.body().contains("12x") && answer.body().contains("yesterday"),
                answer.body());
        assertTrue(count("SELECT count(*) FROM t_norte.pcclient") > 0);
    }

    @Test
    void tokensOfOthersAreNoTokens() throws Exception {
        var stranger = new RSAKeyGenerator(2048).keyID("stranger").generate();
        SignedJWT forged =
                new SignedJWT(
                        new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("stranger").build(),
                        new JWTClaimsSet.Builder()
                                .issuer(run.url("issuer"))
                                .subject("rep1.norte")
                                .audience("foz")
                                .claim("tenant", "norte")
                                .claim("rep", "1")
                                .claim("scope", List.of("sync", "command"))
                                .issueTime(Date.from(Instant.now()))
                                .expirationTime(Date.from(Instant.now().plusSeconds(600)))
                                .build());
        forged.sign(new RSASSASigner(stranger));
        String[] parts = norte.token().split("\\.", -1);
        String altered = parts[0] + "." + parts[1] + "x." + parts[2];
        for (String token : List.of(forged.serialize(), altered, "x", "")) {
            assertEquals(401, run.get(api("/v1/commands/order/x"), token).status());
            FozRun.Answer sync =
                    run.post(run.url("sync") + "/sync/stream", token, Map.of("buckets", List.of()));
            assertEquals(401, sync.status());
            assertTrue(sync.body().contains("PSYNC_S21"), sync.body());
            assertEquals(401, run.get(api("/agent/v1/contract"), token).status());
        }
    }

    @Test
    void aCancellationAfterTheInvoiceReachesTheApp() throws SQLException {
        assertEquals(
                202,
                run.post(
                                api("/v1/commands/order"),
                                norte.token(),
                                order("late-cancel", 4242),
                                "Idempotency-Key",
                                "late-cancel")
                        .status());
        awaitOrder("late-cancel", "state", "accepted");
        String number = "(SELECT array_agg(numped) FROM pcpedcfv WHERE idfv = 'late-cancel')";
        erp("SELECT erp_set_position(" + number + ", 'F')");
        awaitOrder("late-cancel", "position", "invoiced");
        erp("SELECT erp_cancel(" + number + ", true)");
        awaitOrder("late-cancel", "state", "cancelled");
    }

    private static void erp(String sql) throws SQLException {
        try (Connection erp = run.erp("norte");
                Statement statement = erp.createStatement()) {
            statement.execute(sql);
        }
    }

    private static void awaitOrder(String id, String field, String begin) {
        Waiting.until(
                id + " with " + field + " " + begin,
                java.time.Duration.ofSeconds(40),
                () -> {
                    FozRun.Answer answer = run.get(api("/v1/commands/order/" + id), norte.token());
                    return answer.json().path(field).asString("").startsWith(begin)
                            ? null
                            : answer.body();
                });
    }

    @Test
    void everyMeterOfTheOperatorsGuideIsOnItsPage() throws Exception {
        String agent = agentToken("agent", "agent-norte-erp");
        expect(422, "SHA-256", append(agent, batch(), Map.of(Protocol.SHA256, "0".repeat(64))));
        run.post(
                run.url("sync") + "/sync/stream",
                norte.token(),
                "application/json",
                "{oops".getBytes(StandardCharsets.UTF_8));
        firstLines(norte.token(), "{\"buckets\":[],\"client_id\":\"meters\"}");
        raw(
                api("/v1/upload"),
                "{\"client_id\":\"meters\",\"crud\":[{\"op\":\"PUT\",\"type\":\"pcprodut\",\"id\":\"1\",\"data\":{}}]}");
        run.post(
                api("/v1/commands/order"),
                norte.token(),
                order("meters", 4343),
                "Idempotency-Key",
                "meters");
        awaitOrder("meters", "state", "accepted");
        run.get(run.url("sync") + "/v1/objects/pcprodut/foto?row=1", norte.token());
        run.kill("erp");
        List<String> meters =
                Files.readAllLines(FozRun.root().resolve("docs/guide/operators.md")).stream()
                        .filter(line -> line.startsWith("| `foz."))
                        .map(line -> line.substring(1, line.indexOf('|', 1)))
                        .flatMap(names -> java.util.Arrays.stream(names.split("`", -1)))
                        .filter(name -> name.startsWith("foz."))
                        .toList();
        assertTrue(meters.size() > 20, meters.toString());
        Waiting.until(
                "every meter on its page",
                java.time.Duration.ofSeconds(60),
                () -> {
                    String server = page(run.url("metrics"));
                    String agents = page(run.file().path("agentMetrics").path("agent").asString());
                    List<String> missing =
                            meters.stream()
                                    .filter(name ->
                                            !(name.startsWith("foz.agent.") ? agents : server)
                                                    .contains("\n" + name.replace('.', '_')))
                                    .toList();
                    return missing.isEmpty() ? null : missing.toString();
                });
        String ingest = "foz_ingest_errors_total{code=\"MALFORMED\"}";
        assertTrue(page(run.url("metrics")).contains(ingest), "errors are told by their code");
    }

    private static String page(String url) {
        FozRun.Answer answer = run.get(url, "");
        assertEquals(200, answer.status(), answer.body());
        return answer.body();
    }

    @Test
    void theServersSettingsServeTheCommandLine() {
        String config = run.data().resolve("server.yaml").toString();
        FozRun.Exit token =
                run.foz(
                        "token",
                        "--config",
                        config,
                        "--user",
                        norte.username(),
                        "--password",
                        password(norte.username()));
        assertEquals(0, token.code(), token.output());
        assertEquals(
                404,
                run.get(api("/v1/commands/order/none"), token.output().strip()).status(),
                "the token is taken");
        var source = run.file().path("tenants").path(0).path("erp");
        FozRun.Exit verify =
                run.foz(
                        "verify",
                        "--config",
                        config,
                        "--tenant",
                        "norte",
                        "--table",
                        "pcregiao",
                        "--source-jdbc",
                        source.path("jdbcUrl").asString(),
                        "--source-user",
                        source.path("user").asString(),
                        "--source-password",
                        source.path("password").asString());
        assertEquals(0, verify.code(), verify.output());
        assertTrue(verify.output().contains("same"), verify.output());
    }

    private static String password(String username) {
        for (var user : run.file().path("users")) {
            if (user.path("username").asString().equals(username)) {
                return user.path("password").asString();
            }
        }
        throw new AssertionError("no user " + username);
    }

    private static String agentToken(String folderName, String clientId) throws Exception {
        ECKey key =
                ECKey.parse(Files.readString(run.data().resolve(folderName).resolve("key.jwk")));
        String endpoint = run.url("issuer") + "/oauth2/token";
        SignedJWT assertion =
                new SignedJWT(
                        new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()).build(),
                        new JWTClaimsSet.Builder()
                                .issuer(clientId)
                                .subject(clientId)
                                .audience(endpoint)
                                .jwtID(UUID.randomUUID().toString())
                                .issueTime(Date.from(Instant.now()))
                                .expirationTime(Date.from(Instant.now().plusSeconds(60)))
                                .build());
        assertion.sign(new ECDSASigner(key));
        String form =
                "grant_type=client_credentials&scope=agent&client_id="
                        + clientId
                        + "&client_assertion_type="
                        + URLEncoder.encode(
                                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                                StandardCharsets.UTF_8)
                        + "&client_assertion="
                        + assertion.serialize();
        FozRun.Answer answer =
                run.post(
                        endpoint,
                        "",
                        "application/x-www-form-urlencoded",
                        form.getBytes(StandardCharsets.UTF_8));
        assertEquals(200, answer.status(), answer.body());
        return answer.json().path("access_token").asString();
    }

    private static int count(String sql) throws SQLException {
        try (Connection replica = run.replica();
                Statement statement = replica.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getInt(1);
        }
    }
}
