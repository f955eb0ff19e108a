package foz.agent;

import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;

/// What holds of the agent's own reader of MariaDB's binlog holds of Debezium's, too.
class DebeziumMariadbTest extends MariadbLogTest {

    @Override
    String logReader() {
        return "debezium";
    }

    /// Where Debezium's parser ends at a type, the table is refused.
    @Override
    boolean isRead(String type) {
        return !type.equals("inet6") && !type.equals("inet4");
    }

    @Override
    Path adapters() {
        return Path.of(System.getProperty("foz.test.adapters"));
    }

    /// The server looks there when somebody reads its log from a GTID on.
    @Override
    void install(Statement statement) throws SQLException {
        statement.execute("CREATE DATABASE IF NOT EXISTS mysql");
        statement.execute(
                """
                CREATE TABLE IF NOT EXISTS mysql.gtid_slave_pos (
                    domain_id INT UNSIGNED NOT NULL, sub_id BIGINT UNSIGNED NOT NULL,
                    server_id INT UNSIGNED NOT NULL, seq_no BIGINT UNSIGNED NOT NULL,
                    PRIMARY KEY (domain_id, sub_id)) ENGINE=InnoDB
                """);
    }
}
