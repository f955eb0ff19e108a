package foz.agent.postgres;

import foz.agent.Dialect;
import foz.agent.SourceSettings;
import foz.contract.Contract.Column;
import foz.contract.Contract.Table;
import foz.contract.RowName;
import foz.value.ColumnType;
import java.sql.Array;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// PostgreSQL, from version 14.
final class PostgresDialect implements Dialect {

    /// Characters of a text that no row holds enough of to be too large.
    private static final int SHORT_TEXT = 10_000;

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    private final SourceSettings settings;
    private final Map<String, RowHash> hashes = new ConcurrentHashMap<>();

    PostgresDialect(SourceSettings settings) {
        this.settings = settings;
    }

    @Override
    public Connection openForCapture() throws SQLException {
        Connection connection = open("foz-agent-capture", "-c default_transaction_read_only=on");
        connection.setReadOnly(true);
        return connection;
    }

    @Override
    public Connection openForCommands() throws SQLException {
        return open("foz-agent-commands", "");
    }

    /// Opens a connection that may make a publication.
    Connection openForSetup() throws SQLException {
        return open("foz-agent-setup", "");
    }

    private Connection open(String application, String options) throws SQLException {
        return DriverManager.getConnection(
                settings.jdbcUrl(), properties(settings, application, options));
    }

    /// What every session of the agent has, so that values come in their canonical texts.
    static Properties properties(SourceSettings settings, String application, String options) {
        Properties properties = new Properties();
        properties.setProperty("user", settings.jdbcUser());
        properties.setProperty("password", settings.jdbcPassword());
        properties.setProperty("ApplicationName", application);
        // Text, in every row: binary values would be turned into text by the driver, in its own
        // way.
        properties.setProperty("binaryTransfer", "false");
        // A command's values go as untyped texts, which the server reads as the column's type.
        properties.setProperty("stringtype", "unspecified");
        properties.setProperty("connectTimeout", "10");
        properties.setProperty("socketTimeout", "300");
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty(
                "options",
                "-c timezone=UTC -c datestyle=ISO -c intervalstyle=iso_8601 -c extra_float_digits=1 -c bytea_output=hex"
                        + " -c lock_timeout=5s -c jit=off -c idle_in_transaction_session_timeout=15min "
                        + options);
        return properties;
    }

    @Override
    public String fingerprint(Connection connection) throws SQLException {
        // The cluster's identifier needs no rights from PostgreSQL 9.6 on; the database within it
        // has its own.
        try (Statement statement = connection.createStatement();
                ResultSet found =
                        statement.executeQuery(
                                """
                                SELECT s.system_identifier || '/' || d.oid || '/' || current_schema()
                                FROM pg_control_system() s, pg_database d WHERE d.datname = current_database()
                                """)) {
            found.next();
            return "postgresql:" + found.getString(1);
        }
    }

    @Override
    public void learn(Connection connection, Table table) throws SQLException {
        hashes.put(table.name(), RowHash.of(connection, table));
    }

    @Override
    public String keyHash(Table table) {
        return table.isKeyless()
                ? rowHash(table)
                : hashes.getOrDefault(table.name(), RowHash.unknown()).of(table.key());
    }

    /// The same with other names for the columns, such as those of a trigger's row.
    String keyHash(Table table, UnaryOperator<String> named) {
        return hashes.getOrDefault(table.name(), RowHash.unknown()).of(table.key(), named);
    }

    @Override
    public String rowHash(Table table) {
        return hashes.getOrDefault(table.name(), RowHash.unknown()).of(table.sourceColumns());
    }

    @Override
    public String rowName(Table table) {
        return RowName.postgres(
                table.sourceColumns().stream()
                        .map(Column::physicalName)
                        .map(PostgresDialect::quoted)
                        .toList());
    }

    @Override
    public Optional<String> bytes(Table table) {
        String sum =
                table.sourceColumns().stream()
                        .filter(column -> unbounded(column.type()))
                        .map(column -> "octet_length(" + name(column.physicalName()) + "::text)")
                        .map(length -> "coalesce(" + length + "::bigint, 0)")
                        .collect(Collectors.joining(" + "));
        return sum.isEmpty() ? Optional.empty() : Optional.of(sum);
    }

    private static boolean unbounded(ColumnType type) {
        return switch (type.kind()) {
            case TEXT -> type.precision() == 0 || type.precision() > SHORT_TEXT;
            case BYTES, JSON -> true;
            case INTEGER,
                    DECIMAL,
                    FLOAT,
                    BOOLEAN,
                    DATE,
                    TIME,
                    TIMESTAMP,
                    TIMESTAMP_WITH_ZONE,
                    UUID ->
                    false;
        };
    }

