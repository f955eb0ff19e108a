package foz.adapter.debezium;

import foz.agent.SettingsException;
import foz.agent.SourceSettings;
import foz.contract.Contract.Table;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// The engine's settings.
final class Settings {

    /// What stands before a setting that is Debezium's own.
    static final String PREFIX = "debezium.";

    /// A value that no column holds, where Debezium has none to give.
    static final String ABSENT = "__foz_absent_3d2f6c1e-8a54-4d0b-9c57-71b0e9f4a6d2__";

    static final String POSITION = "offset.storage.foz.position";
    static final String TOPICS = "foz";

    /// Debezium's own settings by which values, positions or tables would be others than the agent
    /// takes them for.
    private static final Set<String> OURS =
            Set.of(
                    "name",
                    "connector.class",
                    "topic.prefix",
                    "tasks.max",
                    "tombstones.on.delete",
                    "unavailable.value.placeholder",
                    "message.key.columns",
                    "event.processing.failure.handling.mode",
                    "event.converting.failure.handling.mode",
                    "event.deserialization.failure.handling.mode",
                    "inconsistent.schema.handling.mode",
                    "skipped.operations",
                    "skip.messages.without.change",
                    "provide.transaction.metadata",
                    "bigint.unsigned.handling.mode",
                    "enable.time.adjuster",
                    "field.name.adjustment.mode",
                    "schema.name.adjustment.mode",
                    "heartbeat.interval.ms",
                    "include.schema.changes",
                    "include.query",
                    "custom.metric.tags",
                    "retriable.restart.connector.wait.ms",
                    "lob.enabled",
                    "data.query.mode",
                    "gtid.source.filter.dml.events",
                    "streaming.delay.ms",
                    "converters",
                    "transforms",
                    "predicates",
                    "post.processors");

    private static final Set<String> OURS_BY_PREFIX =
            Set.of(
                    "snapshot.",
                    "offset.",
                    "schema.history.",
                    "internal.",
                    "topic.",
                    "column.",
                    "table.",
                    "database.include",
                    "database.exclude",
                    "schema.include",
                    "schema.exclude",
                    "decimal.",
                    "time.precision",
                    "binary.",
                    "interval.",
                    "datatype.",
                    "hstore.",
                    "geometry.",
                    "converters.",
                    "transforms.",
                    "predicates.",
                    "post.processors.",
                    "signal.",
                    "notification.",
                    "incremental.",
                    "read.only.incremental",
                    "transaction.",
                    "record.processing.",
                    "errors.",
                    "key.converter",
                    "value.converter",
                    "header.converter");

    private Settings() {}

    /// @throws SettingsException when one of them would break what the agent promises
    static void requireAllowed(Map<String, String> given) {
        for (String key : given.keySet()) {
            String name = key.substring(PREFIX.length());
            if (OURS.contains(name) || OURS_BY_PREFIX.stream().anyMatch(name::startsWith)) {
                throw new SettingsException(
                        "the setting '%s' is refused: values, tables or positions would be others than the agent takes them for; leave it out"
                                .formatted(key));
            }
        }
    }

    /// Patterns of a table's columns that the contract names: no other one leaves the source.
    ///
    /// @param name the table's whole name, as Debezium writes it
    static String columns(String name, Table table) {
        return table.columns().stream()
                .map(column -> Pattern.quote(column.physicalName()))
                .collect(Collectors.joining("|", Pattern.quote(name + ".") + "(?:", ")"));
    }

    /// @param position the offset to begin at, as JSON; empty to begin now
    /// @param database the connector's own settings
    static Properties of(SourceSettings source, String position, Map<String, String> database) {
        Properties all = new Properties();
        all.setProperty("name", source.logName());
        all.setProperty("topic.prefix", TOPICS);
        all.setProperty("offset.storage", GivenOffset.class.getName());
        all.setProperty(POSITION, position);
        all.setProperty("offset.flush.interval.ms", "3600000");
        all.setProperty(
                "schema.history.internal", "io.debezium.storage.file.history.FileSchemaHistory");
        all.setProperty(
                "schema.history.internal.file.filename", History.file(source.workDir()).toString());
        all.setProperty("schema.history.internal.store.only.captured.tables.ddl", "true");
        // The tables are read by Foz; of Debezium only how they are built.
        all.setProperty("snapshot.mode", "no_data");
        all.setProperty("snapshot.locking.mode", "none");
        all.setProperty("include.schema.changes", "true");
        all.setProperty("provide.transaction.metadata", "true");
        all.setProperty("tombstones.on.delete", "false");
        all.setProperty("skipped.operations", "none");
        all.setProperty("unavailable.value.placeholder", ABSENT);
        all.setProperty("column.propagate.source.type", ".*");
        all.setProperty("decimal.handling.mode", "string");
        all.setProperty("binary.handling.mode", "bytes");
        all.setProperty("heartbeat.interval.ms", "20");
        all.setProperty("poll.interval.ms", "20");
        all.setProperty("max.batch.size", "2048");
        all.setProperty("max.queue.size", "8192");
        all.setProperty("max.queue.size.in.bytes", Integer.toString(32 << 20));
        all.setProperty("event.processing.failure.handling.mode", "fail");
        // By default what cannot be converted is given as no value.
        all.setProperty("event.converting.failure.handling.mode", "fail");
        // The agent opens the log again by itself.
        all.setProperty("errors.max.retries", "0");
        all.putAll(database);
        source.adapterSettings()
                .forEach((key, value) -> all.setProperty(key.substring(PREFIX.length()), value));
        return all;
    }
}
