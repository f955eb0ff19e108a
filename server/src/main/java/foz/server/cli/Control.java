package foz.server.cli;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import foz.server.apply.Quarantine;
import foz.server.identity.Accounts;
import foz.server.replica.ReplicaWriter;
import foz.server.replica.TenantSetup;
import foz.server.tenant.Tenants;

/// The command line's own access to the control tables, without a server.
record Control(
        HikariDataSource dataSource,
        Tenants tenants,
        TenantSetup setup,
        Accounts accounts,
        Quarantine quarantine)
        implements AutoCloseable {

    static Control open(RunFile.Database database) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(database.jdbcUrl());
        config.setUsername(database.user());
        config.setPassword(database.password());
        config.setMaximumPoolSize(4);
        config.setMinimumIdle(0);
        config.addDataSourceProperty(
                "options", "-c timezone=UTC -c datestyle=ISO -c intervalstyle=iso_8601");
        HikariDataSource dataSource = new HikariDataSource(config);
        Tenants tenants = new Tenants(dataSource);
        ReplicaWriter writer = new ReplicaWriter();
        return new Control(
                dataSource,
                tenants,
                new TenantSetup(dataSource, tenants, writer),
                new Accounts(dataSource),
                new Quarantine(dataSource, tenants, writer));
    }

    @Override
    public void close() {
        dataSource.close();
    }
}
