package foz.agent;

import foz.contract.Contract.Table;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What people asked of the tables that the log tells of. For the log's thread alone.
final class LogOrders {

    private final Orders orders;
    private final List<Table> tables;
    private final ChunkReader reader;
    private final Cutter cutter;

    /// Tables that stand by order, with whose and since when.
    private final Map<String, Held> held = new HashMap<>();

    private @Nullable LogCheck check;

    record Held(String by, Instant since) {}

    LogOrders(Orders orders, List<Table> tables, ChunkReader reader, Cutter cutter) {
        this.orders = orders;
        this.tables = tables;
        this.reader = reader;
        this.cutter = cutter;
    }

    /// The log is opened anew: what was read and not sent is void.
    void begin() {
        check = null;
        tables.forEach(table ->
                orders.pause(table.name())
                        .ifPresent(pause -> held.putIfAbsent(table.name(), held(pause))));
    }

    private static Held held(Orders.Order pause) {
        return new Held(pause.by(), Instant.now());
    }

    Optional<Held> held(String table) {
        return Optional.ofNullable(held.get(table));
    }

    void changes(Table table, long transaction, long keyHash) {
        LogCheck running = check;
        if (running != null && running.isOf(table)) {
            running.changes(transaction, keyHash);
        }
    }

    /// The table's rows changed other than one by one.
    void emptied(Table table) {
        LogCheck running = check;
        if (running != null && running.isOf(table)) {
            running.again();
        }
    }

    /// Takes up what was asked since the last call. Not within a transaction of the log.
    void take(Loads loads, long generation) throws InterruptedException {
        for (Table table : tables) {
            Optional<Orders.Order> pause = orders.pause(table.name());
            if (pause.isPresent() && !held.containsKey(table.name())) {
                held.put(table.name(), held(pause.get()));
                loads.leave(table);
                orders.taken(pause.get());
            } else if (pause.isEmpty() && held.remove(table.name()) != null) {
                loads.begin(table);
            }
            Optional<Orders.Order> next = orders.next(table.name());
            if (next.isPresent() && !held.containsKey(table.name())) {
                take(table, next.get(), loads, generation);
            }
        }
        LogCheck running = check;
        if (running != null && !stands(running.order())) {
            check = null;
        }
    }

    private boolean stands(Orders.Order order) {
        return orders.next(order.table()).equals(Optional.of(order))
                && !held.containsKey(order.table());
    }

    private void take(Table table, Orders.Order order, Loads loads, long generation)
            throws InterruptedException {
        if (order.kind() == Orders.Kind.RELOAD) {
            if (!orders.isTaken(order)) {
                loads.begin(table);
                orders.taken(order);
            } else if (loads.isWhole(table)) {
                orders.done(order);
            }
        } else if (check == null && loads.isWhole(table)) {
            check = new LogCheck(table, order, reader, cutter, generation);
            orders.taken(order);
        }
    }

    /// Goes on with the comparison in hand.
    ///
    /// @param connection with autocommit off and no transaction open
    /// @return whether something was done
    boolean step(Connection connection, ChangeLog log, Loads loads, Pace pace)
            throws SQLException, InterruptedException {
        LogCheck running = check;
        if (running == null || !loads.isWhole(running.table())) {
            return false;
        }
        try {
            boolean did = running.step(connection, log, pace);
            if (running.isEnded()) {
                orders.done(running.order());
                check = null;
            }
            return did;
        } catch (SQLException e) {
            if (Dialect.isConnectionFault(e)) {
                throw e;
            }
            orders.failed(running.order(), "its rows cannot be read: " + e.getMessage());
            check = null;
            return true;
        }
    }

    boolean isChecking() {
        return check != null;
    }
}
