package foz.adapter.debezium;

import foz.agent.Dialect;
import foz.agent.SourceSettings;
import foz.contract.Contract.Column;
import foz.contract.Contract.Table;
import io.debezium.relational.Tables;
import io.debezium.relational.ddl.DdlParser;
import io.debezium.relational.history.SchemaHistory;
import io.debezium.text.MultipleParsingExceptions;
import io.debezium.text.ParsingException;
import java.net.URI;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.connect.data.Struct;
import org.jspecify.annotations.Nullable;

/// MariaDB by its binlog; the agent has a reader of its own for it, which is the default.
class Mariadb implements Database {

    private static final int OFFSET_BITS = 40;

    private static final Set<String> INTEGERS =
            Set.of("TINYINT", "SMALLINT", "MEDIUMINT", "INT", "INTEGER", "BIGINT");
    private static final Set<String> CHARACTERS =
            Set.of("CHAR", "VARCHAR", "TINYTEXT", "TEXT", "MEDIUMTEXT", "LONGTEXT");
    private static final Set<String> BYTES =
            Set.of("VARBINARY", "TINYBLOB", "BLOB", "MEDIUMBLOB", "LONGBLOB");
    private static final Pattern SIGN = Pattern.compile("\\s+(?:UNSIGNED|SIGNED)$");

    @Override
    public List<String> addresses() {
        return List.of("jdbc:mariadb:");
    }

    @Override
    public boolean isDefault() {
        return false;
    }

    @Override
    public String connector() {
        return "io.debezium.connector.mariadb.MariaDbConnector";
    }

    @Override
    public Driver driver() {
        return new Driver("org.mariadb.jdbc.Driver", "mariadb-java-client.jar");
    }

    @Override
    public Map<String, String> settings(
            SourceSettings source, Connection connection, List<Table> tables) throws SQLException {
        return settings(source, connection.getCatalog(), tables);
    }

    Map<String, String> settings(SourceSettings source, String database, List<Table> tables) {
        URI address = URI.create(source.jdbcUrl().substring("jdbc:".length()));
        Map<String, String> settings = new HashMap<>();
        settings.put("connector.class", connector());
        settings.put("database.hostname", address.getHost());
        settings.put(
                "database.port",
                Integer.toString(address.getPort() < 0 ? 3306 : address.getPort()));
        settings.put("database.user", source.jdbcUser());
        settings.put("database.password", source.jdbcPassword());
        settings.put("database.server.id", Integer.toString(serverId(source.logName())));
        settings.put("database.include.list", Pattern.quote(database));
        settings.put(
                "table.include.list",
                tables.stream()
                        .map(table -> Pattern.quote(database + "." + table.physicalName()))
                        .collect(Collectors.joining(",")));
        settings.put(
                "column.include.list",
                tables.stream()
                        .map(table ->
                                Settings.columns(database + "." + table.physicalName(), table))
                        .collect(Collectors.joining(",")));
        settings.put("time.precision.mode", "adaptive_time_microseconds");
        settings.put("bigint.unsigned.handling.mode", "precise");
        settings.put("enable.time.adjuster", "false");
        settings.put("inconsistent.schema.handling.mode", "fail");
        settings.put(SchemaHistory.DDL_FILTER.name(), statements(database, tables));
        // The server tells every so often that nothing happened, and where its log stands.
        settings.put("connect.keep.alive.interval.ms", "1250");
        return settings;
    }

    /// Statements that Debezium leaves out, by commas: its own list of harmless ones, but for those
    /// that change rows, and all that name no captured table, of which one that it cannot parse
    /// would end the reading.
    static String statements(String database, List<Table> tables) {
        String names =
                Stream.concat(Stream.of(database), tables.stream().map(Table::physicalName))
                        .map(name -> name.replaceAll("[^\\p{L}\\p{N}_]", "."))
                        .collect(Collectors.joining("|"));
        String harmless =
                Arrays.stream(SchemaHistory.DDL_FILTER.defaultValueAsString().split(",", -1))
                        .filter(pattern -> !pattern.contains("REPLACE INTO"))
                        .collect(Collectors.joining(","));
        return harmless
                + ",(?is)^(?!\\s*SET\\s)(?!.*(?<![\\p{L}\\p{N}_$])(?:"
                + names
                + ")(?![\\p{L}\\p{N}_$])).*$";
    }

    /// Another one for each agent, as the server asks of those that read its log.
    private static int serverId(String logName) {
        return 1_000_000_000 + (logName.hashCode() & 0x1FFF_FFFF);
    }

