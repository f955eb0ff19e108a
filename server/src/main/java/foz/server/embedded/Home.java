package foz.server.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// Where Foz's own files lie: `lib/agent`, `lib/server`, `lib/kafka`, `lib/postgres`, and the
/// solutions.
///
/// @param dist the folder that the build lays out
/// @param solutions the folder `solutions` of the repository or the installation
public record Home(Path dist, Path solutions) {

    /// From the system properties `foz.home` and `foz.root`, which the `foz` script sets.
    ///
    /// @throws EmbeddedException when they are missing
    public static Home find() {
        String dist = System.getProperty("foz.home");
        String root = System.getProperty("foz.root");
        if (dist == null || root == null) {
            throw new EmbeddedException(
                    "the system properties foz.home and foz.root are missing; start Foz by the script ./foz");
        }
        return new Home(
                Path.of(dist).toAbsolutePath(), Path.of(root, "solutions").toAbsolutePath());
    }

    public Path lib(String part) {
        return dist.resolve("lib").resolve(part);
    }

    /// The command line of a Java process whose class path is one of our folders.
    public List<String> java(
            String part, List<String> options, String mainClass, String... arguments) {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        return Stream.of(
                        Stream.of(java.toString()),
                        Stream.of("--enable-native-access=ALL-UNNAMED"),
                        Stream.of("--sun-misc-unsafe-memory-access=allow"),
                        Stream.of("-Duser.timezone=UTC", "-Dfile.encoding=UTF-8"),
                        Stream.of("-Dfoz.home=" + dist, "-Dfoz.root=" + solutions.getParent()),
                        Stream.of("-XX:+ExitOnOutOfMemoryError"),
                        options.stream(),
                        Stream.of("-cp", lib(part) + "/*", mainClass),
                        Stream.of(arguments))
                .flatMap(words -> words)
                .toList();
    }

    /// A port of the loopback address that is free now.
    public static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new EmbeddedException("no free port on the loopback address", e);
        }
    }

    /// Whether nobody listens on this port of the loopback address.
    public static boolean isFree(int port) {
        try (ServerSocket _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    static void write(Path file, String text) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Path partial = file.resolveSibling(file.getFileName() + ".tmp");
            Files.writeString(partial, text);
            Files.move(
                    partial,
                    file,
                    java.nio.file.StandardCopyOption.ATOMIC_MOVE,
                    java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new EmbeddedException("cannot write " + file, e);
        }
    }
}
