package foz.server.cli;

import foz.server.embedded.Child;
import foz.server.embedded.EmbeddedException;
import foz.server.embedded.EmbeddedKafka;
import foz.server.embedded.EmbeddedPostgres;
import foz.server.embedded.Home;
import foz.server.embedded.SimulatedErp;
import foz.server.identity.Accounts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Everything that `foz up` runs: embedded PostgreSQL and Kafka, the simulated ERPs, the server
/// processes, and an agent for each tenant. Started in their order, watched, and stopped in the
/// reverse order.
final class Up implements AutoCloseable {

    /// @param serve roles of each server process
    record Options(
            Path data,
            int port,
            double scale,
            long seed,
            double life,
            List<String> tenants,
            List<List<String>> serve) {
        Options {
            tenants = List.copyOf(tenants);
            serve = List.copyOf(serve);
        }
    }

    private static final Duration READY_MAX = Duration.ofMinutes(10);
    private static final int REPS_MAX = 4;
    private static final double OTHER_SCALE_MAX = 0.02;

    private record Server(List<String> roles, int port, Child child) {
        String url() {
            return "http://127.0.0.1:" + port;
        }

        boolean has(String role) {
            return roles.contains("all") || roles.contains(role);
        }
    }

    private final Options options;
    private final Home home = Home.find();
    private final Consumer<String> say;
    private final Notes notes;
    private final ConcurrentLinkedDeque<AutoCloseable> parts = new ConcurrentLinkedDeque<>();
    private final Map<String, Child> children = new LinkedHashMap<>();
    private final List<Server> servers = new ArrayList<>();
    private final Map<String, String> agentMetrics = new LinkedHashMap<>();
    private volatile @Nullable RunFile run;

    Up(Options options, Consumer<String> say) {
        this.options = options;
        this.say = say;
        this.notes = Notes.open(options.data());
    }

    /// Starts everything; returns when it is ready to use.
    RunFile start() {
        notes.stopLeftovers();
        RunFile.delete(options.data());
        try (ExecutorService pool =
                Executors.newThreadPerTaskExecutor(Thread.ofVirtual().factory())) {
            Future<EmbeddedPostgres> database = pool.submit(this::startDatabase);
            Future<EmbeddedKafka> kafka = pool.submit(this::startKafka);
            Future<Map<String, RunFile.Database>> erps = pool.submit(this::startErps);
            startServers(database.get(), kafka.get());
            say.accept("server ready; console at " + url("console"));
            RunFile.Database control = control(database.get());
            Map<String, RunFile.Database> erp = erps.get();
            List<RunFile.UserRun> users = setUp(control, erp);
            say.accept("first load under way: " + String.join(", ", options.tenants()));
            awaitLoaded(control);
            return ready(control, erp, users);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException known
                    ? known
                    : new EmbeddedException("could not start: " + e.getCause(), e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new EmbeddedException("interrupted");
        }
    }

    private RunFile ready(
            RunFile.Database control,
            Map<String, RunFile.Database> erp,
            List<RunFile.UserRun> users) {
        List<RunFile.UserRun> signedIn = new ArrayList<>();
        for (RunFile.UserRun user : users) {
            signedIn.add(
                    new RunFile.UserRun(
                            user.tenant(),
                            user.username(),
                            user.password(),
                            user.rep(),
                            user.roles(),
                            new SignIn(url("identity")).token(user.username(), user.password())));
        }
        RunFile file =
                new RunFile(
                        url("console") + "/",
                        url("command"),
                        url("sync"),
                        url("ingest"),
                        url("identity"),
                        servers.getFirst().url() + "/metrics",
                        agentMetrics,
                        pids(),
                        of(erp, options.tenants().getFirst()),
                        control,
                        options.tenants().stream()
                                .map(id -> new RunFile.TenantRun(id, "t_" + id, "erp", of(erp, id)))
                                .toList(),
                        signedIn,
                        options.data().resolve("logs").toString());
        run = file;
        file.write(options.data());
        return file;
    }

    private synchronized void restarted() {
        notes.pids(pids());
        RunFile file = run;
        if (file != null) {
            file.withPids(pids()).write(options.data());
        }
    }

    private Map<String, Long> pids() {
        Map<String, Long> pids = new LinkedHashMap<>();
        pids.put("up", ProcessHandle.current().pid());
        synchronized (children) {
            children.forEach((name, child) -> pids.put(name, child.pid()));
        }
        return pids;
    }

    private <T extends AutoCloseable> T started(T part, Child child) {
        parts.push(part);
        synchronized (children) {
            children.put(child.name(), child);
        }
        notes.pids(pids());
        return part;
    }

    private Path log(String name) {
        return options.data().resolve("logs").resolve(name + ".log");
    }

    private EmbeddedPostgres startDatabase() {
        EmbeddedPostgres postgres =
                new EmbeddedPostgres(
                        home,
                        "postgres",
                        options.data().resolve("postgres"),
                        log("postgres"),
                        notes.port("postgres", 0),
                        notes.secret("postgres"),
                        this::restarted);
        started(postgres, postgres.child());
        postgres.role("foz", notes.secret("foz"));
        postgres.database("foz", "foz");
        return postgres;
    }

    private RunFile.Database control(EmbeddedPostgres postgres) {
        return new RunFile.Database(postgres.jdbcUrl("foz"), "foz", notes.secret("foz"));
    }

    private EmbeddedKafka startKafka() {
        EmbeddedKafka kafka =
                new EmbeddedKafka(
                        home,
                        options.data().resolve("kafka"),
                        log("kafka"),
                        notes.port("kafka", 0),
                        notes.port("kafka-controller", 0),
                        this::restarted);
        return started(kafka, kafka.child());
    }

    private Map<String, RunFile.Database> startErps() {
        EmbeddedPostgres postgres =
                new EmbeddedPostgres(
                        home,
                        "erp",
                        options.data().resolve("erp"),
                        log("erp"),
                        notes.port("erp", 0),
                        notes.secret("erp-postgres"),
                        this::restarted);
        started(postgres, postgres.child());
        postgres.role("erp", notes.secret("erp"));
        postgres.letMakeDatabases("erp");
        postgres.role("foz_agent", notes.secret("erp-agent"));
        Map<String, RunFile.Database> erps = new LinkedHashMap<>();
        for (String tenant : options.tenants()) {
            String database = "erp_" + tenant;
            postgres.database(database, "erp");
            SimulatedErp erp =
                    new SimulatedErp(
                            home.solutions().resolve("sales/erp"),
                            postgres.jdbcUrl(database),
                            "erp",
                            notes.secret("erp"));
            boolean first = tenant.equals(options.tenants().getFirst());
            if (!erp.isMade()) {
                erp.make(
                        first ? options.scale() : Math.min(options.scale(), OTHER_SCALE_MAX),
                        options.seed());
            }
            erp.live(new LifeRate(options.data(), options.life()), options.seed());
            parts.push(erp);
            erps.put(
                    tenant,
                    new RunFile.Database(postgres.jdbcUrl(database), "erp", notes.secret("erp")));
        }
        say.accept("simulated ERP ready");
        return erps;
    }

    private void startServers(EmbeddedPostgres database, EmbeddedKafka kafka) {
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < options.serve().size(); i++) {
            ports.add(notes.port("server-" + i, i == 0 ? options.port() : 0));
        }
        String issuer = "";
        String console = "";
        for (int i = 0; i < ports.size(); i++) {
            List<String> roles = options.serve().get(i);
            String url = "http://127.0.0.1:" + ports.get(i);
            issuer = roles.contains("all") || roles.contains("identity") ? url : issuer;
            console = roles.contains("all") || roles.contains("console") ? url : console;
        }
        for (int i = 0; i < ports.size(); i++) {
            servers.add(
                    startServer(
                            i,
                            options.serve().get(i),
                            ports.get(i),
                            database,
                            kafka,
                            issuer,
                            console));
        }
        servers.forEach(this::awaitAnswer);
    }

