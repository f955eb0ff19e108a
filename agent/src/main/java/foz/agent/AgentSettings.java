package foz.agent;

import foz.wire.Protocol;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Pattern;

/// The agent's settings, read once from a properties file. An unknown key stops the start.
///
/// @param ingestUrl base address of the ingest role, without a slash at its end
/// @param commandUrl base address of the command role
/// @param tokenUrl the issuer's token endpoint
/// @param clientId this agent's name at the issuer
/// @param keyFile its private key, as a JWK
/// @param adaptersDir folder with a folder of jars for each further adapter; where it is not set,
///   `lib/adapters` of the installation
/// @param dataDir where spool and row state lie
/// @param metricsPort loopback port of the metrics page; 0: any free one
/// @param sourceConnectionsMax connections to the source for capture, at once
/// @param batchRowsMax rows of one batch
/// @param batchBytesMax bytes of one batch, before compression
/// @param spoolBytesMax bytes on disk while the server is away
/// @param fetchRows rows that one round trip to the source brings
/// @param pace how fast and when the source is read whole
record AgentSettings(
        String ingestUrl,
        String commandUrl,
        String tokenUrl,
        String clientId,
        Path keyFile,
        String source,
        SourceSettings database,
        Path adaptersDir,
        Path dataDir,
        int metricsPort,
        int sourceConnectionsMax,
        int batchRowsMax,
        int batchBytesMax,
        long spoolBytesMax,
        int fetchRows,
        Pace.Limits pace) {

    /// Under what the server takes, by more than a table's header and a compression that makes it
    /// larger can add.
    private static final int BATCH_BYTES_MAX = Protocol.BATCH_BYTES_MAX - (1 << 20);

    /// What stands before an adapter's own settings.
    private static final List<String> ADAPTERS = List.of("debezium.");

    private static final Pattern LOG_NAME = Pattern.compile("[a-z0-9_]{1,63}");

    private static final Set<String> KEYS =
            Set.of(
                    "serverUrl",
                    "ingestUrl",
                    "commandUrl",
                    "tokenUrl",
                    "clientId",
                    "keyFile",
                    "source",
                    "jdbcUrl",
                    "jdbcUser",
                    "jdbcPassword",
                    "sourceTimeZone",
                    "adaptersDir",
                    "logName",
                    "logReader",
                    "dataDir",
                    "metricsPort",
                    "sourceConnectionsMax",
                    "batchRowsMax",
                    "batchBytesMax",
                    "spoolBytesMax",
                    "fetchRows",
                    "readRowsPerSecondMax",
                    "readBytesPerSecondMax",
                    "readHours");

    /// @throws SettingsException naming the key, the value and the remedy
    static AgentSettings read(Path file) {
        Properties properties = new Properties();
        try (var reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException e) {
            throw new SettingsException(
                    "cannot read the settings file " + file + ": " + e.getMessage());
        }
        Map<String, String> values = new LinkedHashMap<>();
        for (String key : properties.stringPropertyNames()) {
            if (!KEYS.contains(key) && ADAPTERS.stream().noneMatch(key::startsWith)) {
                throw new SettingsException(
                        "unknown setting '%s' in %s; use one of %s"
                                .formatted(key, file, KEYS.stream().sorted().toList()));
            }
            values.put(key, properties.getProperty(key).strip());
        }
        return new Reader(file, values).settings();
    }

    private record Reader(Path file, Map<String, String> values) {

        AgentSettings settings() {
            String server = values.getOrDefault("serverUrl", "");
            return new AgentSettings(
                    text("ingestUrl", server),
                    text("commandUrl", server),
                    text("tokenUrl", server.isEmpty() ? "" : server + "/oauth2/token"),
                    text("clientId", ""),
                    path("keyFile"),
                    text("source", ""),
                    new SourceSettings(
                            text("jdbcUrl", ""),
                            text("jdbcUrl", "").startsWith("jdbc:")
                                    ? text("jdbcUser", "")
                                    : values.getOrDefault("jdbcUser", ""),
                            values.getOrDefault("jdbcPassword", ""),
                            values.getOrDefault("sourceTimeZone", ""),
                            logName(),
                            path("dataDir").resolve("log"),
                            adapters(),
                            values.getOrDefault("logReader", ""),
                            adapterSettings()),
                    adapters(),
                    path("dataDir"),
                    (int) number("metricsPort", 0, 0, 65_535),
                    (int) number("sourceConnectionsMax", 2, 1, 16),
                    (int) number("batchRowsMax", 10_000, 1, 100_000),
                    (int) number("batchBytesMax", 4 << 20, 1 << 10, BATCH_BYTES_MAX),
                    number("spoolBytesMax", 1L << 30, 1 << 20, 1L << 40),
                    (int) number("fetchRows", 2_000, 1, 50_000),
                    new Pace.Limits(
                            number("readRowsPerSecondMax", 0, 0, 1_000_000_000),
                            number("readBytesPerSecondMax", 0, 0, 1L << 40),
                            hours()));
        }

        private ReadingHours hours() {
            String zone = values.getOrDefault("sourceTimeZone", "");
            try {
                return ReadingHours.of(
                        values.getOrDefault("readHours", ""),
                        zone.isEmpty() ? ZoneId.systemDefault() : ZoneId.of(zone));
            } catch (IllegalArgumentException e) {
                throw new SettingsException(
                        "the setting 'readHours' in %s: %s".formatted(file, e.getMessage()));
            } catch (DateTimeException _) {
                throw new SettingsException(
                        "the setting 'sourceTimeZone' is '%s' in %s; write a zone, such as America/Sao_Paulo"
                                .formatted(zone, file));
            }
        }

        private Map<String, String> adapterSettings() {
            Map<String, String> found = new HashMap<>(values);
            found.keySet().removeAll(KEYS);
            return found;
        }

        /// By default made of the agent's own name, which is the tenant's and the source's.
        private String logName() {
            String given = values.get("logName");
            String name =
                    given != null
                            ? given
                            : "foz_"
                                    + text("clientId", "")
                                            .toLowerCase(Locale.ROOT)
                                            .replaceAll("[^a-z0-9]+", "_");
            if (!LOG_NAME.matcher(name).matches()) {
                throw new SettingsException(
                        "the setting 'logName' is '%s' in %s; write 1 to 63 of a-z, 0-9 and _"
                                .formatted(name, file));
            }
            return name;
        }

        private Path adapters() {
            return file.toAbsolutePath()
                    .resolveSibling(values.getOrDefault("adaptersDir", adaptersUsual()));
        }

        /// Beside the agent's own jars where Foz says where it lies, else beside the settings.
        private static String adaptersUsual() {
            String home = System.getProperty("foz.home");
            return home == null ? "adapters" : Path.of(home, "lib", "adapters").toString();
        }

        private String text(String key, String fallback) {
            String value = Optional.ofNullable(values.get(key)).orElse(fallback);
            if (value.isBlank()) {
                throw new SettingsException(
                        "the setting '%s' is missing in %s; write %s = …"
                                .formatted(key, file, key));
            }
            return value.endsWith("/") ? value.substring(0, value.length() - 1) : value;
        }

        private Path path(String key) {
            return file.toAbsolutePath().resolveSibling(text(key, ""));
        }

        private long number(String key, long fallback, long min, long max) {
            String text = values.get(key);
            if (text == null) {
                return fallback;
            }
            try {
                long value = Long.parseLong(text);
                if (value >= min && value <= max) {
                    return value;
                }
            } catch (NumberFormatException _) {
                // Answered below, as one out of range is.
            }
            throw new SettingsException(
                    "the setting '%s' is '%s' in %s; write a whole number from %d to %d"
                            .formatted(key, text, file, min, max));
        }
    }

    @Override
    public String toString() {
        return "AgentSettings[source="
                + source
                + ", database="
                + database
                + ", clientId="
                + clientId
                + "]";
    }
}
