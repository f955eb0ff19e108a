package foz.agent.sqlserver;

import foz.agent.Dialect;
import foz.agent.SiteDriver;
import foz.agent.SourceSettings;
import foz.agent.SourceType;
import foz.contract.Contract.Column;
import foz.contract.Contract.Table;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// SQL Server, from 2016, by SELECT rights.
final class SqlserverDialect implements Dialect {

    /// Of a statement; the server takes 2100, some of them the driver's.
    private static final int PARAMETERS_MAX = 2_000;

    /// Where two wait for each other, the ERP goes on; where one waits for the ERP, it waits not
    /// long. Texts of days are read by one order of their parts.
    private static final String SESSION =
            """
            SET LANGUAGE us_english; SET DATEFORMAT ymd; SET LOCK_TIMEOUT 5000; SET DEADLOCK_PRIORITY LOW\
            """;

    private final SourceSettings settings;
    private final SiteDriver driver;
    private final SqlserverSql sql;
    private final Map<String, Map<String, SqlserverType>> types = new ConcurrentHashMap<>();

    SqlserverDialect(SourceSettings settings, SiteDriver driver) {
        this.settings = settings;
        this.driver = driver;
        this.sql = new SqlserverSql(settings.timeZone());
    }

    @Override
    public Connection openForCapture() throws SQLException {
        // By a cursor of the server's: else the driver would keep all rows of a result that is
        // still read when another statement is run.
        Connection connection = open("foz-agent-capture", "cursor");
        try {
            connection.setReadOnly(true);
            if (hasVersions(connection)) {
                execute(connection, "SET TRANSACTION ISOLATION LEVEL SNAPSHOT");
            }
            return connection;
        } catch (SQLException e) {
            Dialect.close(connection);
            throw e;
        }
    }

    @Override
    public Connection openForCommands() throws SQLException {
        return open("foz-agent-commands", "direct");
    }

