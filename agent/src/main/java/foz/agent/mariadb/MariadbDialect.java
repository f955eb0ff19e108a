package foz.agent.mariadb;

import foz.agent.Dialect;
import foz.agent.SourceSettings;
import foz.contract.Contract.Column;
import foz.contract.Contract.Table;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// MariaDB and MySQL.
final class MariadbDialect implements Dialect {

    private static final int DUPLICATE = 1062;

    private final SourceSettings settings;

    MariadbDialect(SourceSettings settings) {
        this.settings = settings;
    }

    @Override
    public Connection openForCapture() throws SQLException {
        Connection connection = open();
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET SESSION TRANSACTION READ ONLY");
        }
        connection.setReadOnly(true);
        return connection;
    }

    @Override
    public Connection openForCommands() throws SQLException {
        return open();
    }

    private Connection open() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", settings.jdbcUser());
        properties.setProperty("password", settings.jdbcPassword());
        properties.setProperty("connectTimeout", "10000");
        properties.setProperty("socketTimeout", "300000");
        properties.setProperty("tcpKeepAlive", "true");
        // A tinyint(1) is a number, not yes or no.
        properties.setProperty("tinyInt1isBit", "false");
        String url = settings.jdbcUrl();
        if (url.startsWith(MariadbEngine.MYSQL)) {
            url = "jdbc:mariadb:" + url.substring(MariadbEngine.MYSQL.length());
        }
        Connection connection = DriverManager.getConnection(url, properties);
        try (Statement statement = connection.createStatement()) {
            // No PAD_CHAR_TO_FULL_LENGTH, which would give values other blanks than they have; no
            // ANSI_QUOTES nor NO_BACKSLASH_ESCAPES, by which literals would read otherwise.
            statement.execute(
                    "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION',"
                            + " time_zone = '+00:00', innodb_lock_wait_timeout = 5, lock_wait_timeout = 5");
            statement.execute("SET NAMES utf8mb4");
            return connection;
        } catch (SQLException e) {
            Dialect.close(connection);
            throw e;
        }
    }

    @Override
    public String fingerprint(Connection connection) throws SQLException {
        // MariaDB's server_uid and MySQL's server_uuid; whichever the server has. An older MariaDB
        // has neither, and is told by its host, port and data folder.
        String sql =
                """
                SHOW GLOBAL VARIABLES
                WHERE Variable_name IN ('server_uid', 'server_uuid', 'hostname', 'port', 'datadir')
                """;
        StringBuilder found = new StringBuilder("mariadb:");
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                found.append(rows.getString(2)).append('/');
            }
        }
        return found.append(connection.getCatalog()).toString();
    }

    @Override
    public String keyHash(Table table) {
        return hash(table.key());
    }

    @Override
    public String rowHash(Table table) {
        return hash(table.columns());
    }

    /// Of the bytes, so that no collation has a say. Between the columns stands what no hexadecimal
    /// digit is, and so does null.
    private String hash(List<Column> columns) {
        String all =
                columns.stream()
                        .map(column -> "IFNULL(" + digits(column) + ", 'n')")
                        .collect(Collectors.joining(", "));
        return "CAST(CAST(CONV(LEFT(MD5(CONCAT_WS(',', "
                + all
                + ")), 16), 16, 10) AS UNSIGNED) AS SIGNED)";
    }

    private String digits(Column column) {
        return switch (column.type().kind()) {
            // A large value goes in by its own hash: a text over max_allowed_packet would be null.
            case TEXT, JSON, BYTES -> "MD5(CAST(" + name(column.physicalName()) + " AS BINARY))";
            case FLOAT -> "HEX(CAST(" + select(column) + " AS BINARY))";
            case INTEGER, DECIMAL, BOOLEAN, DATE, TIME, TIMESTAMP, TIMESTAMP_WITH_ZONE, UUID ->
                    "HEX(CAST(" + name(column.physicalName()) + " AS BINARY))";
        };
    }

    @Override
    public String combine(String hash, boolean sum) {
        if (sum) {
            throw new IllegalStateException("keyless tables are refused by rowName");
        }
        return "CAST(BIT_XOR(" + hash + ") AS SIGNED)";
    }

    @Override
    public String group(String hash, int mask) {
        return "(" + hash + " & " + mask + ")";
    }

    @Override
    public Optional<String> bytes(Table table) {
        String sum =
                table.columns().stream()
                        .flatMap(column -> bytes(column).stream())
                        .map(length -> "IFNULL(" + length + ", 0)")
                        .collect(Collectors.joining(" + "));
        return sum.isEmpty() ? Optional.empty() : Optional.of(sum);
    }

    private Optional<String> bytes(Column column) {
        String name = name(column.physicalName());
        return switch (column.type().kind()) {
            case TEXT, JSON -> Optional.of("LENGTH(CONVERT(" + name + " USING utf8mb4))");
            case BYTES -> Optional.of("2 * LENGTH(" + name + ")");
            case INTEGER,
                    DECIMAL,
                    FLOAT,
                    BOOLEAN,
                    DATE,
                    TIME,
                    TIMESTAMP,
                    TIMESTAMP_WITH_ZONE,
                    UUID ->
                    Optional.empty();
        };
    }

    @Override
    public String name(String physicalName) {
        return "`" + physicalName.replace("`", "``") + "`";
    }

    @Override
    public String select(Table table, Column column) {
        return select(column);
    }

    private String select(Column column) {
        String name = name(column.physicalName());
        return switch (column.type().kind()) {
            case TEXT, JSON, BYTES -> name;
            // As a float the server would write six digits of it.
            case FLOAT -> "CAST(" + name + " * 1e0 AS CHAR)";
            case INTEGER, DECIMAL, BOOLEAN, DATE, TIME, TIMESTAMP, TIMESTAMP_WITH_ZONE, UUID ->
                    "CAST(" + name + " AS CHAR)";
        };
    }

    @Override
    public String parameter(Table table, Column column) {
        return switch (column.type().kind()) {
            // A key comes back as it was read: \x and digits.
            case BYTES -> "UNHEX(SUBSTRING(?, 3))";
            // A text beside a decimal would be compared as a double.
            case INTEGER, DECIMAL ->
                    "CAST(? AS DECIMAL(65," + Math.clamp(column.type().scale(), 0, 38) + "))";
            case FLOAT, TEXT, BOOLEAN, DATE, TIME, TIMESTAMP, TIMESTAMP_WITH_ZONE, UUID, JSON ->
                    "?";
        };
    }

    @Override
    public boolean isKeyIndexed(Connection connection, Table table) throws SQLException {
        String sql =
                """
                SELECT GROUP_CONCAT(COLUMN_NAME ORDER BY SEQ_IN_INDEX) FROM information_schema.STATISTICS
                WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? AND SUB_PART IS NULL
                    AND INDEX_TYPE = 'BTREE' AND SEQ_IN_INDEX <= ?
                GROUP BY INDEX_NAME
                """;
        String key =
                table.key().stream().map(Column::physicalName).collect(Collectors.joining(","));
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, table.physicalName());
            statement.setInt(2, table.key().size());
            try (ResultSet indexes = statement.executeQuery()) {
                while (indexes.next()) {
                    if (key.equalsIgnoreCase(indexes.getString(1))) {
                        return true;
                    }
                }
                return false;
            }
        }
    }

    @Override
    public String constant(String value) {
        return value.equals("$now")
                ? "CAST(" + localNow() + " AS DATETIME)"
                : "'" + value.replace("\\", "\\\\").replace("'", "''") + "'";
    }

    @Override
    public String stampBefore(Table table, Column stamp, long ms) {
        String back = " - INTERVAL " + ms * 1000 + " MICROSECOND";
        return switch (stamp.type().kind()) {
            case TIMESTAMP -> "(" + localNow() + back + ")";
            // A `timestamp` is an instant, and the session speaks UTC.
            case TIMESTAMP_WITH_ZONE -> "(UTC_TIMESTAMP(6)" + back + ")";
            case DATE -> "CAST(" + localNow() + back + " AS DATE)";
            case INTEGER, DECIMAL, FLOAT, TEXT, BOOLEAN, TIME, BYTES, UUID, JSON ->
                    throw new IllegalStateException(
                            "no change stamp: " + stamp.name() + " " + stamp.type());
        };
    }

    /// The clock by which the ERP stamps its rows: that of the zone which the server was set up
    /// with, since the session speaks UTC.
    private String localNow() {
        String zone = settings.timeZone();
        if (zone.isEmpty()) {
            return "CONVERT_TZ(UTC_TIMESTAMP(6), '+00:00', @@global.time_zone)";
        }
        // Not by the server, which knows no zone's name until its tables of zones are filled, and
        // then says null.
        int seconds = ZoneId.of(zone).getRules().getOffset(Instant.now()).getTotalSeconds();
        return "(UTC_TIMESTAMP(6) + INTERVAL " + seconds + " SECOND)";
    }

    @Override
    public @Nullable String read(ResultSet row, int index, Table table, Column column)
            throws SQLException {
        return switch (column.type().kind()) {
            case BYTES -> hex(row.getBytes(index));
            case TEXT -> text(row, index);
            case TIME, TIMESTAMP, TIMESTAMP_WITH_ZONE -> withoutTrailingZeros(row.getString(index));
            case INTEGER, DECIMAL, FLOAT, BOOLEAN, DATE, UUID, JSON -> row.getString(index);
        };
    }

    private static @Nullable String hex(byte @Nullable [] bytes) {
        return bytes == null ? null : "\\x" + HexFormat.of().formatHex(bytes);
    }

    /// Of any type that the replica keeps as text.
    private static @Nullable String text(ResultSet row, int index) throws SQLException {
        return switch (row.getMetaData().getColumnTypeName(index)) {
            case "GEOMETRY", "POINT", "LINESTRING", "POLYGON" -> hex(row.getBytes(index));
            // Not as the driver writes it, which leaves out the zeros in front.
            case "BIT" -> bits(row.getBytes(index), row.getMetaData().getPrecision(index));
            // Nor with digits behind the point that the column has not.
            case "DATETIME", "TIMESTAMP" ->
                    withDigits(row.getString(index), row.getMetaData().getScale(index));
            case String _ -> row.getString(index);
        };
    }

    private static @Nullable String withDigits(@Nullable String text, int digits) {
        int point = text == null ? -1 : text.indexOf('.');
        return text == null || point < 0 || digits == 0
                ? text
                : text.substring(0, Math.min(text.length(), point + 1 + digits));
    }

    private static @Nullable String bits(byte @Nullable [] bytes, int width) {
        if (bytes == null) {
            return null;
        }
        String digits = new BigInteger(1, bytes).toString(2);
        return "0".repeat(Math.max(0, width - digits.length())) + digits;
    }

    static @Nullable String withoutTrailingZeros(@Nullable String text) {
        if (text == null || text.indexOf('.') < 0) {
            return text;
        }
        int end = text.length();
        while (text.charAt(end - 1) == '0') {
            end--;
        }
        return text.substring(0, text.charAt(end - 1) == '.' ? end - 1 : end);
    }

    @Override
    public boolean isRefusal(SQLException e) {
        String state = String.valueOf(e.getSQLState());
        // A wrong value, a broken constraint, and SIGNAL of the ERP's own.
        return state.startsWith("22") || state.startsWith("23") || state.startsWith("45");
    }

    @Override
    public boolean isDuplicate(SQLException e) {
        return e.getErrorCode() == DUPLICATE;
    }
}
