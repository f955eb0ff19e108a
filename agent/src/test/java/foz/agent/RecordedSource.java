package foz.agent;

import foz.contract.Contract.Column;
import foz.contract.Contract.Table;
import foz.contract.ContractReader;
import foz.wire.Protocol;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.Driver;
import java.sql.DriverPropertyInfo;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/// A database that answers what a capture must be answered to come past each of its statements, and
/// keeps these. What it answers means nothing; what it was asked is the product's own.
public final class RecordedSource implements Driver {

    private final int major;
    private final Map<String, SourceType> types;
    private final List<String> indexed;
    private final Set<String> statements = new java.util.LinkedHashSet<>();
    private final List<Properties> logins = new ArrayList<>();

    /// @param types of the table's columns, by name, in their order
    /// @param indexed names of the columns of its one index, as its catalogue has them
    public RecordedSource(int major, Map<String, SourceType> types, List<String> indexed) {
        this.major = major;
        this.indexed = List.copyOf(indexed);
        this.types = new LinkedHashMap<>(types);
    }

    /// All that it was asked, each once.
    public List<String> statements() {
        return List.copyOf(statements);
    }

    public List<Properties> logins() {
        return logins;
    }

    /// A contract's table of these columns.
    ///
    /// @param columns `name type`
    /// @param key how many of them, from the first, are its key
    public static Table table(String name, int key, List<String> columns) {
        StringBuilder yaml =
                new StringBuilder(
                        """
                        apiVersion: v3.1.0
                        kind: DataContract
                        id: capture
                        version: 1.0.0
                        status: active
                        schema:
                          - name: item
                            physicalName: '%s'
                            logicalType: object
                            customProperties:
                              - {property: foz.capture, value: {pollMs: 1000}}
                            properties:
                        """
                                .formatted(name));
        for (int i = 0; i < columns.size(); i++) {
            String[] column = columns.get(i).split(" ", 2);
            yaml.append("      - {name: ").append(column[0]);
            yaml.append(", logicalType: string, physicalType: '").append(column[1]).append("'");
            yaml.append(
                    i < key ? ", primaryKey: true, primaryKeyPosition: " + (i + 1) + "}\n" : "}\n");
        }
        return ContractReader.read(yaml.toString()).captured().getFirst();
    }

    /// Has the table captured in every way.
    ///
    /// @param stamps columns that are looked at as change stamps
    public void capture(Dialect dialect, Table table, List<String> stamps, Path folder)
            throws SQLException, InterruptedException {
        SourceSettings where = new SourceSettings("", "", "", "");
        AgentSettings settings = TestSettings.of(where, folder, 1, 4 << 20);
        try (RowState state = RowState.open(folder.resolve("rows"));
                Connection connection = dialect.openForCapture()) {
            Spool spool = Spool.open(folder.resolve("spool"), 1L << 30);
            TableCapture capture =
                    new TableCapture(
                            table,
                            dialect,
                            state,
                            new Cutter(spool, settings),
                            spool,
                            settings.fetchRows(),
                            new TableDesk(),
                            new Pace(Pace.Limits.none()));
            dialect.fingerprint(connection);
            capture.snapshot(connection);
            for (String stamp : stamps) {
                Column column = table.column(stamp).orElseThrow();
                capture.byStamp(connection, column, 60_000);
            }
            capture.compare(connection);
            capture.check(connection, 1);
        }
    }

    private Object connection() {
        InvocationHandler handler =
                (_, method, arguments) ->
                        switch (method.getName()) {
                            case "createStatement" -> statement("");
                            case "prepareStatement" -> statement((String) arguments[0]);
                            case "getMetaData" ->
                                    proxy(
                                            DatabaseMetaData.class,
                                            (_, asked, _) ->
                                                    asked.getName()
                                                                    .equals(
                                                                            "getDatabaseMajorVersion")
                                                            ? (Object) major
                                                            : usual(asked.getReturnType()));
                            default -> usual(method.getReturnType());
                        };
        return proxy(Connection.class, handler);
    }

