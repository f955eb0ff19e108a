package foz.server.console;

import foz.server.console.Station.Figure;
import foz.server.console.Station.Note;
import foz.server.console.Station.Value;
import foz.server.console.Station.Value.Bytes;
import foz.server.console.Station.Value.BytesPerSecond;
import foz.server.console.Station.Value.Count;
import foz.server.console.Station.Value.Missing;
import foz.server.console.Station.Value.PerMinute;
import foz.server.console.Station.Value.PerSecond;
import foz.server.console.Station.Value.Seconds;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/// Reads two looks at the streams as stations: rates from their difference, conditions from waiting
/// times.
final class Stations {

    static final List<String> DOWN =
            List.of("erp", "agent", "ingest", "log", "apply", "replica", "sync");
    static final List<String> UP =
            List.of("app", "command", "lanes", "agent-up", "inbox", "verdict");

    private static final double LAG_SECONDS_SLOW = 10;
    private static final double STEP_SECONDS_SLOW = 10;
    private static final double STEP_SECONDS_STILL = 30;
    private static final double DELIVERY_SECONDS_SLOW = 20;
    private static final double DELIVERY_SECONDS_STILL = 90;
    private static final double VERDICT_SECONDS_SLOW = 120;
    private static final double VERDICT_SECONDS_STILL = 900;
    private static final long SPOOLED_BATCHES_SLOW = 20;

    private final Look now;
    private final Optional<Look> before;

    /// @param before an earlier look, from which the rates come
    Stations(Look now, Optional<Look> before) {
        this.now = now;
        this.before = before;
    }

    List<Station> all() {
        return List.of(
                erp(), agent(), ingest(), log(), apply(), replica(), sync(), app(), command(),
                lanes(), agentUp(), inbox(), verdict());
    }

    private Optional<Look.Down> down() {
        return now.down();
    }

    private boolean agentHere() {
        return down().filter(Look.Down::connected).isPresent();
    }

    private Station erp() {
        Condition condition = agentHere() ? Condition.GOOD : Condition.UNKNOWN;
        Optional<Note> note = agentHere() ? Optional.empty() : Note.of("note.erp.unseen");
        Value toLoad =
                down().filter(down -> down.toLoad() >= 0)
                        .<Value>map(down -> new Count(down.toLoad()))
                        .orElseGet(Missing::new);
        return station("erp", condition, received() > 0, note, figure("figure.toload", toLoad));
    }

    private Station agent() {
        Figure heard = figure("figure.heard", seconds(Look.Down::heardSeconds));
        Figure spooled = figure("figure.spooled", count(Look.Down::spooledBatches));
        Condition condition =
                down().map(
                                down -> {
                                    if (!down.connected()) {
                                        return Condition.STILL;
                                    }
                                    return down.spooledBatches() > SPOOLED_BATCHES_SLOW
                                            ? Condition.SLOW
                                            : Condition.GOOD;
                                })
                        .orElse(Condition.UNKNOWN);
        return station("agent", condition, received() > 0, agentNote(), heard, spooled);
    }

    private Optional<Note> agentNote() {
        if (down().isEmpty()) {
            return Note.of("note.agent.never");
        }
        Look.Down down = down().get();
        if (!down.connected()) {
            return Note.of("note.agent.away", new Seconds(down.heardSeconds()));
        }
        if (down.spooledBatches() > SPOOLED_BATCHES_SLOW) {
            return Note.of("note.agent.spool", new Count(down.spooledBatches()));
        }
        return down.toLoad() > 0
                ? Note.of("note.agent.loading", new Count(down.toLoad()))
                : Optional.empty();
    }

    private Station ingest() {
        return station(
                "ingest",
                agentHere() ? Condition.GOOD : Condition.UNKNOWN,
                received() > 0,
                agentHere() ? Optional.empty() : Note.of("note.ingest.nothing"),
                figure("figure.rate", rows(received())),
                figure("figure.volume", count(Look.Down::bytes, Bytes::new)));
    }

    private Station log() {
        double waiting = down().map(Look.Down::unpublishedSeconds).orElse(0.0);
        Condition condition =
                down().isEmpty()
                        ? Condition.UNKNOWN
                        : waited(waiting, STEP_SECONDS_SLOW, STEP_SECONDS_STILL);
        return station(
                "log",
                condition,
                applied() > 0 || received() > 0,
                condition.isTrouble()
                        ? Note.of(
                                "note.log.waiting",
                                new Count(down().map(Look.Down::unpublished).orElse(0L)),
                                new Seconds(waiting))
                        : Optional.empty(),
                figure("figure.queue", count(Look.Down::unpublished)),
                figure("figure.oldest", seconds(Look.Down::unpublishedSeconds)));
    }

