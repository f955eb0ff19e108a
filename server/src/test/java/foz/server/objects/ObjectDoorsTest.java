package foz.server.objects;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import foz.server.TestDatabase;
import foz.server.TestTokens;
import foz.server.embedded.Home;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;

/// The doors to the object store: agents put, apps read what their rows refer to.
class ObjectDoorsTest {

    private static final String ROLES = "ingest,sync";
    private static final int BYTES_MAX = 64 << 20;
    private static final byte[] PNG = png(200_000);

    @TempDir static Path folder = Path.of("");

    @SuppressWarnings("NullAway.Init")
    private static TestDatabase database;

    @SuppressWarnings("NullAway.Init")
    private static ConfigurableApplicationContext server;

    private static String url = "";

    private final HttpClient http = HttpClient.newHttpClient();
    private final PhotoShop shop = new PhotoShop(database);

    private static byte[] png(int count) {
        byte[] content = ObjectStoreContract.bytes(count, count);
        System.arraycopy(
                new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'}, 0, content, 0, 8);
        return content;
    }

    private static Path objects() {
        return folder.resolve("objects");
    }

    @BeforeAll
    static void start() {
        database = new TestDatabase(folder);
        url = "http://127.0.0.1:" + Home.freePort();
        server = server(url, ROLES, Map.of("foz.objects.url", objects().toUri().toString()));
    }

    private static ConfigurableApplicationContext server(
            String at, String roles, Map<String, Object> settings) {
        Map<String, Object> all = new HashMap<>(settings);
        // There is no broker, and none is needed.
        all.put("foz.log.bootstrapServers", "127.0.0.1:1");
        all.put("foz.objects.bytesMax", BYTES_MAX);
        all.put("foz.objects.putsMax", 2);
        return database.server(URI.create(at).getPort(), roles, all);
    }

    @AfterAll
    static void stop() {
        server.close();
        database.close();
    }

    @BeforeEach
    void tenants() {
        shop.open("norte");
        shop.open("sul");
    }

    private static String agent(String tenant) {
        return TestTokens.agent(server, url, tenant);
    }

    private static String rep(String tenant, String rep) {
        return TestTokens.app(server, url, tenant, rep);
    }

    private static String sha256(byte[] content) {
        return ObjectStoreContract.key("norte", content).sha256();
    }

    private static String reference(byte[] content) {
        return new ObjectReference(sha256(content), content.length).toString();
    }

    private HttpRequest.Builder request(String path, String token) {
        return HttpRequest.newBuilder(URI.create(url + path))
                .header("Authorization", "Bearer " + token);
    }

    private HttpResponse<byte[]> send(HttpRequest.Builder request)
            throws IOException, InterruptedException {
        return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private HttpResponse<byte[]> put(String token, String sha256, byte[] content)
            throws IOException, InterruptedException {
        return send(
                request("/agent/v1/objects/" + sha256, token)
                        .PUT(HttpRequest.BodyPublishers.ofByteArray(content)));
    }

    private HttpResponse<byte[]> head(String token, byte[] content)
            throws IOException, InterruptedException {
        return send(request("/agent/v1/objects/" + sha256(content), token).HEAD());
    }

    private HttpResponse<byte[]> read(
            String token, String table, String column, String row, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                request(
                        "/v1/objects/%s/%s?row=%s"
                                .formatted(
                                        table,
                                        column,
                                        URLEncoder.encode(row, StandardCharsets.UTF_8)),
                        token);
        return send(headers.length == 0 ? request : request.headers(headers));
    }

    private static void assertRefused(int status, String code, HttpResponse<byte[]> answer) {
        String body = new String(answer.body(), StandardCharsets.UTF_8);
        assertEquals(status, answer.statusCode(), body);
        assertEquals(
                "application/problem+json",
                answer.headers().firstValue("Content-Type").orElse(""),
                body);
        assertTrue(body.contains("\"code\":\"" + code + "\""), body);
    }

    private static String header(HttpResponse<?> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }

    @Test
    void anObjectIsPutOnceAndKnownByItsHash() throws Exception {
        byte[] content = ObjectStoreContract.bytes(3_000_000, 1);
        assertEquals(404, head(agent("norte"), content).statusCode());
        assertEquals(201, put(agent("norte"), sha256(content), content).statusCode());
        assertEquals(200, put(agent("norte"), sha256(content), content).statusCode());
        HttpResponse<byte[]> found = head(agent("norte"), content);
        assertEquals(200, found.statusCode());
        assertEquals("3000000", header(found, "Content-Length"));
        assertEquals(404, head(agent("sul"), content).statusCode(), "it is norte's alone");
    }

    @Test
    void anObjectOfAnotherHashIsRefusedAndNotKept() throws Exception {
        byte[] announced = ObjectStoreContract.bytes(5_000, 2);
        byte[] sent = ObjectStoreContract.bytes(5_000, 3);
        assertRefused(422, "MALFORMED", put(agent("norte"), sha256(announced), sent));
        assertEquals(404, head(agent("norte"), announced).statusCode());
        assertEquals(404, head(agent("norte"), sent).statusCode());
        assertEquals(0, partial());
        assertRefused(400, "BAD_REQUEST", put(agent("norte"), "ABC", sent));
    }

    @Test
    void anObjectWithoutItsLengthIsRefused() throws Exception {
        byte[] content = ObjectStoreContract.bytes(5_000, 4);
        assertRefused(
                411,
                "LENGTH_REQUIRED",
                send(
                        request("/agent/v1/objects/" + sha256(content), agent("norte"))
                                .PUT(
                                        HttpRequest.BodyPublishers.ofInputStream(
                                                () -> new ByteArrayInputStream(content)))));
    }

    @Test
    void anObjectOverTheLimitIsRefusedBeforeItIsSent() throws Exception {
        try (Upload upload = new Upload(agent("norte"), "0".repeat(64), BYTES_MAX + 1L)) {
            String answer = upload.answer();
            assertTrue(answer.startsWith("HTTP/1.1 413"), answer);
            assertTrue(answer.contains("foz.objects.bytesMax"), answer);
        }
    }

    @Test
    void anUploadThatBreaksOffLeavesNothing() throws Exception {
        byte[] content = ObjectStoreContract.bytes(2_000_000, 5);
        try (Upload upload = new Upload(agent("norte"), sha256(content), content.length)) {
            upload.send(content, 0, 1_000_000);
            await(1);
        }
        await(0);
        assertEquals(404, head(agent("norte"), content).statusCode());
        assertEquals(201, put(agent("norte"), sha256(content), content).statusCode());
    }

    @Test
    void beyondTheBoundUploadsAreToldWhenToComeBack() throws Exception {
        byte[] content = ObjectStoreContract.bytes(2_000_000, 6);
        byte[] other = ObjectStoreContract.bytes(2_000_000, 7);
        byte[] third = ObjectStoreContract.bytes(100, 8);
        try (Upload one = new Upload(agent("norte"), sha256(content), content.length);
                Upload two = new Upload(agent("sul"), sha256(other), other.length)) {
            one.send(content, 0, 1_000_000);
            two.send(other, 0, 1_000_000);
            await(2);
            HttpResponse<byte[]> refused = put(agent("norte"), sha256(third), third);
            assertRefused(429, "BUSY", refused);
            assertEquals("5", header(refused, "Retry-After"));
            one.send(content, 1_000_000, 1_000_000);
            two.send(other, 1_000_000, 1_000_000);
            assertTrue(one.answer().startsWith("HTTP/1.1 201"));
            assertTrue(two.answer().startsWith("HTTP/1.1 201"));
        }
        assertEquals(201, put(agent("norte"), sha256(third), third).statusCode());
    }

    @Test
    void whoIsNotAnAgentPutsNothingAndAnAgentReadsNothing() throws Exception {
        byte[] content = ObjectStoreContract.bytes(100, 9);
        assertRefused(403, "FORBIDDEN", put(rep("norte", "1"), sha256(content), content));
        assertEquals(403, head(rep("norte", "1"), content).statusCode());
        assertRefused(403, "FORBIDDEN", read(agent("norte"), "product", "photo", "p"));
        assertRefused(401, "UNAUTHORIZED", put("x", sha256(content), content));
    }

    @Test
    void anAppReadsTheObjectOfItsRow() throws Exception {
        put(agent("norte"), sha256(PNG), PNG);
        shop.write("norte", "product", "caneta 100% azul/preta", reference(PNG));
        HttpResponse<byte[]> found =
                read(rep("norte", "1"), "product", "photo", "caneta 100% azul/preta");
        assertEquals(200, found.statusCode());
        assertArrayEquals(PNG, found.body());
        assertEquals("image/png", header(found, "Content-Type"));
        assertEquals("nosniff", header(found, "X-Content-Type-Options"));
        assertEquals("\"" + sha256(PNG) + "\"", header(found, "ETag"));
        assertEquals("private, no-cache", header(found, "Cache-Control"));
        assertEquals("bytes", header(found, "Accept-Ranges"));
        assertEquals(
                "attachment; filename=\"product-caneta_100__azul_preta-photo.png\"",
                header(found, "Content-Disposition"));
        HttpResponse<byte[]> again =
                read(
                        rep("norte", "1"),
                        "product",
                        "photo",
                        "caneta 100% azul/preta",
                        "If-None-Match",
                        header(found, "ETag"));
        assertEquals(304, again.statusCode());
        assertEquals(header(found, "ETag"), header(again, "ETag"));
        assertEquals(0, again.body().length);
    }

    @Test
    void anAppReadsAPartOfAnObject() throws Exception {
        put(agent("norte"), sha256(PNG), PNG);
        shop.write("norte", "product", "p", reference(PNG));
        String token = rep("norte", "1");
        HttpResponse<byte[]> part =
                read(token, "product", "photo", "p", "Range", "bytes=1000-1999");
        assertEquals(206, part.statusCode());
        assertArrayEquals(Arrays.copyOfRange(PNG, 1_000, 2_000), part.body());
        assertEquals("bytes 1000-1999/200000", header(part, "Content-Range"));
        assertEquals("image/png", header(part, "Content-Type"));
        assertArrayEquals(
                Arrays.copyOfRange(PNG, 199_990, 200_000),
                read(token, "product", "photo", "p", "Range", "bytes=-10").body());
        assertArrayEquals(
                Arrays.copyOfRange(PNG, 199_990, 200_000),
                read(token, "product", "photo", "p", "Range", "bytes=199990-").body());
        assertRefused(
                416,
                "RANGE_NOT_SATISFIABLE",
                read(token, "product", "photo", "p", "Range", "bytes=200000-"));
        assertEquals(
                200,
                read(token, "product", "photo", "p", "Range", "bytes=0-1", "If-Range", "\"old\"")
                        .statusCode(),
                "of another version the whole is sent");
    }

    @Test
    void aPersonReadsOnlyWhatHerRowsReferTo() throws Exception {
        byte[] note = "Só entrega à tarde.".getBytes(StandardCharsets.UTF_8);
        put(agent("norte"), sha256(note), note);
        String reference = reference(note);
        shop.write("norte", "customer", "10", "1", reference, reference, reference);
        HttpResponse<byte[]> mine = read(rep("norte", "1"), "customer", "note", "10");
        assertEquals(200, mine.statusCode());
        assertEquals("text/plain;charset=utf-8", header(mine, "Content-Type"));
        assertRefused(404, "NOT_FOUND", read(rep("norte", "2"), "customer", "note", "10"));
        assertRefused(404, "NOT_FOUND", read(rep("sul", "1"), "customer", "note", "10"));
        assertRefused(404, "NOT_FOUND", read(rep("norte", "1"), "customer", "file", "10"));
        assertRefused(404, "NOT_FOUND", read(rep("norte", "1"), "customer", "plain", "10"));
        assertRefused(404, "NOT_FOUND", read(rep("norte", "1"), "customer", "note", "11"));
        assertRefused(404, "NOT_FOUND", read(rep("norte", "1"), "nothing", "note", "10"));

        shop.write("norte", "customer", "10", "2", reference, null, null);
        assertRefused(404, "NOT_FOUND", read(rep("norte", "1"), "customer", "note", "10"));
        assertEquals(200, read(rep("norte", "2"), "customer", "note", "10").statusCode());
        shop.delete("norte", "customer", "10", null, null, null, null);
        assertRefused(404, "NOT_FOUND", read(rep("norte", "2"), "customer", "note", "10"));
    }

    @Test
    void aReferenceToAnotherTenantsObjectFindsNothing() throws Exception {
        byte[] secret = ObjectStoreContract.bytes(100, 10);
        put(agent("norte"), sha256(secret), secret);
        shop.write("sul", "product", "p", reference(secret));
        assertRefused(410, "OBJECT_GONE", read(rep("sul", "1"), "product", "photo", "p"));
    }

    @Test
    void anObjectThatEndsEarlyBreaksTheAnswerOff() throws Exception {
        byte[] large = ObjectStoreContract.bytes(60 << 20, 11);
        put(agent("norte"), sha256(large), large);
        shop.write("norte", "product", "p", reference(large));
        HttpResponse<InputStream> answer =
                http.send(
                        request("/v1/objects/product/photo?row=p", rep("norte", "1")).build(),
                        HttpResponse.BodyHandlers.ofInputStream());
        assertEquals(200, answer.statusCode());
        try (InputStream body = answer.body();
                FileChannel file =
                        FileChannel.open(
                                objects().resolve(new ObjectKey("norte", sha256(large)).path()),
                                StandardOpenOption.WRITE)) {
            file.truncate(40 << 20);
            assertThrows(IOException.class, body::readAllBytes);
        }
    }

    @Test
    void onS3TheDoorsAreTheSame() throws Exception {
        String own = url;
        try (S3Server s3 = new S3Server(Files.createDirectories(folder.resolve("s3server")))) {
            s3.bucket("foz");
            String other = "http://127.0.0.1:" + Home.freePort();
            try (ConfigurableApplicationContext onS3 =
                    server(other, ROLES, s3.settings("s3://foz/data"))) {
                url = other;
                byte[] large = png(20 << 20);
                String agent = TestTokens.agent(onS3, other, "norte");
                String app = TestTokens.app(onS3, other, "norte", "1");
                assertEquals(404, head(agent, large).statusCode());
                assertEquals(201, put(agent, sha256(large), large).statusCode());
                assertEquals(200, put(agent, sha256(large), large).statusCode());
                assertRefused(422, "MALFORMED", put(agent, sha256(PNG), large));
                shop.write("norte", "product", "p", reference(large));
                assertArrayEquals(large, read(app, "product", "photo", "p").body());
                HttpResponse<byte[]> part =
                        read(app, "product", "photo", "p", "Range", "bytes=9000000-9000099");
                assertEquals(206, part.statusCode());
                assertArrayEquals(Arrays.copyOfRange(large, 9_000_000, 9_000_100), part.body());
                s3.stop();
                assertRefused(503, "UNAVAILABLE", put(agent, sha256(PNG), PNG));
            }
        } finally {
            url = own;
        }
    }

    @Test
    void withoutAStoreTheDoorsSaySo() throws Exception {
        String own = url;
        String other = "http://127.0.0.1:" + Home.freePort();
        try (ConfigurableApplicationContext none = server(other, "sync", Map.of())) {
            url = other;
            shop.write("norte", "product", "p", reference(PNG));
            String app = TestTokens.app(none, other, "norte", "1");
            assertRefused(501, "NO_OBJECT_STORE", read(app, "product", "photo", "p"));
        } finally {
            url = own;
        }
    }

    private static long partial() throws IOException {
        Path partial = objects().resolve(".partial");
        if (!Files.isDirectory(partial)) {
            return 0;
        }
        try (Stream<Path> files = Files.list(partial)) {
            return files.count();
        }
    }

    /// Waits until that many uploads are under way.
    private static void await(long uploads) throws IOException {
        Instant until = Instant.now().plusSeconds(30);
        while (partial() != uploads) {
            assertTrue(Instant.now().isBefore(until), partial() + " uploads are under way");
            Thread.onSpinWait();
        }
    }

    /// An upload whose bytes are sent one by one.
    private static final class Upload implements AutoCloseable {

        private final Socket socket;

        Upload(String token, String sha256, long bytes) throws IOException {
            socket = new Socket(InetAddress.getLoopbackAddress(), URI.create(url).getPort());
            socket.setSoTimeout(30_000);
            socket.getOutputStream()
                    .write(
                            """
                            PUT /agent/v1/objects/%s HTTP/1.1\r
                            Host: foz\r
                            Connection: close\r
                            Authorization: Bearer %s\r
                            Content-Length: %d\r
                            \r
                            """
                                    .formatted(sha256, token, bytes)
                                    .getBytes(StandardCharsets.US_ASCII));
        }

        void send(byte[] content, int from, int count) throws IOException {
            OutputStream out = socket.getOutputStream();
            out.write(content, from, count);
            out.flush();
        }

        String answer() throws IOException {
            StringBuilder answer = new StringBuilder();
            InputStream in = socket.getInputStream();
            int b = in.read();
            while (b >= 0 && answer.indexOf("}") < 0 && answer.indexOf("201") < 0) {
                answer.append((char) b);
                b = in.read();
            }
            return answer.toString();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
