package foz.agent.oracle;

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
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Oracle, from 11g, by SELECT rights.
final class OracleDialect implements Dialect {

    private static final int MAJOR_UNTIL_SEEN = 19;
    private static final int DUPLICATE = 1;

    /// That a table or view is not there, or not for this user.
    private static final int NO_TABLE = 942;

    /// By which a statement tells texts of its own and of ours alike, whatever the server is set
    /// to. Sorting and comparing by bytes lets a key's index serve.
    private static final String SESSION =
            """
            ALTER SESSION SET NLS_CALENDAR = 'GREGORIAN' NLS_NUMERIC_CHARACTERS = '.,'
                NLS_DATE_FORMAT = 'SYYYY-MM-DD HH24:MI:SS' NLS_TIMESTAMP_FORMAT = 'SYYYY-MM-DD HH24:MI:SS.FF9'
                NLS_TIMESTAMP_TZ_FORMAT = 'SYYYY-MM-DD HH24:MI:SS.FF9 TZH:TZM'
                NLS_SORT = 'BINARY' NLS_COMP = 'BINARY' TIME_ZONE = '+00:00'
            """;

    private final SourceSettings settings;
    private final SiteDriver driver;
    private final Map<String, Map<String, OracleType>> types = new ConcurrentHashMap<>();
    private volatile OracleSql sql;

    OracleDialect(SourceSettings settings, SiteDriver driver) {
        this.settings = settings;
        this.driver = driver;
        this.sql = new OracleSql(MAJOR_UNTIL_SEEN, settings.timeZone());
    }

    @Override
    public Connection openForCapture() throws SQLException {
        Connection connection = open();
        try {
            int major = connection.getMetaData().getDatabaseMajorVersion();
            sql = new OracleSql(major, settings.timeZone());
            connection.setReadOnly(true);
            if (major >= 23) {
                execute(connection, "ALTER SESSION SET READ_ONLY = TRUE");
            }
            return connection;
        } catch (SQLException e) {
            Dialect.close(connection);
            throw e;
        }
    }

    @Override
    public Connection openForCommands() throws SQLException {
        return open();
    }

    private Connection open() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", settings.jdbcUser());
        properties.setProperty("password", settings.jdbcPassword());
        properties.setProperty("oracle.net.CONNECT_TIMEOUT", "10000");
        properties.setProperty("oracle.jdbc.ReadTimeout", "300000");
        properties.setProperty("oracle.net.keepAlive", "true");
        properties.setProperty("v$session.program", "foz-agent");
        return driver.connect(properties, SESSION);
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /// One view for all statements of the transaction, without a lock, and without the right that
    /// `AS OF SCN` asks for.
    @Override
    public void begin(Connection connection) throws SQLException {
        execute(connection, "SET TRANSACTION READ ONLY");
    }

    @Override
    public String fingerprint(Connection connection) throws SQLException {
        String place =
                "SYS_CONTEXT('USERENV', '%s') || '/' || SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA')"
                        .formatted(sql.major() >= 12 ? "CON_NAME" : "DB_NAME");
        try (Statement statement = connection.createStatement()) {
            return "oracle:"
                    + one(
                            statement,
                            "SELECT DBID || '/' || RESETLOGS_CHANGE# || '/' || %s FROM V$DATABASE"
                                    .formatted(place));
        } catch (SQLException e) {
            if (e.getErrorCode() != NO_TABLE) {
                throw e;
            }
        }
        // Without the server's name: a cluster has several, and each switch would be another
        // database.
        try (Statement statement = connection.createStatement()) {
            return "oracle:"
                    + one(
                            statement,
                            """
                            SELECT SYS_CONTEXT('USERENV', 'DB_UNIQUE_NAME') || '.' || SYS_CONTEXT('USERENV', 'DB_DOMAIN') || '/'
                                || TO_CHAR(CREATED, 'YYYY-MM-DD HH24:MI:SS') || '/' || %s
                            FROM ALL_USERS WHERE USERNAME = 'SYS'
                            """
                                    .formatted(place));
        }
    }

    private static String one(Statement statement, String sql) throws SQLException {
        try (ResultSet found = statement.executeQuery(sql)) {
            found.next();
            return found.getString(1);
        }
    }

