package foz.agent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/// What people asked of single tables, as the server last told it, and how far that is. It lies on
/// disk too: a table that was paused stays so while the server is away. Safe for several threads.
final class Orders {

    private static final JsonMapper JSON = new JsonMapper();

    enum Kind {
        /// The table is left alone for as long as the order stands.
        PAUSE,
        /// The table is read whole again.
        RELOAD,
        /// The replica's rows are compared with the source's.
        VERIFY
    }

    enum State {
        OPEN,
        TAKEN,
        DONE,
        FAILED
    }

    /// @param by who asked
    record Order(long id, String table, Kind kind, String by) {}

    /// How an order goes, for the server.
    ///
    /// @param text what came of it; empty where there is nothing to say
    record Report(long id, String state, String text) {}

    private record Kept(Order order, State state, String text) {
        boolean isOpen() {
            return state == State.OPEN || state == State.TAKEN;
        }
    }

    private final Path file;
    private Map<Long, Kept> kept = new LinkedHashMap<>();

    Orders(Path dataDir) {
        this.file = dataDir.resolve("orders.json");
        if (Files.exists(file)) {
            try {
                List<Kept> read =
                        JSON.readValue(Files.readString(file), new TypeReference<List<Kept>>() {});
                read.forEach(each -> kept.put(each.order().id(), each));
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read " + file, e);
            }
        }
    }

    /// What stands at the server. An order that it no longer names is over.
    synchronized void asked(List<Order> standing) {
        Map<Long, Kept> now = new LinkedHashMap<>();
        for (Order order : standing) {
            now.put(
                    order.id(),
                    Objects.requireNonNullElseGet(
                            kept.get(order.id()), () -> new Kept(order, State.OPEN, "")));
        }
        keep(now);
    }

    private void keep(Map<Long, Kept> now) {
        if (now.equals(kept)) {
            return;
        }
        try {
            Path written = file.resolveSibling("orders.json.new");
            Files.writeString(written, JSON.writeValueAsString(List.copyOf(now.values())));
            Files.move(
                    written,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
        kept = now;
        notifyAll();
    }

    synchronized Optional<Order> pause(String table) {
        return find(table, true);
    }

    /// What is to be done with the table next, or goes on being done.
    synchronized Optional<Order> next(String table) {
        return find(table, false);
    }

    private Optional<Order> find(String table, boolean pause) {
        return kept.values().stream()
                .filter(Kept::isOpen)
                .map(Kept::order)
                .filter(order -> order.table().equals(table))
                .filter(order -> pause == (order.kind() == Kind.PAUSE))
                .findFirst();
    }

    synchronized boolean isTaken(Order order) {
        return Optional.ofNullable(kept.get(order.id()))
                .filter(each -> each.state() == State.TAKEN)
                .isPresent();
    }

    void taken(Order order) {
        set(order, State.TAKEN, "");
    }

    void done(Order order) {
        set(order, State.DONE, "");
    }

    /// @param why in English, a sentence
    void failed(Order order, String why) {
        set(order, State.FAILED, why);
    }

    private synchronized void set(Order order, State state, String text) {
        if (kept.containsKey(order.id())) {
            Map<Long, Kept> now = new LinkedHashMap<>(kept);
            now.put(order.id(), new Kept(order, state, text));
            keep(now);
        }
    }

    synchronized List<Report> reports() {
        return kept.values().stream()
                .filter(each -> each.state() != State.OPEN)
                .map(each ->
                        new Report(
                                each.order().id(),
                                each.state().name().toLowerCase(Locale.ROOT),
                                each.text()))
                .toList();
    }

    /// Waits at most this long, or until something else is asked of the table.
    synchronized void rest(String table, Duration longest) throws InterruptedException {
        long until = System.nanoTime() + longest.toNanos();
        Map<Long, Order> before = of(table);
        for (long left = longest.toMillis();
                left > 0 && of(table).equals(before);
                left = Duration.ofNanos(until - System.nanoTime()).toMillis()) {
            wait(left);
        }
    }

    private Map<Long, Order> of(String table) {
        return kept.values().stream()
                .filter(Kept::isOpen)
                .map(Kept::order)
                .filter(order -> order.table().equals(table))
                .collect(Collectors.toMap(Order::id, order -> order));
    }
}
