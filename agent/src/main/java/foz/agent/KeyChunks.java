package foz.agent;

import foz.contract.Contract.Table;
import foz.wire.Change;
import foz.wire.Change.TableHeader;
import foz.wire.ChangeBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// Reads a table in the order of its key, so many rows at a time, by its dialect's SQL.
public final class KeyChunks implements ChunkReader {

    private static final JsonMapper JSON = new JsonMapper();
    private static final int ROWS = 10_000;
    private static final int BYTES = 8 << 20;
    private static final int FETCH_ROWS = 1_000;

    /// About how many rows a table has, without counting them.
    public interface Estimate {
        long of(Connection connection, Table table) throws SQLException;
    }

    private final Dialect dialect;
    private final Estimate estimate;

    public KeyChunks(Dialect dialect, Estimate estimate) {
        this.dialect = dialect;
        this.estimate = estimate;
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
                        ? new Progress(List.of(), 0, estimate.of(connection, table))
                        : JSON.readValue(progress, Progress.class);
        SourceRows source = new SourceRows(table, dialect);
        List<String> key = at.after();
        long count = 0;
        boolean last = true;
        try (PreparedStatement statement = source.page(connection, source.values(), key, ROWS)) {
            statement.setFetchSize(FETCH_ROWS);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    if (count > 0 && to.bytes() > BYTES) {
                        last = false;
                        break;
                    }
                    @Nullable String[] values = source.values(rows);
                    to.add(header, new Change.Upsert(values));
                    key = source.keyOf(values);
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
}
