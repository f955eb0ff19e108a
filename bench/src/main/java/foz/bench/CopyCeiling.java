package foz.bench;

import java.io.OutputStream;
import java.sql.Connection;
import org.postgresql.PGConnection;

/// The fastest that a table can be read: `COPY` to nothing.
final class CopyCeiling {

    private static final String COPY = "COPY pgbench_accounts TO STDOUT";

    private CopyCeiling() {}

    /// @return rows a second through the JDBC driver
    static double driver(Source source, long rows) throws Exception {
        try (Connection connection = source.connect()) {
            return rows
                    / Measured.seconds(() ->
                            connection
                                    .unwrap(PGConnection.class)
                                    .getCopyAPI()
                                    .copyOut(COPY, OutputStream.nullOutputStream()));
        }
    }

    /// @return rows a second through psql, into /dev/null
    static double psql(Source source, long rows) throws Exception {
        return rows
                / Measured.seconds(
                        () -> source.client("psql", "-X", "-q", "-o", "/dev/null", "-c", COPY));
    }
}
