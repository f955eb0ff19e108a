package foz.agent;

import foz.contract.Contract.Table;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One table's look into the journal. For one thread at a time.
///
/// Order of durability: the rows are spooled, then the row state is committed, then what told of
/// them goes from the journal. A stop between them looks at some rows again.
final class JournalLook {

    private static final Logger LOG = LoggerFactory.getLogger(JournalLook.class);

    private static final int ENTRIES_AT_ONCE = 5_000;

    /// Looking whether the triggers stand costs the source more than reading the journal.
    private static final Duration TRIGGERS_EVERY = Duration.ofSeconds(10);

    private final Journal journal;
    private final Writer writer;
    private final Dialect dialect;
    private final Table table;
    private final TableDesk desk;
    private final String otherWay;
    private Instant lookedAt = Instant.EPOCH;
    private boolean serves;
    private String told = "";

    JournalLook(Journal journal, Writer writer, Dialect dialect, Table table, TableDesk desk) {
        this.journal = journal;
        this.writer = writer;
        this.dialect = dialect;
        this.table = table;
        this.desk = desk;
        this.otherWay =
                table.capture().flatMap(how -> how.stamp()).isPresent() ? "stamp" : "compare";
    }

    /// The connection by which all tables' rows of the journal are removed. Safe for several
    /// threads.
    static class Writer {

        private final Dialect dialect;
        private @Nullable Connection connection;

        Writer(Dialect dialect) {
            this.dialect = dialect;
        }

        synchronized void remove(Journal journal, Table table, List<Journal.Entry> entries)
                throws SQLException {
            Connection open = connection;
            if (open == null || open.isClosed()) {
                open = dialect.openForCommands();
                // No gaps are locked, into which the triggers insert.
                open.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
                connection = open;
            }
            try {
                journal.remove(open, table, entries);
            } catch (SQLException e) {
                Dialect.close(open);
                connection = null;
                throw e;
            }
        }
    }

    /// How it is with the journal.
    enum Standing {
        /// The triggers are not there, or not as they should be.
        ABSENT,
        /// They are there, and were not when this was last asked: what changed before is not in the
        /// journal.
        BEGINS,
        SERVES
    }

    Standing look(Connection connection) throws SQLException {
        if (serves && lookedAt.plus(TRIGGERS_EVERY).isAfter(Instant.now())) {
            return Standing.SERVES;
        }
        dialect.learn(connection, table);
        Optional<Journal.Fault> fault = journal.fault(connection, table);
        lookedAt = Instant.now();
        String now = fault.map(Journal.Fault::what).orElse("journal");
        if (!now.equals(told)) {
            told = now;
            desk.way(table.name(), fault.isPresent() ? otherWay : "journal");
            fault.ifPresent(found ->
                    LOG.warn(
                            "'{}' is not read from the journal, its way is {}: {}; {}",
                            table.name(),
                            otherWay,
                            found.what(),
                            found.remedy()));
        }
        boolean before = serves;
        serves = fault.isEmpty();
        return !serves ? Standing.ABSENT : before ? Standing.SERVES : Standing.BEGINS;
    }

    /// Captures what the journal tells, until nothing waits.
    void take(Connection connection, TableCapture capture)
            throws SQLException, InterruptedException {
        List<Journal.Entry> entries;
        do {
            entries = journal.read(connection, table, ENTRIES_AT_ONCE);
            if (entries.isEmpty()) {
                return;
            }
            if (entries.stream().anyMatch(entry -> entry.key().isEmpty())) {
                capture.compare(connection);
            } else {
                capture.byKeys(connection, entries);
            }
            writer.remove(journal, table, entries);
        } while (entries.size() == ENTRIES_AT_ONCE);
    }
}
