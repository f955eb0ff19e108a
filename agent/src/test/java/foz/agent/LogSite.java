package foz.agent;

import foz.contract.Contract;
import foz.contract.ContractReader;
import foz.contract.ScratchPostgres;
import foz.wire.Chain;
import foz.wire.Protocol;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.h2.mvstore.MVStoreException;

/// A database of its own on a real PostgreSQL, an agent that reads its log, and a server that takes
/// the batches.
final class LogSite implements AutoCloseable {

    private static final Duration WAIT_MAX =
            Duration.ofSeconds(Long.getLong("foz.waitSeconds", 75));

    /// A table of the contract.
    ///
    /// @param columns `name type` each; the first ones are the key
    record TableSpec(String name, int keyColumns, List<String> columns) {}

    private final Path folder;
    private final Path adapters;
    private final AgentSettings settings;
    private final Dialect dialect;
    private final Contract contract;
    final Connection erp;
    final Mirror mirror = new Mirror();

    /// Of agents that start from now on.
    Pace pace = new Pace(Pace.Limits.none());

    private Agent agent;

    /// The last batch that the server took, and the chain's link after it.
    private volatile long taken;

    private volatile String chain = Chain.START;

    LogSite(
            ScratchPostgres postgres,
            Path folder,
            String database,
            List<TableSpec> tables,
            String... setup)
            throws SQLException {
        this(
                postgres.create(database, "SELECT 1"),
                new SourceSettings(
                        postgres.url(database),
                        "postgres",
                        "",
                        "UTC",
                        "foz_" + database,
                        folder.resolve("log")),
                folder,
                folder.resolve("none"),
                tables,
                setup);
    }

    /// @param erp a connection to the source's database, closed with the site
    /// @param adapters the adapters' folder
    LogSite(
            Connection erp,
            SourceSettings source,
            Path folder,
            Path adapters,
            List<TableSpec> tables,
            String... setup)
            throws SQLException {
        this.folder = folder;
        this.adapters = adapters;
        this.erp = erp;
        sql(setup);
        this.settings = TestSettings.of(source, folder, 500, 256 << 10);
        this.dialect = Engines.of(source, adapters).dialect(source);
        this.contract = contract(tables);
        this.agent = new Agent();
    }

    static Contract contract(List<TableSpec> tables) {
        return ContractReader.read(contractText(tables));
    }

    static String contractText(List<TableSpec> tables) {
        String text =
                tables.stream()
                        .map(table -> {
                            StringBuilder yaml =
                                    new StringBuilder(
                                            """
                                              - name: %s
                                                logicalType: object
                                                customProperties:
                                                  - {property: foz.capture, value: {way: log}}
                                                properties:
                                            """
                                                    .formatted(table.name()));
                            for (int i = 0; i < table.columns().size(); i++) {
                                String[] column = table.columns().get(i).split(" ", 2);
                                yaml.append(
                                        "      - {name: %s, logicalType: string, physicalType: '%s'%s}%n"
                                                .formatted(
                                                        column[0],
                                                        column[1],
                                                        i < table.keyColumns()
                                                                ? ", primaryKey: true, primaryKeyPosition: "
                                                                        + (i + 1)
                                                                : ""));
                            }
                            return yaml.toString();
                        })
                        .collect(Collectors.joining());
        return """
        apiVersion: v3.1.0
        kind: DataContract
        id: log
        version: 1.0.0
        status: active
        schema:
        """
                + text;
    }

