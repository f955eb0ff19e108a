package foz.bench;

import foz.harness.FozRun;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/// Programs to measure against. Maven fetches each into a folder of its own beside the build's
/// output, when a bench first asks for it; the build knows nothing of them.
final class Peers {

    private Peers() {}

    /// A peer's jars as a class path, or nothing when they cannot be fetched, with a line that says
    /// why.
    static Optional<String> fetched(String peer) throws IOException, InterruptedException {
        Properties versions = versions();
        String version = versions.getProperty(peer);
        Path folder =
                Path.of(System.getProperty("foz.home"))
                        .resolveSibling("bench")
                        .resolve(peer + "-" + version);
        if (!Files.exists(folder.resolve("fetched"))) {
            System.err.printf("foz: fetching %s %s with Maven%n", peer, version);
            Files.createDirectories(folder);
            Path log = folder.resolve("fetch.log");
            Process maven = maven(peer, version, versions, folder, log);
            if (maven.waitFor() != 0) {
                System.err.printf(
                        "foz: %s left out: its jars cannot be fetched from Maven Central; see %s%n",
                        peer, log);
                return Optional.empty();
            }
            Files.createFile(folder.resolve("fetched"));
        }
        return Optional.of(folder.resolve("lib") + "/*");
    }

    private static Process maven(
            String peer, String version, Properties versions, Path folder, Path log)
            throws IOException {
        return new ProcessBuilder(
                        "mvn",
                        "-B",
                        "-ntp",
                        "-f",
                        source(peer).resolve("pom.xml").toString(),
                        "-Dpeer.version=" + version,
                        "-Dcommons-lang3.version=" + versions.getProperty("commons-lang3"),
                        "org.apache.maven.plugins:maven-dependency-plugin:%s:copy-dependencies"
                                .formatted(versions.getProperty("dependency-plugin")),
                        "-DoutputDirectory=" + folder.resolve("lib"))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
    }

    /// The folder of the peer's POM, and of its program where it has one.
    static Path source(String peer) {
        return FozRun.root().resolve("bench/peers").resolve(peer);
    }

    /// A child JVM with the peer's class path alone.
    static List<String> java(String classPath, String... options) {
        return Stream.concat(
                        Stream.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx1g",
                                "-cp",
                                classPath),
                        Stream.of(options))
                .toList();
    }

    private static Properties versions() throws IOException {
        Properties versions = new Properties();
        try (InputStream file =
                Objects.requireNonNull(Peers.class.getResourceAsStream("peers.properties"))) {
            versions.load(file);
        }
        return versions;
    }
}
