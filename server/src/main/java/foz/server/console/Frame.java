package foz.server.console;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What a watcher is sent: the streams as they stand, or that they could not be looked at.
sealed interface Frame {

    /// Grows from frame to frame.
    long number();

    /// @param lastEvent grows with every step of any command
    record Seen(long number, Instant at, List<Station> stations, Point point, long lastEvent)
            implements Frame {
        public Seen {
            stations = List.copyOf(stations);
        }

        Optional<Station> station(String id) {
            return stations.stream().filter(station -> station.id().equals(id)).findFirst();
        }
    }

    record Failed(long number) implements Frame {}

    /// One point of the history: rows a second that came in, and that were applied.
    record Point(Instant at, double received, double applied) {}
}
