package foz.server;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import foz.server.embedded.EmbeddedPostgres;
import foz.server.embedded.Home;
import foz.server.replica.ReplicaWriter;
import foz.server.replica.TenantSetup;
import foz.server.tenant.Tenants;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
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

    /// A server process's part, within this one, on this database.
    ///
    /// @param settings beside those of address and database
    public ConfigurableApplicationContext server(
            int port, String roles, Map<String, Object> settings) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put("server.port", port);
        all.put("server.address", "127.0.0.1");
        all.put("foz.roles", roles);
        all.put("foz.publicUrl", "http://127.0.0.1:" + port);
        all.put("foz.database.jdbcUrl", postgres.jdbcUrl("postgres"));
        all.put("foz.database.user", "postgres");
        all.put("foz.database.password.value", "secret");
        SpringApplication application = new SpringApplication(FozServer.class);
        application.setDefaultProperties(all);
        return application.run();
    }

    /// Makes the tenant anew, with the sales contract.
    public void sales(String tenant) {
        TenantSetup setup = setup();
        setup.remove(tenant);
        setup.add(tenant);
        try {
            setup.apply(
                    tenant,
                    Files.readString(
                            Home.find().solutions().resolve("sales/contracts/sales.odcs.yaml")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
