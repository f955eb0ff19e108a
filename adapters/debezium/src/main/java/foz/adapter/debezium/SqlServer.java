package foz.adapter.debezium;

import foz.agent.Dialect;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.connect.data.Struct;

/// SQL Server by its change data capture, whose tables of changes the server's agent fills.
final class SqlServer implements Database {

    /// `SQLServerConnection.TRANSACTION_SNAPSHOT`.
    private static final int SNAPSHOT = 0x1000;

    private static final String NO_LSN = "00000000:00000000:0000";
    private static final Set<String> INTEGERS = Set.of("TINYINT", "SMALLINT", "INT", "BIGINT");
    private static final Set<String> DECIMALS = Set.of("DECIMAL", "NUMERIC", "MONEY", "SMALLMONEY");
    private static final Set<String> CHARACTERS = Set.of("CHAR", "VARCHAR", "NCHAR", "NVARCHAR");
    private static final Set<String> BYTES = Set.of("BINARY", "VARBINARY");

    /// Of longer ones the server writes no value where it did not change.
    private static final int SHORT_MAX = 8_000;

    private static final Set<String> ADDRESS =
            Set.of("databasename", "database", "user", "password", "portnumber", "servername");

    @Override
    public List<String> addresses() {
        return List.of("jdbc:sqlserver:");
    }

    @Override
    public boolean isDefault() {
        return true;
    }

    @Override
    public String connector() {
        return "io.debezium.connector.sqlserver.SqlServerConnector";
    }

    @Override
    public Driver driver() {
        return new Driver("com.microsoft.sqlserver.jdbc.SQLServerDriver", "mssql-jdbc.jar");
    }

    @Override
    public Map<String, String> settings(
            SourceSettings source, Connection connection, List<Table> tables) throws SQLException {
        Map<String, Table> named = new LinkedHashMap<>();
        for (Table table : tables) {
            TableName name = name(connection, table);
            named.put(name.schema() + "." + name.table(), table);
        }
        return settings(source, connection.getCatalog(), named);
    }

    /// @param tables by `schema.table`
    Map<String, String> settings(
            SourceSettings source, String database, Map<String, Table> tables) {
        Map<String, String> settings = new HashMap<>(address(source.jdbcUrl()));
        settings.put("connector.class", connector());
        settings.put("database.user", source.jdbcUser());
        settings.put("database.password", source.jdbcPassword());
        settings.put("database.names", database);
        settings.put(
                "table.include.list",
                tables.keySet().stream().map(Pattern::quote).collect(Collectors.joining(",")));
        settings.put(
                "column.include.list",
                tables.entrySet().stream()
                        .map(each -> Settings.columns(each.getKey(), each.getValue()))
                        .collect(Collectors.joining(",")));
        settings.put("time.precision.mode", "adaptive");
        // Each look asks the server.
        settings.put("poll.interval.ms", "500");
        settings.put("snapshot.isolation.mode", "read_committed");
        return settings;
    }

    /// `jdbc:sqlserver://host\instance:port;key=value;…`.
    private static Map<String, String> address(String jdbcUrl) {
        Map<String, String> settings = new HashMap<>();
        String[] parts = jdbcUrl.substring("jdbc:sqlserver://".length()).split(";", -1);
        Map<String, String> properties = new HashMap<>();
        for (int i = 1; i < parts.length; i++) {
            int equals = parts[i].indexOf('=');
            if (equals > 0) {
                properties.put(parts[i].substring(0, equals), parts[i].substring(equals + 1));
            }
        }
        Map<String, String> lower = new HashMap<>();
        properties.forEach((key, value) -> lower.put(key.toLowerCase(Locale.ROOT), value));
        int colon = parts[0].lastIndexOf(':');
        String host = colon < 0 ? parts[0] : parts[0].substring(0, colon);
        int instance = host.indexOf('\\');
        settings.put(
                "database.hostname",
                host.isEmpty()
                        ? lower.getOrDefault("servername", "localhost")
                        : instance < 0 ? host : host.substring(0, instance));
        if (colon >= 0) {
            settings.put("database.port", parts[0].substring(colon + 1));
        } else if (lower.containsKey("portnumber")) {
            settings.put("database.port", lower.getOrDefault("portnumber", ""));
        }
        if (instance >= 0 && !host.isEmpty()) {
            settings.put("database.instance", host.substring(instance + 1));
        }
        properties.forEach((key, value) -> {
            if (!ADDRESS.contains(key.toLowerCase(Locale.ROOT))) {
                settings.put("driver." + key, value);
            }
        });
        return settings;
    }