    private Connection open(String application, String selectMethod) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", settings.jdbcUser());
        properties.setProperty("password", settings.jdbcPassword());
        properties.setProperty("applicationName", application);
        properties.setProperty("selectMethod", selectMethod);
        properties.setProperty("loginTimeout", "10");
        properties.setProperty("socketTimeout", "300000");
        return driver.connect(properties, SESSION);
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /// Whether a transaction can read rows as they were when it began, without a lock.
    private static boolean hasVersions(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet found =
                        statement.executeQuery(
                                "SELECT snapshot_isolation_state FROM sys.databases WHERE database_id = DB_ID()")) {
            return found.next() && found.getInt(1) == 1;
        }
    }

    /// By the database's own mark, and by that of its history where the server shows it. Without
    /// the server's name, which another one of a group has.
    @Override
    public String fingerprint(Connection connection) throws SQLException {
        String history = "";
        try (Statement statement = connection.createStatement()) {
            history =
                    one(
                            statement,
                            "SELECT CONVERT(varchar(36), recovery_fork_guid) FROM sys.database_recovery_status WHERE database_id = DB_ID()");
        } catch (SQLException e) {
            if (Dialect.isConnectionFault(e)) {
                throw e;
            }
        }
        try (Statement statement = connection.createStatement()) {
            return "sqlserver:"
                    + one(
                            statement,
                            "SELECT CONCAT(name, '/', CONVERT(varchar(36), service_broker_guid)) FROM sys.databases WHERE database_id = DB_ID()")
                    + "/"
                    + history;
        }
    }

    private static String one(Statement statement, String sql) throws SQLException {
        try (ResultSet found = statement.executeQuery(sql)) {
            return found.next() ? Optional.ofNullable(found.getString(1)).orElse("") : "";
        }
    }

    @Override
    public void learn(Connection connection, Table table) throws SQLException {
        know(table, SourceType.of(connection, this, table), collations(connection, table));
    }

    private Map<String, String> collations(Connection connection, Table table) throws SQLException {
        String asked =
                "SELECT name, collation_name FROM sys.columns WHERE object_id = OBJECT_ID(?) AND collation_name IS NOT NULL";
        Map<String, String> collations = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        try (PreparedStatement statement = connection.prepareStatement(asked)) {
            statement.setString(1, name(table.physicalName()));
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    collations.put(found.getString(1), found.getString(2));
                }
            }
        }
        return collations;
    }

    /// @param found by the columns' names in the contract
    /// @param collations by the columns' names at the source
    void know(Table table, Map<String, SourceType> found, Map<String, String> collations) {
        Map<String, SqlserverType> known = new HashMap<>();
        for (Column column : table.sourceColumns()) {
            SourceType type = found.get(column.name());
            if (type != null) {
                String collation = collations.getOrDefault(column.physicalName(), "");
                known.put(column.name(), SqlserverType.of(type, table, column, collation));
            }
        }
        types.put(table.name(), known);
    }

    private Map<String, SqlserverType> types(Table table) {
        return types.getOrDefault(table.name(), Map.of());
    }

    @Override
    public String keyHash(Table table) {
        return SqlserverSql.hash(table.key(), types(table));
    }

    @Override
    public String rowHash(Table table) {
        return SqlserverSql.hash(table.columns(), types(table));
    }

    /// There is no XOR of rows.
    @Override
    public boolean sums(Table table) {
        return true;
    }

    @Override
    public String combine(String hash, boolean sum) {
        return SqlserverSql.combine(hash);
    }

    @Override
    public String group(String hash, int mask) {
        return SqlserverSql.group(hash, mask);
    }

    @Override
    public String isAmong(String number, Collection<Integer> values) {
        return SqlserverSql.isAmong(number, values);
    }

    @Override
    public int parametersMax() {
        return PARAMETERS_MAX;
    }

    @Override
    public Optional<String> bytes(Table table) {
        return SqlserverSql.bytes(table, types(table));
    }

    @Override
    public String name(String physicalName) {
        return SqlserverSql.name(physicalName);
    }

    @Override
    public String select(Table table, Column column) {
        return SqlserverSql.select(column, types(table));
    }

    @Override
    public String parameter(Table table, Column column) {
        return SqlserverSql.parameter(column, types(table));
    }

    @Override
    public String firstRows(String select, int rows) {
        return SqlserverSql.firstRows(select, rows);
    }

    @Override
    public String constant(String value) {
        return value.equals("$now")
                ? "CONVERT(datetime2(0), " + sql.localNow() + ")"
                : SqlserverSql.literal(value);
    }

    @Override
    public String stampBefore(Table table, Column stamp, long ms) {
        return sql.stampBefore(stamp, types(table), ms);
    }

    /// Of an index over the whole table, since those of partitions give an order in each of them.
    @Override
    public boolean isKeyIndexed(Connection connection, Table table) throws SQLException {
        String asked =
                """
                SELECT i.index_id, c.name
                FROM sys.indexes i
                JOIN sys.data_spaces d ON d.data_space_id = i.data_space_id
                JOIN sys.index_columns k ON k.object_id = i.object_id AND k.index_id = i.index_id
                JOIN sys.columns c ON c.object_id = k.object_id AND c.column_id = k.column_id
                WHERE i.object_id = OBJECT_ID(?) AND i.type IN (1, 2) AND i.is_disabled = 0 AND i.has_filter = 0
                    AND d.type <> 'PS' AND k.is_descending_key = 0 AND k.key_ordinal BETWEEN 1 AND ?
                ORDER BY i.index_id, k.key_ordinal
                """;
        List<String> key =
                table.key().stream()
                        .map(column -> column.physicalName().toLowerCase(Locale.ROOT))
                        .toList();
        try (PreparedStatement statement = connection.prepareStatement(asked)) {
            statement.setString(1, name(table.physicalName()));
            statement.setInt(2, key.size());
            try (ResultSet found = statement.executeQuery()) {
                return Dialect.hasIndex(found, key, name -> name.toLowerCase(Locale.ROOT));
            }
        }
    }

    @Override
    public @Nullable String read(ResultSet row, int index, Table table, Column column)
            throws SQLException {
        return SqlserverValue.read(
                row, index, SqlserverSql.type(types(table), column), column.type());
    }

    @Override
    public boolean isRefusal(SQLException e) {
        int code = e.getErrorCode();
        return isDuplicate(e)
                || switch (code) {
                    // Null where none may be, another constraint, too long, too large, no value of
                    // the type.
                    case 515,
                            547,
                            2628,
                            8152,
                            220,
                            232,
                            8115,
                            241,
                            242,
                            245,
                            295,
                            296,
                            8114,
                            8169 ->
                            true;
                    // What the ERP raises itself, and a trigger's rollback.
                    default -> code == 3609 || code >= 50_000;
                };
    }

    @Override
    public boolean isDuplicate(SQLException e) {
        return e.getErrorCode() == 2627 || e.getErrorCode() == 2601;
    }
}
