package foz.adapter.debezium;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What Debezium says only in its log, though rows are missing by it: statements that a session
/// wrote into the binlog without the rows that they changed.
final class Warnings extends Handler {

    /// Debezium tells each of its steps; only what is wrong is passed on, where nothing else is
    /// configured.
    private static final List<Logger> LOUD =
            List.of(
                    Logger.getLogger("io.debezium"),
                    Logger.getLogger("org.apache.kafka"),
                    Logger.getLogger("com.github.shyiko"));

    private static final Logger STREAM =
            Logger.getLogger("io.debezium.connector.binlog.BinlogStreamingChangeEventSource");
    private static final Pattern STATEMENT = Pattern.compile("(?s)^Received DML '(.*)' for ");

    /// @param atMs the clock when Debezium came by it
    record Unread(String sql, long atMs) {}

    private final ConcurrentLinkedQueue<Unread> unread = new ConcurrentLinkedQueue<>();

    Warnings() {
        LOUD.stream()
                .filter(logger -> logger.getLevel() == null)
                .forEach(logger -> logger.setLevel(Level.WARNING));
        STREAM.addHandler(this);
    }

    @Override
    public void publish(LogRecord record) {
        Matcher found = STATEMENT.matcher(String.valueOf(record.getMessage()));
        if (found.find()) {
            unread.add(new Unread(found.group(1), System.currentTimeMillis()));
        }
    }

    /// Those that Debezium came by before this, each once.
    List<Unread> takeBefore(long ms) {
        List<Unread> taken = new ArrayList<>();
        for (Unread next = unread.peek(); next != null && next.atMs() < ms; next = unread.peek()) {
            taken.add(next);
            unread.poll();
        }
        return taken;
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        STREAM.removeHandler(this);
    }
}