    static Map<String, String> variables(Connection connection, String names) throws SQLException {
        Map<String, String> variables = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery(
                                "SHOW GLOBAL VARIABLES WHERE Variable_name IN (" + names + ")")) {
            while (rows.next()) {
                variables.put(
                        rows.getString(1).toLowerCase(Locale.ROOT),
                        rows.getString(2).toUpperCase(Locale.ROOT));
            }
        }
        return variables;
    }

    @Override
    public Optional<String> impossible(Connection connection) throws SQLException {
        Map<String, String> found =
                variables(connection, "'log_bin', 'binlog_format', 'binlog_row_image'");
        if (!found.getOrDefault("log_bin", "OFF").equals("ON")) {
            return Optional.of("the server writes no binlog; start it with --log-bin");
        }
        Optional<String> format = wrong(found, "binlog_format", "ROW");
        return format.isPresent() ? format : wrong(found, "binlog_row_image", "FULL");
    }

    static Optional<String> wrong(Map<String, String> found, String variable, String wanted) {
        String value = found.getOrDefault(variable, "");
        return value.equals(wanted)
                ? Optional.empty()
                : Optional.of(
                        "%s is %s; run: SET GLOBAL %s = %s, and set it in the server's configuration"
                                .formatted(variable, value, variable, wanted));
    }

    @Override
    public Optional<String> unsuitable(Connection connection, Table table) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT TABLE_TYPE, ENGINE FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ?")) {
            statement.setString(1, table.physicalName());
            try (ResultSet found = statement.executeQuery()) {
                if (found.next() && !found.getString(1).equals("BASE TABLE")) {
                    return Optional.of("it is no table but a view, and has no log of its own");
                }
                if (!"InnoDB".equalsIgnoreCase(found.getString(2))) {
                    return Optional.of(
                            "its engine is %s, which knows no transactions"
                                    .formatted(found.getString(2)));
                }
            }
        }
        return unreadable(connection, table);
    }

    /// What Debezium's parser does not know would end the reading of all tables.
    private Optional<String> unreadable(Connection connection, Table table) throws SQLException {
        String name = "`" + table.physicalName().replace("`", "``") + "`";
        try (Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery("SHOW CREATE TABLE " + name)) {
            found.next();
            DdlParser parser =
                    Class.forName(parser())
                            .asSubclass(DdlParser.class)
                            .getDeclaredConstructor()
                            .newInstance();
            parser.setCurrentSchema(connection.getCatalog());
            parser.parse(found.getString(2), new Tables());
            return Optional.empty();
        } catch (ParsingException | MultipleParsingExceptions e) {
            return Optional.of(
                    "Debezium does not understand how it is built: "
                            + String.valueOf(e.getMessage()).lines().reduce("", (_, last) -> last));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the connector has another parser", e);
        }
    }

    String parser() {
        return "io.debezium.connector.mariadb.antlr.MariaDbAntlrDdlParser";
    }

    @Override
    public int isolation(Connection connection) {
        return Connection.TRANSACTION_REPEATABLE_READ;
    }

    @Override
    public TableName name(Connection connection, Table table) throws SQLException {
        return new TableName(connection.getCatalog(), null, table.physicalName());
    }

    @Override
    public long estimate(Connection connection, Table table) throws SQLException {
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
    public Conversion conversion(SourceType type, Column column) {
        String plain = SIGN.matcher(type.name()).replaceAll("");
        return switch (column.type().kind()) {
            case INTEGER -> INTEGERS.contains(plain) ? Mariadb::integer : Conversion.NONE;
            case DECIMAL ->
                    INTEGERS.contains(plain) || plain.equals("DECIMAL") || plain.equals("NUMERIC")
                            ? Mariadb::integer
                            : Conversion.NONE;
            case TEXT -> CHARACTERS.contains(plain) ? Texts::text : Conversion.NONE;
            case BYTES -> BYTES.contains(plain) ? Texts::bytes : Conversion.NONE;
            case DATE ->
                    plain.equals("DATE")
                            ? Texts.doubtful(Texts.local(type.meaning()))
                            : Conversion.NONE;
            case TIMESTAMP ->
                    plain.equals("DATETIME")
                            ? Texts.doubtful(Texts.local(type.meaning()))
                            : Conversion.NONE;
            case FLOAT, BOOLEAN, TIME, TIMESTAMP_WITH_ZONE, UUID, JSON -> Conversion.NONE;
        };
    }

    /// Unsigned ones of eight bytes come as texts.
    private static Conversion.Value integer(@Nullable Object value) {
        return value instanceof String ? Texts.decimal(value) : Texts.integer(value);
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
        return number(source.getString("file"), source.getInt64("pos"));
    }

    @Override
    public Place place(Map<String, Object> offset) {
        return number(
                String.valueOf(offset.get("file")),
                ((Number) offset.getOrDefault("pos", 0L)).longValue());
    }

    @Override
    public Place place(String text) {
        return new Place.Ordinal(Long.parseLong(text));
    }

    static Place number(String file, long offset) {
        return new Place.Ordinal(
                Long.parseLong(file.substring(file.lastIndexOf('.') + 1)) << OFFSET_BITS | offset);
    }

    @Override
    public boolean isRest(Map<String, Object> offset, boolean open) {
        return !offset.containsKey("event")
                && !offset.containsKey("row")
                && offset.get("transaction_id") == null;
    }

    @Override
    public boolean hasPrepared(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery("XA RECOVER")) {
            return found.next();
        } catch (SQLException e) {
            if (Dialect.isConnectionFault(e)) {
                throw e;
            }
            // The user may not look: what was prepared before is taken as there.
            return true;
        }
    }

    @Override
    public Place seen(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT");
            String file = "";
            long offset = 0;
            try (ResultSet found = statement.executeQuery("SHOW STATUS LIKE 'binlog_snapshot_%'")) {
                while (found.next()) {
                    String name = found.getString(1).toLowerCase(Locale.ROOT);
                    if (name.equals("binlog_snapshot_file")) {
                        file = found.getString(2);
                    } else if (name.equals("binlog_snapshot_position")) {
                        offset = found.getLong(2);
                    }
                }
            }
            return number(file, offset);
        }
    }

    @Override
    public Optional<String> missing(Connection connection, Map<String, Object> offset)
            throws SQLException {
        String file = String.valueOf(offset.get("file"));
        List<String> there = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SHOW BINARY LOGS")) {
            while (rows.next()) {
                there.add(rows.getString(1));
                if (rows.getString(1).equals(file)
                        && rows.getLong(2)
                                >= ((Number) offset.getOrDefault("pos", 0L)).longValue()) {
                    return Optional.empty();
                }
            }
        }
        return Optional.of(
                "the server has no place %s in binlog %s any more, only %s: it was purged, or begun anew"
                        .formatted(offset.get("pos"), file, there));
    }
}
