package foz.server.console;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// What the watchers of one tenant share: the newest frame, and the history of the last minutes.
final class Feed {

    private static final int POINTS_MAX = 300;
    private static final int LOOKS_MAX = 6;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition renewed = lock.newCondition();
    private final Deque<Frame.Point> points = new ArrayDeque<>();
    private final Deque<Look> looks = new ArrayDeque<>();
    private Optional<Frame> newest = Optional.empty();
    private long number;

    /// Takes a look that was had, and wakes who waits.
    void seen(Look look) {
        lock.lock();
        try {
            Stations stations = new Stations(look, Optional.ofNullable(looks.peekFirst()));
            Frame.Point point = new Frame.Point(look.at(), stations.received(), stations.applied());
            if (!looks.isEmpty()) {
                add(points, point, POINTS_MAX);
            }
            add(looks, look, LOOKS_MAX);
            number++;
            newest = Optional.of(Frame.Seen.of(number, look, stations.all(), point));
            renewed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Tells the watchers that the database does not answer.
    void failed() {
        lock.lock();
        try {
            number++;
            newest = Optional.of(new Frame.Failed(number));
            renewed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// The first frame after `number`, or none when the time is over.
    Optional<Frame> after(long seen, Duration atMost) throws InterruptedException {
        long nanos = atMost.toNanos();
        lock.lockInterruptibly();
        try {
            while (newest.isEmpty() || newest.get().number() <= seen) {
                if (nanos <= 0) {
                    return Optional.empty();
                }
                nanos = renewed.awaitNanos(nanos);
            }
            return newest;
        } finally {
            lock.unlock();
        }
    }

    /// The newest frame, if it shows the streams and is not older than `age`.
    Optional<Frame.Seen> fresh(Duration age) {
        lock.lock();
        try {
            return newest.filter(Frame.Seen.class::isInstance)
                    .map(Frame.Seen.class::cast)
                    .filter(seen -> seen.at().plus(age).isAfter(Instant.now()));
        } finally {
            lock.unlock();
        }
    }

    /// Rates of the last minutes, oldest first.
    List<Frame.Point> history() {
        lock.lock();
        try {
            return List.copyOf(points);
        } finally {
            lock.unlock();
        }
    }

    /// Begins anew after a pause in which nobody watched: rates over the pause would mean nothing.
    void pause() {
        lock.lock();
        try {
            looks.clear();
        } finally {
            lock.unlock();
        }
    }

    private static <T> void add(Deque<T> queue, T element, int max) {
        queue.addLast(element);
        if (queue.size() > max) {
            queue.removeFirst();
        }
    }
}
