package foz.agent.postgres;

import foz.agent.Dialect;
import foz.agent.Engine;
import foz.agent.SourceSettings;

/// PostgreSQL, from version 14.
public final class PostgresEngine implements Engine {

    @Override
    public boolean accepts(String jdbcUrl) {
        return jdbcUrl.startsWith(address());
    }

    @Override
    public String address() {
        return "jdbc:postgresql:";
    }

    @Override
    public Dialect dialect(SourceSettings settings) {
        return new PostgresDialect(settings);
    }
}
