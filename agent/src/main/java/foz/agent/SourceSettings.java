package foz.agent;

import java.nio.file.Path;

/// Where the source is and how to sign in there.
///
/// @param jdbcUrl its address; for a source that is no database, the adapter's own
/// @param timeZone zone of stamps that carry none; empty: the one that the database works in
/// @param logName what the agent calls its own things at the source, such as a slot: letters,
///   digits and _, 63 at most
/// @param workDir folder for what the engine keeps
/// @param adaptersDir folder with a folder of jars for each driver that Foz does not bring along
public record SourceSettings(
        String jdbcUrl,
        String jdbcUser,
        String jdbcPassword,
        String timeZone,
        String logName,
        Path workDir,
        Path adaptersDir) {

    /// A source whose driver Foz brings along.
    public SourceSettings(
            String jdbcUrl,
            String jdbcUser,
            String jdbcPassword,
            String timeZone,
            String logName,
            Path workDir) {
        this(jdbcUrl, jdbcUser, jdbcPassword, timeZone, logName, workDir, Path.of("adapters"));
    }

    /// A source of which no log is read.
    public SourceSettings(String jdbcUrl, String jdbcUser, String jdbcPassword, String timeZone) {
        this(jdbcUrl, jdbcUser, jdbcPassword, timeZone, "foz", Path.of(""));
    }

    @Override
    public String toString() {
        return "SourceSettings[jdbcUrl=" + jdbcUrl + ", jdbcUser=" + jdbcUser + "]";
    }
}
