package foz.server.cli;

import foz.server.embedded.Child;
import foz.server.embedded.EmbeddedException;
import foz.server.embedded.EmbeddedKafka;
import foz.server.embedded.EmbeddedPostgres;
import foz.server.embedded.Home;
import foz.server.embedded.SimulatedErp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

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

    private static final double OTHER_SCALE_MAX = 0.02;

    private final Options options;
    private final Home home = Home.find();
    private final Consumer<String> say;
    private final Notes notes;
    private final Parts parts;
    private final Servers servers;
    private final Map<String, String> agentMetrics = new LinkedHashMap<>();

    Up(Options options, Consumer<String> say) {
        this.options = options;
        this.say = say;
        this.notes = Notes.open(options.data());
        this.parts = new Parts(options.data(), notes, say);
        this.servers = new Servers(home, parts);
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
            servers.start(options.serve(), options.port(), database.get(), kafka.get());
            say.accept("server ready; console at " + servers.url("console"));
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
                            new SignIn(servers.url("identity"))
                                    .token(user.username(), user.password())));
        }
        RunFile file =
                new RunFile(
                        servers.url("console") + "/",
                        servers.url("command"),
                        servers.url("sync"),
                        servers.url("ingest"),
                        servers.url("identity"),
                        servers.metricsUrl(),
                        agentMetrics,
                        parts.pids(),
                        of(erp, options.tenants().getFirst()),
                        control,
                        options.tenants().stream()
                                .map(id -> new RunFile.TenantRun(id, "t_" + id, "erp", of(erp, id)))
                                .toList(),
                        signedIn,
                        options.data().resolve("logs").toString());
        parts.ready(file);
        return file;
    }

    private EmbeddedPostgres startDatabase() {
        EmbeddedPostgres postgres =
                new EmbeddedPostgres(
                        home,
                        "postgres",
                        options.data().resolve("postgres"),
                        parts.log("postgres"),
                        notes.port("postgres", 0),
                        notes.secret("postgres"),
                        parts::restarted);
        parts.started(postgres, postgres.child());
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
                        parts.log("kafka"),
                        notes.port("kafka", 0),
                        notes.port("kafka-controller", 0),
                        parts::restarted);
        return parts.started(kafka, kafka.child());
    }

    private Map<String, RunFile.Database> startErps() {
        EmbeddedPostgres postgres =
                new EmbeddedPostgres(
                        home,
                        "erp",
                        options.data().resolve("erp"),
                        parts.log("erp"),
                        notes.port("erp", 0),
                        notes.secret("erp-postgres"),
                        parts::restarted);
        parts.started(postgres, postgres.child());
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
            parts.started(erp);
            erps.put(
                    tenant,
                    new RunFile.Database(postgres.jdbcUrl(database), "erp", notes.secret("erp")));
        }
        say.accept("simulated ERP ready");
        return erps;
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
                users.addAll(new DemoPeople(control, notes).of(tenant, of(erps, tenant)));
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
                                servers.url("ingest"),
                                servers.url("command"),
                                servers.url("identity"),
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
                                        List.of("-Xmx104m", "-XX:+UseSerialGC"),
                                        "foz.agent.AgentMain",
                                        "--config",
                                        config.toString()),
                                folder,
                                parts.log(name),
                                "TERM",
                                Duration.ofSeconds(15)),
                        parts::restarted);
        parts.started(child, child);
    }

    /// Waits until each captured table was brought in whole.
    private void awaitLoaded(RunFile.Database database) {
        try (Control control = Control.open(database)) {
            Loaded loaded = new Loaded(control);
            Await.ready(
                    "the first load did not end; see the logs in " + options.data().resolve("logs"),
                    () -> options.tenants().stream().allMatch(loaded::isLoaded));
        }
    }

    /// Stops everything, last started first.
    @Override
    public void close() {
        parts.close();
    }
}
