package foz.server.identity;

import foz.server.error.ErrorCode;
import foz.server.error.FozException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.crypto.factory.PasswordEncoderFactories;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.stereotype.Component;

/// People and agents.
@Component
public final class Accounts {

    private static final Pattern USERNAME = Pattern.compile("[a-z0-9][a-z0-9._@-]{0,63}");
    private static final int PASSWORD_MIN = 8;

    /// The roles that an account can have, and the scopes that each gives.
    public static final List<String> ROLES = List.of("rep", "operator");

    /// @param rep the legacy system's number of the sales rep, for the accounts of reps
    public record Account(
            String tenant,
            String username,
            String displayName,
            Optional<String> rep,
            List<String> roles,
            boolean disabled) {
        public Account {
            roles = List.copyOf(roles);
        }

        /// Scopes that this account's tokens may carry.
        public List<String> scopes() {
            return roles.stream()
                    .flatMap(role ->
                            role.equals("rep")
                                    ? List.of("sync", "command").stream()
                                    : List.of("operator").stream())
                    .distinct()
                    .toList();
        }
    }

    /// An agent's registration.
    public record AgentClient(String clientId, String tenant, String source, String jwk) {}

    private static final String SELECT =
            "SELECT tenant, username, display_name, rep, roles, disabled FROM account ";

    private final JdbcClient jdbc;
    private final PasswordEncoder encoder =
            PasswordEncoderFactories.createDelegatingPasswordEncoder();

    public Accounts(DataSource dataSource) {
        this.jdbc = JdbcClient.create(dataSource);
    }

    public PasswordEncoder encoder() {
        return encoder;
    }

    public Optional<Account> find(String username) {
        return jdbc.sql(SELECT + "WHERE username = ?")
                .param(username)
                .query((rs, _) -> account(rs))
                .optional();
    }

    /// A tenant's accounts, by name.
    public List<Account> of(String tenant) {
        return jdbc.sql(SELECT + "WHERE tenant = ? ORDER BY username")
                .param(tenant)
                .query((rs, _) -> account(rs))
                .list();
    }

    private static Account account(ResultSet row) throws SQLException {
        return new Account(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                Optional.ofNullable(row.getString(4)),
                List.of((String[]) row.getArray(5).getArray()),
                row.getBoolean(6));
    }

    Optional<String> passwordHash(String username) {
        return jdbc.sql("SELECT password_hash FROM account WHERE username = ?")
                .param(username)
                .query((rs, _) -> rs.getString(1))
                .optional();
    }

    /// Makes an account, or replaces its password and roles; apps that are signed in with it must
    /// sign in again once their access token has expired. One that is disabled stays so.
    ///
    /// @param demo whether it exists for a demonstration only
    /// @throws FozException BAD_REQUEST for a bad name, a short password or an unknown role
    public void save(Account account, String password, boolean demo) {
        if (!USERNAME.matcher(account.username()).matches()) {
            throw new FozException(
                    ErrorCode.BAD_REQUEST,
                    "'" + account.username() + "' cannot be a username; use a-z, 0-9, and . _ @ -");
        }
        if (password.length() < PASSWORD_MIN) {
            throw new FozException(
                    ErrorCode.BAD_REQUEST,
                    "the password is too short; use at least " + PASSWORD_MIN + " characters");
        }
        for (String role : account.roles()) {
            if (!ROLES.contains(role)) {
                throw new FozException(
                        ErrorCode.BAD_REQUEST,
                        "'" + role + "' is no role; use " + String.join(", ", ROLES));
            }
        }
        int rows =
                jdbc.sql(
                                """
                                INSERT INTO account (tenant, username, password_hash, display_name, rep, roles, demo)
                                VALUES (?, ?, ?, ?, ?, ?, ?)
                                ON CONFLICT (username) DO UPDATE SET password_hash = excluded.password_hash,
                                    display_name = excluded.display_name, rep = excluded.rep, roles = excluded.roles,
                                    demo = excluded.demo
                                WHERE account.tenant = excluded.tenant
                                """)
                        .param(account.tenant())
                        .param(account.username())
                        .param(encoder.encode(password))
                        .param(account.displayName())
                        .param(account.rep().orElse(null))
                        .param(account.roles().toArray(String[]::new))
                        .param(demo)
                        .update();
        if (rows == 0) {
            throw new FozException(
                    ErrorCode.BAD_REQUEST,
                    "the username '" + account.username() + "' belongs to another tenant");
        }
        jdbc.sql("DELETE FROM oauth2_authorization WHERE principal_name = ?")
                .param(account.username())
                .update();
    }