    void sql(String... statements) throws SQLException {
        try (Statement statement = erp.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /// The agent's parts that capture, and the thread that takes batches as a server does.
    private final class Agent {
        final RowState state = RowState.open(folder.resolve("rows"));
        final Spool spool = Spool.open(folder.resolve("spool"), settings.spoolBytesMax());
        final AgentMeters meters = new AgentMeters(0);
        final TableDesk desk = new TableDesk();
        final Orders orders = new Orders(folder);
        final LogCapture capture;
        final Thread thread;
        final Thread server;
        volatile boolean serving = true;

        Agent() throws SQLException {
            if (!spool.resume(0, taken + 1, chain)) {
                throw new IllegalStateException("the spool does not follow batch " + taken);
            }
            LogSource source =
                    Engines.log(
                                    Engines.of(settings.database(), adapters),
                                    settings.database(),
                                    adapters)
                            .orElseThrow();
            try (Connection connection = dialect.openForCapture()) {
                LogSource.Offer offer = source.prepare(connection, contract.captured());
                if (!offer.reasons().isEmpty()) {
                    throw new IllegalStateException(offer.reasons().toString());
                }
                capture =
                        new LogCapture(
                                source,
                                dialect,
                                state,
                                spool,
                                new Cutter(spool, settings),
                                meters,
                                desk,
                                orders,
                                pace,
                                offer.tables());
            }
            thread = Thread.ofPlatform().name("log").start(capture);
            server = Thread.ofVirtual().start(this::serve);
        }

        private void serve() {
            try {
                while (serving) {
                    Optional<Spool.Batch> batch = spool.next(100);
                    if (batch.isPresent()) {
                        byte[] body = spool.body(batch.get());
                        if (body.length > Protocol.BATCH_BYTES_MAX) {
                            throw new IllegalStateException("a batch of " + body.length + " bytes");
                        }
                        mirror.take(body);
                        taken = batch.get().seq();
                        chain = batch.get().chain();
                        spool.acknowledge(taken);
                    }
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                mirror.fault(e.toString());
            }
        }

        void stop() throws InterruptedException {
            thread.interrupt();
            thread.join();
            serving = false;
            server.join();
            meters.close();
            try {
                state.close();
            } catch (MVStoreException _) {
                // The interrupt met a write of its own and closed the file, as a crash would.
            }
        }
    }

    /// Stops the agent wherever it is.
    void stop() throws InterruptedException {
        agent.stop();
    }

    void start() throws SQLException {
        agent = new Agent();
    }

    /// What stands of people's orders, as the server would tell it.
    void asked(Orders.Order... orders) {
        agent.orders.asked(List.of(orders));
    }

    /// Waits until the agent says so of an order.
    void await(Orders.Order order, String state) throws InterruptedException {
        Instant until = Instant.now().plus(WAIT_MAX);
        while (agent.orders.reports().stream()
                .noneMatch(r -> r.id() == order.id() && r.state().equals(state))) {
            if (Instant.now().isAfter(until)) {
                throw new AssertionError(
                        "%s is not %s: %s".formatted(order, state, agent.orders.reports()));
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    /// Has the mirror compared with the source.
    Mirror.Checked verify(long number, String table) throws InterruptedException {
        Orders.Order order = new Orders.Order(number, table, Orders.Kind.VERIFY, "ana");
        asked(order);
        await(order, "done");
        Instant until = Instant.now().plus(WAIT_MAX);
        while (mirror.checked(number).isEmpty() && Instant.now().isBefore(until)) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
        return mirror.checked(number).orElseThrow();
    }

    /// How the table's capture is told.
    Map<String, Object> told(String table) {
        return agent.desk.told().stream()
                .filter(each -> table.equals(each.get("table")))
                .findFirst()
                .orElseThrow();
    }

    /// The rows of a table at the source as lines, as [Mirror#lines] gives them.
    List<String> source(String table) throws SQLException {
        Contract.Table declared = contract.table(table).orElseThrow();
        try (Connection connection = dialect.openForCapture();
                Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery(
                                "SELECT %s FROM %s"
                                        .formatted(
                                                declared.columns().stream()
                                                        .map(c -> dialect.select(declared, c))
                                                        .collect(Collectors.joining(", ")),
                                                dialect.name(declared.physicalName())))) {
            List<String> lines = new ArrayList<>();
            while (rows.next()) {
                List<String> values = new ArrayList<>();
                for (int i = 1; i <= declared.columns().size(); i++) {
                    String value = dialect.read(rows, i, declared, declared.columns().get(i - 1));
                    values.add(value == null ? "∅" : value);
                }
                lines.add(String.join("|", values));
            }
            lines.sort(null);
            return lines;
        }
    }

    /// Waits until the mirror is as the source is, for every table.
    void awaitEqual() throws Exception {
        for (Contract.Table table : contract.captured()) {
            awaitEqual(table.name());
        }
    }

    void awaitEqual(String name) throws Exception {
        Instant until = Instant.now().plus(WAIT_MAX);
        for (Contract.Table table : List.of(contract.table(name).orElseThrow())) {
            List<String> wanted = source(table.name());
            while (!mirror.lines(table.name()).equals(wanted)) {
                if (Instant.now().isAfter(until)) {
                    List<String> found = mirror.lines(table.name());
                    List<String> missing = new ArrayList<>(wanted);
                    missing.removeAll(found);
                    List<String> odd = new ArrayList<>(found);
                    odd.removeAll(wanted);
                    throw new AssertionError(
                            "%s: %d rows at the source, %d in the mirror; %s; missing %s; odd %s; faults %s"
                                    .formatted(
                                            table.name(),
                                            wanted.size(),
                                            found.size(),
                                            differences(missing, odd),
                                            missing.stream().limit(5).toList(),
                                            odd.stream().limit(5).toList(),
                                            mirror.faults()));
                }
                TimeUnit.MILLISECONDS.sleep(20);
            }
        }
        if (!mirror.faults().isEmpty()) {
            throw new AssertionError(mirror.faults());
        }
    }

    /// Where rows with the same first value differ.
    private static List<String> differences(List<String> missing, List<String> odd) {
        List<String> differences = new ArrayList<>();
        for (String wanted : missing) {
            List<String> values = List.of(wanted.split("\\|", -1));
            odd.stream()
                    .map(line -> List.of(line.split("\\|", -1)))
                    .filter(found -> found.getFirst().equals(values.getFirst()))
                    .filter(found -> found.size() == values.size())
                    .forEach(found -> {
                        for (int i = 0; i < values.size(); i++) {
                            if (!found.get(i).equals(values.get(i))) {
                                differences.add(
                                        "row %s, %d: %s instead of %s"
                                                .formatted(
                                                        values.getFirst(),
                                                        i,
                                                        found.get(i),
                                                        values.get(i)));
                            }
                        }
                    });
        }
        return differences;
    }

    @Override
    public void close() throws SQLException {
        try {
            agent.stop();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        if (settings.database().jdbcUrl().startsWith("jdbc:postgresql:")) {
            sql(
                    "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = current_database() AND NOT active");
        }
        erp.close();
    }
}
