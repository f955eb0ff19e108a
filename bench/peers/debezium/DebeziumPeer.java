import io.debezium.embedded.Connect;
import io.debezium.engine.DebeziumEngine;
import io.debezium.engine.RecordChangeEvent;
import io.debezium.engine.format.ChangeEventFormat;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;

/// Debezium's embedded engine, run from its source by `foz bench capture`:
/// `DebeziumPeer HOST PORT DATABASE OFFSETS [REPLICA_JDBC_URL]`. Without a replica it acknowledges
/// each batch and drops it; with one it upserts each batch and commits, then acknowledges. Tells
/// on stdout how many events it has acknowledged: `seen N`.
public final class DebeziumPeer {

    private static volatile long seen;

    public static void main(String[] arguments) throws Exception {
        Connection replica = arguments.length > 4 ? replica(arguments[4]) : null;
        PreparedStatement upsert = replica == null ? null : replica.prepareStatement(
                """
                INSERT INTO pgbench_accounts (aid, bid, abalance, filler) VALUES (?, ?, ?, ?)
                ON CONFLICT (aid) DO UPDATE SET bid = excluded.bid, abalance = excluded.abalance, filler = excluded.filler
                """);
        DebeziumEngine<RecordChangeEvent<SourceRecord>> engine =
                DebeziumEngine.create(ChangeEventFormat.of(Connect.class))
                        .using(settings(arguments))
                        .notifying((events, committer) -> {
                            if (upsert != null) {
                                write(events, upsert);
                            }
                            for (RecordChangeEvent<SourceRecord> event : events) {
                                committer.markProcessed(event);
                            }
                            committer.markBatchFinished();
                            seen += events.size();
                        })
                        .build();
        Thread.ofPlatform().daemon(true).start(DebeziumPeer::tell);
        engine.run();
    }

    private static Properties settings(String[] arguments) {
        Properties settings = new Properties();
        settings.setProperty("name", "bench");
        settings.setProperty("connector.class", "io.debezium.connector.postgresql.PostgresConnector");
        settings.setProperty("offset.storage", "org.apache.kafka.connect.storage.FileOffsetBackingStore");
        settings.setProperty("offset.storage.file.filename", arguments[3]);
        settings.setProperty("topic.prefix", "bench");
        settings.setProperty("database.hostname", arguments[0]);
        settings.setProperty("database.port", arguments[1]);
        settings.setProperty("database.user", "postgres");
        settings.setProperty("database.password", "none");
        settings.setProperty("database.dbname", arguments[2]);
        settings.setProperty("plugin.name", "pgoutput");
        settings.setProperty("publication.autocreate.mode", "filtered");
        settings.setProperty("table.include.list", "public.pgbench_accounts");
        return settings;
    }

    private static Connection replica(String url) throws SQLException {
        Connection connection = DriverManager.getConnection(url + "?reWriteBatchedInserts=true", "postgres", "none");
        connection.setAutoCommit(false);
        return connection;
    }

    private static void write(List<RecordChangeEvent<SourceRecord>> events, PreparedStatement upsert) {
        try {
            for (RecordChangeEvent<SourceRecord> event : events) {
                Struct row = event.record().value() instanceof Struct value ? value.getStruct("after") : null;
                if (row != null) {
                    upsert.setObject(1, row.get("aid"));
                    upsert.setObject(2, row.get("bid"));
                    upsert.setObject(3, row.get("abalance"));
                    upsert.setObject(4, row.get("filler"));
                    upsert.addBatch();
                }
            }
            upsert.executeBatch();
            upsert.getConnection().commit();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void tell() {
        long told = 0;
        while (true) {
            if (seen != told) {
                told = seen;
                System.out.println("seen " + told);
            }
            try {
                Thread.sleep(5);
            } catch (InterruptedException e) {
                return;
            }
        }
    }
}
