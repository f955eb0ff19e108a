package foz.agent.sqlserver;

import foz.agent.Dialect;
import foz.agent.Engine;
import foz.agent.SiteDriver;
import foz.agent.SourceSettings;

/// SQL Server, from 2016.
public final class SqlserverEngine implements Engine {

    private static final String DRIVER = "com.microsoft.sqlserver.jdbc.SQLServerDriver";

    @Override
    public boolean accepts(String jdbcUrl) {
        return jdbcUrl.startsWith(address());
    }

    @Override
    public String address() {
        return "jdbc:sqlserver:";
    }

    @Override
    public Dialect dialect(SourceSettings settings) {
        return new SqlserverDialect(
                settings,
                SiteDriver.find(
                        settings,
                        "sqlserver",
                        DRIVER,
                        "mssql-jdbc.jar (com.microsoft.sqlserver:mssql-jdbc)"));
    }
}
