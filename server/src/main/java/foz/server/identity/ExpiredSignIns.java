package foz.server.identity;

import foz.server.settings.Role;
import java.util.concurrent.TimeUnit;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/// Removes what is left of sign-ins a day after the last of their tokens ended: every token that an
/// agent or an app asked for leaves a row.
@Component
@Role("identity")
@EnableScheduling
class ExpiredSignIns {

    private static final int ROWS_AT_ONCE = 10_000;

    private final JdbcClient jdbc;

    ExpiredSignIns(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /// @return rows removed
    @Scheduled(initialDelay = 5, fixedDelay = 60, timeUnit = TimeUnit.MINUTES)
    int remove() {
        int all = 0;
        int removed;
        do {
            removed =
                    jdbc.sql(
                                    """
                                    DELETE FROM oauth2_authorization WHERE id IN (
                                        SELECT id FROM oauth2_authorization
                                        WHERE greatest(authorization_code_expires_at, access_token_expires_at,
                                            refresh_token_expires_at) < localtimestamp - interval '1 day'
                                        LIMIT ?)
                                    """)
                            .param(ROWS_AT_ONCE)
                            .update();
            all += removed;
        } while (removed == ROWS_AT_ONCE);
        return all;
    }
}
