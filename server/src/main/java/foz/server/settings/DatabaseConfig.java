package foz.server.settings;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/// The pool of connections to the database. Sessions speak UTC and ISO, so that every value's text
/// is canonical.
@Configuration(proxyBeanMethods = false)
class DatabaseConfig {

    private static final long CONNECT_MS_MAX = 10_000;

    @Bean(destroyMethod = "close")
    HikariDataSource dataSource(Settings settings) {
        return pool(settings.database(), settings.database().connectionsMax());
    }

    static HikariDataSource pool(Settings.Database database, int connectionsMax) {
        HikariConfig config = new HikariConfig();
        config.setPoolName("foz");
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
