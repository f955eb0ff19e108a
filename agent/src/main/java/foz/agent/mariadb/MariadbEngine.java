package foz.agent.mariadb;

import foz.agent.Dialect;
import foz.agent.Engine;
import foz.agent.SourceSettings;

/// MariaDB, and MySQL by MariaDB's driver.
public final class MariadbEngine implements Engine {

    static final String MYSQL = "jdbc:mysql:";

    @Override
    public boolean accepts(String jdbcUrl) {
        return jdbcUrl.startsWith(address()) || jdbcUrl.startsWith(MYSQL);
    }

    @Override
    public String address() {
        return "jdbc:mariadb:";
    }

    @Override
    public Dialect dialect(SourceSettings settings) {
        return new MariadbDialect(settings);
    }
}
