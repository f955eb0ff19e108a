package foz.server.cli;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import foz.server.apply.Quarantine;
import foz.server.capture.CaptureDesk;
import foz.server.error.ErrorCode;
import foz.server.error.FozException;
import foz.server.identity.Accounts;
import foz.server.replica.ReplicaWriter;
import foz.server.replica.TenantSetup;
import foz.server.tenant.Tenants;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/// The command line's own access to the control tables, without a server.
record Control(
        HikariDataSource dataSource,
        Tenants tenants,
        TenantSetup setup,
        Accounts accounts,
        Quarantine quarantine,
        CaptureDesk capture)
        implements AutoCloseable {

    /// @throws FozException when the database does not let us in, or no server has used it yet
    static Control open(RunFile.Database database) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(database.jdbcUrl());
        config.setUsername(database.user());
        config.setPassword(database.password());
        config.setMaximumPoolSize(4);
        config.setMinimumIdle(0);
        config.addDataSourceProperty(
                "options", "-c timezone=UTC -c datestyle=ISO -c intervalstyle=iso_8601");
        HikariDataSource dataSource = connected(config, database);
        Tenants tenants = new Tenants(dataSource);
        ReplicaWriter writer = new ReplicaWriter();
        return new Control(
                dataSource,
                tenants,
                new TenantSetup(dataSource, tenants, writer),
                new Accounts(dataSource),
                new Quarantine(dataSource, tenants, writer),
                new CaptureDesk(dataSource, tenants));
    }

    private static HikariDataSource connected(HikariConfig config, RunFile.Database database) {
        try (Connection connection =
                        SqlFault.open(database.jdbcUrl(), database.user(), database.password());
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery("SELECT to_regclass('tenant')")) {
            if (!found.next() || found.getString(1) == null) {
                throw new FozException(
                        ErrorCode.NOT_FOUND,
                        "%s has no control tables; start a server on it first"
                                .formatted(database.jdbcUrl()));
            }
            return new HikariDataSource(config);
        } catch (SQLException e) {
            throw SqlFault.of(e, database.jdbcUrl());
        }
    }

    @Override
    public void close() {
        dataSource.close();
    }
}
