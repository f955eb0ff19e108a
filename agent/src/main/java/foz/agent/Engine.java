package foz.agent;

import java.nio.file.Path;
import java.util.Optional;

/// A kind of source that the agent can work with. Found by [java.util.ServiceLoader], among the
/// agent's own classes and in the jars of its adapters' folder.
public interface Engine {

    /// Whether this engine speaks to what stands at this address.
    boolean accepts(String jdbcUrl);

    /// The addresses that it accepts, for people: `jdbc:postgresql:`.
    String address();

    Dialect dialect(SourceSettings settings);

    /// The source's log of changes, where this engine can read it.
    default Optional<LogSource> log(SourceSettings settings) {
        return Optional.empty();
    }

    /// A journal that triggers at the source write, where this engine can have one.
    ///
    /// @param dialect as [#dialect] gave it: what it learnt of tables counts
    default Optional<Journal> journal(SourceSettings settings, Dialect dialect) {
        return Optional.empty();
    }

    /// The source's rows, where it is no database; then it has no dialect, and takes no commands.
    ///
    /// @param workDir a folder for what is fetched, the feed's own
    /// @throws SettingsException when the feed's settings are wrong
    default Optional<RowFeed> feed(SourceSettings settings, Path workDir) {
        return Optional.empty();
    }
}
