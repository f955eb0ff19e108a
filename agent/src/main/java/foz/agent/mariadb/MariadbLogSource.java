package foz.agent.mariadb;

import foz.agent.ChangeLog;
import foz.agent.ChunkReader;
import foz.agent.KeyChunks;
import foz.agent.LogContext;
import foz.agent.LogLostException;
import foz.agent.LogSource;
import foz.agent.SourceSettings;
import foz.contract.Contract.Column;
import foz.contract.Contract.Table;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// MariaDB's binlog as a source of changes.
final class MariadbLogSource implements LogSource {

    private static final List<String> IMAGES = List.of("FULL", "FULL_NODUP");

    private final SourceSettings settings;
    private final MariadbDialect dialect;

    MariadbLogSource(SourceSettings settings) {
        this.settings = settings;
        this.dialect = new MariadbDialect(settings);
    }

    @Override
    public Offer prepare(Connection connection, List<Table> wanted) throws SQLException {
        Map<String, String> reasons = new HashMap<>();
        Optional<String> nothing = impossible(connection);
        List<Table> able = new ArrayList<>();
        for (Table table : wanted) {
            Optional<String> why = nothing.isPresent() ? nothing : unsuitable(connection, table);
            why.ifPresentOrElse(reason -> reasons.put(table.name(), reason), () -> able.add(table));
        }
        return new Offer(able, reasons);
    }

    /// Nothing has to be prepared.
    @Override
    public Offer look(Connection connection, List<Table> wanted) throws SQLException {
        return prepare(connection, wanted);
    }

