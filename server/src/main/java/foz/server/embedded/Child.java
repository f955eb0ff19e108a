package foz.server.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A process that is started again whenever it ends by itself. Its output goes to a log file.
public final class Child implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Child.class);
    private static final long RESTART_MS_MAX = 10_000;
    private static final Duration STEADY = Duration.ofSeconds(30);

    /// How to run it.
    ///
    /// @param stopSignal as `kill` names it: TERM, or INT for PostgreSQL's fast stop
    public record Spec(
            String name,
            List<String> command,
            Path directory,
            Path log,
            String stopSignal,
            Duration stopWithin) {
        public Spec {
            command = List.copyOf(command);
        }
    }

    private final Spec spec;
    private final Runnable onStart;
    private volatile boolean stopping;
    private final AtomicInteger restarts = new AtomicInteger();
    private volatile @Nullable Process process;
    private final Thread watcher;

    /// Starts the process; `onStart` runs after each start, on the watcher's thread but for the
    /// first.
    public Child(Spec spec, Runnable onStart) {
        this.spec = spec;
        this.onStart = onStart;
        launch();
        this.watcher =
                Thread.ofPlatform().name("watch-" + spec.name()).daemon(true).start(this::watch);
    }

    public String name() {
        return spec.name();
    }

    public Path log() {
        return spec.log();
    }

    public long pid() {
        Process running = process;
        return running == null ? -1 : running.pid();
    }

    /// How often it was started again.
    public int restarts() {
        return restarts.get();
    }

    public boolean alive() {
        Process running = process;
        return running != null && running.isAlive();
    }

    private synchronized void launch() {
        if (stopping) {
            return;
        }
        try {
            Files.createDirectories(spec.log().toAbsolutePath().getParent());
            process =
                    new ProcessBuilder(spec.command())
                            .directory(spec.directory().toFile())
                            .redirectInput(
                                    ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.appendTo(spec.log().toFile()))
                            .start();
        } catch (IOException e) {
            throw new EmbeddedException("cannot start " + spec.name() + ": " + e.getMessage(), e);
        }
    }

    private void watch() {
        long restartMs = 200;
        try {
            while (!stopping) {
                Process running = process;
                if (running == null) {
                    return;
                }
                Instant start = Instant.now();
                int code = running.waitFor();
                if (stopping) {
                    return;
                }
                if (start.plus(STEADY).isBefore(Instant.now())) {
                    restartMs = 200;
                }
                LOG.warn(
                        "{} (pid {}) ended with {}; starting it again in {} ms; its log: {}",
                        spec.name(),
                        running.pid(),
                        code,
                        restartMs,
                        spec.log());
                TimeUnit.MILLISECONDS.sleep(restartMs);
                restartMs = Math.min(restartMs * 2, RESTART_MS_MAX);
                restarts.incrementAndGet();
                launch();
                onStart.run();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /// Stops the process: by its signal, and after its time by force.
    @Override
    public void close() {
        Process running;
        synchronized (this) {
            stopping = true;
            running = process;
        }
        watcher.interrupt();
        if (running == null || !running.isAlive()) {
            return;
        }
        signal(running.pid(), spec.stopSignal());
        try {
            if (!running.waitFor(spec.stopWithin().toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("{} did not stop in {}; it is killed", spec.name(), spec.stopWithin());
                running.destroyForcibly().waitFor(5, TimeUnit.SECONDS);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    static void signal(long pid, String signal) {
        try {
            new ProcessBuilder("kill", "-" + signal, Long.toString(pid)).start().waitFor();
        } catch (IOException e) {
            throw new EmbeddedException("cannot signal the process " + pid, e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
