package foz.server.embedded;

import foz.contract.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A solution's simulated ERP: its database made from the solution's SQL, its own jobs, and its
/// business going on. What it does is all in that SQL, described by `erp.yaml`; this class only
/// runs it.
public final class SimulatedErp implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SimulatedErp.class);
    private static final long RETRY_MS = 500;
    private static final long TICK_MS = 200;

    private record Job(String name, String sql, long everyMs) {}

    /// @param generate parameters: scale, seed
    /// @param life parameters: changes, tick, seed
    private record Plan(List<String> files, String generate, String life, List<Job> jobs) {}

    private final Path folder;
    private final String jdbcUrl;
    private final String user;
    private final String password;
    private final Plan plan;
    private final List<Thread> threads = new ArrayList<>();

    /// @param folder with `erp.yaml`, such as `solutions/sales/erp`
    public SimulatedErp(Path folder, String jdbcUrl, String user, String password) {
        this.folder = folder;
        this.jdbcUrl = jdbcUrl;
        this.user = user;
        this.password = password;
        this.plan = plan(folder);
    }

    private static Plan plan(Path folder) {
        Yaml.Mapping root;
        try {
            root = (Yaml.Mapping) Yaml.parse(Files.readString(folder.resolve("erp.yaml")));
        } catch (IOException e) {
            throw new EmbeddedException("cannot read " + folder.resolve("erp.yaml"), e);
        }
        List<Job> jobs = new ArrayList<>();
        for (Yaml item : root.list("jobs")) {
            Yaml.Mapping job = (Yaml.Mapping) item;
            jobs.add(
                    new Job(
                            job.text("name").orElseThrow(),
                            job.text("sql").orElseThrow(),
                            Long.parseLong(job.text("everyMs").orElseThrow())));
        }
        return new Plan(
                root.list("files").stream().map(file -> Yaml.asText(file).orElseThrow()).toList(),
                root.text("generate").orElseThrow(),
                root.text("life").orElseThrow(),
                jobs);
    }

    /// Makes tables and data; the same scale and seed make the same data.
    public void make(double scale, long seed) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            for (String file : plan.files()) {
                statement.execute(Files.readString(folder.resolve(file)));
            }
            try (PreparedStatement generate = connection.prepareStatement(plan.generate())) {
                generate.setDouble(1, scale);
                generate.setLong(2, seed);
                generate.execute();
            }
            statement.execute("ANALYZE");
        } catch (SQLException | IOException e) {
            throw new EmbeddedException(
                    "the simulated ERP could not be made: " + e.getMessage(), e);
        }
    }

    /// Whether it was made before.
    public boolean isMade() {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet found =
                        statement.executeQuery(
                                "SELECT count(*) FROM pg_proc WHERE proname = 'erp_life'")) {
            found.next();
            return found.getInt(1) > 0;
        } catch (SQLException e) {
            throw new EmbeddedException("the simulated ERP does not answer: " + e.getMessage(), e);
        }
    }

    /// Starts the ERP's own jobs and its life, until it is closed.
    ///
    /// @param changesASecond asked anew each time; 0 pauses the life, never the jobs
    public void live(DoubleSupplier changesASecond, long seed) {
        for (Job job : plan.jobs()) {
            start(
                    "erp-" + job.name(),
                    connection -> {
                        try (Statement statement = connection.createStatement()) {
                            statement.execute(job.sql());
                        }
                        TimeUnit.MILLISECONDS.sleep(job.everyMs());
                    });
        }
        start("erp-life", new Life(plan.life(), changesASecond, seed)::step);
    }

    private static final class Life {
        private final String sql;
        private final DoubleSupplier rate;
        private final long seed;
        private double due;
        private long tick = System.currentTimeMillis() / TICK_MS;

        Life(String sql, DoubleSupplier rate, long seed) {
            this.sql = sql;
            this.rate = rate;
            this.seed = seed;
        }

        void step(Connection connection) throws SQLException, InterruptedException {
            due += rate.getAsDouble() * TICK_MS / 1000;
            int changes = (int) due;
            due -= changes;
            if (changes > 0) {
                try (PreparedStatement life = connection.prepareStatement(sql)) {
                    life.setInt(1, changes);
                    life.setLong(2, tick++);
                    life.setLong(3, seed);
                    life.execute();
                }
            }
            TimeUnit.MILLISECONDS.sleep(TICK_MS);
        }
    }

    private interface Step {
        void run(Connection connection) throws SQLException, InterruptedException;
    }

    private void start(String name, Step step) {
        threads.add(Thread.ofPlatform().name(name).daemon(true).start(() -> repeat(name, step)));
    }

    private void repeat(String name, Step step) {
        while (!Thread.currentThread().isInterrupted()) {
            try (Connection connection = connect()) {
                while (true) {
                    step.run(connection);
                }
            } catch (SQLException e) {
                LOG.debug("{} waits for its database: {}", name, e.getMessage());
                try {
                    TimeUnit.MILLISECONDS.sleep(RETRY_MS);
                } catch (InterruptedException _) {
                    return;
                }
            } catch (InterruptedException _) {
                return;
            }
        }
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(
                jdbcUrl + "?connectTimeout=10&socketTimeout=600", user, password);
    }

    @Override
    public void close() {
        threads.forEach(Thread::interrupt);
    }
}
