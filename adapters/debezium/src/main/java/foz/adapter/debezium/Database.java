package foz.adapter.debezium;

import foz.agent.SourceSettings;
import foz.contract.Contract.Column;
import foz.contract.Contract.Table;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.connect.data.Struct;
import org.jspecify.annotations.Nullable;

/// What differs between the databases whose logs Debezium reads.
interface Database {

    /// What addresses begin with.
    List<String> addresses();

    /// Whether Debezium reads such a database where nothing else is said.
    boolean isDefault();

    /// The connector's class, which is there where the adapter's folder has its jars.
    String connector();

    /// The driver's class, and the jar that has it.
    Driver driver();

    /// A JDBC driver.
    record Driver(String className, String jar) {}

    /// The connector's settings, beside those that are the same for all.
    Map<String, String> settings(SourceSettings source, Connection connection, List<Table> tables)
            throws SQLException;

    /// Why the server gives no log at all, and what to do.
    Optional<String> impossible(Connection connection) throws SQLException;

    /// Why this table's changes cannot be told from the log, and what to do.
    Optional<String> unsuitable(Connection connection, Table table) throws SQLException;

    /// How a transaction must be isolated that reads the tables.
    int isolation(Connection connection) throws SQLException;

    /// Where the table is, as JDBC's metadata has it.
    TableName name(Connection connection, Table table) throws SQLException;

    /// About how many rows the table has, without counting them.
    long estimate(Connection connection, Table table) throws SQLException;

    /// What of a column is as a SELECT gives it.
    Conversion conversion(SourceType type, Column column);

    /// Whether such a column may stand in a key: Debezium gives all of its values as a SELECT does.
    boolean isSureKey(SourceType type, Column column);

    /// Of a change.
    Place place(Struct source);

    /// Up to where everything was given when this offset was told.
    Place place(Map<String, Object> offset);

    Place place(String text);

    /// Whether the log can be read on from this offset with no transaction torn apart.
    ///
    /// @param open whether a transaction was begun and did not end
    boolean isRest(Map<String, Object> offset, boolean open);

    /// Whether the log tells the end of each transaction that was committed; else it shows by the
    /// beginning of another one, or by nothing happening.
    default boolean tellsEnds() {
        return true;
    }

    /// Whether transactions are prepared at the server, and wait to be committed.
    default boolean hasPrepared(Connection connection) throws SQLException {
        return false;
    }

    /// What a transaction that begins now on the connection will see; begins it.
    Place seen(Connection connection) throws SQLException;

    /// Why the log cannot be read on from a position; empty where it can.
    Optional<String> missing(Connection connection, Map<String, Object> offset) throws SQLException;

    /// The key of the table that a change is of.
    default String key(Struct source) {
        return source.schema().field("schema") == null
                ? TableName.key(null, source.getString("table"))
                : TableName.key(source.getString("schema"), source.getString("table"));
    }

    /// The key of a table by its whole name, as Debezium writes it: `"erp"."dbo"."item"`.
    default String key(String id) {
        String[] parts = id.split("\\.", -1);
        String table = parts[parts.length - 1].replace("\"", "");
        return parts.length < 3
                ? TableName.key(null, table)
                : TableName.key(parts[parts.length - 2].replace("\"", ""), table);
    }

    /// @param catalog,schema null where the database has none
    record TableName(@Nullable String catalog, @Nullable String schema, String table) {

        String key() {
            return key(schema, table);
        }

        static String key(@Nullable String schema, String table) {
            return (schema == null ? table : schema + "." + table).toLowerCase(Locale.ROOT);
        }
    }
}
