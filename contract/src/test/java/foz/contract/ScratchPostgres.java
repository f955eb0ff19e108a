package foz.contract;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/// A PostgreSQL server for one test class, on a free loopback port, with its data in a folder of
/// its own that is gone at the end.
public final class ScratchPostgres implements AutoCloseable {

    private static final int START_SECONDS_MAX = 60;

    private final Path folder;
    private final Process server;
    private final int port;

    private ScratchPostgres(Path folder, Process server, int port) {
        this.folder = folder;
        this.server = server;
        this.port = port;
    }

    public static ScratchPostgres start() {
        try {
            Path binaries = binaries();
            Path folder = Files.createTempDirectory("foz-scratch-postgres");
            unpack(binaries, folder);
            Path data = folder.resolve("data");
            run(
                    folder,
                    List.of(
                            bin(folder, "initdb"),
                            "-D",
                            data.toString(),
                            "-U",
                            "postgres",
                            "--auth=trust",
                            "--encoding=UTF8",
                            "--locale=C",
                            "--no-sync"));
            int port = freePort();
            Process server =
                    process(
                                    folder,
                                    List.of(
                                            bin(folder, "postgres"),
                                            "-D",
                                            data.toString(),
                                            "-p",
                                            Integer.toString(port),
                                            "-c",
                                            "listen_addresses=127.0.0.1",
                                            "-c",
                                            "unix_socket_directories=",
                                            "-c",
                                            "fsync=off",
                                            "-c",
                                            "wal_level=logical",
                                            "-c",
                                            "max_replication_slots=40",
                                            // Large transactions are sent before their end.
                                            "-c",
                                            "logical_decoding_work_mem=64kB",
                                            "-c",
                                            "shared_buffers=16MB"))
                            .start();
            ScratchPostgres postgres = new ScratchPostgres(folder, server, port);
            postgres.awaitOwnServer(data);
            return postgres;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path binaries() throws IOException {
        Path folder = Path.of(System.getProperty("foz.home", "target/dist"), "lib", "postgres");
        assumeTrue(Files.isDirectory(folder), () -> "no PostgreSQL in " + folder);
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> jars = files.filter(file -> file.toString().endsWith(".jar")).toList();
            assumeTrue(!jars.isEmpty(), () -> "no PostgreSQL in " + folder);
            return jars.getFirst();
        }
    }

    private static void unpack(Path jar, Path folder) throws IOException {
        Path archive = folder.resolve("postgres.txz");
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            ZipEntry entry =
                    zip.stream()
                            .filter(e -> e.getName().endsWith(".txz"))
                            .findFirst()
                            .orElseThrow();
            try (InputStream content = zip.getInputStream(entry)) {
                Files.copy(content, archive);
            }
        }
        Path target = Files.createDirectory(folder.resolve("postgres"));
        run(folder, List.of("tar", "xJf", archive.toString(), "-C", target.toString()));
        Files.delete(archive);
    }

    private static String bin(Path folder, String program) {
        return folder.resolve("postgres/bin").resolve(program).toString();
    }

    /// PostgreSQL refuses to run as root, which in a user namespace of our own it is not.
    private static ProcessBuilder process(Path folder, List<String> command) {
        List<String> whole = new ArrayList<>();
        if ("root".equals(System.getProperty("user.name")) && !command.getFirst().equals("tar")) {
            whole.addAll(List.of("unshare", "-U"));
        }
        whole.addAll(command);
        return new ProcessBuilder(whole)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(folder.resolve("log.txt").toFile()));
    }

    private static void run(Path folder, List<String> command) throws IOException {
        try {
            Process process = process(folder, command).start();
            if (!process.waitFor(START_SECONDS_MAX, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IllegalStateException(
                        command + " failed: " + Files.readString(folder.resolve("log.txt")));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /// Waits until the server answers, and makes sure that it is ours and not another on that port.
    private void awaitOwnServer(Path data) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS_MAX);
        SQLException last = new SQLException("not tried");
        while (server.isAlive() && System.nanoTime() < deadline) {
            try (Connection connection = connect("postgres");
                    Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("SHOW data_directory")) {
                row.next();
                if (!Path.of(row.getString(1)).toRealPath().equals(data.toRealPath())) {
                    throw new IllegalStateException("another server is on port " + port);
                }
                return;
            } catch (SQLException e) {
                last = e;
                pause();
            }
        }
        String log = Files.readString(folder.resolve("log.txt"));
        close();
        throw new IllegalStateException("PostgreSQL did not start: " + log, last);
    }

    private void pause() {
        try {
            if (server.waitFor(100, TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("PostgreSQL ended");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    public String url(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
    }

    public Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(url(database), "postgres", "not-a-secret");
    }

    /// A connection to a new database in which `sql` has been run.
    public Connection create(String database, String sql) throws SQLException {
        try (Connection connection = connect("postgres");
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + database);
        }
        Connection connection = connect(database);
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
        return connection;
    }

    @Override
    public void close() {
        server.destroy();
        try {
            if (!server.waitFor(20, TimeUnit.SECONDS)) {
                server.destroyForcibly().waitFor();
            }
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
