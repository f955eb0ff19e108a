package foz.agent.mariadb;

import com.github.shyiko.mysql.binlog.BinaryLogClient;
import com.github.shyiko.mysql.binlog.event.Event;
import com.github.shyiko.mysql.binlog.event.EventType;
import com.github.shyiko.mysql.binlog.event.deserialization.ByteArrayEventDataDeserializer;
import com.github.shyiko.mysql.binlog.event.deserialization.EventDeserializer;
import com.github.shyiko.mysql.binlog.network.SSLMode;
import com.github.shyiko.mysql.binlog.network.ServerException;
import foz.agent.LogLostException;
import java.io.IOException;
import java.net.URI;
import java.sql.SQLException;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The events of a server's binlog from a place on, read on a thread of its own as a replica would
/// read them, and waiting in a short queue.
final class BinlogStream implements AutoCloseable {

    private static final int WAITING_MAX = 512;
    private static final int HEARTBEAT_MS = 2_000;
    private static final long SILENCE_MS_MAX = 30_000;
    private static final int PORT = 3306;

    /// The server's answer when it does not have the place that is asked for.
    private static final int NOT_IN_LOG = 1236;

    /// An event, or why there are no more.
    private record Item(@Nullable Event event, @Nullable Exception failure) {}

    private final BinaryLogClient client;
    private final BlockingQueue<Item> queue = new ArrayBlockingQueue<>(WAITING_MAX);
    private final Thread thread;
    private volatile boolean closed;
    private long heardAt = System.nanoTime();

    BinlogStream(String jdbcUrl, String user, String password, BinlogPosition from) {
        URI address = URI.create(jdbcUrl.substring(jdbcUrl.indexOf("://") - "x".length()));
        client =
                new BinaryLogClient(
                        Objects.requireNonNullElse(address.getHost(), "localhost"),
                        address.getPort() < 0 ? PORT : address.getPort(),
                        user,
                        password);
        // One that no replica of the server is likely to have.
        client.setServerId(ThreadLocalRandom.current().nextInt(0x4000_0000, Integer.MAX_VALUE));
        client.setBinlogFilename(from.file());
        client.setBinlogPosition(from.offset());
        client.setKeepAlive(false);
        client.setHeartbeatInterval(HEARTBEAT_MS);
        client.setSSLMode(jdbcUrl.contains("sslMode=") ? SSLMode.REQUIRED : SSLMode.PREFERRED);
        client.setEventDeserializer(deserializer());
        client.registerEventListener(this::take);
        client.registerLifecycleListener(new Failures());
        thread = Thread.ofPlatform().name("binlog").daemon(true).start(this::run);
    }

    /// Rows and tables as bytes: they are read by us.
    private static EventDeserializer deserializer() {
        EventDeserializer deserializer = new EventDeserializer();
        for (EventType type :
                new EventType[] {
                    EventType.TABLE_MAP,
                    EventType.WRITE_ROWS,
                    EventType.UPDATE_ROWS,
                    EventType.DELETE_ROWS,
                    EventType.EXT_WRITE_ROWS,
                    EventType.EXT_UPDATE_ROWS,
                    EventType.EXT_DELETE_ROWS
                }) {
            deserializer.setEventDataDeserializer(type, new ByteArrayEventDataDeserializer());
        }
        return deserializer;
    }

    private final class Failures extends BinaryLogClient.AbstractLifecycleListener {
        @Override
        public void onCommunicationFailure(BinaryLogClient from, Exception failure) {
            put(new Item(null, failure));
        }

        @Override
        public void onEventDeserializationFailure(BinaryLogClient from, Exception failure) {
            put(new Item(null, failure));
        }

        @Override
        public void onDisconnect(BinaryLogClient from) {
            put(new Item(null, new IOException("the server ended the connection")));
        }
    }

    private void run() {
        try {
            client.connect();
        } catch (IOException | RuntimeException e) {
            put(new Item(null, e));
        }
    }

    private void take(Event event) {
        put(new Item(event, null));
    }

    private void put(Item item) {
        try {
            while (!closed && !queue.offer(item, 100, TimeUnit.MILLISECONDS)) {}
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /// @return null when nothing came within the time
    /// @throws LogLostException when the server has not what is to be read
    @Nullable Event next(long waitMs) throws SQLException, InterruptedException {
        Item item = queue.poll(waitMs, TimeUnit.MILLISECONDS);
        if (item == null) {
            if (System.nanoTime() - heardAt > TimeUnit.MILLISECONDS.toNanos(SILENCE_MS_MAX)) {
                throw new SQLException("the binlog's connection is silent", "08006");
            }
            return null;
        }
        heardAt = System.nanoTime();
        if (item.failure() instanceof ServerException refused
                && refused.getErrorCode() == NOT_IN_LOG) {
            throw new LogLostException(
                    "the server has not the binlog that is to be read: " + refused.getMessage(),
                    false);
        }
        if (item.failure() != null) {
            throw new SQLException(
                    "reading the binlog failed: " + item.failure(), "08006", item.failure());
        }
        return item.event();
    }

    @Override
    public void close() {
        closed = true;
        queue.clear();
        // The client waits for its own threads, and would swallow the request to stop.
        boolean interrupted = Thread.interrupted();
        try {
            client.disconnect();
        } catch (IOException _) {
            // It is broken already.
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        thread.interrupt();
    }
}
