package foz.agent;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import foz.wire.Chain;
import foz.wire.Protocol;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Executors;
import tools.jackson.databind.json.JsonMapper;

/// The server's side of the agent's protocol, as far as one agent alone needs it, over a [Mirror].
/// What was acknowledged is in the mirror; a batch that came is taken once.
final class StandInServer implements AutoCloseable {

    private static final JsonMapper JSON = new JsonMapper();

    /// What happens with a batch, for a test that stops the agent there.
    interface Watch {
        void batch(long seq, boolean taken);
    }

    final Mirror mirror = new Mirror();
    private final HttpServer http;
    private final String contract;
    private volatile Watch watch = (_, _) -> {};
    private int incarnation = 1;
    private long epoch;
    private long nextSeq = 1;
    private String chain = Chain.START;
    private String checkpoint = "";
    private String fingerprint = "";

    StandInServer(String contract) {
        this.contract = contract;
        try {
            http =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        http.createContext(
                "/oauth2/token",
                exchange -> answer(exchange, 200, Map.of("access_token", "t", "expires_in", 3600)));
        http.createContext("/agent/v1/contract", this::contract);
        http.createContext("/agent/v1/streams/open", this::open);
        http.createContext("/agent/v1/streams/beat", exchange -> answer(exchange, 200, Map.of()));
        http.createContext("/agent/v1/streams/batches", this::append);
        http.start();
    }

    void watch(Watch seen) {
        watch = seen;
    }

    /// Settings of an agent of this server, in its folder.
    Path settings(Path folder, String jdbcUrl) throws IOException {
        Files.createDirectories(folder);
        try {
            Files.writeString(
                    folder.resolve("key.jwk"),
                    new ECKeyGenerator(Curve.P_256).keyID("k").generate().toJSONString());
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
        return Files.writeString(
                folder.resolve("agent.properties"),
                """
                serverUrl = http://127.0.0.1:%d
                clientId = stand-in
                keyFile = key.jwk
                source = source
                jdbcUrl = %s
                jdbcUser = postgres
                sourceTimeZone = UTC
                dataDir = data
                batchBytesMax = 131072
                """
                        .formatted(http.getAddress().getPort(), jdbcUrl));
    }

    private void contract(HttpExchange exchange) throws IOException {
        byte[] body = contract.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, body.length);
        try (var out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    private synchronized void open(HttpExchange exchange) throws IOException {
        var request = JSON.readTree(exchange.getRequestBody().readAllBytes());
        String found = request.path("fingerprint").asString();
        if (request.path("reset").asBoolean()
                || (!fingerprint.isEmpty() && !fingerprint.equals(found))) {
            incarnation++;
            nextSeq = 1;
            chain = Chain.START;
            checkpoint = "";
        }
        fingerprint = found;
        epoch++;
        answer(
                exchange,
                200,
                Map.of(
                        "incarnation",
                        incarnation,
                        "epoch",
                        epoch,
                        "nextSeq",
                        nextSeq,
                        "chain",
                        chain,
                        "checkpoint",
                        checkpoint));
    }

    private void append(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        long seq = Long.parseLong(header(exchange, Protocol.SEQ));
        watch.batch(seq, false);
        String refused = take(exchange, seq, body);
        watch.batch(seq, true);
        if (refused.isEmpty()) {
            answer(exchange, 200, Map.of("seq", seq, "chain", chain, "checkpoint", checkpoint));
        } else {
            answer(exchange, 409, Map.of("code", refused, "detail", "seq " + seq));
        }
    }

    private synchronized String take(HttpExchange exchange, long seq, byte[] body) {
        if (Long.parseLong(header(exchange, Protocol.EPOCH)) != epoch
                || Integer.parseInt(header(exchange, Protocol.INCARNATION)) != incarnation) {
            return "FENCED";
        }
        if (seq < nextSeq) {
            return "";
        }
        if (seq > nextSeq || !header(exchange, Protocol.FROM).equals(checkpoint)) {
            return "GAP";
        }
        if (!header(exchange, Protocol.PREVIOUS).equals(chain)
                || !header(exchange, Protocol.SHA256).equals(Chain.sha256(body))) {
            return "DIVERGED";
        }
        mirror.take(body);
        nextSeq++;
        chain = Chain.next(chain, Chain.sha256(body));
        checkpoint = header(exchange, Protocol.TO);
        return "";
    }

    int incarnation() {
        return incarnation;
    }

    private static String header(HttpExchange exchange, String name) {
        String value = exchange.getRequestHeaders().getFirst(name);
        return value == null ? "" : value;
    }

    private static void answer(HttpExchange exchange, int status, Object body) throws IOException {
        byte[] json = JSON.writeValueAsBytes(body);
        exchange.getRequestBody().readAllBytes();
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, json.length);
        try (var out = exchange.getResponseBody()) {
            out.write(json);
        }
    }

    @Override
    public void close() {
        http.stop(0);
    }
}
