package foz.server.sync;

import foz.server.identity.Caller;
import foz.server.replica.Transactions;
import foz.server.replica.VersionSignal;
import foz.server.settings.Settings;
import foz.server.tenant.Tenant;
import foz.server.tenant.Tenants;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/// One device's connection: sends a checkpoint, then differences, for as long as the device listens
/// and its token lives. Each checkpoint is read from one snapshot of the replica, so that a device
/// never sees half a batch. Runs on the connection's own virtual thread.
final class DeviceStream {

    private static final Duration EXPIRY_WARNING = Duration.ofSeconds(20);

    private final DataSource dataSource;
    private final Tenants tenants;
    private final VersionSignal signal;
    private final Checkpoints checkpoints;
    private final Settings.Sync settings;
    private final SyncMeters meters;
    private final Caller caller;
    private final SyncRequest request;
    private final Instant tokenExpires;
    private final Lines lines;
    private final Map<String, Long> positions = new HashMap<>();
    private @Nullable Checkpoint told;
    private boolean unfinished;
    private Instant lastLine = Instant.now();

    DeviceStream(
            SyncParts parts,
            Caller caller,
            SyncRequest request,
            Instant tokenExpires,
            Lines lines) {
        this.dataSource = parts.dataSource();
        this.tenants = parts.tenants();
        this.signal = parts.signal();
        this.checkpoints = parts.checkpoints();
        this.settings = parts.settings().sync();
        this.meters = parts.meters();
        this.caller = caller;
        this.request = request;
        this.tokenExpires = tokenExpires;
        this.lines = lines;
        positions.putAll(request.held());
    }

    /// Returns when the token has expired or the process stops; throws when the device is gone.
    void run(java.util.function.BooleanSupplier running) throws IOException, InterruptedException {
        while (running.getAsBoolean()) {
            long bell = signal.count(caller.tenant());
            boolean sent = send();
            if (sent) {
                flush();
                lastLine = Instant.now();
            }
            if (!keepAlive()) {
                return;
            }
            if (!unfinished) {
                signal.await(caller.tenant(), bell, untilNextLine());
            }
        }
    }

    private void flush() throws IOException {
        lines.flush();
        meters.bytes(caller.tenant(), lines.takeBytesWritten());
    }

    private Duration untilNextLine() {
        Instant due = lastLine.plusMillis(settings.keepaliveMs());
        Instant expiry = tokenExpires.minus(EXPIRY_WARNING);
        Instant next = expiry.isAfter(Instant.now()) && expiry.isBefore(due) ? expiry : due;
        if (tokenExpires.isBefore(next)) {
            next = tokenExpires;
        }
        Duration wait = Duration.between(Instant.now(), next);
        return wait.isNegative() ? Duration.ofMillis(1) : wait.plusMillis(1);
    }

    /// @return whether the token still lives
    private boolean keepAlive() throws IOException {
        Instant now = Instant.now();
        long seconds = Math.max(0, Duration.between(now, tokenExpires).toSeconds());
        boolean due = !lastLine.plusMillis(settings.keepaliveMs()).isAfter(now);
        boolean warn =
                seconds <= EXPIRY_WARNING.toSeconds()
                        && Duration.between(lastLine, now).toMillis() > 1_000;
        if (due || warn || seconds == 0) {
            lines.tokenExpiresIn(seconds);
            flush();
            lastLine = now;
        }
        return seconds > 0;
    }

    /// Sends what is new, if anything is.
    private boolean send() throws IOException {
        Tenant tenant = tenants.get(caller.tenant());
        try {
            return Transactions.read(
                    dataSource,
                    connection -> {
                        try {
                            return send(connection, tenant);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private boolean send(Connection connection, Tenant tenant) throws SQLException, IOException {
        Checkpoint next = checkpoints.read(connection, tenant, caller, request.clientId());
        Checkpoint before = told;
        if (before == null) {
            lines.checkpoint(next);
        } else if (unfinished || next.tellsMoreThan(before)) {
            difference(before, next);
        } else {
            return false;
        }
        flush();
        told = next;
        unfinished = !sendData(connection, tenant, next);
        if (!unfinished) {
            lines.complete(next.version());
            next.buckets().keySet().forEach(name -> positions.put(name, next.version()));
            meters.checkpoint();
        }
        return true;
    }

    private void difference(Checkpoint before, Checkpoint next) throws IOException {
        List<Checkpoint.State> updated =
                next.buckets().values().stream()
                        .filter(state -> !state.equals(before.buckets().get(state.name())))
                        .toList();
        List<String> removed = new ArrayList<>(before.buckets().keySet());
        removed.removeAll(next.buckets().keySet());
        removed.forEach(positions::remove);
        lines.difference(next, updated, removed);
    }

    /// @return whether all was sent; if not, a newer checkpoint must follow
    private boolean sendData(Connection connection, Tenant tenant, Checkpoint next)
            throws SQLException, IOException {
        Map<Integer, List<Checkpoint.State>> byPriority = new TreeMap<>();
        for (Checkpoint.State state : next.buckets().values()) {
            byPriority.computeIfAbsent(state.priority(), _ -> new ArrayList<>()).add(state);
        }
        Data data =
                new Data(connection, tenant, Instant.now().plusMillis(settings.snapshotMsMax()));
        int left = byPriority.size();
        for (Map.Entry<Integer, List<Checkpoint.State>> group : byPriority.entrySet()) {
            left--;
            for (Checkpoint.State state : group.getValue()) {
                long after = positions.getOrDefault(state.name(), 0L);
                if (state.lastOperation() > after && !data.send(state, after)) {
                    return false;
                }
            }
            if (left > 0) {
                lines.partlyComplete(next.version(), group.getKey());
                flush();
            }
        }
        return true;
    }

    /// The operations of one checkpoint, in lines.
    private final class Data implements Checkpoints.Sink {

        private final Connection connection;
        private final Tenant tenant;
        private final Instant until;
        private final Map<Integer, String> tables;
        private String bucket = "";
        private int inLine;
        private long last;
        private boolean stopped;

        Data(Connection connection, Tenant tenant, Instant until) throws SQLException {
            this.connection = connection;
            this.tenant = tenant;
            this.until = until;
            this.tables = checkpoints.tableNames(connection, tenant);
        }

        boolean send(Checkpoint.State state, long after) throws SQLException, IOException {
            bucket = state.name();
            last = after;
            inLine = 0;
            checkpoints.operations(connection, tenant, state.number(), after, this);
            if (inLine > 0) {
                endLine(false);
            }
            return !stopped;
        }

        @Override
        public boolean take(Checkpoints.Operation operation) throws IOException {
            if (inLine >= settings.lineOperations() || lines.full()) {
                endLine(true);
                if (Instant.now().isAfter(until)) {
                    stopped = true;
                    return false;
                }
            }
            if (inLine == 0) {
                lines.beginData(bucket, last);
            }
            lines.operation(operation, tables.get(operation.table()), inLine == 0);
            inLine++;
            last = operation.number();
            return true;
        }

        private void endLine(boolean more) throws IOException {
            lines.endData(last, more);
            flush();
            meters.operations(caller.tenant(), inLine);
            positions.put(bucket, last);
            inLine = 0;
        }
    }
}
