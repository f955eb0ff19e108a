package foz.server.log;

import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/// A component's own thread: repeats one step, and after a failure waits longer each time before it
/// repeats it.
public abstract class Loop implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(Loop.class);
    private static final long STOP_MS_MAX = 10_000;

    private final String name;
    private final long retryMsMax;
    private volatile boolean running;
    private volatile Thread thread = Thread.currentThread();

    protected Loop(String name, long retryMsMax) {
        this.name = name;
        this.retryMsMax = retryMsMax;
    }

    /// One step; returns when there was something to do, or after having waited for it with a
    /// bound.
    protected abstract void step() throws InterruptedException;

    /// Runs before the first step, and again after a failed step.
    protected void open() throws InterruptedException {}

    /// Runs after a failed step and at the end.
    protected void close() {}

    protected final boolean running() {
        return running;
    }

    private void run() {
        long retryMs = 100;
        while (running) {
            try {
                open();
                while (running) {
                    step();
                    retryMs = 100;
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                break;
            } catch (RuntimeException e) {
                if (!running) {
                    break;
                }
                LOG.warn("{} failed; again in {} ms", name, retryMs, e);
                if (!pause(retryMs)) {
                    break;
                }
                retryMs = Math.min(retryMs * 2, retryMsMax);
            } finally {
                closeQuietly();
            }
        }
    }

    private void closeQuietly() {
        try {
            close();
        } catch (RuntimeException e) {
            LOG.debug("{} did not close well", name, e);
        }
    }

    private static boolean pause(long ms) {
        try {
            TimeUnit.MILLISECONDS.sleep(ms);
            return true;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /// Interrupts a step that waits on something other than [InterruptedException]-throwing calls.
    protected void wake() {}

    @Override
    public final void start() {
        running = true;
        thread = Thread.ofPlatform().name(name).daemon(true).start(this::run);
    }

    @Override
    public final void stop() {
        running = false;
        wake();
        try {
            thread.join(STOP_MS_MAX);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public final boolean isRunning() {
        return running;
    }
}
