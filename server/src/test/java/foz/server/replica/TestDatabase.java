package foz.server.replica;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import foz.server.embedded.EmbeddedPostgres;
import foz.server.embedded.Home;
import java.nio.file.Path;
import org.flywaydb.core.Flyway;

/// A real PostgreSQL with the control schema, for the tests of one class.
public record TestDatabase(EmbeddedPostgres postgres, HikariDataSource dataSource)
        implements AutoCloseable {

    public static TestDatabase start(Path folder) {
        EmbeddedPostgres postgres =
                new EmbeddedPostgres(
                        Home.find(),
                        "test",
                        folder.resolve("pg"),
                        folder.resolve("pg.log"),
                        Home.freePort(),
                        "secret",
                        () -> {});
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(postgres.jdbcUrl("postgres"));
        config.setUsername("postgres");
        config.setPassword("secret");
        config.setMaximumPoolSize(4);
        HikariDataSource dataSource = new HikariDataSource(config);
        Flyway.configure()
                .dataSource(dataSource)
                .locations("classpath:db/control")
                .load()
                .migrate();
        return new TestDatabase(postgres, dataSource);
    }

    @Override
    public void close() {
        dataSource.close();
        postgres.close();
    }
}
