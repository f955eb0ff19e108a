package foz.server.cli;

import foz.server.embedded.EmbeddedException;
import foz.server.embedded.Home;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/// What a data folder remembers between runs: secrets, ports, and the processes that ran last. One
/// `foz up` at a time works in a folder.
final class Notes implements AutoCloseable {

    private static final Duration STOP_MAX = Duration.ofSeconds(20);

    private final Path data;
    private final FileChannel lockFile;
    private final FileLock lock;
    private final Path file;
    private final Properties notes = new Properties();

    private Notes(Path data, FileChannel lockFile, FileLock lock) {
        this.data = data;
        this.lockFile = lockFile;
        this.lock = lock;
        this.file = data.resolve("notes.properties");
    }

    /// @throws EmbeddedException when another `foz up` works there
    static Notes open(Path data) {
        try {
            Files.createDirectories(data);
            FileChannel lockFile =
                    FileChannel.open(
                            data.resolve("lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
            FileLock lock = lockFile.tryLock();
            if (lock == null) {
                lockFile.close();
                throw new EmbeddedException(
                        "Foz already runs with --data %s; stop it first, or choose another folder"
                                .formatted(data));
            }
            Notes notes = new Notes(data, lockFile, lock);
            if (Files.exists(notes.file)) {
                try (var reader = Files.newBufferedReader(notes.file)) {
                    notes.notes.load(reader);
                }
            }
            return notes;
        } catch (IOException e) {
            throw new EmbeddedException("cannot use the data folder " + data, e);
        }
    }

    /// A password that is made once and kept.
    synchronized String secret(String name) {
        return remember("secret." + name, Notes::random);
    }

    private static String random() {
        byte[] bytes = new byte[18];
        new SecureRandom().nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /// The port of last time if it is still free, the wanted one, or a free one for 0.
    synchronized int port(String name, int wanted) {
        String key = "port." + name;
        if (wanted == 0) {
            String last = notes.getProperty(key);
            int port =
                    last != null && Home.isFree(Integer.parseInt(last))
                            ? Integer.parseInt(last)
                            : Home.freePort();
            notes.setProperty(key, Integer.toString(port));
            save();
            return port;
        }
        if (!Home.isFree(wanted)) {
            throw new EmbeddedException(
                    "the port %d is in use; choose another with --port, or --port 0"
                            .formatted(wanted));
        }
        return wanted;
    }

    /// The processes that run now, for the next run to find if this one is killed.
    synchronized void pids(Map<String, Long> pids) {
        notes.stringPropertyNames().stream()
                .filter(key -> key.startsWith("pid."))
                .forEach(notes::remove);
        pids.forEach((name, pid) -> notes.setProperty("pid." + name, Long.toString(pid)));
        save();
    }

    /// Stops processes of an earlier run that was killed: those that still run and name this
    /// folder.
    void stopLeftovers() {
        Map<String, Long> left = new TreeMap<>();
        for (String key : notes.stringPropertyNames()) {
            if (key.startsWith("pid.") && !key.equals("pid.up")) {
                left.put(key, Long.parseLong(notes.getProperty(key)));
            }
        }
        for (long pid : left.values()) {
            ProcessHandle.of(pid).filter(this::isOurs).ifPresent(Notes::stop);
        }
    }

    private boolean isOurs(ProcessHandle process) {
        try {
            String command =
                    Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"))
                            .replace('\0', ' ');
            return command.contains(data.toString());
        } catch (IOException _) {
            return process.info()
                    .commandLine()
                    .filter(c -> c.contains(data.toString()))
                    .isPresent();
        }
    }

    private static void stop(ProcessHandle process) {
        process.destroy();
        Instant until = Instant.now().plus(STOP_MAX);
        while (process.isAlive() && Instant.now().isBefore(until)) {
            try {
                TimeUnit.MILLISECONDS.sleep(50);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return;
            }
        }
        process.destroyForcibly();
    }

    private interface Made {
        String make();
    }

    private String remember(String key, Made made) {
        String known = notes.getProperty(key);
        if (known != null) {
            return known;
        }
        String value = made.make();
        notes.setProperty(key, value);
        save();
        return value;
    }

    private void save() {
        StringBuilder text =
                new StringBuilder("# What this folder's Foz remembers between runs.\n");
        for (String key : notes.stringPropertyNames().stream().sorted().toList()) {
            text.append(key).append('=').append(notes.getProperty(key)).append('\n');
        }
        write(file, text.toString());
    }

    /// Writes a file that only its owner can read.
    static void write(Path target, String text) {
        try {
            Files.createDirectories(target.toAbsolutePath().getParent());
            Path partial = target.resolveSibling(target.getFileName() + ".tmp");
            Files.deleteIfExists(partial);
            Files.createFile(
                    partial,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
            Files.writeString(partial, text);
            Files.move(
                    partial,
                    target,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new EmbeddedException("cannot write " + target, e);
        }
    }

    @Override
    public void close() {
        try {
            lock.release();
            lockFile.close();
        } catch (IOException e) {
            throw new EmbeddedException("cannot release the data folder " + data, e);
        }
    }
}