    private static Map<String, String> variables(Connection connection) throws SQLException {
        Map<String, String> variables = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery(
                                """
                                SHOW GLOBAL VARIABLES WHERE Variable_name IN ('version', 'log_bin', 'binlog_format',
                                    'binlog_row_image', 'binlog_row_metadata', 'log_bin_compress')
                                """)) {
            while (rows.next()) {
                variables.put(
                        rows.getString(1).toLowerCase(Locale.ROOT),
                        rows.getString(2).toUpperCase(Locale.ROOT));
            }
        }
        return variables;
    }

    /// Why the server gives no log at all.
    private static Optional<String> impossible(Connection connection) throws SQLException {
        Map<String, String> found = variables(connection);
        if (!found.getOrDefault("version", "").contains("MARIADB")) {
            return Optional.of(
                    "MySQL's binlog does not tell what a reading transaction saw, and is not read");
        }
        if (!found.getOrDefault("log_bin", "OFF").equals("ON")) {
            return Optional.of("the server writes no binlog; start it with --log-bin");
        }
        if (!found.containsKey("binlog_row_metadata")) {
            return Optional.of(
                    "the server is older than MariaDB 10.5, whose binlog names no columns");
        }
        if (!found.getOrDefault("binlog_format", "").equals("ROW")) {
            return Optional.of(wrong(found, "binlog_format", "ROW"));
        }
        if (!IMAGES.contains(found.getOrDefault("binlog_row_image", ""))) {
            return Optional.of(wrong(found, "binlog_row_image", "FULL"));
        }
        if (!found.getOrDefault("binlog_row_metadata", "").equals("FULL")) {
            return Optional.of(wrong(found, "binlog_row_metadata", "FULL"));
        }
        if (found.getOrDefault("log_bin_compress", "OFF").equals("ON")) {
            return Optional.of(wrong(found, "log_bin_compress", "OFF"));
        }
        return rights(connection);
    }

    private static String wrong(Map<String, String> found, String variable, String wanted) {
        return "%s is %s; run: SET GLOBAL %s = %s, and set it in the server's configuration"
                .formatted(variable, found.get(variable), variable, wanted);
    }

    private static Optional<String> rights(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            StringBuilder grants = new StringBuilder();
            try (ResultSet rows = statement.executeQuery("SHOW GRANTS")) {
                while (rows.next()) {
                    grants.append(rows.getString(1).toUpperCase(Locale.ROOT)).append('\n');
                }
            } catch (SQLException e) {
                // A server without accounts has no grants to show.
                return Optional.empty();
            }
            boolean all = grants.indexOf("ALL PRIVILEGES ON *.*") >= 0;
            boolean reads =
                    grants.indexOf("REPLICATION SLAVE") >= 0
                            || grants.indexOf("REPLICATION REPLICA") >= 0;
            boolean looks =
                    grants.indexOf("BINLOG MONITOR") >= 0
                            || grants.indexOf("REPLICATION CLIENT") >= 0;
            return all || (reads && looks)
                    ? Optional.empty()
                    : Optional.of(
                            "the user may not read the binlog; run: GRANT REPLICATION SLAVE, BINLOG MONITOR ON *.* TO CURRENT_USER's account");
        }
    }

    /// Why this table's changes cannot be told from the log.
    private Optional<String> unsuitable(Connection connection, Table table) throws SQLException {
        if (table.isKeyless()) {
            return Optional.of("it has no key");
        }
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT TABLE_TYPE, ENGINE FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ?")) {
            statement.setString(1, table.physicalName());
            try (ResultSet found = statement.executeQuery()) {
                if (!found.next()) {
                    return Optional.of(
                            "the source has no table '%s'; write its physicalName as it is there"
                                    .formatted(table.physicalName()));
                }
                if (!found.getString(1).equals("BASE TABLE")) {
                    return Optional.of("it is no table but a view, and has no log of its own");
                }
                if (!"InnoDB".equalsIgnoreCase(found.getString(2))) {
                    return Optional.of(
                            "its engine is %s, which knows no transactions"
                                    .formatted(found.getString(2)));
                }
            }
        }
        return dialect.isKeyIndexed(connection, table)
                ? Optional.empty()
                : Optional.of(
                        "no index begins with its key (%s), by which it would be read whole"
                                .formatted(
                                        table.key().stream()
                                                .map(Column::physicalName)
                                                .collect(Collectors.joining(", "))));
    }

    /// The contract's columns, as the catalogue has them.
    @Override
    public Map<String, String> structures(Connection connection, List<Table> tables)
            throws SQLException {
        Map<String, String> structures = new HashMap<>();
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        SELECT COLUMN_NAME, COLUMN_TYPE, IFNULL(CHARACTER_SET_NAME, ''), IFNULL(GENERATION_EXPRESSION, '')
                        FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ?
                        ORDER BY COLUMN_NAME
                        """)) {
            for (Table table : tables) {
                statement.setString(1, table.physicalName());
                StringBuilder structure = new StringBuilder();
                try (ResultSet found = statement.executeQuery()) {
                    while (found.next()) {
                        String name = found.getString(1);
                        if (table.columns().stream()
                                .anyMatch(column -> column.physicalName().equalsIgnoreCase(name))) {
                            structure.append(name).append(' ').append(found.getString(2));
                            structure.append(' ').append(found.getString(3));
                            structure.append(' ').append(found.getString(4)).append(';');
                        }
                    }
                }
                if (!structure.isEmpty()) {
                    structures.put(table.name(), structure.toString());
                }
            }
        }
        return structures;
    }

    @Override
    public ChunkReader chunks() {
        return new KeyChunks(dialect, MariadbLogSource::estimate);
    }

    private static long estimate(Connection connection, Table table) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT TABLE_ROWS FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ?")) {
            statement.setString(1, table.physicalName());
            try (ResultSet found = statement.executeQuery()) {
                return found.next() ? found.getLong(1) : 0;
            }
        }
    }

    @Override
    public ChangeLog open(List<Table> tables, String position, LogContext context)
            throws SQLException {
        try (Connection connection = dialect.openForCapture()) {
            BinlogPosition from =
                    position.isEmpty() ? now(connection) : requireThere(connection, position);
            BinlogStream stream =
                    new BinlogStream(
                            settings.jdbcUrl(), settings.jdbcUser(), settings.jdbcPassword(), from);
            return new MariadbLog(
                    stream,
                    connection.getCatalog(),
                    tables,
                    Charsets.of(connection),
                    dataTypes(connection, tables),
                    from,
                    context);
        }
    }

    private static BinlogPosition now(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery("SHOW MASTER STATUS")) {
            if (!found.next()) {
                throw new SQLException("the server writes no binlog");
            }
            String file = found.getString(1);
            long offset = found.getLong(2);
            return new BinlogPosition(file, offset, gtid(connection, file, offset).orElse(""));
        }
    }

    /// The transactions before a place; empty where the server has no such place.
    private static Optional<String> gtid(Connection connection, String file, long offset)
            throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT BINLOG_GTID_POS(?, ?)")) {
            statement.setString(1, file);
            statement.setLong(2, offset);
            try (ResultSet found = statement.executeQuery()) {
                found.next();
                return Optional.ofNullable(found.getString(1));
            }
        }
    }

    private static BinlogPosition requireThere(Connection connection, String text)
            throws SQLException {
        BinlogPosition last = BinlogPosition.of(text);
        Optional<String> found = gtid(connection, last.file(), last.offset());
        if (found.isEmpty()) {
            throw new LogLostException(
                    "the server has no place %d in binlog %s any more: it was purged, or begun anew"
                            .formatted(last.offset(), last.file()),
                    false);
        }
        if (!last.isIn(found.get())) {
            throw new LogLostException(
                    "at place %d of binlog %s the server has the transactions %s, where this agent had read %s: it has another history"
                            .formatted(last.offset(), last.file(), found.get(), last.gtid()),
                    true);
        }
        return last;
    }

    /// Each table's columns with their types, since the binlog takes some types for others.
    private static Map<String, Map<String, String>> dataTypes(
            Connection connection, List<Table> tables) throws SQLException {
        Map<String, Map<String, String>> all = new HashMap<>();
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT COLUMN_NAME, DATA_TYPE FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ?")) {
            for (Table table : tables) {
                Map<String, String> types = new HashMap<>();
                statement.setString(1, table.physicalName());
                try (ResultSet found = statement.executeQuery()) {
                    while (found.next()) {
                        types.put(
                                found.getString(1).toLowerCase(Locale.ROOT),
                                found.getString(2).toLowerCase(Locale.ROOT));
                    }
                }
                all.put(table.name(), types);
            }
        }
        return all;
    }

    /// The binlog is the server's own; nothing was made there.
    @Override
    public void drop() {}
}