    private Station apply() {
        double lag = down().map(Look.Down::lagSeconds).orElse(0.0);
        double waiting = queued() ? down().map(Look.Down::waitingSeconds).orElse(0.0) : 0;
        boolean moved = applied() > 0;
        Condition condition = Condition.GOOD;
        Optional<Note> note = Optional.empty();
        if (waiting > STEP_SECONDS_STILL && !moved) {
            condition = Condition.STILL;
            note =
                    Note.of(
                            "note.apply.still",
                            new Count(down().map(Look.Down::unapplied).orElse(0L)),
                            new Seconds(waiting));
        } else if (now.slow().quarantined() > 0) {
            condition = Condition.SLOW;
            note = Note.of("note.apply.quarantine", new Count(now.slow().quarantined()));
        } else if (queued() && lag > LAG_SECONDS_SLOW) {
            condition = Condition.SLOW;
            note = Note.of("note.apply.slow", new Seconds(lag));
        }
        return station(
                "apply",
                down().isEmpty() ? Condition.UNKNOWN : condition,
                moved,
                note,
                figure("figure.rate", rows(applied())),
                figure("figure.lag", seconds(Look.Down::lagSeconds)),
                figure("figure.queue", count(Look.Down::unapplied)),
                figure("figure.quarantine", new Count(now.slow().quarantined())));
    }

    private boolean queued() {
        return down().filter(down -> down.unapplied() > 0).isPresent();
    }

    private Station replica() {
        double age = down().map(Look.Down::ageSeconds).orElse(0.0);
        boolean old = age > STEP_SECONDS_STILL;
        return station(
                "replica",
                down().isEmpty() ? Condition.UNKNOWN : old ? Condition.SLOW : Condition.GOOD,
                applied() > 0,
                old ? Note.of("note.replica.old", new Seconds(age)) : Optional.empty(),
                figure("figure.rows", new Count(now.slow().rows())),
                figure(
                        "figure.applied",
                        down().filter(down -> down.appliedSeconds() >= 0)
                                .<Value>map(down -> new Seconds(down.appliedSeconds()))
                                .orElseGet(Missing::new)),
                figure("figure.version", new Count(now.up().version())));
    }

    private Station sync() {
        Look.Sync sync = now.sync();
        Optional<Note> note = Optional.empty();
        if (sync.processes() == 0) {
            note = Note.of("note.sync.none");
        } else if (sync.devices() == 0) {
            note = Note.of("note.sync.nobody");
        }
        return station(
                "sync",
                sync.processes() == 0 ? Condition.STILL : Condition.GOOD,
                sync.operationsPerSecond() > 0,
                note,
                figure("figure.connected", new Count(sync.devices())),
                figure("figure.rate", new PerSecond(sync.operationsPerSecond(), "unit.operations")),
                figure("figure.sent", new BytesPerSecond(sync.bytesPerSecond())),
                figure("figure.buckets", new Count(now.slow().buckets())));
    }

    private Station app() {
        Look.Slow slow = now.slow();
        return station(
                "app",
                slow.receivedInDay() > 0 ? Condition.GOOD : Condition.UNKNOWN,
                slow.receivedInMinute() > 0,
                slow.receivedInDay() > 0 ? Optional.empty() : Note.of("note.app.none"),
                figure("figure.orders", new PerMinute(slow.receivedInMinute())),
                figure("figure.devices", new Count(slow.devices())));
    }

    private Station command() {
        Look.Slow slow = now.slow();
        boolean lost = slow.failed() > 0;
        return station(
                "command",
                lost ? Condition.SLOW : Condition.GOOD,
                slow.receivedInMinute() > 0,
                lost ? Note.of("note.command.failed", new Count(slow.failed())) : Optional.empty(),
                figure("figure.received", new Count(slow.receivedInDay())),
                figure("figure.failed", new Count(slow.failed())));
    }

    private Station lanes() {
        Look.Up up = now.up();
        Condition condition = waited(up.outboxSeconds(), STEP_SECONDS_SLOW, STEP_SECONDS_STILL);
        return station(
                "lanes",
                condition,
                now.slow().receivedInMinute() > 0,
                condition.isTrouble()
                        ? Note.of(
                                "note.lanes.waiting",
                                new Count(up.outbox()),
                                new Seconds(up.outboxSeconds()))
                        : Optional.empty(),
                figure("figure.queue.orders", new Count(up.outbox())),
                figure("figure.oldest", new Seconds(up.outboxSeconds())));
    }

