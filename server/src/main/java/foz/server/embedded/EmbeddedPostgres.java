package foz.server.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// One PostgreSQL server of ours, on the loopback address, with its data in a folder.
public final class EmbeddedPostgres implements AutoCloseable {

    private static final Duration START_MAX = Duration.ofSeconds(60);

    private final Path data;
    private final int port;
    private final String password;
    private final Child child;

    /// Makes the cluster if it is not there, starts it, and waits until it answers.
    public EmbeddedPostgres(
            Home home,
            String name,
            Path data,
            Path log,
            int port,
            String password,
            Runnable onStart) {
        this.data = data;
        this.port = port;
        this.password = password;
        Path binaries = PostgresBinaries.unpacked(home);
        if (!Files.exists(data.resolve("PG_VERSION"))) {
            initialise(binaries, log);
        }
        List<String> command = new ArrayList<>(prefix());
        command.addAll(
                List.of(
                        binaries.resolve("bin/postgres").toString(),
                        "-D",
                        data.toString(),
                        "-p",
                        Integer.toString(port)));
        for (String setting :
                List.of(
                        "listen_addresses=127.0.0.1",
                        "unix_socket_directories=",
                        "max_connections=300",
                        "shared_buffers=256MB",
                        "wal_level=logical",
                        "max_wal_size=2GB",
                        "checkpoint_timeout=15min",
                        "jit=off",
                        "log_min_messages=warning",
                        "log_checkpoints=off",
                        "log_line_prefix=%m [%p] %q%a ")) {
            command.add("-c");
            command.add(setting);
        }
        this.child =
                new Child(
                        new Child.Spec(name, command, data, log, "INT", Duration.ofSeconds(20)),
                        onStart);
        awaitOurs();
    }

    /// PostgreSQL does not run as root: then it runs in a user namespace, under nobody's number.
    private static List<String> prefix() {
        return "root".equals(System.getProperty("user.name"))
                ? List.of("unshare", "-U")
                : List.of();
    }

    private void initialise(Path binaries, Path log) {
        try {
            Files.createDirectories(data.toAbsolutePath().getParent());
            Files.createDirectories(log.toAbsolutePath().getParent());
            Path passwordFile = Files.createTempFile("foz", ".pw");
            Files.writeString(passwordFile, password);
            List<String> command = new ArrayList<>(prefix());
            command.addAll(
                    List.of(
                            binaries.resolve("bin/initdb").toString(),
                            "-D",
                            data.toString(),
                            "-U",
                            "postgres",
                            "-A",
                            "scram-sha-256",
                            "--pwfile=" + passwordFile,
                            "-E",
                            "UTF8",
                            "--locale-provider=builtin",
                            "--builtin-locale=C.UTF-8",
                            "--locale=C",
                            "--data-checksums",
                            "--no-sync"));
            Process process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                            .start();
            boolean ended = process.waitFor(2, TimeUnit.MINUTES);
            Files.delete(passwordFile);
            if (!ended || process.exitValue() != 0) {
                throw new EmbeddedException("initdb failed for " + data + "; see " + log);
            }
        } catch (IOException e) {
            throw new EmbeddedException("cannot make a PostgreSQL cluster in " + data, e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new EmbeddedException("interrupted");
        }
    }

    private void awaitOurs() {
        Instant until = Instant.now().plus(START_MAX);
        while (true) {
            try (Connection connection = connect("postgres");
                    Statement statement = connection.createStatement();
                    ResultSet found = statement.executeQuery("SHOW data_directory")) {
                found.next();
                Path answered = Path.of(found.getString(1));
                if (!Files.isSameFile(answered, data)) {
                    throw new EmbeddedException(
                            "the PostgreSQL on port %d keeps its data in %s, not in our %s"
                                    .formatted(port, answered, data));
                }
                return;
            } catch (SQLException | IOException e) {
                if (Instant.now().isAfter(until)) {
                    close();
                    throw new EmbeddedException(
                            "PostgreSQL did not start in %s; see %s".formatted(data, child.log()),
                            e);
                }
                pause();
            }
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(50);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new EmbeddedException("interrupted");
        }
    }

    public String jdbcUrl(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
    }

    /// A connection of the superuser.
    public Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(jdbcUrl(database), "postgres", password);
    }

    /// Makes a login role, or sets its password.
    public void role(String role, String rolePassword) {
        run(
                "postgres",
                """
                DO $$ BEGIN
                    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '%s') THEN CREATE ROLE %s LOGIN; END IF;
                END $$;
                ALTER ROLE %s PASSWORD '%s'
                """
                        .formatted(role, role, role, rolePassword));
    }

    /// Lets a role make databases of its own, and read their logs.
    public void letMakeDatabases(String role) {
        run("postgres", "ALTER ROLE " + role + " CREATEDB REPLICATION");
    }

    /// Makes a database unless it is there.
    ///
    /// @return whether it was made
    public boolean database(String database, String owner) {
        try (Connection connection = connect("postgres");
                Statement statement = connection.createStatement();
                ResultSet found =
                        statement.executeQuery(
                                "SELECT 1 FROM pg_database WHERE datname = '" + database + "'")) {
            if (found.next()) {
                return false;
            }
            statement.execute("CREATE DATABASE " + database + " OWNER " + owner);
            return true;
        } catch (SQLException e) {
            throw new EmbeddedException("cannot make the database " + database, e);
        }
    }

    private void run(String database, String sql) {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new EmbeddedException("PostgreSQL refused: " + e.getMessage(), e);
        }
    }

    public int port() {
        return port;
    }

    public Child child() {
        return child;
    }

    @Override
    public void close() {
        child.close();
    }
}
