package foz.agent;

import foz.wire.Chain;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Batches on disk, from their being cut until the server has them. A batch is durable when
/// [#append] returns. The last acknowledged batch stays, so that after a restart the agent still
/// knows the end of its chain. Safe for several threads.
final class Spool {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String SUFFIX = ".batch";

    /// The mark of where the source's log stands.
    static final String LOG = "log";

    /// A batch's identity, beside its body.
    ///
    /// @param chain the link after this batch
    /// @param from where the stream stood before this batch: `to` of the batch before
    /// @param marks what the captures had reached when the batch was cut, by name: with the batch
    ///   they are durable
    record Batch(
            int incarnation,
            long seq,
            String previous,
            String sha256,
            String chain,
            int rows,
            long capturedAtMs,
            int bytes,
            String from,
            Map<String, String> marks) {

        Batch {
            marks = Map.copyOf(marks);
        }

        String to() {
            String log = marks.get(LOG);
            return log == null ? Long.toString(seq) : seq + "@" + log;
        }
    }

    private final Path dir;
    private final long bytesMax;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final TreeMap<Long, Batch> batches = new TreeMap<>();
    private int incarnation;
    private long acknowledged;
    private long bytes;
    private long generation;
    private boolean restartRequested;

    private Spool(Path dir, long bytesMax) {
        this.dir = dir;
        this.bytesMax = bytesMax;
    }