    /// Disables an account, or enables it again, and ends its sign-ins: access tokens that are out
    /// live until they expire, and nothing brings another.
    ///
    /// @throws FozException NOT_FOUND when the tenant has none of this name
    public void disable(String tenant, String username, boolean disabled) {
        int changed =
                jdbc.sql(
                                """
                                WITH changed AS (
                                    UPDATE account SET disabled = ? WHERE tenant = ? AND username = ? RETURNING username
                                ), ended AS (
                                    DELETE FROM oauth2_authorization WHERE principal_name IN (SELECT username FROM changed)
                                )
                                SELECT count(*) FROM changed
                                """)
                        .params(disabled, tenant, username)
                        .query(Integer.class)
                        .single();
        found(changed, tenant, username);
    }

    /// Removes an account and ends its sign-ins, as [#disable] does.
    ///
    /// @throws FozException NOT_FOUND when the tenant has none of this name
    public void remove(String tenant, String username) {
        int removed =
                jdbc.sql(
                                """
                                WITH removed AS (
                                    DELETE FROM account WHERE tenant = ? AND username = ? RETURNING username
                                ), ended AS (
                                    DELETE FROM oauth2_authorization WHERE principal_name IN (SELECT username FROM removed)
                                )
                                SELECT count(*) FROM removed
                                """)
                        .params(tenant, username)
                        .query(Integer.class)
                        .single();
        found(removed, tenant, username);
    }

    /// Removes all of a tenant's accounts and agents, and ends their sign-ins.
    public void removeAll(String tenant) {
        jdbc.sql(
                        """
                        WITH people AS (
                            DELETE FROM account WHERE tenant = ? RETURNING username
                        ), agents AS (
                            DELETE FROM agent WHERE tenant = ? RETURNING client_id
                        )
                        DELETE FROM oauth2_authorization
                        WHERE principal_name IN (SELECT username FROM people UNION SELECT client_id FROM agents)
                        """)
                .params(tenant, tenant)
                .update();
    }

    private static void found(int accounts, String tenant, String username) {
        if (accounts == 0) {
            throw new FozException(
                    ErrorCode.NOT_FOUND,
                    "tenant %s has no account '%s'; foz tenant users %s lists them"
                            .formatted(tenant, username, tenant));
        }
    }

    /// Registers an agent's public key, or replaces it.
    public void saveAgent(AgentClient agent) {
        jdbc.sql(
                        """
                        INSERT INTO agent (client_id, tenant, source, jwk) VALUES (?, ?, ?, ?)
                        ON CONFLICT (client_id) DO UPDATE SET jwk = excluded.jwk
                        WHERE agent.tenant = excluded.tenant AND agent.source = excluded.source
                        """)
                .params(agent.clientId(), agent.tenant(), agent.source(), agent.jwk())
                .update();
    }

    /// The registration of this client, if it is an agent.
    public Optional<AgentClient> agent(@Nullable String clientId) {
        return jdbc.sql("SELECT client_id, tenant, source, jwk FROM agent WHERE client_id = ?")
                .param(clientId)
                .query((rs, _) ->
                        new AgentClient(
                                rs.getString(1), rs.getString(2), rs.getString(3), rs.getString(4)))
                .optional();
    }
}
