package foz.server.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;

import foz.server.TestDatabase;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

class ExpiredSignInsTest {

    @TempDir Path folder = Path.of("");

    private static void signIn(
            JdbcClient jdbc, String id, String access, @Nullable String refresh) {
        jdbc.sql(
                        """
                        INSERT INTO oauth2_authorization (id, registered_client_id, principal_name,
                            authorization_grant_type, access_token_expires_at, refresh_token_expires_at)
                        VALUES (?, 'app', 'ana', 'authorization_code', localtimestamp + ?::interval,
                            localtimestamp + ?::interval)
                        """)
                .param(id)
                .param(access)
                .param(refresh)
                .update();
    }

    @Test
    void whatNoTokenNeedsAnyMoreGoes() {
        try (TestDatabase database = new TestDatabase(folder)) {
            JdbcClient jdbc = database.jdbc();
            signIn(jdbc, "agent, two days ago", "-2 days", null);
            signIn(jdbc, "agent, just now", "1 hour", null);
            signIn(jdbc, "app, can refresh", "-2 days", "20 days");
            signIn(jdbc, "app, long gone", "-40 days", "-10 days");
            assertEquals(2, new ExpiredSignIns(jdbc).remove());
            assertEquals(
                    List.of("agent, just now", "app, can refresh"),
                    jdbc.sql("SELECT id FROM oauth2_authorization ORDER BY 1")
                            .query((rs, _) -> rs.getString(1))
                            .list());
        }
    }
}
