package foz.agent;

import foz.contract.Contract;
import foz.contract.Contract.Table;
import foz.contract.ContractException;
import foz.contract.ContractReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `foz agent journal`: the triggers at the source, and the table that they write.
@Command(
        name = "journal",
        mixinStandardHelpOptions = true,
        description = {
            "The trigger journal at the source, for tables whose foz.capture says way: journal.",
            "It costs the source time with each row that is written: see the integrators' guide."
        },
        subcommands = {
            JournalCommand.Script.class,
            JournalCommand.Install.class,
            JournalCommand.Remove.class,
            JournalCommand.Status.class
        })
final class JournalCommand {

    static final int EXIT_FAULT = 1;
    static final int EXIT_UNAVAILABLE = 69;

    private JournalCommand() {}

    /// What all of them need.
    abstract static class Part implements Callable<Integer> {

        @Option(
                names = "--config",
                required = true,
                paramLabel = "FILE",
                description = "The agent's settings, a properties file.")
        private Path config = Path.of("agent.properties");

        @Override
        public final Integer call() throws InterruptedException {
            try {
                AgentSettings settings = AgentSettings.read(config);
                Engine engine = Engines.of(settings.database(), settings.adaptersDir());
                Dialect dialect = engine.dialect(settings.database());
                Journal journal =
                        engine.journal(settings.database(), dialect)
                                .orElseThrow(() ->
                                        new SettingsException(
                                                "the source %s can have no journal; let foz.capture be stamp or compare"
                                                        .formatted(settings.database().jdbcUrl())));
                return run(new Work(settings, engine, dialect, journal));
            } catch (SettingsException | ContractException e) {
                System.err.println("foz agent: " + e.getMessage());
                return AgentMain.EXIT_SETTINGS;
            } catch (IOException e) {
                System.err.println("foz agent: no contract from the server: " + e.getMessage());
                return EXIT_UNAVAILABLE;
            } catch (SQLException e) {
                System.err.println("foz agent: the source refused: " + e.getMessage());
                return EXIT_FAULT;
            }
        }

        abstract int run(Work work) throws SQLException, IOException, InterruptedException;
    }

    /// @param dialect of the agent's own account
    record Work(AgentSettings settings, Engine engine, Dialect dialect, Journal journal) {

        /// The tables that the contract wants journalled.
        List<Table> tables() throws IOException, InterruptedException {
            return contract().captured().stream()
                    .filter(t -> t.capture().orElseThrow().way() == Contract.Way.JOURNAL)
                    .toList();
        }

        private Contract contract() throws IOException, InterruptedException {
            try {
                return ContractReader.read(
                        new ServerClient(settings, Instance.begin(settings.dataDir())).contract());
            } catch (ServerClient.RefusedException e) {
                throw e;
            } catch (IOException e) {
                Path seen = settings.dataDir().resolve("contract.odcs.yaml");
                if (Files.exists(seen)) {
                    System.err.println(
                            "foz agent: the server does not answer; the contract is as it was last seen");
                    return ContractReader.read(Files.readString(seen));
                }
                throw e;
            }
        }

        /// Connects as the one who may make triggers.
        Connection owner(String user, String password) throws SQLException {
            SourceSettings agent = settings.database();
            SourceSettings owner =
                    new SourceSettings(
                            agent.jdbcUrl(),
                            user,
                            password,
                            agent.timeZone(),
                            agent.logName(),
                            agent.workDir(),
                            agent.adaptersDir(),
                            agent.logReader(),
                            agent.adapterSettings());
            return engine.dialect(owner).openForCommands();
        }

        /// Prints how each table is.
        ///
        /// @return how many are not journalled
        int tell(Connection reader, List<Table> tables) throws SQLException {
            int faults = 0;
            for (Table table : tables) {
                dialect.learn(reader, table);
                Optional<Journal.Fault> fault = journal.fault(reader, table);
                if (fault.isPresent()) {
                    faults++;
                    System.out.printf(
                            "absent   %s: %s%n         → %s%n",
                            table.name(), fault.get().what(), fault.get().remedy());
                } else {
                    System.out.printf(
                            "ok       %s: %d changes wait%n",
                            table.name(), journal.waiting(reader, table));
                }
            }
            if (tables.isEmpty()) {
                System.out.println("no table of the contract has way: journal in its foz.capture");
            }
            return faults;
        }
    }

