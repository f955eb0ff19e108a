package foz.agent;

import foz.wire.Protocol;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The server as the agent calls it. Every call may be repeated.
final class ServerClient {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration TIMEOUT = Duration.ofSeconds(40);

    /// The server's answer to a refused call: its code says what to do.
    static final class RefusedException extends IOException {
        private final int status;
        private final String code;

        RefusedException(int status, String code, String detail) {
            super(code + ": " + detail);
            this.status = status;
            this.code = code;
        }

        int status() {
            return status;
        }

        String code() {
            return code;
        }
    }

    record Opened(int incarnation, long epoch, long nextSeq, String chain, String checkpoint) {}

    /// @param state the ledger's word
    record Task(
            String id,
            String command,
            String state,
            Map<String, @Nullable String> header,
            List<TaskLine> lines) {}

    record TaskLine(String id, Map<String, @Nullable String> values) {}

    record Report(String id, String outcome, @Nullable String message) {}

    record LineStep(
            String line,
            @Nullable String message,
            @Nullable String cut,
            @Nullable String invoiced) {}

    record Verdict(
            String id,
            String state,
            @Nullable String number,
            @Nullable String code,
            @Nullable String message,
            @Nullable String position,
            boolean complete,
            List<LineStep> lines) {}

    private final AgentSettings settings;
    private final Instance instance;
    private final HttpClient http;
    private final TokenSource tokens;

    ServerClient(AgentSettings settings, Instance instance) {
        this.settings = settings;
        this.instance = instance;
        this.http =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(Duration.ofSeconds(10))
                        .build();
        this.tokens = new TokenSource(settings, http);
    }

    String contract() throws IOException, InterruptedException {
        return text(send(request(settings.ingestUrl() + "/agent/v1/contract").GET()));
    }

    Opened open(String fingerprint, boolean reset) throws IOException, InterruptedException {
        return post(
                settings.ingestUrl() + "/agent/v1/streams/open",
                Map.of(
                        "instance",
                        instance.name(),
                        "previous",
                        instance.previous(),
                        "fingerprint",
                        fingerprint,
                        "reset",
                        reset),
                new TypeReference<>() {});
    }

    /// What stands of what people asked of this source's tables.
    record Beaten(@Nullable List<StandingOrder> orders) {}

    /// @param kind as [Orders.Kind] has it, in lower case
    record StandingOrder(long id, String table, String kind, String by) {}

    Beaten beat(long epoch, Map<String, Object> status, List<Orders.Report> orders)
            throws IOException, InterruptedException {
        return post(
                settings.ingestUrl() + "/agent/v1/streams/beat",
                Map.of("epoch", epoch, "status", status, "orders", orders),
                new TypeReference<>() {});
    }

    void append(Spool.Batch batch, long epoch, byte[] body)
            throws IOException, InterruptedException {
        send(
                request(settings.ingestUrl() + "/agent/v1/streams/batches")
                        .header("Content-Type", Protocol.BATCH_TYPE)
                        .header(Protocol.SOURCE, settings.source())
                        .header(Protocol.INCARNATION, Integer.toString(batch.incarnation()))
                        .header(Protocol.EPOCH, Long.toString(epoch))
                        .header(Protocol.SEQ, Long.toString(batch.seq()))
                        .header(Protocol.PREVIOUS, batch.previous())
                        .header(Protocol.SHA256, batch.sha256())
                        .header(Protocol.ROWS, Integer.toString(batch.rows()))
                        .header(Protocol.FROM, batch.from())
                        .header(Protocol.TO, batch.to())
                        .header(Protocol.CAPTURED_AT, Long.toString(batch.capturedAtMs()))
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body)));
    }

    List<Task> claim(int max, long waitMs) throws IOException, InterruptedException {
        return post(
                settings.commandUrl() + "/agent/v1/commands/claim",
                Map.of("max", max, "waitMs", waitMs),
                new TypeReference<>() {});
    }

    List<Task> watch() throws IOException, InterruptedException {
        return JSON.readValue(
                text(send(request(settings.commandUrl() + "/agent/v1/commands/watch").GET())),
                new TypeReference<>() {});
    }

    void report(List<Report> reports) throws IOException, InterruptedException {
        send(json(settings.commandUrl() + "/agent/v1/commands/reports", reports));
    }

    void verdicts(List<Verdict> verdicts) throws IOException, InterruptedException {
        send(json(settings.commandUrl() + "/agent/v1/commands/verdicts", verdicts));
    }

    private <T> T post(String url, Object body, TypeReference<T> type)
            throws IOException, InterruptedException {
        return JSON.readValue(text(send(json(url, body))), type);
    }

    private HttpRequest.Builder json(String url, Object body)
            throws IOException, InterruptedException {
        return request(url)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)));
    }

    private HttpRequest.Builder request(String url) throws IOException, InterruptedException {
        return HttpRequest.newBuilder(URI.create(url))
                .timeout(TIMEOUT)
                .header("Authorization", "Bearer " + tokens.token())
                .header(Protocol.INSTANCE, instance.name());
    }

    private byte[] send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<byte[]> response =
                http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        if (response.statusCode() / 100 == 2) {
            return response.body();
        }
        if (response.statusCode() == 401) {
            tokens.forget();
        }
        throw refused(response);
    }

    private static RefusedException refused(HttpResponse<byte[]> response) {
        String text = text(response.body());
        try {
            JsonNode problem = JSON.readTree(text);
            return new RefusedException(
                    response.statusCode(),
                    problem.path("code").asString("HTTP_" + response.statusCode()),
                    problem.path("detail").asString(text));
        } catch (RuntimeException _) {
            return new RefusedException(
                    response.statusCode(), "HTTP_" + response.statusCode(), text);
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
