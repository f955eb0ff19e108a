package foz.adapter.debezium;

import foz.agent.Dialect;
import foz.agent.SourceSettings;
import foz.contract.Contract.Column;
import foz.contract.Contract.Table;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
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
import org.jspecify.annotations.Nullable;

/// Oracle by LogMiner.
final class Oracle implements Database {

    private static final Set<String> CHARACTERS = Set.of("VARCHAR2", "NVARCHAR2", "CHAR", "NCHAR");
    private static final List<String> READ =
            List.of(
                    "NUMBER",
                    "FLOAT",
                    "BINARY_FLOAT",
                    "BINARY_DOUBLE",
                    "VARCHAR2",
                    "NVARCHAR2",
                    "CHAR",
                    "NCHAR",
                    "DATE",
                    "TIMESTAMP",
                    "INTERVAL",
                    "RAW",
                    "CLOB",
                    "NCLOB",
                    "BLOB",
                    "XMLTYPE");
    private static final Set<String> LARGE = Set.of("CLOB", "NCLOB", "BLOB", "XMLTYPE");

    @Override
    public List<String> addresses() {
        return List.of("jdbc:oracle:");
    }

    @Override
    public boolean isDefault() {
        return true;
    }

    @Override
    public String connector() {
        return "io.debezium.connector.oracle.OracleConnector";
    }

    @Override
    public Driver driver() {
        return new Driver("oracle.jdbc.OracleDriver", "ojdbc17.jar");
    }

    @Override
    public Map<String, String> settings(
            SourceSettings source, Connection connection, List<Table> tables) throws SQLException {
        Map<String, Table> named = new LinkedHashMap<>();
        boolean large = false;
        Structures structures = new Structures(this);
        for (Table table : tables) {
            TableName name = name(connection, table);
            named.put(name.schema() + "." + name.table(), table);
            large |=
                    structures.types(connection, table).values().stream().anyMatch(LARGE::contains);
        }
        String sql =
                "SELECT SYS_CONTEXT('USERENV', 'CDB_NAME'), SYS_CONTEXT('USERENV', 'DB_NAME'), SYS_CONTEXT('USERENV', 'CON_NAME') FROM dual";
        try (Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(sql)) {
            found.next();
            String whole = found.getString(1);
            return settings(
                    source,
                    whole == null ? found.getString(2) : whole,
                    whole == null ? "" : found.getString(3),
                    named,
                    large);
        }
    }

    /// @param database the container's name, or that of a database which is none
    /// @param pluggable the pluggable database's name; empty where there is none
    /// @param tables by `SCHEMA.TABLE`
    /// @param large whether a table has a column whose values are written apart from their row
    Map<String, String> settings(
            SourceSettings source,
            String database,
            String pluggable,
            Map<String, Table> tables,
            boolean large) {
        Map<String, String> settings = new HashMap<>();
        settings.put("connector.class", connector());
        settings.put("database.url", source.jdbcUrl());
        settings.put("database.user", source.jdbcUser());
        settings.put("database.password", source.jdbcPassword());
        settings.put("database.dbname", database);
        if (!pluggable.isEmpty() && !pluggable.equals("CDB$ROOT")) {
            settings.put("database.pdb.name", pluggable);
        }
        settings.put(
                "table.include.list",
                tables.keySet().stream().map(Pattern::quote).collect(Collectors.joining(",")));
        settings.put(
                "column.include.list",
                tables.entrySet().stream()
                        .map(each -> Settings.columns(each.getKey(), each.getValue()))
                        .collect(Collectors.joining(",")));
        settings.put("time.precision.mode", "adaptive");
        settings.put("database.connection.adapter", "logminer");
        // Neither writes the data dictionary into the redo log, as the default does.
        settings.put("log.mining.strategy", large ? "online_catalog" : "hybrid");
        settings.put("log.mining.query.filter.mode", "in");
        // Else a change of such a value alone would be none.
        settings.put("lob.enabled", Boolean.toString(large));
        return settings;
    }

