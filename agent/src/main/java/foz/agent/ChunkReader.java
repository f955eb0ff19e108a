package foz.agent;

import foz.contract.Contract.Table;
import foz.wire.Change.TableHeader;
import foz.wire.ChangeBuffer;
import java.sql.Connection;
import java.sql.SQLException;

/// Reads a table whole, some rows at a time, so that a stop costs one chunk.
public interface ChunkReader {

    /// What a chunk's reading came to.
    ///
    /// @param progress from where the next chunk is read
    /// @param last whether the table was read to its end
    /// @param done about what part of the table was read, 0 to 1
    record Chunk(String progress, boolean last, double done) {}

    /// Reads a chunk within the transaction that is open on the connection.
    ///
    /// @param progress as the chunk before gave it; empty at the table's beginning
    /// @param keys takes each row's key, as [KeyHash] makes it
    /// @throws RewrittenException when the rows do not lie where they lay at the chunk before
    Chunk read(
            Connection connection,
            Table table,
            TableHeader header,
            String progress,
            ChangeBuffer to,
            LongSet keys)
            throws SQLException;

    /// The table must be read from its beginning.
    final class RewrittenException extends RuntimeException {
        public RewrittenException(String table) {
            super("the table '" + table + "' was written anew while it was read");
        }
    }
}