    private Object statement(String prepared) {
        InvocationHandler handler =
                (_, method, arguments) ->
                        switch (method.getName()) {
                            case "execute", "executeQuery" -> {
                                String sql = arguments == null ? prepared : (String) arguments[0];
                                statements.add(sql);
                                yield method.getName().equals("execute") ? false : rows(sql);
                            }
                            default -> usual(method.getReturnType());
                        };
        return proxy(prepared.isEmpty() ? Statement.class : PreparedStatement.class, handler);
    }

    /// One row, but none of a next page; none of what asks for none; of an index its columns.
    private Object rows(String sql) {
        boolean collation = sql.contains("collation_name");
        boolean index = sql.contains("INDEX_NAME") || sql.contains("sys.indexes");
        boolean nextPage = sql.contains(" > ") && sql.contains("ORDER BY") && sql.contains("?");
        boolean tooLarge = sql.contains(" > " + Protocol.ROW_BYTES_MAX);
        int all =
                index || collation
                        ? indexed.size()
                        : (nextPage || sql.contains("WHERE 1 = 0") || tooLarge) ? 0 : 1;
        int[] left = {all};
        return proxy(
                ResultSet.class,
                (_, method, arguments) ->
                        switch (method.getName()) {
                            case "next" -> left[0]-- > 0;
                            case "getMetaData" -> metadata();
                            case "getString" ->
                                    (index && arguments[0].equals(2))
                                                    || (collation && arguments[0].equals(1))
                                            ? indexed.get(all - left[0] - 1)
                                            : collation ? "Latin1_General_CI_AS" : "text";
                            case "getInt" -> 1;
                            // The row's hash is another one when its key was found to differ.
                            case "getLong" -> arguments[0].equals(indexed.size() + 2) ? 2L : 1L;
                            case "getBigDecimal" -> BigDecimal.ONE;
                            case "getBytes" -> new byte[] {1};
                            case "getObject" -> value((Class<?>) arguments[1]);
                            default -> usual(method.getReturnType());
                        });
    }

    private static Object value(Class<?> type) {
        LocalDateTime time = LocalDateTime.of(2026, 11, 25, 10, 0);
        return switch (type.getSimpleName()) {
            case "LocalDateTime" -> time;
            case "LocalDate" -> time.toLocalDate();
            case "LocalTime" -> time.toLocalTime();
            case String other -> throw new IllegalArgumentException(other);
        };
    }

    private Object metadata() {
        List<SourceType> all = List.copyOf(types.values());
        return proxy(
                ResultSetMetaData.class,
                (_, method, arguments) ->
                        switch (method.getName()) {
                            case "getColumnTypeName" -> all.get((int) arguments[0] - 1).name();
                            case "getPrecision" -> all.get((int) arguments[0] - 1).precision();
                            case "getScale" -> all.get((int) arguments[0] - 1).scale();
                            default -> usual(method.getReturnType());
                        });
    }

    private static Object proxy(Class<?> type, InvocationHandler handler) {
        return Proxy.newProxyInstance(
                RecordedSource.class.getClassLoader(), new Class<?>[] {type}, handler);
    }

    private static @Nullable Object usual(Class<?> type) {
        return Array.get(Array.newInstance(type == void.class ? Void.class : type, 1), 0);
    }

    @Override
    public Connection connect(String url, Properties info) {
        logins.add(info);
        return (Connection) connection();
    }

    @Override
    public boolean acceptsURL(String url) {
        return true;
    }

    @Override
    public DriverPropertyInfo[] getPropertyInfo(String url, Properties info) {
        return new DriverPropertyInfo[0];
    }

    @Override
    public int getMajorVersion() {
        return major;
    }

    @Override
    public int getMinorVersion() {
        return 0;
    }

    @Override
    public boolean jdbcCompliant() {
        return false;
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException();
    }
}
