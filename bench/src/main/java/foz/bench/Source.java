package foz.bench;

import foz.harness.Waiting;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/// A PostgreSQL with a logical log and pgbench's tables, on a free loopback port, in a folder that
/// goes with the bench.
final class Source implements AutoCloseable {

    static final String DATABASE = "postgres";

    /// Rows of `pgbench_accounts` in one unit of scale.
    static final int ROWS_PER_SCALE = 100_000;

    private final Path folder;
    private final Process server;
    private final int port;

    private Source(Path folder, Process server, int port) {
        this.folder = folder;
        this.server = server;
        this.port = port;
    }

    static Source start(Path folder) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        unpack(folder);
        String data = folder.resolve("data").toString();
        run(
                folder,
                asNobody(
                        bin(folder, "initdb"),
                        "-D",
                        data,
                        "-U",
                        "postgres",
                        "--auth=trust",
                        "--encoding=UTF8",
                        "--locale=C",
                        "--no-sync"));
        int port = freePort();
        List<String> command =
                new ArrayList<>(
                        asNobody(
                                bin(folder, "postgres"), "-D", data, "-p", Integer.toString(port)));
        for (String setting :
                List.of(
                        "listen_addresses=127.0.0.1",
                        "unix_socket_directories=",
                        "wal_level=logical",
                        "fsync=off",
                        "shared_buffers=256MB",
                        "max_wal_size=4GB",
                        "wal_sender_timeout=10min")) {
            command.addAll(List.of("-c", setting));
        }
        Process server = process(folder, command).start();
        Source source = new Source(folder, server, port);
        Waiting.until(
                "PostgreSQL in " + folder,
                Duration.ofMinutes(1),
                () ->
                        source.text("SHOW data_directory").equals(data)
                                ? null
                                : "another server is on port " + port);
        return source;
    }

    int port() {
        return port;
    }

    String url() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + DATABASE;
    }

    Connection connect() throws SQLException {
        return DriverManager.getConnection(url(), "postgres", "none");
    }

    void execute(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /// The first column of the first row.
    String text(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    /// Makes pgbench's tables with this many times 100,000 accounts.
    void fill(int scale) throws IOException, InterruptedException {
        pgbench("-i", "-q", "-I", "dtgvp", "-s", Integer.toString(scale));
    }

    /// Makes pgbench's table of accounts without rows.
    void fillNothing() throws IOException, InterruptedException {
        pgbench("-i", "-q", "-I", "dtp");
    }

    /// Updates of one account each, in transactions of their own, spread evenly over all accounts.
    ///
    /// @return transactions a second, as pgbench tells them
    double update(int scale, long updates) throws IOException, InterruptedException {
        Path script = folder.resolve("update.sql");
        Files.writeString(
                script,
                """
                \\set aid random(1, %d)
                UPDATE pgbench_accounts SET abalance = abalance + 1 WHERE aid = :aid;
                """
                        .formatted((long) scale * ROWS_PER_SCALE));
        String said =
                pgbench(
                        "-n",
                        "-M",
                        "prepared",
                        "-c",
                        "4",
                        "-t",
                        Long.toString(updates / 4),
                        "-f",
                        script.toString());
        return said.lines()
                .filter(line -> line.startsWith("tps = "))
                .mapToDouble(
                        line -> Double.parseDouble(line.replaceAll("[^0-9.]*([0-9.]+).*", "$1")))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("pgbench said: " + said));
    }

    private String pgbench(String... arguments) throws IOException, InterruptedException {
        return client("pgbench", arguments);
    }

    /// Runs one of PostgreSQL's client programs, which the bench does not bring.
    String client(String program, String... arguments) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                program,
                                "-h",
                                "127.0.0.1",
                                "-p",
                                Integer.toString(port),
                                "-U",
                                "postgres"));
        command.addAll(Arrays.asList(arguments));
        command.add(DATABASE);
        return run(folder, command);
    }

    private static void unpack(Path folder) throws IOException, InterruptedException {
        Path binaries = Path.of(System.getProperty("foz.home"), "lib", "postgres");
        Path archive = folder.resolve("postgres.txz");
        try (Stream<Path> files = Files.list(binaries);
                ZipFile zip =
                        new ZipFile(
                                files.filter(file -> file.toString().endsWith(".jar"))
                                        .findFirst()
                                        .orElseThrow()
                                        .toFile())) {
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
    private static List<String> asNobody(String... command) {
        return "root".equals(System.getProperty("user.name"))
                ? Stream.concat(Stream.of("unshare", "-U"), Stream.of(command)).toList()
                : List.of(command);
    }

    private static ProcessBuilder process(Path folder, List<String> command) {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(folder.resolve("log.txt").toFile()));
    }

    private static String run(Path folder, List<String> command)
            throws IOException, InterruptedException {
        Path output = Files.createTempFile(folder, "run", ".txt");
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        int code = process.waitFor();
        String said = Files.readString(output);
        Files.delete(output);
        if (code != 0) {
            throw new IllegalStateException(command + " ended with " + code + ": " + said);
        }
        return said;
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() {
        // SIGINT: a fast stop, which does not wait for sessions.
        try {
            new ProcessBuilder("kill", "-INT", Long.toString(server.pid())).start().waitFor();
            server.waitFor();
        } catch (IOException e) {
            server.destroyForcibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
