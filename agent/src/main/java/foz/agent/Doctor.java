package foz.agent;

import foz.contract.CommandSpec;
import foz.contract.Contract;
import foz.contract.Contract.Table;
import foz.contract.ContractException;
import foz.contract.ContractReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Calendar;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TimeZone;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Looks at all that an agent needs, and says what is missing, with the statement that grants it.
/// Changes nothing, here or at the source.
final class Doctor {

    private static final Duration CLOCK_OFF_MAX = Duration.ofSeconds(5);
    private static final Duration CLOCK_OFF_FAILS = Duration.ofSeconds(50);
    private static final Duration TIMEOUT = Duration.ofSeconds(15);

    /// How a check came out.
    enum Outcome {
        OK,
        WARNING,
        FAILED,
        SKIPPED
    }

    /// One thing that was looked at.
    ///
    /// @param what in English
    /// @param found what was found, a sentence
    /// @param remedy what to do, a statement of SQL where one is needed; empty where all is well
    record Check(String what, Outcome outcome, String found, String remedy) {}

    private final AgentSettings settings;
    private final List<Check> checks = new ArrayList<>();

    Doctor(AgentSettings settings) {
        this.settings = settings;
    }

    List<Check> examine() throws InterruptedException {
        folder();
        Optional<Contract> contract = server();
        Engine engine;
        try {
            engine = Engines.of(settings.database(), settings.adaptersDir());
        } catch (SettingsException e) {
            add("adapter", Outcome.FAILED, e.getMessage(), "correct jdbcUrl or adaptersDir");
            return checks;
        }
        Optional<RowFeed> feed = Optional.empty();
        try {
            feed = engine.feed(settings.database(), settings.dataDir().resolve("feed"));
            if (feed.isPresent()) {
                feed(feed.get(), contract);
            } else {
                source(engine, contract);
            }
        } catch (SettingsException e) {
            add("source", Outcome.FAILED, e.getMessage(), "correct the settings");
        } finally {
            feed.ifPresent(RowFeed::close);
        }
        return checks;
    }

    private void add(String what, Outcome outcome, @Nullable String found, String remedy) {
        checks.add(new Check(what, outcome, String.valueOf(found), remedy));
    }

    private void folder() {
        Path dir = settings.dataDir();
        if (!Files.isDirectory(dir)) {
            boolean can =
                    Files.isWritable(
                            Optional.ofNullable(dir.toAbsolutePath().getParent()).orElse(dir));
            add(
                    "data folder",
                    can ? Outcome.OK : Outcome.FAILED,
                    dir + " is not there" + (can ? ", and can be made" : " and cannot be made"),
                    can ? "" : "make it, and give it to the agent's user");
            return;
        }
        try {
            long free = Files.getFileStore(dir).getUsableSpace();
            boolean enough = free >= settings.spoolBytesMax();
            add(
                    "data folder",
                    !Files.isWritable(dir) ? Outcome.FAILED : enough ? Outcome.OK : Outcome.WARNING,
                    "%s: %s, %,d MiB free, the spool may take %,d MiB%s"
                            .formatted(
                                    dir,
                                    Files.isWritable(dir) ? "can be written" : "cannot be written",
                                    free >> 20,
                                    settings.spoolBytesMax() >> 20,
                                    isInUse(dir) ? "; an agent works in it now" : ""),
                    !Files.isWritable(dir)
                            ? "give the folder to the agent's user"
                            : enough ? "" : "free the space, or set spoolBytesMax lower");
        } catch (IOException e) {
            add("data folder", Outcome.FAILED, e.toString(), "let the agent's user read " + dir);
        }
    }