    /// Reads what lies in the folder. A batch that was not wholly written is removed: it was never
    /// durable.
    static Spool open(Path dir, long bytesMax) {
        Spool spool = new Spool(dir, bytesMax);
        try {
            Files.createDirectories(dir);
            try (Stream<Path> files = Files.list(dir)) {
                for (Path file : files.sorted().toList()) {
                    spool.load(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the spool " + dir, e);
        }
        return spool;
    }

    private void load(Path file) throws IOException {
        if (!file.toString().endsWith(SUFFIX)) {
            Files.delete(file);
            return;
        }
        Batch batch = header(Files.readAllBytes(file));
        incarnation = batch.incarnation();
        batches.put(batch.seq(), batch);
        bytes += batch.bytes();
    }

    private static Batch header(byte[] content) {
        int end = 0;
        while (content[end] != '\n') {
            end++;
        }
        ObjectNode header =
                (ObjectNode) JSON.readTree(new String(content, 0, end, StandardCharsets.UTF_8));
        if (!header.has("marks")) {
            // Written by a version that had neither.
            long seq = header.path("seq").asLong();
            header.put("from", seq == 1 ? "" : Long.toString(seq - 1));
            header.putObject("marks");
        }
        return JSON.treeToValue(header, Batch.class);
    }

    int incarnation() {
        lock.lock();
        try {
            return incarnation;
        } finally {
            lock.unlock();
        }
    }

    /// Batches that the server is not known to have.
    int waiting() {
        lock.lock();
        try {
            return batches.tailMap(acknowledged, false).size();
        } finally {
            lock.unlock();
        }
    }

    long bytes() {
        lock.lock();
        try {
            return bytes;
        } finally {
            lock.unlock();
        }
    }

    /// What the captures had reached by the last batch.
    Map<String, String> marks() {
        lock.lock();
        try {
            return batches.isEmpty() ? Map.of() : batches.lastEntry().getValue().marks();
        } finally {
            lock.unlock();
        }
    }

    /// What they had reached by the last batch that the server has.
    Map<String, String> acknowledgedMarks() {
        lock.lock();
        try {
            Batch last = batches.get(acknowledged);
            return last == null ? Map.of() : last.marks();
        } finally {
            lock.unlock();
        }
    }

    /// Grows with each [#restart].
    long generation() {
        lock.lock();
        try {
            return generation;
        } finally {
            lock.unlock();
        }
    }

    /// Whether a batch of so many bytes would not have to wait.
    boolean hasRoom(long wanted) {
        lock.lock();
        try {
            return isRoom(wanted);
        } finally {
            lock.unlock();
        }
    }

    private boolean isRoom(long wanted) {
        return bytes + wanted <= bytesMax || batches.size() <= 1;
    }

    /// Cuts the next batch; waits while the spool is full.
    ///
    /// @throws StaleException when a new incarnation began since `since` was read
    Batch append(byte[] body, int rows, long capturedAtMs, long since, Map<String, String> marks)
            throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (since == generation && !isRoom(body.length)) {
                changed.await();
            }
            if (since != generation) {
                throw new StaleException();
            }
            long seq = batches.isEmpty() ? acknowledged + 1 : batches.lastKey() + 1;
            String previous =
                    batches.isEmpty() ? Chain.START : batches.lastEntry().getValue().chain();
            String sha256 = Chain.sha256(body);
            Batch batch =
                    new Batch(
                            incarnation,
                            seq,
                            previous,
                            sha256,
                            Chain.next(previous, sha256),
                            rows,
                            capturedAtMs,
                            body.length,
                            batches.isEmpty() ? "" : batches.lastEntry().getValue().to(),
                            marks);
            write(batch, body);
            batches.put(seq, batch);
            bytes += body.length;
            changed.signalAll();
            return batch;
        } finally {
            lock.unlock();
        }
    }

    private void write(Batch batch, byte[] body) {
        Path target = file(batch.seq());
        Path partial = dir.resolve(target.getFileName() + ".tmp");
        byte[] header = (JSON.writeValueAsString(batch) + "\n").getBytes(StandardCharsets.UTF_8);
        try (FileChannel channel =
                FileChannel.open(
                        partial,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING)) {
            writeFully(channel, ByteBuffer.wrap(header));
            writeFully(channel, ByteBuffer.wrap(body));
            channel.force(true);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot write the batch %s: %s".formatted(partial, e.getMessage()), e);
        }
        try {
            Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
            try (FileChannel folder = FileChannel.open(dir, StandardOpenOption.READ)) {
                folder.force(true);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot keep the batch %s: %s".formatted(target, e.getMessage()), e);
        }
    }

    private static void writeFully(FileChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    private Path file(long seq) {
        return dir.resolve("%020d%s".formatted(seq, SUFFIX));
    }

    /// The batch that the server wants next; waits for it, at most this long.
    Optional<Batch> next(long ms) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long nanos = ms * 1_000_000;
            while (!batches.containsKey(acknowledged + 1)) {
                if (nanos <= 0) {
                    return Optional.empty();
                }
                nanos = changed.awaitNanos(nanos);
            }
            return Optional.ofNullable(batches.get(acknowledged + 1));
        } finally {
            lock.unlock();
        }
    }

    byte[] body(Batch batch) {
        try {
            byte[] content = Files.readAllBytes(file(batch.seq()));
            byte[] body = new byte[batch.bytes()];
            System.arraycopy(content, content.length - body.length, body, 0, body.length);
            return body;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the batch " + batch.seq(), e);
        }
    }

    /// The server has every batch up to this one; all but the last of them are removed.
    void acknowledge(long seq) {
        lock.lock();
        try {
            acknowledged = Math.max(acknowledged, seq);
            for (Batch batch : List.copyOf(batches.headMap(acknowledged).values())) {
                Files.deleteIfExists(file(batch.seq()));
                batches.remove(batch.seq());
                bytes -= batch.bytes();
            }
            changed.signalAll();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove a sent batch", e);
        } finally {
            lock.unlock();
        }
    }

    /// Whether the agent can go on from where the server stands; if so, it does.
    boolean resume(int serverIncarnation, long nextSeq, String chain) {
        lock.lock();
        try {
            Batch last = batches.get(nextSeq - 1);
            boolean fresh = nextSeq == 1 && (batches.isEmpty() || batches.firstKey() == 1);
            boolean known =
                    serverIncarnation == incarnation && last != null && last.chain().equals(chain);
            if (!known && !(fresh && (batches.isEmpty() || serverIncarnation == incarnation))) {
                return false;
            }
            incarnation = serverIncarnation;
            acknowledge(nextSeq - 1);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /// What was captured is of another source: the uplink must begin a new incarnation.
    void requestRestart() {
        lock.lock();
        try {
            restartRequested = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    boolean isRestartRequested() {
        lock.lock();
        try {
            return restartRequested;
        } finally {
            lock.unlock();
        }
    }

    /// Forgets everything: a new incarnation begins at batch 1.
    void restart(int newIncarnation) {
        lock.lock();
        try {
            for (long seq : batches.keySet()) {
                Files.deleteIfExists(file(seq));
            }
            batches.clear();
            bytes = 0;
            acknowledged = 0;
            incarnation = newIncarnation;
            restartRequested = false;
            generation++;
            changed.signalAll();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot empty the spool", e);
        } finally {
            lock.unlock();
        }
    }

    /// What was captured is void: the capture must begin anew.
    static final class StaleException extends RuntimeException {
        StaleException() {
            super("a new incarnation began");
        }
    }
}
