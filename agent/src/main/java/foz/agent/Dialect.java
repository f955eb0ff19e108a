package foz.agent;

import foz.contract.Contract.Column;
import foz.contract.Contract.Table;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/// What differs from one source's database to another: hashes, positions, and values as canonical
/// text. Safe for several threads.
public interface Dialect {

    /// Opens a connection that only reads, with the session set for canonical texts.
    Connection openForCapture() throws SQLException;

    /// Opens a connection for the inbox tables.
    Connection openForCommands() throws SQLException;

    /// Tells this database from another of the same name, and from a copy of it.
    String fingerprint(Connection connection) throws SQLException;

    /// Looks at the table as it is now. Called before the hashes of a look are asked for, on its
    /// connection; hashes may be others once the table is another.
    default void learn(Connection connection, Table table) throws SQLException {}

    /// SQL expressions for `keyHash` and `rowHash`, both 64-bit numbers, of a row of this table.
    String keyHash(Table table);

    String rowHash(Table table);

    /// Bits that [#combine] drops of each hash, so that a group's sum is a 64-bit number.
    int SUM_SHIFT = 20;

    /// Whether the hashes of a group are combined as a sum, or else by XOR, to which two equal rows
    /// are as none.
    default boolean sums(Table table) {
        return table.isKeyless();
    }

    /// Combines row hashes within a group, whatever their order.
    ///
    /// @param sum whether as the sum of their upper bits, arithmetically shifted, or else by XOR
    String combine(String hash, boolean sum);

    /// The group, from 0, of a hash: its low bits.
    String group(String hash, int mask);

    /// That a whole number, an expression of SQL, is one of these.
    default String isAmong(String number, Collection<Integer> values) {
        return "%s IN (%s)"
                .formatted(
                        number,
                        values.stream().map(String::valueOf).collect(Collectors.joining(", ")));
    }

    /// How many parameters a statement can have.
    default int parametersMax() {
        return 65_535;
    }

    /// Called before the first statement of each transaction that reads.
    default void begin(Connection connection) throws SQLException {}

    /// Bytes of a row's canonical texts, as an SQL expression. Columns whose type bounds them count
    /// as nothing; empty when all do.
    Optional<String> bytes(Table table);

    /// A table's or a column's name as SQL has it.
    String name(String physicalName);

    /// The name of a keyless table's row as an SQL expression; see [foz.contract.RowName].
    ///
    /// @throws SettingsException where this engine has no such thing
    default String rowName(Table table) {
        throw new SettingsException(
                "'%s' has no key, and such tables are captured from PostgreSQL only; declare a key, or leave the table out"
                        .formatted(table.name()));
    }

    /// What is asked for to [#read] a column, as an SQL expression.
    default String select(Table table, Column column) {
        return name(column.physicalName());
    }

    /// A literal or `$now` of a command's constants, as an SQL expression.
    String constant(String value);

    /// The database's clock so long ago, in the type of the change stamp that it is compared with.
    String stampBefore(Table table, Column stamp, long ms);

    /// The column's canonical text.
    @Nullable String read(ResultSet row, int index, Table table, Column column) throws SQLException;

    /// Whether the fault is the statement's own, so that repeating it cannot help.
    boolean isRefusal(SQLException e);

    boolean isDuplicate(SQLException e);

    /// Whether the fault is of the connection or the server, not of what was asked.
    static boolean isConnectionFault(SQLException e) {
        String state = String.valueOf(e.getSQLState());
        return state.startsWith("08") || state.startsWith("57") || state.startsWith("53");
    }

    /// Closes a connection that may be broken or absent.
    static void close(@Nullable Connection connection) {
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException e) {
                LoggerFactory.getLogger(Dialect.class).debug("a connection did not close well", e);
            }
        }
    }

    /// A canonical text given as a parameter, as an SQL expression that compares with the column.
    default String parameter(Table table, Column column) {
        return "?";
    }

    /// `a = ? AND b = ?` over the key's columns.
    default String keyPredicate(Table table) {
        return table.key().stream()
                .map(column -> name(column.physicalName()) + " = " + parameter(table, column))
                .collect(Collectors.joining(" AND "));
    }

    /// Whether an index gives the table's rows in the order of its key, so that some of them can be
    /// read without sorting all.
    default boolean isKeyIndexed(Connection connection, Table table) throws SQLException {
        return false;
    }

    /// Whether one of these indexes has these columns.
    ///
    /// @param found index and column, in the order of each index
    /// @param spelt how a name that was found is spelt among the columns
    static boolean hasIndex(ResultSet found, List<String> columns, UnaryOperator<String> spelt)
            throws SQLException {
        Map<String, List<String>> indexes = new HashMap<>();
        while (found.next()) {
            indexes.computeIfAbsent(found.getString(1), _ -> new ArrayList<>())
                    .add(spelt.apply(String.valueOf(found.getString(2))));
        }
        return indexes.containsValue(columns);
    }

    /// That a row comes after another in the key's order, as a predicate. Its parameters are the
    /// other's texts, in the order of [#keyAfterParameters].
    default String keyAfter(Table table) {
        return keyAfter(table, table.key());
    }

    private String keyAfter(Table table, List<Column> key) {
        Column first = key.getFirst();
        String name = name(first.physicalName());
        String parameter = parameter(table, first);
        String after = name + " > " + parameter;
        if (key.size() == 1) {
            return after;
        }
        // The first condition tells an index where to begin.
        return "%s >= %s AND (%s OR (%s = %s AND (%s)))"
                .formatted(
                        name,
                        parameter,
                        after,
                        name,
                        parameter,
                        keyAfter(table, key.subList(1, key.size())));
    }

    /// The parameters of [#keyAfter], by their place in the key.
    default List<Integer> keyAfterParameters(int columns) {
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < columns; i++) {
            places.addAll(i < columns - 1 ? List.of(i, i, i) : List.of(i));
        }
        return places;
    }

    /// The first rows of a SELECT that ends with its ORDER BY.
    default String firstRows(String select, int rows) {
        return select + " LIMIT " + rows;
    }
}
