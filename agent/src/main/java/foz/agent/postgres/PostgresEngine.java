package foz.agent.postgres;

import foz.agent.Dialect;
import foz.agent.Engine;
import foz.agent.Journal;
import foz.agent.LogSource;
import foz.agent.SourceSettings;
import java.util.Optional;

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

    @Override
    public Optional<Journal> journal(SourceSettings settings, Dialect dialect) {
        return dialect instanceof PostgresDialect ours
                ? Optional.of(new PostgresJournal(ours, settings))
                : Optional.empty();
    }

    @Override
    public Optional<LogSource> log(SourceSettings settings) {
        return Optional.of(new PostgresLogSource(settings));
    }
}