    private Server startServer(
            int index,
            List<String> roles,
            int port,
            EmbeddedPostgres database,
            EmbeddedKafka kafka,
            String issuer,
            String console) {
        String name = index == 0 ? "server" : "server-" + (index + 1);
        Path config = options.data().resolve(name + ".yaml");
        Notes.write(
                config,
                """
                foz:
                  publicUrl: http://127.0.0.1:%d
                  database:
                    jdbcUrl: %s
                    user: foz
                    password: {value: "%s"}
                  log:
                    bootstrapServers: %s
                  identity:
                    issuer: %s
                    consoleUrl: %s
                """
                        .formatted(
                                port,
                                database.jdbcUrl("foz"),
                                notes.secret("foz"),
                                kafka.bootstrapServers(),
                                issuer,
                                console));
        Child child =
                new Child(
                        new Child.Spec(
                                name,
                                home.java(
                                        "server",
                                        List.of("-Xmx640m"),
                                        "foz.server.cli.Main",
                                        "serve",
                                        "--roles=" + String.join(",", roles),
                                        "--port=" + port,
                                        "--config=" + config),
                                options.data(),
                                log(name),
                                "TERM",
                                Duration.ofSeconds(20)),
                        this::restarted);
        started(child, child);
        return new Server(roles, port, child);
    }