    private Station agentUp() {
        Look.Up up = now.up();
        Condition condition =
                waited(up.deliverySeconds(), DELIVERY_SECONDS_SLOW, DELIVERY_SECONDS_STILL);
        if (!agentHere()) {
            condition = down().isEmpty() ? Condition.UNKNOWN : Condition.STILL;
        }
        Optional<Note> note = Optional.empty();
        if (condition.isTrouble() && up.deliveries() > 0) {
            note =
                    Note.of(
                            "note.delivery.waiting",
                            new Count(up.deliveries()),
                            new Seconds(up.deliverySeconds()));
        } else if (condition == Condition.STILL) {
            note = Note.of("note.delivery.away");
        }
        return station(
                "agent-up",
                condition,
                now.slow().decidedInMinute() > 0,
                note,
                figure("figure.queue.orders", new Count(up.deliveries())),
                figure("figure.oldest", new Seconds(up.deliverySeconds())),
                figure("figure.repeated", new Count(up.repeated())));
    }

    private Station inbox() {
        Look.Slow slow = now.slow();
        Condition condition =
                waited(slow.undecidedSeconds(), VERDICT_SECONDS_SLOW, VERDICT_SECONDS_STILL);
        if (!agentHere()) {
            condition = Condition.UNKNOWN;
        }
        return station(
                "inbox",
                condition,
                slow.decidedInMinute() > 0,
                condition.isTrouble()
                        ? Note.of(
                                "note.inbox.waiting",
                                new Count(slow.undecided()),
                                new Seconds(slow.undecidedSeconds()))
                        : Optional.empty(),
                figure("figure.undecided", new Count(slow.undecided())),
                figure("figure.oldest", new Seconds(slow.undecidedSeconds())));
    }

    private Station verdict() {
        Look.Slow slow = now.slow();
        boolean any = slow.accepted() + slow.remarked() + slow.rejected() > 0;
        Value median =
                slow.verdictSeconds() < 0 ? new Missing() : new Seconds(slow.verdictSeconds());
        return station(
                "verdict",
                any ? Condition.GOOD : Condition.UNKNOWN,
                slow.decidedInMinute() > 0,
                any ? Optional.empty() : Note.of("note.verdict.none"),
                figure("figure.verdicts", new PerMinute(slow.decidedInMinute())),
                figure("figure.median", median),
                figure("figure.accepted", new Count(slow.accepted())),
                figure("figure.remarked", new Count(slow.remarked())),
                figure("figure.rejected", new Count(slow.rejected())));
    }

    private static Condition waited(double seconds, double slow, double still) {
        if (seconds > still) {
            return Condition.STILL;
        }
        return seconds > slow ? Condition.SLOW : Condition.GOOD;
    }

    /// Rows a second that came in.
    double received() {
        return rate(look -> look.down().map(Look.Down::rows).orElse(0L));
    }

    /// Rows a second that were applied.
    double applied() {
        return rate(look -> look.down().map(Look.Down::appliedRows).orElse(0L));
    }

    private double rate(ToLongFunction<Look> total) {
        if (before.isEmpty()) {
            return 0;
        }
        double seconds = Duration.between(before.get().at(), now.at()).toMillis() / 1000.0;
        long grown = total.applyAsLong(now) - total.applyAsLong(before.get());
        return seconds > 0 ? Math.max(0, grown / seconds) : 0;
    }

    private Value rows(double rate) {
        return before.isEmpty() || down().isEmpty()
                ? new Missing()
                : new PerSecond(rate, "unit.rows");
    }

    private Value seconds(ToDoubleFunction<Look.Down> what) {
        return down().<Value>map(down -> new Seconds(what.applyAsDouble(down)))
                .orElseGet(Missing::new);
    }

    private Value count(ToLongFunction<Look.Down> what) {
        return count(what, Count::new);
    }

    private Value count(
            ToLongFunction<Look.Down> what, java.util.function.LongFunction<Value> make) {
        return down().map(down -> make.apply(what.applyAsLong(down))).orElseGet(Missing::new);
    }

    private static Figure figure(String key, Value value) {
        return new Figure(key, value);
    }

    private static Station station(
            String id,
            Condition condition,
            boolean moving,
            Optional<Note> note,
            Figure... figures) {
        return new Station(id, condition, moving, note, List.of(figures));
    }
}
