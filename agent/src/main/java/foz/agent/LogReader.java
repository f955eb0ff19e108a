package foz.agent;

/// Reads the logs of databases whose SQL another engine speaks. Found as engines are: among the
/// agent's own classes and in the jars of its adapters' folder.
public interface LogReader {

    /// What the setting `logReader` calls it.
    String name();

    boolean accepts(String jdbcUrl);

    /// Whether it reads such a database's log where the setting `logReader` names none.
    boolean isDefault(String jdbcUrl);

    /// @param dialect of the database, by which its tables are read
    /// @throws SettingsException when a setting of its own is wrong
    LogSource log(SourceSettings settings, Dialect dialect);
}