    private void awaitAnswer(Server server) {
        HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(server.url() + "/health/readiness"))
                        .timeout(Duration.ofSeconds(5))
                        .build();
        String failure = "the server did not start; see " + server.child().log();
        await(
                failure,
                () -> {
                    if (server.child().restarts() > 1) {
                        throw new EmbeddedException(failure);
                    }
                    try {
                        return http.send(request, HttpResponse.BodyHandlers.discarding())
                                        .statusCode()
                                == 200;
                    } catch (IOException _) {
                        return false;
                    }
                });
    }

    private interface Check {
        boolean holds() throws InterruptedException;
    }

    private static void await(String failure, Check check) {
        Instant until = Instant.now().plus(READY_MAX);
        try {
            while (!check.holds()) {
                if (Instant.now().isAfter(until)) {
                    throw new EmbeddedException(failure);
                }
                TimeUnit.MILLISECONDS.sleep(100);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new EmbeddedException("interrupted");
        }
    }

    private String url(String role) {
        return servers.stream()
                .filter(server -> server.has(role))
                .findFirst()
                .map(Server::url)
                .orElseThrow(() -> new EmbeddedException("no server process has the role " + role));
    }

    /// Tenants, their contracts, people and agents: made on the first start, found on the next
    /// ones.
    private List<RunFile.UserRun> setUp(
            RunFile.Database database, Map<String, RunFile.Database> erps) {
        List<RunFile.UserRun> users = new ArrayList<>();
        try (Control control = Control.open(database)) {
            String contract =
                    Files.readString(home.solutions().resolve("sales/contracts/sales.odcs.yaml"));
            for (String tenant : options.tenants()) {
                control.setup().add(tenant);
                if (!control.tenants().contractText(tenant).equals(Optional.of(contract))) {
                    control.setup().apply(tenant, contract);
                }
                users.addAll(people(control, tenant, of(erps, tenant)));
                startAgent(control, tenant, of(erps, tenant));
            }
        } catch (IOException e) {
            throw new EmbeddedException("cannot read the sales contract", e);
        }
        return users;
    }

    private static RunFile.Database of(Map<String, RunFile.Database> erps, String tenant) {
        return java.util.Objects.requireNonNull(erps.get(tenant));
    }

    private List<RunFile.UserRun> people(Control control, String tenant, RunFile.Database erp) {
        List<RunFile.UserRun> users = new ArrayList<>();
        for (String rep : reps(erp)) {
            users.add(person(control, tenant, "rep" + rep + "." + tenant, Optional.of(rep), "rep"));
        }
        users.add(person(control, tenant, "operator." + tenant, Optional.empty(), "operator"));
        return users;
    }

    private static List<String> reps(RunFile.Database erp) {
        List<String> reps = new ArrayList<>();
        try (Connection connection =
                        java.sql.DriverManager.getConnection(
                                erp.jdbcUrl(), erp.user(), erp.password());
                PreparedStatement statement =
                        connection.prepareStatement(
                                """
                                SELECT codusur FROM pcusuari
                                WHERE dttermino IS NULL AND dtexclusao IS NULL AND coalesce(bloqueio, 'N') <> 'S'
                                ORDER BY codusur LIMIT ?
                                """)) {
            statement.setInt(1, REPS_MAX);
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    reps.add(found.getString(1));
                }
            }
        } catch (SQLException e) {
            throw new EmbeddedException("the simulated ERP does not answer", e);
        }
        return reps;
    }

    private RunFile.UserRun person(
            Control control, String tenant, String username, Optional<String> rep, String role) {
        String password = notes.secret("user-" + username);
        if (control.accounts().find(username).isEmpty()) {
            control.accounts()
                    .save(
                            new Accounts.Account(
                                    tenant,
                                    username,
                                    rep.map(number -> "RCA " + number).orElse("Operação"),
                                    rep,
                                    List.of(role),
                                    false),
                            password,
                            true);
        }
        return new RunFile.UserRun(tenant, username, password, rep.orElse(null), List.of(role), "");
    }

    private void startAgent(Control control, String tenant, RunFile.Database erp) {
        boolean first = tenant.equals(options.tenants().getFirst());
        String name = first ? "agent" : "agent-" + tenant;
        Path folder = options.data().resolve(name);
        int metricsPort = notes.port(name + "-metrics", 0);
        agentMetrics.put(name, "http://127.0.0.1:" + metricsPort + "/metrics");
        Path config =
                new AgentFolder(
                                folder,
                                tenant,
                                "erp",
                                url("ingest"),
                                url("command"),
                                url("identity"),
                                new RunFile.Database(
                                        erp.jdbcUrl(), "foz_agent", notes.secret("erp-agent")),
                                metricsPort)
                        .write(control.accounts());
        Child child =
                new Child(
                        new Child.Spec(
                                name,
                                home.java(
                                        "agent",
                                        List.of("-Xmx128m", "-XX:+UseSerialGC"),
                                        "foz.agent.AgentMain",
                                        "--config",
                                        config.toString()),
                                folder,
                                log(name),
                                "TERM",
                                Duration.ofSeconds(15)),
                        this::restarted);
        started(child, child);
    }

    /// Waits until each captured table was brought in whole.
    private void awaitLoaded(RunFile.Database database) {
        try (Control control = Control.open(database)) {
            Loaded loaded = new Loaded(control);
            await(
                    "the first load did not end; see the logs in " + options.data().resolve("logs"),
                    () -> options.tenants().stream().allMatch(loaded::isLoaded));
        }
    }

    /// Stops everything, last started first.
    @Override
    public void close() {
        for (AutoCloseable part = parts.poll(); part != null; part = parts.poll()) {
            try {
                part.close();
            } catch (Exception e) {
                say.accept("could not stop a part: " + e.getMessage());
            }
        }
        RunFile.delete(options.data());
        notes.close();
    }
}
