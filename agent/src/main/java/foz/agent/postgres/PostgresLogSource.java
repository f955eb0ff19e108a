package foz.agent.postgres;

import foz.agent.ChangeLog;
import foz.agent.ChunkReader;
import foz.agent.LogContext;
import foz.agent.LogLostException;
import foz.agent.LogSource;
import foz.agent.SourceSettings;
import foz.contract.Contract.Table;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.postgresql.PGConnection;
import org.postgresql.replication.LogSequenceNumber;
import org.postgresql.replication.PGReplicationConnection;
import org.postgresql.replication.PGReplicationStream;
import org.postgresql.replication.fluent.logical.ChainedLogicalStreamBuilder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// PostgreSQL's log: a publication that says which tables, and a slot that keeps the log until it
/// was read. Both have the name that the settings give.
final class PostgresLogSource implements LogSource {

    private static final Logger LOG = LoggerFactory.getLogger(PostgresLogSource.class);
    private static final int STREAMING_FROM = 14;
    private static final String UNDEFINED_OBJECT = "42704";

    /// The slot as the source's catalogue shows it.
    ///
    /// @param status `reserved`, `extended`, `unreserved` or `lost`
    private record Slot(long confirmed, String status, boolean active, String database) {}

    private final SourceSettings settings;
    private final PostgresDialect dialect;

    PostgresLogSource(SourceSettings settings) {
        this.settings = settings;
        this.dialect = new PostgresDialect(settings);
    }

    @Override
    public Offer prepare(Connection connection, List<Table> wanted) throws SQLException {
        return new Publication(settings, dialect).prepare(connection, wanted);
    }

    @Override
    public Offer look(Connection connection, List<Table> wanted) throws SQLException {
        return new Publication(settings, dialect).look(connection, wanted);
    }

