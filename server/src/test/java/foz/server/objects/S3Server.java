package foz.server.objects;

import foz.server.embedded.Child;
import foz.server.embedded.Home;
import foz.server.settings.Secret;
import foz.server.settings.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// An S3 server on a folder: S3Proxy, a process of its own, which checks signatures.
public final class S3Server implements AutoCloseable {

    private static final String ACCESS = "foz-access";
    private static final String SECRET = "foz-secret";

    private final Child child;
    private final String endpoint;

    /// @param folder where it may write
    public S3Server(Path folder) {
        Path jars = Home.find().dist().resolveSibling("s3server");
        if (!Files.isDirectory(jars)) {
            throw new IllegalStateException(
                    jars
                            + " is missing; build the module s3server first: mvn -pl s3server package");
        }
        endpoint = "http://127.0.0.1:" + Home.freePort();
        child =
                new Child(
                        new Child.Spec(
                                "s3",
                                List.of(
                                        Path.of(System.getProperty("java.home"), "bin", "java")
                                                .toString(),
                                        "-Xmx256m",
                                        // Its Main sends System.err to the log: the log must not go
                                        // there.
                                        "-Dorg.slf4j.simpleLogger.logFile=System.out",
                                        "-Dorg.slf4j.simpleLogger.cacheOutputStream=true",
                                        "-cp",
                                        jars + "/*",
                                        "org.gaul.s3proxy.Main",
                                        "--properties",
                                        write(folder).toString()),
                                folder,
                                folder.resolve("s3.log"),
                                "TERM",
                                Duration.ofSeconds(10)),
                        () -> {});
        await();
    }

    private Path write(Path folder) {
        try {
            Path data = Files.createDirectories(folder.resolve("s3"));
            return Files.writeString(
                    folder.resolve("s3.properties"),
                    """
                    s3proxy.endpoint=%s
                    s3proxy.authorization=aws-v2-or-v4
                    s3proxy.identity=%s
                    s3proxy.credential=%s
                    jclouds.provider=filesystem-nio2
                    jclouds.filesystem.basedir=%s
                    """
                            .formatted(endpoint, ACCESS, SECRET, data));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void await() {
        int port = java.net.URI.create(endpoint).getPort();
        Instant until = Instant.now().plusSeconds(30);
        while (Instant.now().isBefore(until)) {
            try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return;
            } catch (IOException _) {
                Thread.onSpinWait();
            }
        }
        close();
        throw new IllegalStateException("the S3 server did not start; see " + child.log());
    }

    /// Settings for a bucket there, as the server takes them.
    public Map<String, Object> settings(String url) {
        return Map.of(
                "foz.objects.url", url,
                "foz.objects.endpoint", endpoint,
                "foz.objects.pathStyle", "true",
                "foz.objects.accessKey.value", ACCESS,
                "foz.objects.secretKey.value", SECRET);
    }

    ObjectStore store(String url, String secret) {
        return ObjectStores.of(
                new Settings.Objects(
                        url,
                        endpoint,
                        "us-east-1",
                        true,
                        new Secret(ACCESS),
                        new Secret(secret),
                        1 << 30,
                        8,
                        64,
                        48));
    }

    ObjectStore store(String url) {
        return store(url, SECRET);
    }

    /// Makes a bucket.
    public void bucket(String name) {
        try (var s3 =
                software.amazon.awssdk.services.s3.S3Client.builder()
                        .endpointOverride(java.net.URI.create(endpoint))
                        .forcePathStyle(true)
                        .region(software.amazon.awssdk.regions.Region.US_EAST_1)
                        .credentialsProvider(
                                software.amazon.awssdk.auth.credentials.StaticCredentialsProvider
                                        .create(
                                                software.amazon.awssdk.auth.credentials
                                                        .AwsBasicCredentials.create(
                                                        ACCESS, SECRET)))
                        .build()) {
            s3.createBucket(bucket -> bucket.bucket(name));
        }
    }

    public void stop() {
        child.close();
    }

    @Override
    public void close() {
        stop();
    }
}
