package foz.agent;

import foz.contract.CommandSpec;
import foz.contract.Contract;
import foz.contract.ContractReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.h2.mvstore.MVStoreException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The running agent: its parts, each on a thread of its own, from the start to the stop.
final class Agent implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Agent.class);
    private static final long STOP_MS_MAX = 5_000;
    private static final int EXIT_FAILED = 70;

    private final AgentSettings settings;
    private final FileChannel lockFile;
    private final FileLock lock;
    private final AgentMeters meters;
    private final RowState state;
    private final Spool spool;
    private final TableDesk desk = new TableDesk();
    private final Orders orders;
    private final Pace pace;
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopping;
    private volatile Optional<RowFeed> feed = Optional.empty();

    Agent(AgentSettings settings) {
        this.settings = settings;
        try {
            Files.createDirectories(settings.dataDir());
            lockFile =
                    FileChannel.open(
                            settings.dataDir().resolve("lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
            FileLock held = lockFile.tryLock();
            if (held == null) {
                throw new SettingsException(
                        "another agent works in dataDir %s; stop it, or choose another folder"
                                .formatted(settings.dataDir()));
            }
            lock = held;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot use dataDir " + settings.dataDir(), e);
        }
        this.meters = new AgentMeters(settings.metricsPort());
        this.state = RowState.open(settings.dataDir().resolve("state"));
        this.spool = Spool.open(settings.dataDir().resolve("spool"), settings.spoolBytesMax());
        this.orders = new Orders(settings.dataDir());
        this.pace = new Pace(settings.pace());
        meters.spool(spool);
    }

    static String version() {
        String version = Agent.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    int metricsPort() {
        return meters.port();
    }

    /// Starts capture and commands; returns once the contract and the source were seen.
    void start() throws InterruptedException {
        Instance instance = Instance.begin(settings.dataDir());
        ServerClient server = new ServerClient(settings, instance);
        Engine engine = Engines.of(settings.database(), settings.adaptersDir());
        Path feedDir = settings.dataDir().resolve("feed");
        feed = engine.feed(settings.database(), feedDir);
        Contract contract = contract(server);
        if (!contract.source().equals(settings.source())) {
            throw new SettingsException(
                    "the contract is of the source '%s', and the setting 'source' is '%s'; write the same"
                            .formatted(contract.source(), settings.source()));
        }
        if (feed.isPresent()) {
            startFeed(feed.orElseThrow(), feedDir, contract, server, instance);
        } else {
            startDatabase(engine, contract, server, instance);
        }
        LOG.info(
                "agent of {}: {} tables, {} commands",
                settings.source(),
                contract.captured().size(),
                commands(contract).size());
    }

    private void startFeed(
            RowFeed feed, Path workDir, Contract contract, ServerClient server, Instance instance) {
        if (!commands(contract).isEmpty()) {
            throw new SettingsException(
                    "the contract has the commands %s, and a source of files or services takes none; leave foz.command out"
                            .formatted(commands(contract).keySet()));
        }
        feed.check(contract.captured());
        startUplink(feed.fingerprint(), contract, server, instance);
        Cutter cutter = new Cutter(spool, settings);
        Semaphore permits = new Semaphore(settings.sourceConnectionsMax(), true);
        for (Contract.Table table : contract.captured()) {
            desk.add(table.name(), "feed");
            FeedCapture capture = new FeedCapture(table, feed, state, cutter, spool, workDir);
            run("capture-" + table.name(), new FeedLoop(capture, permits, meters, desk, orders));
        }
    }

    private void startUplink(
            String fingerprint, Contract contract, ServerClient server, Instance instance) {
        Uplink uplink =
                new Uplink(
                        server,
                        spool,
                        state,
                        desk,
                        orders,
                        instance,
                        fingerprint,
                        contract.captured().stream().map(Contract.Table::name).toList(),
                        meters);
        run("uplink", uplink);
    }

    private void startDatabase(
            Engine engine, Contract contract, ServerClient server, Instance instance)
            throws InterruptedException {
        Dialect dialect = engine.dialect(settings.database());
        startUplink(fingerprint(dialect), contract, server, instance);
        Cutter cutter = new Cutter(spool, settings);
        List<Contract.Table> logged = logCapture(engine, dialect, cutter, contract);
        Semaphore permits = new Semaphore(settings.sourceConnectionsMax(), true);
        Optional<Journal> journal = engine.journal(settings.database(), dialect);
        JournalLook.Writer writer = new JournalLook.Writer(dialect);
        for (Contract.Table table : contract.captured()) {
            if (logged.contains(table)) {
                continue;
            }
            state.forgetLogged(table.name());
            boolean stamped = table.capture().orElseThrow().stamp().isPresent();
            desk.add(table.name(), stamped ? "stamp" : "compare");
            TableCapture capture =
                    new TableCapture(
                            table, dialect, state, cutter, spool, settings.fetchRows(), desk, pace);
            run(
                    "capture-" + table.name(),
                    new CaptureLoop(
                            capture,
                            dialect,
                            state,
                            permits,
                            meters,
                            desk,
                            orders,
                            journalLook(journal, writer, dialect, table)));
        }
        Map<String, Contract.Table> commands = commands(contract);
        if (!commands.isEmpty()) {
            VerdictWatcher watcher = new VerdictWatcher(server, dialect, commands, meters);
            run("verdicts", watcher);
            run(
                    "commands",
                    new CommandLoop(
                            server, dialect, new InboxWriter(dialect, commands), watcher, meters));
        }
    }

    private @Nullable JournalLook journalLook(
            Optional<Journal> journal,
            JournalLook.Writer writer,
            Dialect dialect,
            Contract.Table table) {
        if (table.capture().orElseThrow().way() != Contract.Way.JOURNAL) {
            return null;
        }
        if (journal.isEmpty()) {
            LOG.warn("'{}' is compared: this source can have no journal", table.name());
            return null;
        }
        return new JournalLook(journal.get(), writer, dialect, table, desk);
    }

    /// Captures by the log what the contract wants so and the source allows.
    ///
    /// @return those tables
    private List<Contract.Table> logCapture(
            Engine engine, Dialect dialect, Cutter cutter, Contract contract)
            throws InterruptedException {
        List<Contract.Table> wanted =
                contract.captured().stream()
                        .filter(t -> t.capture().orElseThrow().way() == Contract.Way.LOG)
                        .toList();
        Optional<LogSource> source =
                Engines.log(engine, settings.database(), settings.adaptersDir());
        if (wanted.isEmpty() || source.isEmpty()) {
            wanted.forEach(t -> LOG.warn("'{}' is compared: this source has no log", t.name()));
            return List.of();
        }
        LogSource.Offer offer = offer(source.get(), dialect, wanted);
        offer.reasons()
                .forEach((table, why) -> LOG.warn("'{}' is not read from the log: {}", table, why));
        offer.tables().forEach(table -> desk.add(table.name(), "log"));
        if (!offer.tables().isEmpty()) {
            run(
                    "log",
                    new LogCapture(
                            source.get(),
                            dialect,
                            state,
                            spool,
                            cutter,
                            meters,
                            desk,
                            orders,
                            pace,
                            offer.tables()));
        }
        return offer.tables();
    }

    private static LogSource.Offer offer(
            LogSource source, Dialect dialect, List<Contract.Table> wanted)
            throws InterruptedException {
        Backoff backoff = new Backoff(5_000);
        while (true) {
            try (Connection connection = dialect.openForCapture()) {
                return source.prepare(connection, wanted);
            } catch (SQLException e) {
                LOG.warn("the source does not answer: {}", e.toString());
                backoff.pause();
            }
        }
    }

    private static Map<String, Contract.Table> commands(Contract contract) {
        Map<String, Contract.Table> commands = new HashMap<>();
        for (Contract.Table table : contract.tables()) {
            table.command().map(CommandSpec::name).ifPresent(name -> commands.put(name, table));
        }
        return commands;
    }

    /// From the server, or, while that is away, as it was last seen.
    private Contract contract(ServerClient server) throws InterruptedException {
        Path seen = settings.dataDir().resolve("contract.odcs.yaml");
        Backoff backoff = new Backoff(5_000);
        while (true) {
            try {
                String text = server.contract();
                Contract contract = ContractReader.read(text);
                Files.writeString(seen, text);
                return contract;
            } catch (IOException e) {
                LOG.warn("no contract from the server: {}", e.toString());
                if (Files.exists(seen) && !(e instanceof ServerClient.RefusedException)) {
                    try {
                        return ContractReader.read(Files.readString(seen));
                    } catch (IOException unread) {
                        LOG.warn("cannot read {}", seen, unread);
                    }
                }
                backoff.pause();
            }
        }
    }

    private String fingerprint(Dialect dialect) throws InterruptedException {
        Backoff backoff = new Backoff(5_000);
        while (true) {
            try (Connection connection = dialect.openForCapture()) {
                return dialect.fingerprint(connection);
            } catch (SQLException e) {
                LOG.warn("the source does not answer: {}", e.toString());
                backoff.pause();
            }
        }
    }

    private void run(String name, Runnable part) {
        Thread thread =
                Thread.ofPlatform()
                        .name(name)
                        .daemon(true)
                        .uncaughtExceptionHandler(this::failed)
                        .unstarted(part);
        threads.add(thread);
        thread.start();
    }

    /// A part that died takes the process with it: whoever watches the process starts it again,
    /// whole.
    private void failed(Thread thread, Throwable e) {
        if (stopping) {
            LOG.debug("{} was stopped in the middle", thread.getName(), e);
            return;
        }
        LOG.error("{} failed; the agent ends", thread.getName(), e);
        Runtime.getRuntime().halt(EXIT_FAILED);
    }

    /// Waits until the process is told to stop.
    void join() throws InterruptedException {
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private void closeState() {
        try {
            state.close();
        } catch (MVStoreException e) {
            LOG.debug("the row state did not close well", e);
        }
    }

    @Override
    public void close() {
        stopping = true;
        threads.forEach(Thread::interrupt);
        try {
            for (Thread thread : threads) {
                thread.join(STOP_MS_MAX);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        feed.ifPresent(RowFeed::close);
        closeState();
        meters.close();
        try {
            lock.release();
            lockFile.close();
        } catch (IOException e) {
            LOG.debug("the lock did not close well", e);
        }
    }
}
