package foz.agent;

import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Tag;

/// The agent with Debezium, killed again and again.
@Tag("slow")
class DebeziumMariadbCrashTest extends MariadbCrashTest {

    @Override
    String heap() {
        return "256m";
    }

    @Override
    String settings() throws Exception {
        Fetched.adapters();
        return "logReader = debezium\nadaptersDir = %s\n".formatted(Fetched.FOLDER);
    }

    @Override
    void install(Statement statement) throws SQLException {
        Fetched.install(statement);
    }
}