    @Override
    public Optional<String> impossible(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet found =
                        statement.executeQuery(
                                "SELECT is_cdc_enabled FROM sys.databases WHERE name = DB_NAME()")) {
            return found.next() && found.getBoolean(1)
                    ? Optional.empty()
                    : Optional.of(
                            "the database has no change data capture; run: EXEC sys.sp_cdc_enable_db, and see that SQL Server Agent runs");
        }
    }

    @Override
    public Optional<String> unsuitable(Connection connection, Table table) throws SQLException {
        TableName name = name(connection, table);
        List<String> captured = new ArrayList<>();
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        SELECT c.column_name FROM cdc.change_tables t
                        JOIN cdc.captured_columns c ON c.object_id = t.object_id
                        WHERE t.source_object_id = OBJECT_ID(QUOTENAME(?) + '.' + QUOTENAME(?))
                            AND t.object_id = (SELECT MAX(l.object_id) FROM cdc.change_tables l
                                WHERE l.source_object_id = t.source_object_id)
                        """)) {
            statement.setString(1, name.schema());
            statement.setString(2, name.table());
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    captured.add(found.getString(1));
                }
            }
        } catch (SQLException e) {
            if (Dialect.isConnectionFault(e)) {
                throw e;
            }
            return Optional.of(
                    "the user may not read the changes: %s; run: GRANT SELECT ON SCHEMA::cdc TO the user"
                            .formatted(e.getMessage()));
        }
        if (captured.isEmpty()) {
            return Optional.of(
                    "its changes are not captured; run: EXEC sys.sp_cdc_enable_table @source_schema = N'%s', @source_name = N'%s', @role_name = NULL"
                            .formatted(name.schema(), name.table()));
        }
        String missing =
                table.columns().stream()
                        .map(Column::physicalName)
                        .filter(column -> captured.stream().noneMatch(column::equalsIgnoreCase))
                        .collect(Collectors.joining("', '"));
        return missing.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        "of its columns '%s' the changes are not captured; run sys.sp_cdc_disable_table and sys.sp_cdc_enable_table for it"
                                .formatted(missing));
    }

    /// A snapshot, where the database allows it: it waits for no lock. Else each statement sees
    /// what is committed.
    @Override
    public int isolation(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet found =
                        statement.executeQuery(
                                "SELECT snapshot_isolation_state FROM sys.databases WHERE name = DB_NAME()")) {
            return found.next() && found.getInt(1) == 1
                    ? SNAPSHOT
                    : Connection.TRANSACTION_READ_COMMITTED;
        }
    }

    @Override
    public TableName name(Connection connection, Table table) throws SQLException {
        String name = table.physicalName();
        int point = name.lastIndexOf('.');
        return new TableName(
                connection.getCatalog(),
                point < 0 ? connection.getSchema() : name.substring(0, point),
                name.substring(point + 1));
    }

    @Override
    public long estimate(Connection connection, Table table) throws SQLException {
        TableName name = name(connection, table);
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        SELECT SUM(rows) FROM sys.partitions
                        WHERE object_id = OBJECT_ID(QUOTENAME(?) + '.' + QUOTENAME(?)) AND index_id < 2
                        """)) {
            statement.setString(1, name.schema());
            statement.setString(2, name.table());
            try (ResultSet found = statement.executeQuery()) {
                return found.next() ? found.getLong(1) : 0;
            }
        }
    }

    @Override
    public Conversion conversion(SourceType type, Column column) {
        String name = type.name();
        boolean isShort = type.length() > 0 && type.length() <= SHORT_MAX;
        return switch (column.type().kind()) {
            case INTEGER -> INTEGERS.contains(name) ? Texts::integer : Conversion.NONE;
            case DECIMAL ->
                    INTEGERS.contains(name)
                            ? Texts::integer
                            : DECIMALS.contains(name) ? Texts::decimal : Conversion.NONE;
            case TEXT ->
                    CHARACTERS.contains(name) ? longOne(Texts::text, isShort) : Conversion.NONE;
            case BYTES -> BYTES.contains(name) ? longOne(Texts::bytes, isShort) : Conversion.NONE;
            case DATE -> name.equals("DATE") ? Texts.local(type.meaning()) : Conversion.NONE;
            case FLOAT, BOOLEAN, TIME, TIMESTAMP, TIMESTAMP_WITH_ZONE, UUID, JSON ->
                    Conversion.NONE;
        };
    }

    private static Conversion longOne(Conversion conversion, boolean isShort) {
        return isShort
                ? conversion
                : value -> value == null ? Conversion.Value.UNSURE : conversion.of(value);
    }

    @Override
    public boolean isSureKey(SourceType type, Column column) {
        return switch (column.type().kind()) {
            case INTEGER, DECIMAL, TEXT, BYTES -> !conversion(type, column).equals(Conversion.NONE);
            case FLOAT, BOOLEAN, DATE, TIME, TIMESTAMP, TIMESTAMP_WITH_ZONE, UUID, JSON -> false;
        };
    }

    @Override
    public Place place(Struct source) {
        return new Place.Text(source.getString("commit_lsn"));
    }

    @Override
    public Place place(Map<String, Object> offset) {
        Object found = offset.get("commit_lsn");
        return place(found == null || found.equals("NULL") ? NO_LSN : found.toString());
    }

    @Override
    public Place place(String text) {
        return new Place.Text(text);
    }

    @Override
    public boolean tellsEnds() {
        return false;
    }

    /// Within a transaction the offset tells which of its changes were given; between two of them
    /// all of the one before.
    @Override
    public boolean isRest(Map<String, Object> offset, boolean open) {
        return !open && offset.get("snapshot") == null;
    }

    /// What the server's agent has taken from the log was committed before.
    @Override
    public Place seen(Connection connection) throws SQLException {
        String lsn = NO_LSN;
        try (Statement statement = connection.createStatement();
                ResultSet found =
                        statement.executeQuery(
                                "SELECT CONVERT(char(20), sys.fn_cdc_get_max_lsn(), 2)")) {
            if (found.next() && found.getString(1) != null) {
                lsn = lsn(found.getString(1));
            }
        }
        connection.rollback();
        return place(lsn);
    }

    /// Twenty hexadecimal digits, as Debezium writes them.
    static String lsn(String digits) {
        String lower = digits.toLowerCase(Locale.ROOT);
        return lower.substring(0, 8) + ":" + lower.substring(8, 16) + ":" + lower.substring(16, 20);
    }

    /// Debezium would begin with the oldest change that is left, and say nothing.
    @Override
    public Optional<String> missing(Connection connection, Map<String, Object> offset)
            throws SQLException {
        Place from = place(offset);
        try (Statement statement = connection.createStatement();
                ResultSet found =
                        statement.executeQuery(
                                """
                                SELECT capture_instance, CONVERT(char(20), sys.fn_cdc_get_min_lsn(capture_instance), 2)
                                FROM cdc.change_tables
                                """)) {
            while (found.next()) {
                String least = found.getString(2);
                if (least != null && !place(lsn(least)).isWithin(from)) {
                    return Optional.of(
                            "of the changes of '%s' the server has those from %s on, and this agent read up to %s: they were cleaned up"
                                    .formatted(found.getString(1), lsn(least), from));
                }
            }
        }
        return Optional.empty();
    }
}