    @Override
    public Optional<String> impossible(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet found =
                        statement.executeQuery(
                                "SELECT log_mode, supplemental_log_data_min FROM v$database")) {
            found.next();
            if (!"ARCHIVELOG".equals(found.getString(1))) {
                return Optional.of(
                        "the database keeps no archived log; in mount state run: ALTER DATABASE ARCHIVELOG");
            }
            return "NO".equals(found.getString(2))
                    ? Optional.of(
                            "the log does not tell rows; run: ALTER DATABASE ADD SUPPLEMENTAL LOG DATA")
                    : Optional.empty();
        } catch (SQLException e) {
            if (Dialect.isConnectionFault(e)) {
                throw e;
            }
            return Optional.of(
                    "the user may not look at the log: %s; run: GRANT SELECT ON V_$DATABASE and LOGMINING to the user"
                            .formatted(String.valueOf(e.getMessage()).strip()));
        }
    }

    @Override
    public Optional<String> unsuitable(Connection connection, Table table) throws SQLException {
        TableName name = name(connection, table);
        Map<String, String> types = new Structures(this).types(connection, table);
        for (Column column : table.columns()) {
            String type = types.getOrDefault(column.physicalName().toLowerCase(Locale.ROOT), "");
            if (READ.stream().noneMatch(read -> type.equals(read) || type.startsWith(read + "("))
                    && !type.startsWith("TIMESTAMP ")
                    && !type.startsWith("INTERVAL ")) {
                return Optional.of(
                        "its column '%s' has the type %s, whose changes LogMiner does not give"
                                .formatted(column.name(), type));
            }
        }
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT count(*) FROM all_log_groups WHERE owner = ? AND table_name = ? AND log_group_type = 'ALL COLUMN LOGGING'")) {
            statement.setString(1, name.schema());
            statement.setString(2, name.table());
            try (ResultSet found = statement.executeQuery()) {
                found.next();
                return found.getInt(1) > 0
                        ? Optional.empty()
                        : Optional.of(
                                "the log does not tell its rows whole; run: ALTER TABLE %s.%s ADD SUPPLEMENTAL LOG DATA (ALL) COLUMNS"
                                        .formatted(name.schema(), name.table()));
            }
        }
    }

    /// As of the transaction's first statement.
    @Override
    public int isolation(Connection connection) {
        return Connection.TRANSACTION_SERIALIZABLE;
    }

    /// Names that are not quoted are in upper case.
    @Override
    public TableName name(Connection connection, Table table) throws SQLException {
        String name = table.physicalName();
        int point = name.lastIndexOf('.');
        return new TableName(
                null,
                (point < 0 ? connection.getSchema() : name.substring(0, point))
                        .toUpperCase(Locale.ROOT),
                upper(name.substring(point + 1)));
    }

    private static String upper(String name) {
        return name.equals(name.toLowerCase(Locale.ROOT)) ? name.toUpperCase(Locale.ROOT) : name;
    }

    @Override
    public long estimate(Connection connection, Table table) throws SQLException {
        TableName name = name(connection, table);
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT num_rows FROM all_tables WHERE owner = ? AND table_name = ?")) {
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
        return switch (column.type().kind()) {
            case INTEGER -> name.equals("NUMBER") ? Oracle::whole : Conversion.NONE;
            case DECIMAL ->
                    name.equals("NUMBER") ? value -> number(value, column) : Conversion.NONE;
            case TEXT -> CHARACTERS.contains(name) ? Texts::text : Conversion.NONE;
            // A DATE has a time of day.
            case TIMESTAMP ->
                    name.equals("DATE") || name.equals("TIMESTAMP")
                            ? Texts.local(type.meaning())
                            : Conversion.NONE;
            case FLOAT, BOOLEAN, DATE, TIME, TIMESTAMP_WITH_ZONE, BYTES, UUID, JSON ->
                    Conversion.NONE;
        };
    }

    /// Oracle stores no digits behind the last that is not zero.
    private static Conversion.Value whole(@Nullable Object value) {
        Conversion.Value plain = Texts.decimal(value);
        if (plain.text() == null) {
            return plain;
        }
        BigDecimal number = new BigDecimal(plain.text()).stripTrailingZeros();
        return number.scale() > 0
                ? Conversion.Value.UNSURE
                : Conversion.Value.of(number.toPlainString());
    }

    /// With as many digits as the contract has, where it says how many.
    private static Conversion.Value number(@Nullable Object value, Column column) {
        Conversion.Value plain = Texts.decimal(value);
        if (plain.text() == null) {
            return plain;
        }
        BigDecimal number = new BigDecimal(plain.text()).stripTrailingZeros();
        if (column.type().precision() > 0 && number.scale() <= column.type().scale()) {
            number = number.setScale(column.type().scale());
        }
        return Conversion.Value.of(number.toPlainString());
    }

    @Override
    public boolean isSureKey(SourceType type, Column column) {
        return switch (column.type().kind()) {
            case INTEGER, DECIMAL, TEXT -> !conversion(type, column).equals(Conversion.NONE);
            case FLOAT, BOOLEAN, DATE, TIME, TIMESTAMP, TIMESTAMP_WITH_ZONE, BYTES, UUID, JSON ->
                    false;
        };
    }

    @Override
    public Place place(Struct source) {
        return place(String.valueOf(source.get("commit_scn")));
    }

    /// All that stands before `scn` was given.
    @Override
    public Place place(Map<String, Object> offset) {
        Object scn = offset.get("scn");
        return new Place.Ordinal(scn == null ? 0 : Long.parseLong(scn.toString()) - 1);
    }

    @Override
    public Place place(String text) {
        return new Place.Ordinal(Long.parseLong(text));
    }

    @Override
    public boolean isRest(Map<String, Object> offset, boolean open) {
        return !open && offset.get("snapshot") == null;
    }

    /// What was committed by then is seen by the next statement.
    @Override
    public Place seen(Connection connection) throws SQLException {
        long scn;
        try (Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery("SELECT current_scn FROM v$database")) {
            found.next();
            scn = found.getLong(1);
        }
        connection.rollback();
        return new Place.Ordinal(scn);
    }

    /// Debezium looks by itself whether the redo logs are there.
    @Override
    public Optional<String> missing(Connection connection, Map<String, Object> offset) {
        return Optional.empty();
    }
}
