package foz.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;

/// Debezium's connector for MariaDB, as an operator adds it.
final class Fetched {

    static final Path FOLDER = Path.of("target", "adapters").toAbsolutePath();

    private Fetched() {}

    static void adapters() throws Exception {
        Process fetching =
                new ProcessBuilder(
                                Path.of(System.getProperty("foz.root"), "foz").toString(),
                                "adapters",
                                "add",
                                "debezium-mariadb",
                                "--to",
                                FOLDER.toString())
                        .redirectErrorStream(true)
                        .start();
        String said = new String(fetching.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, fetching.waitFor(), said);
    }

    /// The server looks there when somebody reads its log from a GTID on.
    static void install(Statement statement) throws SQLException {
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
