package foz.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import foz.contract.Contract.Table;
import foz.contract.ContractReader;
import foz.wire.Chain;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// A source whose tables are to be journalled, and the parts of an agent that look into the
/// journal, driven by the test. It never compares by itself.
final class JournalSite implements AutoCloseable {

    /// The source's owner.
    final Connection erp;

    final Mirror mirror = new Mirror();
    final Journal journal;
    final List<Table> tables;
    private final AgentSettings settings;
    private final Dialect dialect;
    private final Path folder;
    private final Connection connection;
    private RowState state;
    private Spool spool;
    private List<Part> parts = List.of();
    private boolean writes = true;
    private long taken;
    private String chain = Chain.START;

    /// @param source as the agent signs in
    JournalSite(
            Connection erp,
            SourceSettings source,
            Path folder,
            List<LogSite.TableSpec> tables,
            String... setup)
            throws SQLException {
        this.erp = erp;
        this.folder = folder;
        sql(setup);
        this.settings = TestSettings.of(source, folder, 500, 256 << 10);
        Engine engine = Engines.of(source, folder);
        this.dialect = engine.dialect(source);
        this.journal = engine.journal(source, dialect).orElseThrow();
        this.tables = ContractReader.read(contractText(tables)).captured();
        this.connection = dialect.openForCapture();
        this.state = RowState.open(folder.resolve("rows"));
        this.spool = Spool.open(folder.resolve("spool"), 1L << 30);
        begin();
    }

    static String contractText(List<LogSite.TableSpec> tables) {
        return LogSite.contractText(tables).replace("way: log", "way: journal, pollMs: 50");
    }

    private final class Part {
        final TableCapture capture;
        final JournalLook look;

        Part(Table table, Cutter cutter) {
            TableDesk desk = new TableDesk();
            capture =
                    new TableCapture(
                            table,
                            dialect,
                            state,
                            cutter,
                            spool,
                            2_000,
                            desk,
                            new Pace(Pace.Limits.none()));
            look = new JournalLook(journal, writer(), dialect, table, desk);
        }
    }

    private JournalLook.Writer writer() {
        return new JournalLook.Writer(dialect) {
            @Override
            synchronized void remove(Journal from, Table table, List<Journal.Entry> entries)
                    throws SQLException {
                if (!writes) {
                    throw new SQLException("the agent was stopped here");
                }
                super.remove(from, table, entries);
            }
        };
    }

    private void begin() {
        Cutter cutter = new Cutter(spool, settings);
        parts = tables.stream().map(table -> new Part(table, cutter)).toList();
    }

    /// From now on it ends before anything is removed from the journal, or does not.
    void stopsBeforeRemoval(boolean stops) {
        writes = !stops;
    }

    /// As after a stop of the agent.
    void restart() {
        state.close();
        state = RowState.open(folder.resolve("rows"));
        spool = Spool.open(folder.resolve("spool"), 1L << 30);
        assertTrue(spool.resume(0, taken + 1, chain));
        begin();
    }

    void sql(String... statements) throws SQLException {
        execute(erp, List.of(statements));
    }

    static void execute(Connection at, List<String> statements) throws SQLException {
        try (Statement statement = at.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    void install() throws SQLException {
        execute(erp, journal.script(connection, tables));
        execute(erp, journal.surplus(erp, connection, tables));
    }

    void remove() throws SQLException {
        execute(erp, journal.removal(erp));
    }

    void snapshot() throws Exception {
        for (Part part : parts) {
            part.capture.snapshot(connection);
        }
        serve();
    }

    /// Looks into the journal for each table.
    void pass() throws Exception {
        for (Part part : parts) {
            if (part.look.look(connection) != JournalLook.Standing.ABSENT) {
                part.look.take(connection, part.capture);
            }
        }
        serve();
    }

    void compare() throws Exception {
        for (Part part : parts) {
            part.capture.compare(connection);
        }
        serve();
    }

    private void serve() throws InterruptedException {
        for (Optional<Spool.Batch> batch = spool.next(0);
                batch.isPresent();
                batch = spool.next(0)) {
            mirror.take(spool.body(batch.get()));
            taken = batch.get().seq();
            chain = batch.get().chain();
            spool.acknowledge(taken);
        }
    }

    long waiting() throws SQLException {
        long waiting = 0;
        for (Table table : tables) {
            waiting += journal.waiting(connection, table);
        }
        return waiting;
    }

    /// What hinders each table's journal; empty where nothing does.
    List<String> faults() throws SQLException {
        List<String> faults = new ArrayList<>();
        for (Table table : tables) {
            dialect.learn(connection, table);
            faults.add(journal.fault(connection, table).map(Journal.Fault::what).orElse(""));
        }
        return faults;
    }

    void assertSame(String when) throws SQLException {
        for (Table table : tables) {
            assertEquals(source(table), mirror.lines(table.name()), table.name() + " " + when);
        }
        assertEquals(List.of(), mirror.faults());
    }

    private List<String> source(Table table) throws SQLException {
        String columns =
                table.columns().stream()
                        .map(column -> dialect.select(table, column))
                        .collect(Collectors.joining(", "));
        try (Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery(
                                "SELECT %s FROM %s"
                                        .formatted(columns, dialect.name(table.physicalName())))) {
            List<String> lines = new ArrayList<>();
            while (rows.next()) {
                List<String> values = new ArrayList<>();
                for (int i = 0; i < table.columns().size(); i++) {
                    String value = dialect.read(rows, i + 1, table, table.columns().get(i));
                    values.add(value == null ? "∅" : value);
                }
                lines.add(String.join("|", values));
            }
            lines.sort(null);
            return lines;
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
        erp.close();
        state.close();
    }
}
