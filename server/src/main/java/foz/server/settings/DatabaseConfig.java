package foz.server.settings;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;

/// The pools of connections to the database. Sessions speak UTC and ISO, so that every value's text
/// is canonical.
@Configuration(proxyBeanMethods = false)
public class DatabaseConfig {

    /// The name of the pool that devices are read for from.
    public static final String DEVICES = "foz-devices";

    private static final long CONNECT_MS_MAX = 10_000;

    @Bean(destroyMethod = "close")
    @Primary
    HikariDataSource dataSource(Settings settings) {
        return pool("foz", settings.database(), settings.database().connectionsMax());
    }

    /// What is read for devices has connections of its own: a slow device holds one for as long as
    /// it takes what it gets.
    @Configuration(proxyBeanMethods = false)
    @Role("sync")
    static class ForDevices {
        @Bean(name = DEVICES, destroyMethod = "close")
        HikariDataSource devices(Settings settings) {
            return pool(DEVICES, settings.database(), settings.sync().databaseConnectionsMax());
        }
    }

    private static HikariDataSource pool(
            String name, Settings.Database database, int connectionsMax) {
        HikariConfig config = new HikariConfig();
        config.setPoolName(name);
        config.setJdbcUrl(database.jdbcUrl());
        config.setUsername(database.user());
        config.setPassword(database.password().value());
        config.setMaximumPoolSize(connectionsMax);
        config.setMinimumIdle(Math.min(4, connectionsMax));
        config.setConnectionTimeout(CONNECT_MS_MAX);
        config.setInitializationFailTimeout(60_000);
        config.addDataSourceProperty("ApplicationName", "foz");
        config.addDataSourceProperty("reWriteBatchedInserts", "true");
        config.addDataSourceProperty("socketTimeout", "120");
        config.addDataSourceProperty("tcpKeepAlive", "true");
        // Temporary buffers for a transaction's rows, so that they do not go through files.
        config.addDataSourceProperty(
                "options",
                "-c timezone=UTC -c datestyle=ISO -c intervalstyle=iso_8601 -c temp_buffers=32MB");
        return new HikariDataSource(config);
    }
}