    private static void execute(Connection owner, List<String> statements) throws SQLException {
        try (Statement statement = owner.createStatement()) {
            for (String sql : statements) {
                try {
                    statement.execute(sql);
                } catch (SQLException e) {
                    throw new SQLException(
                            "%s; at: %s"
                                    .formatted(e.getMessage(), sql.lines().findFirst().orElse("")),
                            e.getSQLState(),
                            e);
                }
            }
        }
    }

    private static void print(List<String> statements, boolean whole) {
        statements.forEach(sql ->
                System.out.println(whole ? sql : "ran: " + sql.lines().findFirst().orElse("")));
    }

    /// `foz agent journal script`.
    @Command(
            name = "script",
            mixinStandardHelpOptions = true,
            description =
                    "Prints the SQL that install runs, for a DBA to run by hand. Changes nothing.")
    static final class Script extends Part {
        @Option(names = "--remove", description = "The SQL that remove runs.")
        private boolean remove;

        @Override
        int run(Work work) throws SQLException, IOException, InterruptedException {
            List<Table> tables = remove ? List.of() : work.tables();
            try (Connection reader = work.dialect().openForCapture()) {
                print(
                        work.journal()
                                .printed(
                                        remove
                                                ? work.journal().removal(reader)
                                                : work.journal().script(reader, tables)),
                        true);
            }
            return 0;
        }
    }

    /// A change of the source, by an account that may.
    abstract static class ByOwner extends Part {
        @Option(
                names = "--user",
                required = true,
                paramLabel = "NAME",
                description = "An account that may make and drop triggers on these tables.")
        private String user = "";

        @Option(
                names = "--password",
                interactive = true,
                arity = "0..1",
                description =
                        "Its password; asked for when no text follows. Without this option, the environment's FOZ_JOURNAL_PASSWORD.")
        private @Nullable String password;

        Connection owner(Work work) throws SQLException {
            String given =
                    password != null
                            ? password
                            : Optional.ofNullable(System.getenv("FOZ_JOURNAL_PASSWORD")).orElse("");
            return work.owner(user, given);
        }
    }

    /// `foz agent journal install`.
    @Command(
            name = "install",
            mixinStandardHelpOptions = true,
            exitCodeListHeading = "Exit codes:%n",
            exitCodeList = {
                "0:every table is journalled",
                "1:the source refused, or a table cannot be journalled",
                "2:the command line is wrong",
                "69:no contract from the server",
                "78:the settings file is wrong"
            },
            description = {
                "Makes the journal and the triggers that lack, and drops those of earlier versions and of tables left out.",
                "Each statement stands alone: after one that failed, run it again."
            })
    static final class Install extends ByOwner {
        @Override
        int run(Work work) throws SQLException, IOException, InterruptedException {
            List<Table> tables = work.tables();
            Journal journal = work.journal();
            try (Connection reader = work.dialect().openForCapture();
                    Connection owner = owner(work)) {
                List<Table> lacking = new ArrayList<>();
                for (Table table : tables) {
                    work.dialect().learn(reader, table);
                    if (journal.fault(reader, table).isPresent()) {
                        lacking.add(table);
                    }
                }
                if (!lacking.isEmpty()) {
                    List<String> statements = journal.script(reader, lacking);
                    execute(owner, statements);
                    print(statements, false);
                }
                List<String> surplus = journal.surplus(owner, reader, tables);
                execute(owner, surplus);
                print(surplus, false);
                return work.tell(reader, tables) == 0 ? 0 : EXIT_FAULT;
            }
        }
    }

    /// `foz agent journal remove`.
    @Command(
            name = "remove",
            mixinStandardHelpOptions = true,
            description =
                    "Drops the triggers, then the journal. Its tables go on by stamp or compare.")
    static final class Remove extends ByOwner {
        @Override
        int run(Work work) throws SQLException {
            try (Connection owner = owner(work)) {
                List<String> statements = work.journal().removal(owner);
                execute(owner, statements);
                print(statements, false);
            }
            return 0;
        }
    }

    /// `foz agent journal status`.
    @Command(
            name = "status",
            mixinStandardHelpOptions = true,
            exitCodeListHeading = "Exit codes:%n",
            exitCodeList = {"0:every table is journalled", "1:some are not, or the source refused"},
            description =
                    "Tells of each table whether its triggers are there as they would be written now, and how many changes wait.")
    static final class Status extends Part {
        @Override
        int run(Work work) throws SQLException, IOException, InterruptedException {
            try (Connection reader = work.dialect().openForCapture()) {
                return work.tell(reader, work.tables()) == 0 ? 0 : EXIT_FAULT;
            }
        }
    }
}
