package foz.adapter.debezium;

import foz.agent.Dialect;
import foz.agent.LogReader;
import foz.agent.LogSource;
import foz.agent.SettingsException;
import foz.agent.SourceSettings;
import java.util.List;
import java.util.Optional;

/// Debezium, for whatever connectors lie beside it in the adapter's folder.
public final class DebeziumReader implements LogReader {

    private static final List<Database> DATABASES =
            List.of(new Mariadb(), new Mysql(), new SqlServer(), new Oracle());

    @Override
    public String name() {
        return "debezium";
    }

    @Override
    public boolean accepts(String jdbcUrl) {
        return database(jdbcUrl).isPresent();
    }

    @Override
    public boolean isDefault(String jdbcUrl) {
        return database(jdbcUrl).filter(Database::isDefault).isPresent();
    }

    @Override
    public LogSource log(SourceSettings settings, Dialect dialect) {
        Settings.requireAllowed(settings.adapterSettings());
        Database database = database(settings.jdbcUrl()).orElseThrow();
        if (!isThere(database.driver().className())) {
            throw new SettingsException(
                    "the folder of the adapter for '%s' lacks the driver %s; put %s into it"
                            .formatted(
                                    settings.jdbcUrl(),
                                    database.driver().className(),
                                    database.driver().jar()));
        }
        return new DebeziumLogSource(database, settings, dialect);
    }

    private static Optional<Database> database(String jdbcUrl) {
        return DATABASES.stream()
                .filter(each -> each.addresses().stream().anyMatch(jdbcUrl::startsWith))
                .filter(each -> isThere(each.connector()))
                .findFirst();
    }

    private static boolean isThere(String className) {
        return DebeziumReader.class
                        .getClassLoader()
                        .getResource(className.replace('.', '/') + ".class")
                != null;
    }
}
