package foz.adapter.debezium;

import foz.agent.ChangeLog;
import foz.agent.ChunkReader;
import foz.agent.Dialect;
import foz.agent.KeyChunks;
import foz.agent.LogContext;
import foz.agent.LogLostException;
import foz.agent.LogSource;
import foz.agent.SourceSettings;
import foz.contract.Contract.Column;
import foz.contract.Contract.Table;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// A database's log, read by Debezium.
final class DebeziumLogSource implements LogSource {

    private final Database database;
    private final SourceSettings settings;
    private final Dialect dialect;
    private final Structures structures;

    DebeziumLogSource(Database database, SourceSettings settings, Dialect dialect) {
        this.database = database;
        this.settings = settings;
        this.dialect = dialect;
        this.structures = new Structures(database);
    }

    @Override
    public Offer prepare(Connection connection, List<Table> wanted) throws SQLException {
        Map<String, String> reasons = new HashMap<>();
        Optional<String> nothing = database.impossible(connection);
        List<Table> able = new ArrayList<>();
        for (Table table : wanted) {
            Optional<String> why = nothing.isPresent() ? nothing : unsuitable(connection, table);
            why.ifPresentOrElse(reason -> reasons.put(table.name(), reason), () -> able.add(table));
        }
        return new Offer(able, reasons);
    }

    /// Nothing is prepared: what the server lacks, its administrator must give.
    @Override
    public Offer look(Connection connection, List<Table> wanted) throws SQLException {
        return prepare(connection, wanted);
    }

    private Optional<String> unsuitable(Connection connection, Table table) throws SQLException {
        if (table.isKeyless()) {
            return Optional.of("it has no key");
        }
        Map<String, String> types = structures.types(connection, table);
        if (types.isEmpty()) {
            return Optional.of(
                    "the source has no table '%s'; write its physicalName as it is there"
                            .formatted(table.physicalName()));
        }
        for (Column column : table.key()) {
            String type = types.getOrDefault(column.physicalName().toLowerCase(Locale.ROOT), "");
            if (!database.isSureKey(new SourceType(type, -1, ""), column)) {
                return Optional.of(
                        "its key has '%s' of the type %s, which Debezium does not always give as a SELECT does"
                                .formatted(column.name(), type));
            }
        }
        Optional<String> why = database.unsuitable(connection, table);
        if (why.isPresent() || dialect.isKeyIndexed(connection, table)) {
            return why;
        }
        return Optional.of(
                "no index begins with its key (%s), by which it would be read whole"
                        .formatted(
                                table.key().stream()
                                        .map(Column::physicalName)
                                        .collect(Collectors.joining(", "))));
    }

    @Override
    public int isolation(Connection connection) throws SQLException {
        return database.isolation(connection);
    }

    @Override
    public Map<String, String> structures(Connection connection, List<Table> tables)
            throws SQLException {
        return structures.of(connection, tables);
    }

    @Override
    public ChunkReader chunks() {
        return new KeyChunks(dialect, database::estimate);
    }

    @Override
    public ChangeLog open(List<Table> tables, String position, LogContext context)
            throws SQLException {
        Map<String, String> own;
        Map<String, Table> named = new HashMap<>();
        boolean waiting;
        try (Connection connection = dialect.openForCapture()) {
            if (position.isEmpty()) {
                History.begin(settings.workDir());
            } else {
                requireThere(connection, position);
            }
            own = database.settings(settings, connection, tables);
            waiting = database.hasPrepared(connection);
            for (Table table : tables) {
                dialect.learn(connection, table);
                named.put(database.name(connection, table).key(), table);
            }
        }
        EngineRun run = new EngineRun(Settings.of(settings, position, own));
        try {
            return new DebeziumLog(run, database, named, position, waiting, context);
        } catch (SQLException | RuntimeException e) {
            run.close();
            throw e;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            run.close();
            throw new SQLException("stopped while Debezium began to read");
        }
    }

    private void requireThere(Connection connection, String position) throws SQLException {
        if (!History.isThere(settings.workDir())) {
            throw new LogLostException(
                    "the file %s is gone, without which the log cannot be read"
                            .formatted(History.file(settings.workDir())),
                    false);
        }
        Optional<String> missing = database.missing(connection, Offset.read(position));
        if (missing.isPresent()) {
            throw new LogLostException(missing.get(), false);
        }
    }

    /// Nothing was made at the source.
    @Override
    public void drop() {
        History.begin(settings.workDir());
    }
}
