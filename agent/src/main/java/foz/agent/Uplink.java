package foz.agent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/// Sends spooled batches in order, one at a time, and keeps the stream's lease. What the server has
/// not acknowledged stays in the spool, however long the server is away.
final class Uplink implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(Uplink.class);
    private static final long WAIT_MS = 1_000;
    private static final Duration BEAT_EVERY = Duration.ofSeconds(2);

    private final ServerClient server;
    private final Spool spool;
    private final RowState state;
    private final TableDesk desk;
    private final Orders orders;
    private final Instance instance;
    private final String fingerprint;
    private final List<String> tables;
    private final AgentMeters meters;
    private final Backoff backoff = new Backoff(10_000);
    private Optional<ServerClient.Opened> opened = Optional.empty();
    private Instant beatAt = Instant.EPOCH;
    private boolean reset;

    Uplink(
            ServerClient server,
            Spool spool,
            RowState state,
            TableDesk desk,
            Orders orders,
            Instance instance,
            String fingerprint,
            List<String> tables,
            AgentMeters meters) {
        this.server = server;
        this.spool = spool;
        this.state = state;
        this.desk = desk;
        this.orders = orders;
        this.instance = instance;
        this.fingerprint = fingerprint;
        this.tables = List.copyOf(tables);
        this.meters = meters;
    }

    @Override
    public void run() {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                step();
                backoff.succeeded();
            } catch (ServerClient.RefusedException e) {
                meters.failed("uplink");
                refused(e);
                if (!pause()) {
                    return;
                }
            } catch (IOException | UncheckedIOException | JacksonException e) {
                meters.failed("uplink");
                LOG.warn("the server does not answer: {}", e.toString());
                if (!pause()) {
                    return;
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private boolean pause() {
        try {
            backoff.pause();
            return true;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void step() throws IOException, InterruptedException {
        if (spool.isRestartRequested()) {
            opened = Optional.empty();
            reset = true;
        }
        if (opened.isEmpty()) {
            open();
        }
        ServerClient.Opened stream = opened.orElseThrow();
        Optional<Spool.Batch> batch = spool.next(WAIT_MS);
        if (batch.isPresent()) {
            server.append(batch.get(), stream.epoch(), spool.body(batch.get()));
            meters.sent(batch.get().rows(), batch.get().bytes());
            spool.acknowledge(batch.get().seq());
        }
        if (beatAt.plus(BEAT_EVERY).isBefore(Instant.now())) {
            beat(stream);
            beatAt = Instant.now();
        }
    }

    private void beat(ServerClient.Opened stream) throws IOException, InterruptedException {
        ServerClient.Beaten answer =
                server.beat(
                        stream.epoch(),
                        Map.of(
                                "tables",
                                desk.told(),
                                "tablesStanding",
                                desk.standing(),
                                "keptBytes",
                                desk.keptBytes(),
                                "tablesToLoad",
                                tables.stream()
                                        .filter(t -> !state.has(t) && !state.isLogged(t))
                                        .count(),
                                "spooledBatches",
                                spool.waiting(),
                                "spooledBytes",
                                spool.bytes(),
                                "version",
                                Agent.version()),
                        orders.reports());
        List<ServerClient.StandingOrder> standing = answer.orders();
        if (standing != null) {
            orders.asked(standing.stream().flatMap(order -> understood(order).stream()).toList());
        }
    }

    /// An order of a kind that a newer server knows is left to a newer agent.
    private static Optional<Orders.Order> understood(ServerClient.StandingOrder order) {
        return Stream.of(Orders.Kind.values())
                .filter(kind -> kind.name().equalsIgnoreCase(order.kind()))
                .map(kind -> new Orders.Order(order.id(), order.table(), kind, order.by()))
                .findFirst();
    }

    /// Opens the stream, and finds out whether what lies here follows what the server has.
    private void open() throws IOException, InterruptedException {
        ServerClient.Opened answer = server.open(fingerprint, reset);
        boolean lostState = state.isNew() && answer.nextSeq() > 1;
        if (reset
                || lostState
                || !spool.resume(answer.incarnation(), answer.nextSeq(), answer.chain())) {
            if (!reset && answer.nextSeq() > 1) {
                LOG.warn(
                        "what the server has (batch {}) and what lies here do not meet; everything is captured anew",
                        answer.nextSeq() - 1);
                answer = server.open(fingerprint, true);
            }
            int incarnation = answer.incarnation();
            state.forgetAll(() -> spool.restart(incarnation));
            reset = false;
        }
        state.use();
        instance.confirmed();
        LOG.info(
                "stream open: incarnation {}, epoch {}, next batch {}",
                answer.incarnation(),
                answer.epoch(),
                answer.nextSeq());
        opened = Optional.of(answer);
    }

    private void refused(ServerClient.RefusedException e) {
        switch (e.code()) {
            case "FENCED", "GAP" -> {
                LOG.warn("the stream must be opened again: {}", e.getMessage());
                opened = Optional.empty();
            }
            case "DIVERGED" -> {
                LOG.warn("everything is captured anew: {}", e.getMessage());
                opened = Optional.empty();
                reset = true;
            }
            case "BUSY" -> LOG.info("the server asks to wait: {}", e.getMessage());
            default -> LOG.warn("the server refused: {}", e.getMessage());
        }
    }
}
