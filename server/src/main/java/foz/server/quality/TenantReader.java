package foz.server.quality;

import foz.contract.Contract.Table;
import foz.server.error.ErrorCode;
import foz.server.error.FozException;
import foz.server.tenant.Tenant;
import java.math.BigDecimal;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.Properties;
import javax.sql.DataSource;

/// Runs SQL that a contract's author wrote, as a database user that may read this tenant's tables
/// and nothing else, made for the purpose and removed after it.
///
/// A role that is merely set (`SET ROLE`) would not do: the text could set it back.
final class TenantReader implements AutoCloseable {

    private static final int SECONDS_MAX = 30;
    private static final String NO_RIGHTS = "42501";

    private final DataSource dataSource;
    private final String role;
    private final Connection connection;

    private TenantReader(DataSource dataSource, String role, Connection connection) {
        this.dataSource = dataSource;
        this.role = role;
        this.connection = connection;
    }

    /// @throws FozException FORBIDDEN when Foz's own user may not make roles
    static TenantReader open(DataSource dataSource, Tenant tenant, String jdbcUrl) {
        String role = "foz_q_" + tenant.id() + "_" + random(4);
        String password = random(24);
        try {
            create(dataSource, tenant, role, password);
            Properties properties = new Properties();
            properties.setProperty("user", role);
            properties.setProperty("password", password);
            Connection connection = DriverManager.getConnection(jdbcUrl, properties);
            connection.setAutoCommit(false);
            connection.setReadOnly(true);
            return new TenantReader(dataSource, role, connection);
        } catch (SQLException e) {
            drop(dataSource, role);
            throw new FozException(
                    NO_RIGHTS.equals(e.getSQLState()) ? ErrorCode.FORBIDDEN : ErrorCode.UNAVAILABLE,
                    "rules of type sql run as a user made for them, which cannot be made or cannot sign in (%s); grant CREATEROLE to Foz's database user, and let roles foz_q_* sign in"
                            .formatted(e.getMessage()));
        }
    }

    private static String random(int bytes) {
        byte[] random = new byte[bytes];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    private static void create(DataSource dataSource, Tenant tenant, String role, String password)
            throws SQLException {
        String schema = QualityCheck.quote(tenant.schema());
        try (Connection own = dataSource.getConnection();
                Statement statement = own.createStatement()) {
            statement.execute(
                    """
                    DO $make$ BEGIN EXECUTE format(
                        'CREATE ROLE %%I LOGIN NOINHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE CONNECTION LIMIT 2 PASSWORD %%L VALID UNTIL %%L',
                        '%s', '%s', now() + interval '15 minutes'); END $make$;
                    ALTER ROLE %s SET default_transaction_read_only = on;
                    ALTER ROLE %s SET statement_timeout = '%ds';
                    ALTER ROLE %s SET search_path = %s;
                    GRANT USAGE ON SCHEMA %s TO %s;
                    """
                            .formatted(
                                    role,
                                    password,
                                    role,
                                    role,
                                    SECONDS_MAX,
                                    role,
                                    schema,
                                    schema,
                                    role));
            for (Table table : tenant.tables()) {
                statement.execute(
                        "GRANT SELECT ON %s.%s TO %s"
                                .formatted(schema, QualityCheck.quote(table.name()), role));
            }
        }
    }

    /// The one number that a query gives.
    ///
    /// @throws SQLException also when it gives no number
    BigDecimal number(String query) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(SECONDS_MAX + 5);
            statement.setMaxRows(2);
            try (ResultSet found = statement.executeQuery(query)) {
                if (!found.next() || found.getBigDecimal(1) == null) {
                    throw new SQLException("the query gives no number; select one");
                }
                return found.getBigDecimal(1);
            }
        } finally {
            connection.rollback();
        }
    }

    private static void drop(DataSource dataSource, String role) {
        try (Connection own = dataSource.getConnection();
                Statement statement = own.createStatement();
                ResultSet found =
                        statement.executeQuery(
                                "SELECT 1 FROM pg_roles WHERE rolname = '" + role + "'")) {
            if (found.next()) {
                statement.execute("DROP OWNED BY " + role + "; DROP ROLE " + role);
            }
        } catch (SQLException _) {
            // It cannot sign in once its time is over, and may read nothing but this tenant's data.
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException _) {
            // The role is removed all the same.
        }
        drop(dataSource, role);
    }
}
