package foz.adapter.debezium;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.connect.data.Struct;

/// MySQL by its binlog, whose transactions are told apart by their global identifiers: only by them
/// does the server tell what a reading transaction sees.
final class Mysql extends Mariadb {

    @Override
    public List<String> addresses() {
        return List.of("jdbc:mysql:");
    }

    @Override
    public boolean isDefault() {
        return true;
    }

    @Override
    public String connector() {
        return "io.debezium.connector.mysql.MySqlConnector";
    }

    @Override
    public Driver driver() {
        return new Driver("com.mysql.cj.jdbc.Driver", "mysql-connector-j.jar");
    }

    @Override
    String parser() {
        return "io.debezium.connector.mysql.antlr.MySqlAntlrDdlParser";
    }

    @Override
    public Optional<String> impossible(Connection connection) throws SQLException {
        Map<String, String> found =
                variables(connection, "'version', 'gtid_mode', 'binlog_row_value_options'");
        if (found.getOrDefault("version", "").contains("MARIADB")) {
            return Optional.of("the server is a MariaDB; write jdbcUrl = jdbc:mariadb:…");
        }
        Optional<String> why = super.impossible(connection);
        if (why.isEmpty()) {
            why = wrong(found, "gtid_mode", "ON");
        }
        return why.isEmpty() ? wrong(found, "binlog_row_value_options", "") : why;
    }

    @Override
    public Place place(Struct source) {
        return place(String.valueOf(source.getString("gtid")));
    }

    @Override
    public Place place(Map<String, Object> offset) {
        return place(String.valueOf(offset.getOrDefault("gtids", "")));
    }

    @Override
    public Place place(String text) {
        return GtidSet.of(text);
    }

    /// A transaction counts as executed once it is committed, so that what begins after sees it.
    @Override
    public Place seen(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            Place executed;
            try (ResultSet found = statement.executeQuery("SELECT @@global.gtid_executed")) {
                found.next();
                executed = place(found.getString(1));
            }
            statement.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT");
            return executed;
        }
    }

    @Override
    public Optional<String> missing(Connection connection, Map<String, Object> offset)
            throws SQLException {
        String sql = "SELECT @@global.gtid_purged, @@global.gtid_executed";
        try (Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(sql)) {
            found.next();
            Place read = place(offset);
            if (!place(found.getString(1)).isWithin(read)) {
                return Optional.of(
                        "the server has purged transactions from its binlog, %s, of which this agent had read %s"
                                .formatted(found.getString(1), read));
            }
            return read.isWithin(place(found.getString(2)))
                    ? Optional.empty()
                    : Optional.of(
                            "the server has executed %s, and this agent had read %s: it has another history"
                                    .formatted(found.getString(2), read));
        }
    }
}