    @Override
    public String combine(String hash, boolean sum) {
        return sum ? "sum((" + hash + ") >> " + SUM_SHIFT + ")::bigint" : "bit_xor(" + hash + ")";
    }

    @Override
    public String group(String hash, int mask) {
        return "(" + hash + " & " + mask + ")::integer";
    }

    @Override
    public String name(String physicalName) {
        return quoted(physicalName);
    }

    static String quoted(String physicalName) {
        return "\"" + actualName(physicalName).replace("\"", "\"\"") + "\"";
    }

    static String firstLine(SQLException e) {
        String message = String.valueOf(e.getMessage());
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }

    /// The name as the catalogue has it. A plain name in one case is written as people write it;
    /// any other stands as it is.
    static String actualName(String physicalName) {
        boolean oneCase =
                physicalName.equals(physicalName.toUpperCase(Locale.ROOT))
                        || physicalName.equals(physicalName.toLowerCase(Locale.ROOT));
        return PLAIN.matcher(physicalName).matches() && oneCase
                ? physicalName.toLowerCase(Locale.ROOT)
                : physicalName;
    }

    @Override
    public boolean isKeyIndexed(Connection connection, Table table) throws SQLException {
        String sql =
                """
                SELECT EXISTS (
                    SELECT FROM pg_index i
                    WHERE i.indrelid = ?::regclass AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
                        AND (i.indkey::smallint[])[0:array_length(?::text[], 1) - 1] = ARRAY(
                            SELECT a.attnum FROM unnest(?::text[]) WITH ORDINALITY AS k (name, place)
                            JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attname = k.name ORDER BY k.place)
                        AND 0 = ALL ((i.indoption::smallint[])[0:array_length(?::text[], 1) - 1]))
                """;
        Array key =
                connection.createArrayOf(
                        "text",
                        table.key().stream()
                                .map(column -> actualName(column.physicalName()))
                                .toArray());
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, name(table.physicalName()));
            for (int i = 2; i <= 4; i++) {
                statement.setArray(i, key);
            }
            try (ResultSet found = statement.executeQuery()) {
                found.next();
                return found.getBoolean(1);
            }
        }
    }

    /// As a comparison of rows, which one range of an index answers.
    @Override
    public String keyAfter(Table table) {
        return "(%s) > (%s)"
                .formatted(
                        table.key().stream()
                                .map(column -> name(column.physicalName()))
                                .collect(Collectors.joining(", ")),
                        table.key().stream()
                                .map(column -> parameter(table, column))
                                .collect(Collectors.joining(", ")));
    }

    @Override
    public List<Integer> keyAfterParameters(int columns) {
        return IntStream.range(0, columns).boxed().toList();
    }

    @Override
    public String constant(String value) {
        return value.equals("$now")
                ? "(" + localNow() + ")::timestamp(0)"
                : "'" + value.replace("'", "''") + "'";
    }

    @Override
    public String stampBefore(Table table, Column stamp, long ms) {
        String back = " - make_interval(secs => " + ms / 1000.0 + ")";
        return switch (stamp.type().kind()) {
            case TIMESTAMP -> "(" + localNow() + back + ")";
            // An instant: no zone, the session's neither, has a say in it.
            case TIMESTAMP_WITH_ZONE -> "(statement_timestamp()" + back + ")";
            // The day in which the bound falls, since a day is less than any of its hours.
            case DATE -> "(" + localNow() + back + ")::date";
            case INTEGER, DECIMAL, FLOAT, TEXT, BOOLEAN, TIME, BYTES, UUID, JSON ->
                    throw new IllegalStateException(
                            "no change stamp: " + stamp.name() + " " + stamp.type());
        };
    }

    /// The clock by which the ERP stamps its rows. The session's own zone says nothing of it, since
    /// the session speaks UTC; the zone of the server's log is the one that the server was set up
    /// with.
    private String localNow() {
        String zone = settings.timeZone();
        // Not clock_timestamp(), which would be asked for each row and would use no index.
        return "statement_timestamp() AT TIME ZONE "
                + (zone.isEmpty()
                        ? "current_setting('log_timezone')"
                        : "'" + zone.replace("'", "''") + "'");
    }

    @Override
    public @Nullable String read(ResultSet row, int index, Table table, Column column)
            throws SQLException {
        // Text as the server wrote it is canonical already.
        return row.getString(index);
    }

    @Override
    public boolean isRefusal(SQLException e) {
        String state = String.valueOf(e.getSQLState());
        // A wrong value, a broken constraint, an exception of the ERP's own. Not what is amiss with
        // the inbox itself, such as a missing right or table: that is mended, and the order waits.
        return state.startsWith("22") || state.startsWith("23") || state.startsWith("P0");
    }

    @Override
    public boolean isDuplicate(SQLException e) {
        return "23505".equals(e.getSQLState());
    }
}
