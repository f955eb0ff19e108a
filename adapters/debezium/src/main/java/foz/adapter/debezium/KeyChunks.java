package foz.adapter.debezium;

import foz.agent.ChunkReader;
import foz.agent.Dialect;
import foz.agent.KeyHash;
import foz.agent.LongSet;
import foz.contract.Contract.Column;
import foz.contract.Contract.Table;
import foz.wire.Change.TableHeader;
import foz.wire.ChangeBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// Reads a table in the order of its key, so many rows at a time, by its dialect's SQL.
final class KeyChunks implements ChunkReader {

    private static final JsonMapper JSON = new JsonMapper();
    private static final int ROWS = 10_000;
    private static final int BYTES = 8 << 20;
    private static final int FETCH_ROWS = 1_000;

    private final Dialect dialect;
    private final Database database;

    KeyChunks(Dialect dialect, Database database) {
        this.dialect = dialect;
        this.database = database;
    }

    /// Where a reading stands.
    ///
    /// @param after the last row's key; empty at first
    /// @param rows read so far
    /// @param all about how many there are, by the server's estimate at the beginning
    private record Progress(List<String> after, long rows, long all) {}

    @Override
    public Chunk read(
            Connection connection,
            Table table,
            TableHeader header,
            String progress,
            ChangeBuffer to,
            LongSet keys)
            throws SQLException {
        Progress at =
                progress.isEmpty()
                        ? new Progress(List.of(), 0, database.estimate(connection, table))
                        : JSON.readValue(progress, Progress.class);
        List<String> key = at.after();
        long count = 0;
        boolean last = true;
        try (PreparedStatement statement = connection.prepareStatement(sql(table, key))) {
            if (!key.isEmpty()) {
                List<Integer> places = dialect.keyAfterParameters(key.size());
                for (int i = 0; i < places.size(); i++) {
                    statement.setString(i + 1, key.get(places.get(i)));
                }
            }
            statement.setFetchSize(FETCH_ROWS);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    if (count > 0 && to.bytes() > BYTES) {
                        last = false;
                        break;
                    }
                    key = row(rows, table, header, to);
                    keys.add(KeyHash.of(key));
                    count++;
                }
            }
        }
        last &= count < ROWS;
        Progress next = new Progress(key, at.rows() + count, at.all());
        double done = last ? 1 : Math.min(0.99, next.rows() / (double) Math.max(1, next.all()));
        return new Chunk(JSON.writeValueAsString(next), last, done);
    }

    private String sql(Table table, List<String> after) {
        return dialect.firstRows(
                "SELECT %s FROM %s%s ORDER BY %s"
                        .formatted(
                                table.columns().stream()
                                        .map(column -> dialect.select(table, column))
                                        .collect(Collectors.joining(", ")),
                                dialect.name(table.physicalName()),
                                after.isEmpty() ? "" : " WHERE " + dialect.keyAfter(table),
                                table.key().stream()
                                        .map(Column::physicalName)
                                        .map(dialect::name)
                                        .collect(Collectors.joining(", "))),
                ROWS);
    }

    private List<String> row(ResultSet rows, Table table, TableHeader header, ChangeBuffer to)
            throws SQLException {
        List<String> key = new ArrayList<>();
        @Nullable String[] values = new @Nullable String[table.columns().size()];
        to.upsert(header);
        for (int i = 0; i < values.length; i++) {
            values[i] = dialect.read(rows, i + 1, table, table.columns().get(i));
            to.text(values[i]);
        }
        for (int place : header.key()) {
            key.add(String.valueOf(values[place]));
        }
        return key;
    }
}
