package foz.server.console;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What a watcher is sent: the streams as they stand, or that they could not be looked at.
sealed interface Frame {

    /// Grows from frame to frame.
    long number();

    /// @param agent none before the first one connected
    /// @param lastEvent grows with every step of any command
    record Seen(
            long number,
            Instant at,
            List<Station> stations,
            Point point,
            Optional<Agent> agent,
            long lastEvent)
            implements Frame {

        static Seen of(long number, Look look, List<Station> stations, Point point) {
            Optional<Agent> agent = look.down().map(down -> Agent.of(down, look.at()));
            return new Seen(number, look.at(), stations, point, agent, look.up().lastEvent());
        }

        public Seen {
            stations = List.copyOf(stations);
        }
    }

    /// @param heardAt when it was last heard
    record Agent(boolean connected, Instant heardAt) {
        static Agent of(Look.Down down, Instant at) {
            return new Agent(
                    down.connected(), at.minusMillis(Math.round(down.heardSeconds() * 1000)));
        }
    }

    record Failed(long number) implements Frame {}

    /// One point of the history: rows a second that came in, and that were applied.
    record Point(Instant at, double received, double applied) {}
}