    @Override
    public Map<String, String> warnings(Connection connection) throws SQLException {
        Map<String, String> warnings = new LinkedHashMap<>();
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        SELECT current_setting('max_slot_wal_keep_size'), current_setting('max_replication_slots')::int,
                            (SELECT count(*) FROM pg_replication_slots),
                            (SELECT wal_status FROM pg_replication_slots WHERE slot_name = ?),
                            (SELECT pg_size_pretty(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn))
                                FROM pg_replication_slots WHERE slot_name = ?
                                    AND pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn) > 1024 * 1024 * 1024)
                        WHERE NOT pg_is_in_recovery()
                        """)) {
            statement.setString(1, settings.logName());
            statement.setString(2, settings.logName());
            try (ResultSet found = statement.executeQuery()) {
                if (!found.next()) {
                    return Map.of(
                            "the source is a standby",
                            "read the log of the primary: change jdbcUrl");
                }
                if (found.getString(1).equals("-1")) {
                    warnings.put(
                            "while the agent is away, the source keeps log without bound (max_slot_wal_keep_size = -1)",
                            "ALTER SYSTEM SET max_slot_wal_keep_size = '10GB'; SELECT pg_reload_conf()");
                }
                String status = found.getString(4);
                if (status == null && found.getInt(3) >= found.getInt(2)) {
                    warnings.put(
                            "all %d replication slots are taken".formatted(found.getInt(2)),
                            "ALTER SYSTEM SET max_replication_slots = %d, and restart the server"
                                    .formatted(found.getInt(2) + 4));
                }
                if ("lost".equals(status)) {
                    warnings.put(
                            "the slot '%s' is lost: the agent will make another, and capture its tables anew"
                                    .formatted(settings.logName()),
                            "");
                }
                String kept = found.getString(5);
                if (kept != null) {
                    warnings.put(
                            "the source keeps %s of log for the slot '%s'"
                                    .formatted(kept, settings.logName()),
                            "let the agent and the server run; drop the slot if they never will again");
                }
            }
        }
        return warnings;
    }

    @Override
    public Map<String, String> structures(Connection connection, List<Table> tables)
            throws SQLException {
        Map<String, String> structures = new HashMap<>();
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        SELECT c.oid || ' '
                            || coalesce((SELECT string_agg(a.attname || ':' || a.atttypid || ':' || a.atttypmod, ',' ORDER BY a.attname)
                                FROM pg_attribute a
                                WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attname = ANY (?)), '')
                            || ' '
                            || coalesce((SELECT string_agg(p.relid::oid::text, ',' ORDER BY p.relid::oid)
                                FROM pg_partition_tree(c.oid) p WHERE p.isleaf), '')
                        FROM pg_class c WHERE c.oid = to_regclass(?)
                        """)) {
            for (Table table : tables) {
                String[] columns =
                        table.columns().stream()
                                .map(column -> PostgresDialect.actualName(column.physicalName()))
                                .toArray(String[]::new);
                statement.setArray(1, connection.createArrayOf("text", columns));
                statement.setString(2, PostgresDialect.quoted(table.physicalName()));
                try (ResultSet found = statement.executeQuery()) {
                    if (found.next()) {
                        structures.put(table.name(), found.getString(1));
                    }
                }
            }
        }
        return structures;
    }

    @Override
    public ChunkReader chunks() {
        return new PostgresChunks();
    }

    @Override
    public ChangeLog open(List<Table> tables, String position, LogContext context)
            throws SQLException {
        Position last = Position.of(position);
        RecentTransactions given = new RecentTransactions();
        Map<Integer, Table> numbers;
        Path confirmedFile = settings.workDir().resolve("confirmed");
        long start;
        int version;
        try (Connection connection = dialect.openForCapture()) {
            numbers = numbers(connection, tables);
            version = connection.getMetaData().getDatabaseMajorVersion();
            start = slot(connection, last, History.confirmed(confirmedFile), given);
        }
        Connection replication = replication();
        try {
            PGReplicationStream stream = start(replication, version, start);
            return new PostgresLog(
                    replication,
                    stream,
                    settings.logName(),
                    numbers,
                    new History(confirmedFile, last, start),
                    given,
                    settings.workDir().resolve("spill"),
                    context);
        } catch (SQLException e) {
            replication.close();
            throw e;
        }
    }

    private Connection replication() throws SQLException {
        Properties properties =
                PostgresDialect.properties(settings, "foz-agent-log", "-c wal_sender_timeout=60s");
        properties.setProperty("replication", "database");
        properties.setProperty("preferQueryMode", "simple");
        properties.setProperty("assumeMinServerVersion", "14");
        // A quiet log says nothing for long; the server's keepalives and TCP's tell a dead one.
        properties.setProperty("socketTimeout", "0");
        return DriverManager.getConnection(settings.jdbcUrl(), properties);
    }

    private PGReplicationStream start(Connection replication, int version, long from)
            throws SQLException {
        ChainedLogicalStreamBuilder builder =
                replication
                        .unwrap(PGConnection.class)
                        .getReplicationAPI()
                        .replicationStream()
                        .logical()
                        .withSlotName(settings.logName())
                        .withStartPosition(LogSequenceNumber.valueOf(from))
                        .withAutomaticFlush(false)
                        .withStatusInterval(5, java.util.concurrent.TimeUnit.SECONDS)
                        .withSlotOption("publication_names", '"' + settings.logName() + '"');
        if (version >= STREAMING_FROM) {
            builder.withSlotOption("proto_version", 2).withSlotOption("streaming", "on");
        } else {
            builder.withSlotOption("proto_version", 1);
        }
        return builder.start();
    }

    /// The slot's place, the slot being made where there is none and none is expected.
    private long slot(
            Connection connection, Position last, long confirmed, RecentTransactions given)
            throws SQLException {
        Slot slot = find(connection);
        boolean expected = last.end() > 0;
        if (slot == null && !expected) {
            create();
            // What runs now may be in the log from before the slot's beginning.
            try (Statement statement = connection.createStatement();
                    ResultSet found =
                            statement.executeQuery(
                                    "SELECT pg_snapshot_xip(pg_current_snapshot())::text::bigint")) {
                while (found.next()) {
                    given.add(found.getLong(1));
                }
            }
            slot = find(connection);
        }
        if (slot == null || slot.status().equals("lost")) {
            throw new LogLostException(
                    slot == null
                            ? "the slot '%s' is gone from the source: its log from %s on was not kept"
                                    .formatted(settings.logName(), Position.text(last.end()))
                            : "the source gave up the slot '%s': what it had to keep was over max_slot_wal_keep_size"
                                    .formatted(settings.logName()),
                    false);
        }
        if (expected) {
            requireReached(connection, last, slot, confirmed);
        }
        return slot.confirmed();
    }

    private void requireReached(Connection connection, Position last, Slot slot, long confirmed)
            throws SQLException {
        if (slot.confirmed() > Math.max(last.end(), confirmed)) {
            throw new LogLostException(
                    "the slot '%s' was read by somebody else, up to %s, where this agent had %s: give it back to this agent alone"
                            .formatted(
                                    settings.logName(),
                                    Position.text(slot.confirmed()),
                                    Position.text(last.end())),
                    false);
        }
        try (Statement statement = connection.createStatement();
                ResultSet found =
                        statement.executeQuery("SELECT pg_current_wal_insert_lsn()::text")) {
            found.next();
            if (Position.lsn(found.getString(1)) < last.end()) {
                throw new LogLostException(
                        "the source's log ends at %s, before %s, up to where it was read: the source was restored from a backup, or is a copy"
                                .formatted(found.getString(1), Position.text(last.end())),
                        true);
            }
        }
    }

    private @org.jspecify.annotations.Nullable Slot find(Connection connection)
            throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        SELECT confirmed_flush_lsn::text, coalesce(wal_status, 'reserved'), active, database
                        FROM pg_replication_slots WHERE slot_name = ?
                        """)) {
            statement.setString(1, settings.logName());
            try (ResultSet found = statement.executeQuery()) {
                return found.next()
                        ? new Slot(
                                Position.lsn(found.getString(1)),
                                found.getString(2),
                                found.getBoolean(3),
                                found.getString(4))
                        : null;
            }
        }
    }

    private void create() throws SQLException {
        LOG.info(
                "making the slot '{}'; this waits for the transactions that are open at the source",
                settings.logName());
        try (Connection replication = replication()) {
            api(replication)
                    .createReplicationSlot()
                    .logical()
                    .withSlotName(settings.logName())
                    .withOutputPlugin("pgoutput")
                    .make();
        }
    }

    private static PGReplicationConnection api(Connection replication) throws SQLException {
        return replication.unwrap(PGConnection.class).getReplicationAPI();
    }

    @Override
    public void drop() throws SQLException {
        try (Connection replication = replication()) {
            api(replication).dropReplicationSlot(settings.logName());
        } catch (SQLException e) {
            if (!UNDEFINED_OBJECT.equals(e.getSQLState())) {
                throw e;
            }
        }
    }

    private static Map<Integer, Table> numbers(Connection connection, List<Table> tables)
            throws SQLException {
        Map<Integer, Table> numbers = new HashMap<>();
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT to_regclass(?)::oid::bigint")) {
            for (Table table : tables) {
                statement.setString(1, PostgresDialect.quoted(table.physicalName()));
                try (ResultSet found = statement.executeQuery()) {
                    found.next();
                    long number = found.getLong(1);
                    if (!found.wasNull()) {
                        numbers.put((int) number, table);
                    }
                }
            }
        }
        return numbers;
    }
}
