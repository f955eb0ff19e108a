package foz.agent;

import java.nio.file.Path;
import java.util.Map;

/// Where the source is and how to sign in there.
///
/// @param jdbcUrl its address; for a source that is no database, the adapter's own
/// @param timeZone zone of stamps that carry none; empty: the one that the database works in
/// @param logName what the agent calls its own things at the source, such as a slot: letters,
///   digits and _, 63 at most
/// @param workDir folder for what the engine keeps
/// @param adaptersDir folder with a folder of jars for each driver that Foz does not bring along
/// @param logReader by which the log is read, as [LogReader#name] says, or `own`; empty: whichever
///   is the default for such an address
/// @param adapterSettings settings of adapters, each under its whole name: `debezium.…`
public record SourceSettings(
        String jdbcUrl,
        String jdbcUser,
        String jdbcPassword,
        String timeZone,
        String logName,
        Path workDir,
        Path adaptersDir,
        String logReader,
        Map<String, String> adapterSettings) {

    public SourceSettings {
        adapterSettings = Map.copyOf(adapterSettings);
    }

    /// A source whose driver Foz brings along, and whose log is read by the address's default.
    public SourceSettings(
            String jdbcUrl,
            String jdbcUser,
            String jdbcPassword,
            String timeZone,
            String logName,
            Path workDir) {
        this(
                jdbcUrl,
                jdbcUser,
                jdbcPassword,
                timeZone,
                logName,
                workDir,
                Path.of("adapters"),
                "",
                Map.of());
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
