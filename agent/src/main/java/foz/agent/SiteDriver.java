package foz.agent;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;

/// A JDBC driver that Foz may not bring along, for its licence: a jar that the operator puts into a
/// folder of the adapters' folder. Safe for several threads.
public final class SiteDriver {

    private final Driver driver;
    private final String jdbcUrl;

    public SiteDriver(Driver driver, String jdbcUrl) {
        this.driver = driver;
        this.jdbcUrl = jdbcUrl;
    }

    /// Finds a driver's class in the jars of the adapters' folder of this name, or among the
    /// agent's own.
    ///
    /// @param jar what the operator must put there, and where it comes from
    /// @throws SettingsException naming folder and jar when it is not there
    public static SiteDriver find(
            SourceSettings settings, String folder, String driverClass, String jar) {
        Path dir = settings.adaptersDir().resolve(folder);
        URL[] jars = Files.isDirectory(dir) ? Engines.jars(dir) : new URL[0];
        ClassLoader loader = new URLClassLoader(jars, SiteDriver.class.getClassLoader());
        try {
            Object driver =
                    Class.forName(driverClass, true, loader).getDeclaredConstructor().newInstance();
            return new SiteDriver((Driver) driver, settings.jdbcUrl());
        } catch (ClassNotFoundException _) {
            throw new SettingsException(
                    "no driver for jdbcUrl '%s': %s has no class %s; put %s there"
                            .formatted(settings.jdbcUrl(), dir.toAbsolutePath(), driverClass, jar));
        } catch (ReflectiveOperationException | LinkageError e) {
            throw new SettingsException(
                    "the driver %s in %s does not start: %s; put %s there"
                            .formatted(driverClass, dir.toAbsolutePath(), e, jar));
        }
    }

    /// @param session what each session is set to, as one statement
    /// @throws SettingsException when the driver does not take the address
    public Connection connect(Properties properties, String session) throws SQLException {
        Connection connection = connect(properties);
        try (Statement statement = connection.createStatement()) {
            statement.execute(session);
            return connection;
        } catch (SQLException e) {
            Dialect.close(connection);
            throw e;
        }
    }

    private Connection connect(Properties properties) throws SQLException {
        Connection connection = driver.connect(jdbcUrl, properties);
        if (connection == null) {
            throw new SettingsException(
                    "the driver %s does not take jdbcUrl '%s'; correct it"
                            .formatted(driver.getClass().getName(), jdbcUrl));
        }
        return connection;
    }
}