    private static boolean isInUse(Path dir) throws IOException {
        Path file = dir.resolve("lock");
        if (!Files.exists(file)) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            return lock == null;
        }
    }

    private Optional<Contract> server() throws InterruptedException {
        serverClock();
        try {
            ServerClient client = new ServerClient(settings, Instance.begin(settings.dataDir()));
            Contract contract = ContractReader.read(client.contract());
            boolean ours = contract.source().equals(settings.source());
            add(
                    "contract",
                    ours ? Outcome.OK : Outcome.FAILED,
                    "of the source '%s', %d tables captured"
                            .formatted(contract.source(), contract.captured().size()),
                    ours ? "" : "set source = %s".formatted(contract.source()));
            return Optional.of(contract);
        } catch (ServerClient.RefusedException e) {
            add(
                    "contract",
                    Outcome.FAILED,
                    e.getMessage(),
                    "look at clientId and keyFile; `foz tenant agent` registers the agent again");
        } catch (IOException e) {
            add(
                    "contract",
                    Outcome.FAILED,
                    "the server does not answer: " + e,
                    "let this machine reach %s and %s"
                            .formatted(settings.ingestUrl(), settings.tokenUrl()));
        } catch (ContractException | SettingsException e) {
            add("contract", Outcome.FAILED, e.getMessage(), "correct what it names");
        }
        return Optional.empty();
    }

    private void serverClock() throws InterruptedException {
        try (HttpClient http = HttpClient.newBuilder().connectTimeout(TIMEOUT).build()) {
            HttpResponse<Void> answer =
                    http.send(
                            HttpRequest.newBuilder(URI.create(settings.ingestUrl() + "/health"))
                                    .timeout(TIMEOUT)
                                    .build(),
                            HttpResponse.BodyHandlers.discarding());
            add(
                    "server",
                    answer.statusCode() == 200 ? Outcome.OK : Outcome.WARNING,
                    "%s answers %d".formatted(settings.ingestUrl(), answer.statusCode()),
                    answer.statusCode() == 200 ? "" : "look at the server's /health");
            answer.headers()
                    .firstValue("Date")
                    .ifPresent(date ->
                            clock(
                                    "clock, against the server's",
                                    ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME)
                                            .toInstant()));
        } catch (IOException e) {
            add(
                    "server",
                    Outcome.FAILED,
                    "%s does not answer: %s".formatted(settings.ingestUrl(), e),
                    "let this machine dial out to it");
        }
    }

    /// Tokens are refused by a clock that is a minute off; figures of age are wrong by less.
    private void clock(String what, Instant theirs) {
        Duration off = Duration.between(theirs, Instant.now());
        boolean fails = off.abs().compareTo(CLOCK_OFF_FAILS) > 0;
        boolean warns = off.abs().compareTo(CLOCK_OFF_MAX) > 0;
        add(
                what,
                fails ? Outcome.FAILED : warns ? Outcome.WARNING : Outcome.OK,
                "this machine's is %s by %d s"
                        .formatted(off.isNegative() ? "behind" : "ahead", off.abs().toSeconds()),
                warns ? "keep both clocks by NTP" : "");
    }

    private void feed(RowFeed feed, Optional<Contract> contract) {
        if (contract.isEmpty()) {
            add("feeds", Outcome.SKIPPED, "without a contract", "");
            return;
        }
        feed.check(contract.get().captured());
        add("feeds", Outcome.OK, "settings fit the contract; nothing was fetched", "");
    }

    private void source(Engine engine, Optional<Contract> contract) {
        Dialect dialect = engine.dialect(settings.database());
        try (Connection connection = dialect.openForCapture()) {
            add(
                    "source",
                    Outcome.OK,
                    "%s %s as %s"
                            .formatted(
                                    connection.getMetaData().getDatabaseProductName(),
                                    connection.getMetaData().getDatabaseProductVersion(),
                                    settings.database().jdbcUser()),
                    "");
            sourceClock(connection);
            if (contract.isEmpty()) {
                add("tables", Outcome.SKIPPED, "without a contract", "");
                return;
            }
            for (Table table : contract.get().captured()) {
                select(connection, dialect, table);
            }
            log(engine, connection, contract.get());
            journal(engine, dialect, connection, contract.get());
            inboxes(dialect, contract.get());
        } catch (SQLException e) {
            add(
                    "source",
                    Outcome.FAILED,
                    "%s does not let us in: %s".formatted(settings.database().jdbcUrl(), line(e)),
                    "look at jdbcUrl, jdbcUser, jdbcPassword and the database's access rules");
        }
    }

    private void sourceClock(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet now = statement.executeQuery("SELECT CURRENT_TIMESTAMP")) {
            now.next();
            clock(
                    "clock, against the source's",
                    now.getTimestamp(1, Calendar.getInstance(TimeZone.getTimeZone(ZoneOffset.UTC)))
                            .toInstant());
        }
    }

    private void select(Connection connection, Dialect dialect, Table table) {
        String columns =
                table.sourceColumns().stream()
                        .map(column -> dialect.name(column.physicalName()))
                        .collect(Collectors.joining(", "));
        String name = dialect.name(table.physicalName());
        String sql = "SELECT %s FROM %s WHERE 1 = 0".formatted(columns, name);
        try (Statement statement = connection.createStatement();
                ResultSet _ = statement.executeQuery(sql)) {
            add("table " + table.name(), Outcome.OK, "can be read", "");
        } catch (SQLException e) {
            add(
                    "table " + table.name(),
                    Outcome.FAILED,
                    line(e) + " (if it is not there: correct physicalName in the contract)",
                    "GRANT SELECT (%s) ON %s TO %s".formatted(columns, name, user(dialect)));
        }
    }

    private String user(Dialect dialect) {
        return dialect.name(settings.database().jdbcUser());
    }

    private void log(Engine engine, Connection connection, Contract contract) throws SQLException {
        List<Table> wanted =
                contract.captured().stream()
                        .filter(t -> t.capture().orElseThrow().way() == Contract.Way.LOG)
                        .toList();
        if (wanted.isEmpty()) {
            return;
        }
        Optional<LogSource> log = Engines.log(engine, settings.database(), settings.adaptersDir());
        if (log.isEmpty()) {
            add(
                    "log",
                    Outcome.WARNING,
                    "this source has none that is read; its tables are compared",
                    "");
            return;
        }
        LogSource.Offer offer = log.get().look(connection, wanted);
        add(
                "log",
                offer.tables().isEmpty() ? Outcome.WARNING : Outcome.OK,
                "gives %d of %d tables".formatted(offer.tables().size(), wanted.size()),
                "");
        for (String reason : new TreeSet<>(offer.reasons().values())) {
            String tables =
                    offer.reasons().entrySet().stream()
                            .filter(each -> each.getValue().equals(reason))
                            .map(Map.Entry::getKey)
                            .sorted()
                            .collect(Collectors.joining(", "));
            int remedy = reason.indexOf("; ");
            add(
                    "log of " + tables,
                    Outcome.WARNING,
                    remedy < 0 ? reason : reason.substring(0, remedy),
                    remedy < 0 ? "" : reason.substring(remedy + 2).replaceFirst("^run: ", ""));
        }
        log.get()
                .warnings(connection)
                .forEach((what, remedy) -> add("log", Outcome.WARNING, what, remedy));
    }

    private void journal(Engine engine, Dialect dialect, Connection connection, Contract contract)
            throws SQLException {
        List<Table> wanted =
                contract.captured().stream()
                        .filter(t -> t.capture().orElseThrow().way() == Contract.Way.JOURNAL)
                        .toList();
        if (wanted.isEmpty()) {
            return;
        }
        Optional<Journal> journal = engine.journal(settings.database(), dialect);
        if (journal.isEmpty()) {
            add(
                    "journal",
                    Outcome.WARNING,
                    "this source can have none; its tables are compared",
                    "");
            return;
        }
        for (Table table : wanted) {
            dialect.learn(connection, table);
            Optional<Journal.Fault> fault = journal.get().fault(connection, table);
            if (fault.isPresent()) {
                add(
                        "journal of " + table.name(),
                        Outcome.WARNING,
                        fault.get().what() + "; until then the table goes on by stamp or compare",
                        fault.get().remedy());
            } else {
                add(
                        "journal of " + table.name(),
                        Outcome.OK,
                        "%d changes wait".formatted(journal.get().waiting(connection, table)),
                        "");
            }
        }
    }

    private void inboxes(Dialect dialect, Contract contract) throws SQLException {
        List<CommandSpec> commands =
                contract.tables().stream().flatMap(table -> table.command().stream()).toList();
        if (commands.isEmpty()) {
            return;
        }
        try (Connection connection = dialect.openForCommands()) {
            for (CommandSpec command : commands) {
                inbox(connection, dialect, command.target().header());
                inbox(connection, dialect, command.target().lines());
            }
        }
    }

    /// Explained, not done: that asks for the same rights.
    private void inbox(Connection connection, Dialect dialect, CommandSpec.Inbox inbox) {
        TreeSet<String> columns = new TreeSet<>(inbox.columns().keySet());
        columns.addAll(inbox.headerColumns().keySet());
        columns.addAll(inbox.constants().keySet());
        inbox.mark().ifPresent(columns::add);
        String list = columns.stream().map(dialect::name).collect(Collectors.joining(", "));
        String name = dialect.name(inbox.table());
        try (Statement statement = connection.createStatement()) {
            statement.execute(
                    "EXPLAIN INSERT INTO %s (%s) SELECT %s FROM %s WHERE 1 = 0"
                            .formatted(name, list, list, name));
            add("inbox " + inbox.table(), Outcome.OK, "can be read and written", "");
        } catch (SQLException e) {
            add(
                    "inbox " + inbox.table(),
                    Outcome.FAILED,
                    line(e),
                    "GRANT SELECT, INSERT ON %s TO %s".formatted(name, user(dialect)));
        }
    }

    private static String line(SQLException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }
}
