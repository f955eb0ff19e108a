package foz.server.cli;

import foz.server.embedded.Child;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The parts that `foz up` started, in their order, and what is written down of their processes:
/// `run.json` for others, the notes for the next start.
final class Parts implements AutoCloseable {

    private final Path data;
    private final Notes notes;
    private final Consumer<String> say;
    private final ConcurrentLinkedDeque<AutoCloseable> parts = new ConcurrentLinkedDeque<>();
    private final Map<String, Child> children = new LinkedHashMap<>();
    private volatile @Nullable RunFile run;

    Parts(Path data, Notes notes, Consumer<String> say) {
        this.data = data;
        this.notes = notes;
        this.say = say;
    }

    Path data() {
        return data;
    }

    Notes notes() {
        return notes;
    }

    Path log(String name) {
        return data.resolve("logs").resolve(name + ".log");
    }

    /// Takes charge of a part whose process is `child`.
    <T extends AutoCloseable> T started(T part, Child child) {
        parts.push(part);
        synchronized (children) {
            children.put(child.name(), child);
        }
        notes.pids(pids());
        return part;
    }

    /// Takes charge of a part without a process of its own.
    void started(AutoCloseable part) {
        parts.push(part);
    }

    Map<String, Long> pids() {
        Map<String, Long> pids = new LinkedHashMap<>();
        pids.put("up", ProcessHandle.current().pid());
        synchronized (children) {
            children.forEach((name, child) -> pids.put(name, child.pid()));
        }
        return pids;
    }

    /// Everything is ready: writes `run.json`, and keeps it true from now on.
    void ready(RunFile file) {
        run = file;
        file.write(data);
    }

    /// A process was started, or started again.
    synchronized void restarted() {
        notes.pids(pids());
        RunFile file = run;
        if (file != null) {
            file.withPids(pids()).write(data);
        }
    }

    /// Stops everything, last started first.
    @Override
    public void close() {
        for (AutoCloseable part = parts.poll(); part != null; part = parts.poll()) {
            try {
                part.close();
            } catch (Exception e) {
                say.accept("could not stop a part: " + e.getMessage());
            }
        }
        RunFile.delete(data);
        notes.close();
    }
}
