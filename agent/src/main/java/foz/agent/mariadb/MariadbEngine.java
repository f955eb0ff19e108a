package foz.agent.mariadb;

import foz.agent.Dialect;
import foz.agent.Engine;
import foz.agent.LogSource;
import foz.agent.SourceSettings;
import java.util.Optional;

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
    public Optional<LogSource> log(SourceSettings settings) {
        return Optional.of(new MariadbLogSource(settings));
    }

    @Override
    public Dialect dialect(SourceSettings settings) {
        return new MariadbDialect(settings);
    }
}
