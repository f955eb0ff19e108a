package foz.server;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import foz.server.embedded.EmbeddedPostgres;
import foz.server.embedded.Home;
import foz.server.replica.ReplicaWriter;
import foz.server.replica.TenantSetup;
import foz.server.tenant.Tenants;
import java.nio.file.Path;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.springframework.jdbc.core.simple.JdbcClient;

/// A real PostgreSQL with the control tables, for one test class.
public final class TestDatabase implements AutoCloseable {

    private final EmbeddedPostgres postgres;
    private final HikariDataSource dataSource;

    /// @param folder where it may write
    public TestDatabase(Path folder) {
        this(folder, "latest");
    }

    /// @param version of the control tables
    public TestDatabase(Path folder, String version) {
        postgres =
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
        dataSource = new HikariDataSource(config);
        migrate(version);
    }

    /// Brings the control tables to a version.
    public void migrate(String version) {
        Flyway.configure()
                .dataSource(dataSource)
                .locations("classpath:db/control")
                .target(version)
                .load()
                .migrate();
    }

    public EmbeddedPostgres postgres() {
        return postgres;
    }

    public DataSource dataSource() {
        return dataSource;
    }

    public JdbcClient jdbc() {
        return JdbcClient.create(dataSource);
    }

    public Tenants tenants() {
        return new Tenants(dataSource);
    }

    public TenantSetup setup() {
        return new TenantSetup(dataSource, tenants(), new ReplicaWriter());
    }

    @Override
    public void close() {
        dataSource.close();
        postgres.close();
    }
}
