package foz.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// Foz's agent, as it is shipped and with the heap that it is shipped with, reading the log and
/// sending to a server that acknowledges each batch and drops it.
final class FozSubject implements Subject {

    private static final JsonMapper JSON = new JsonMapper();

    static final String CONTRACT =
            """
            apiVersion: v3.1.0
            kind: DataContract
            id: bench
            version: 1.0.0
            status: active
            schema:
              - name: accounts
                physicalName: pgbench_accounts
                logicalType: object
                customProperties:
                  - {property: foz.capture, value: {way: log}}
                properties:
                  - {name: aid, logicalType: integer, physicalType: integer, primaryKey: true, primaryKeyPosition: 1}
                  - {name: bid, logicalType: integer, physicalType: integer}
                  - {name: abalance, logicalType: integer, physicalType: integer}
                  - {name: filler, logicalType: string, physicalType: char(84)}
            """;

    private final Source source;
    private final Path folder;
    private final AtomicLong seen = new AtomicLong();
    private final HttpServer sink;
    private @Nullable Process process;

    FozSubject(Source source, Path folder) throws IOException {
        this.source = source;
        this.folder = folder;
        this.sink =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        sink.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        sink.createContext(
                "/oauth2/token",
                exchange -> answer(exchange, Map.of("access_token", "t", "expires_in", 3600)));
        sink.createContext(
                "/agent/v1/contract",
                exchange -> answer(exchange, CONTRACT.getBytes(StandardCharsets.UTF_8)));
        sink.createContext(
                "/agent/v1/streams/open",
                exchange ->
                        answer(
                                exchange,
                                Map.of(
                                        "incarnation",
                                        1,
                                        "epoch",
                                        1,
                                        "nextSeq",
                                        1,
                                        "chain",
                                        "0".repeat(64),
                                        "checkpoint",
                                        "")));
        sink.createContext("/agent/v1/streams/beat", exchange -> answer(exchange, Map.of()));
        sink.createContext("/agent/v1/streams/batches", this::batch);
        sink.start();
    }

    private void batch(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        seen.addAndGet(Long.parseLong(exchange.getRequestHeaders().getFirst("Foz-Rows")));
        answer(exchange, Map.of("seq", 0, "chain", "", "checkpoint", ""));
    }

    private static void answer(HttpExchange exchange, Object body) throws IOException {
        answer(exchange, JSON.writeValueAsBytes(body));
    }

    private static void answer(HttpExchange exchange, byte[] body) throws IOException {
        exchange.getRequestBody().readAllBytes();
        exchange.sendResponseHeaders(200, body.length);
        try (var out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    @Override
    public String name() {
        return "Foz";
    }

    @Override
    public void start() throws IOException {
        Path home = Files.createTempDirectory(folder, "foz");
        Files.writeString(home.resolve("key.jwk"), key());
        Path config =
                Files.writeString(
                        home.resolve("agent.properties"),
                        """
                        serverUrl = http://127.0.0.1:%d
                        clientId = bench
                        keyFile = key.jwk
                        source = source
                        jdbcUrl = %s
                        jdbcUser = postgres
                        jdbcPassword = none
                        dataDir = data
                        """
                                .formatted(sink.getAddress().getPort(), source.url()));
        process =
                new ProcessBuilder(
                                Peers.java(
                                        Path.of(System.getProperty("foz.home"), "lib", "agent", "*")
                                                .toString(),
                                        "-Xmx104m",
                                        "-XX:+UseSerialGC",
                                        "foz.agent.AgentMain",
                                        "--config",
                                        config.toString()))
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("foz-agent.log").toFile())
                        .start();
    }

    private static String key() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(256);
            KeyPair pair = generator.generateKeyPair();
            ECPublicKey point = (ECPublicKey) pair.getPublic();
            return JSON.writeValueAsString(
                    Map.of(
                            "kty",
                            "EC",
                            "crv",
                            "P-256",
                            "kid",
                            "bench",
                            "x",
                            number(point.getW().getAffineX()),
                            "y",
                            number(point.getW().getAffineY()),
                            "d",
                            number(((ECPrivateKey) pair.getPrivate()).getS())));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has elliptic curves", e);
        }
    }

    private static String number(BigInteger value) {
        byte[] bytes = value.toByteArray();
        byte[] fixed = new byte[32];
        int length = Math.min(32, bytes.length);
        System.arraycopy(bytes, bytes.length - length, fixed, 32 - length, length);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(fixed);
    }

    @Override
    public long seen() {
        if (!Objects.requireNonNull(process).isAlive()) {
            throw new IllegalStateException("the agent ended; see " + folder + "/foz-agent.log");
        }
        return seen.get();
    }

    @Override
    public long pid() {
        return Objects.requireNonNull(process).pid();
    }

    @Override
    public void close() {
        if (process != null) {
            process.destroyForcibly();
            process.onExit().join();
        }
        sink.stop(0);
    }
}
