package foz.server.objects;

import foz.server.error.ErrorCode;
import foz.server.error.FozException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Objects as files of one folder. A file is written under `.partial`, forced to disk, and renamed
/// to where it belongs: under its own name it is always whole.
final class FolderStore implements ObjectStore {

    private static final Logger LOG = LoggerFactory.getLogger(FolderStore.class);
    private static final int BUFFER_BYTES = 1 << 18;

    private final Path root;
    private final Path partial;

    FolderStore(Path root) {
        this.root = root;
        this.partial = root.resolve(".partial");
    }

    /// Work on the folder, whose faults are the store's.
    private interface Work<T> {
        T run() throws IOException;
    }

    private <T> T onDisk(Work<T> work) {
        try {
            return work.run();
        } catch (IOException e) {
            LOG.warn("the object store's folder {} failed", root, e);
            throw new FozException(
                    ErrorCode.UNAVAILABLE,
                    "the object store's folder cannot be read or written; look at the server's log, and try again");
        }
    }

    private Path path(ObjectKey key) {
        return root.resolve(key.path());
    }

    @Override
    public Stored put(ObjectKey key, long bytes, InputStream content) throws IOException {
        ExpectedContent expected = new ExpectedContent(key, bytes, content);
        if (head(key).filter(found -> found.bytes() == bytes).isPresent()) {
            expected.drain();
            return Stored.PRESENT;
        }
        Path file =
                onDisk(() ->
                        Files.createDirectories(partial).resolve(UUID.randomUUID().toString()));
        try {
            write(file, expected);
            onDisk(() -> publish(file, key));
        } finally {
            onDisk(() -> Files.deleteIfExists(file));
        }
        return Stored.NEW;
    }

    private void write(Path file, ExpectedContent expected) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        try (FileChannel out =
                onDisk(() ->
                        FileChannel.open(
                                file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))) {
            int count;
            do {
                count = expected.fill(buffer);
                ByteBuffer filled = ByteBuffer.wrap(buffer, 0, count);
                onDisk(() -> {
                    while (filled.hasRemaining()) {
                        out.write(filled);
                    }
                    return out;
                });
            } while (count == buffer.length);
            onDisk(() -> {
                out.force(true);
                return out;
            });
        }
    }

    private Path publish(Path file, ObjectKey key) throws IOException {
        Path tenant = root.resolve(key.tenant());
        Path fan = tenant.resolve(key.fan());
        boolean made = !Files.isDirectory(fan);
        Files.createDirectories(fan);
        Path target = path(key);
        Files.move(
                file, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        force(fan);
        if (made) {
            force(tenant);
            force(root);
        }
        return target;
    }

    /// Makes the names in a folder durable.
    private static void force(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public Optional<StoredObject> head(ObjectKey key) {
        return onDisk(() -> {
            try {
                return Optional.of(new StoredObject(key, Files.size(path(key))));
            } catch (NoSuchFileException _) {
                return Optional.empty();
            }
        });
    }

    @Override
    public InputStream open(StoredObject object, long from, long bytes) {
        return onDisk(() -> {
            try {
                FileChannel channel = FileChannel.open(path(object.key()), StandardOpenOption.READ);
                channel.position(from);
                return new Part(Channels.newInputStream(channel), bytes);
            } catch (NoSuchFileException _) {
                throw gone(object.key());
            }
        });
    }

    static FozException gone(ObjectKey key) {
        return new FozException(
                ErrorCode.OBJECT_GONE,
                "the object %s is no longer in the store".formatted(key.sha256()));
    }

    @Override
    public boolean delete(ObjectKey key) {
        return onDisk(() -> Files.deleteIfExists(path(key)));
    }

    @Override
    public List<StoredObject> list(String prefix, Optional<ObjectKey> after, int max) {
        String last = after.map(ObjectKey::path).orElse("");
        return onDisk(() -> {
            List<StoredObject> found = new ArrayList<>();
            for (Path fan : fans(prefix, last)) {
                for (Path file : children(fan)) {
                    String path = root.relativize(file).toString();
                    if (path.startsWith(prefix) && path.compareTo(last) > 0 && found.size() < max) {
                        ObjectKey.ofPath(path).flatMap(this::head).ifPresent(found::add);
                    }
                }
                if (found.size() == max) {
                    break;
                }
            }
            return found;
        });
    }

    /// Folders `tenant/ab` that may hold objects with this prefix that come after the last.
    private List<Path> fans(String prefix, String last) throws IOException {
        List<Path> fans = new ArrayList<>();
        for (Path tenant : children(root)) {
            for (Path fan : children(tenant)) {
                String path = root.relativize(fan) + "/";
                if ((path.startsWith(prefix) || prefix.startsWith(path))
                        && (path.compareTo(last) > 0 || last.startsWith(path))) {
                    fans.add(fan);
                }
            }
        }
        return fans;
    }

    private static List<Path> children(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    @Override
    public int sweep(Instant before) {
        return onDisk(() -> {
            int removed = 0;
            for (Path file : children(partial)) {
                if (Files.getLastModifiedTime(file).toInstant().isBefore(before)
                        && Files.deleteIfExists(file)) {
                    removed++;
                }
            }
            return removed;
        });
    }

    @Override
    public void close() {}

    /// The first bytes of a stream.
    private static final class Part extends FilterInputStream {

        private long left;

        Part(InputStream in, long bytes) {
            super(in);
            this.left = bytes;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int count = in.read(buffer, offset, (int) Math.min(left, length));
            left -= Math.max(count, 0);
            return count;
        }

        @Override
        public long skip(long count) {
            return 0;
        }

        @Override
        public int available() {
            return 0;
        }
    }
}