    @Override
    public void learn(Connection connection, Table table) throws SQLException {
        know(table, SourceType.of(connection, this, table));
    }

    /// @param found by the columns' names in the contract
    void know(Table table, Map<String, SourceType> found) {
        Map<String, OracleType> known = new HashMap<>();
        for (Column column : table.sourceColumns()) {
            SourceType type = found.get(column.name());
            if (type != null) {
                known.put(column.name(), OracleType.of(type, table, column));
            }
        }
        types.put(table.name(), known);
    }

    private Map<String, OracleType> types(Table table) {
        return types.getOrDefault(table.name(), Map.of());
    }

    @Override
    public String keyHash(Table table) {
        return sql.hash(table, table.key(), types(table));
    }

    @Override
    public String rowHash(Table table) {
        return sql.hash(table, table.columns(), types(table));
    }

    /// There is no XOR of rows before 21c.
    @Override
    public boolean sums(Table table) {
        return true;
    }

    @Override
    public String combine(String hash, boolean sum) {
        return OracleSql.combine(hash);
    }

    @Override
    public String group(String hash, int mask) {
        return OracleSql.group(hash, mask);
    }

    @Override
    public String isAmong(String number, Collection<Integer> values) {
        return OracleSql.isAmong(number, values);
    }

    @Override
    public Optional<String> bytes(Table table) {
        return OracleSql.bytes(table, types(table));
    }

    @Override
    public String name(String physicalName) {
        return OracleSql.name(physicalName);
    }

    @Override
    public String select(Table table, Column column) {
        return OracleSql.select(table, column, types(table));
    }

    @Override
    public String parameter(Table table, Column column) {
        return OracleSql.parameter(column, types(table));
    }

    @Override
    public String firstRows(String select, int rows) {
        return sql.firstRows(select, rows);
    }

    @Override
    public String constant(String value) {
        return value.equals("$now") ? sql.localNow() : OracleSql.literal(value);
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
                SELECT i.OWNER || '.' || i.INDEX_NAME, c.COLUMN_NAME
                FROM ALL_INDEXES i
                JOIN ALL_IND_COLUMNS c ON c.INDEX_OWNER = i.OWNER AND c.INDEX_NAME = i.INDEX_NAME
                WHERE i.TABLE_NAME = ? AND i.TABLE_OWNER = NVL(?, SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA'))
                    AND i.INDEX_TYPE IN ('NORMAL', 'IOT - TOP') AND i.STATUS = 'VALID' AND i.PARTITIONED = 'NO'
                    AND c.DESCEND = 'ASC' AND c.COLUMN_POSITION <= ?
                ORDER BY 1, c.COLUMN_POSITION
                """;
        List<String> names = List.of(name(table.physicalName()).replace("\"", "").split("\\.", 2));
        List<String> key =
                table.key().stream()
                        .map(column -> OracleSql.actual(column.physicalName()))
                        .toList();
        try (PreparedStatement statement = connection.prepareStatement(asked)) {
            statement.setString(1, names.getLast());
            statement.setString(2, names.size() > 1 ? names.getFirst() : null);
            statement.setInt(3, key.size());
            try (ResultSet found = statement.executeQuery()) {
                return Dialect.hasIndex(found, key, UnaryOperator.identity());
            }
        }
    }

    @Override
    public @Nullable String read(ResultSet row, int index, Table table, Column column)
            throws SQLException {
        OracleType type =
                Optional.ofNullable(types(table).get(column.name()))
                        .orElseGet(() -> OracleType.likely(column.type()));
        return OracleValue.read(row, index, type, column.type());
    }

    @Override
    public boolean isRefusal(SQLException e) {
        int code = e.getErrorCode();
        return isDuplicate(e)
                || switch (code) {
                    // Null where none may be, too long, too large, no number, another constraint.
                    case 1400, 1401, 1407, 1426, 1438, 1722, 2290, 2291, 2292, 12899 -> true;
                    default ->
                            // No date, and what the ERP raises itself.
                            (code >= 1830 && code <= 1899) || (code >= 20_000 && code <= 20_999);
                };
    }

    @Override
    public boolean isDuplicate(SQLException e) {
        return e.getErrorCode() == DUPLICATE;
    }
}
