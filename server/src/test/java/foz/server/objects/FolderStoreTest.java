package foz.server.objects;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderStoreTest extends ObjectStoreContract {

    private static final byte[] CONTENT = bytes(1 << 20, 99);

    @TempDir Path folder = Path.of("");

    @Override
    ObjectStore store() {
        return new FolderStore(folder.resolve("objects"));
    }

    @Test
    void aPutKilledHalfwayLeavesNothingThatIsServedAndIsSweptAway()
            throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                HalfPut.class.getName(),
                                folder.resolve("objects").toString())
                        .redirectErrorStream(true)
                        .start();
        try (InputStream said = process.getInputStream()) {
            assertTrue(
                    new String(said.readNBytes(4), java.nio.charset.StandardCharsets.US_ASCII)
                            .startsWith("half"));
        } finally {
            process.destroyForcibly();
        }
        process.waitFor();
        ObjectKey key = key("norte", CONTENT);
        assertTrue(store().head(key).isEmpty());
        assertEquals(List.of(), store().list("", Optional.empty(), 10));
        assertEquals(0, store().sweep(Instant.EPOCH), "a put that may still run is left alone");
        assertEquals(1, store().sweep(Instant.now().plusSeconds(60)));
        assertEquals(
                ObjectStore.Stored.NEW,
                store().put(key, CONTENT.length, new ByteArrayInputStream(CONTENT)));
    }

    /// Puts half of an object, says so, and waits to be killed.
    static final class HalfPut {
        public static void main(String[] arguments) throws IOException {
            InputStream half =
                    new SequenceInputStream(
                            new ByteArrayInputStream(CONTENT, 0, CONTENT.length / 2),
                            new FilterInputStream(System.in) {
                                @Override
                                public int read(byte[] buffer, int offset, int length)
                                        throws IOException {
                                    System.out.print("half");
                                    System.out.flush();
                                    return super.read(buffer, offset, length);
                                }
                            });
            new FolderStore(Path.of(arguments[0])).put(key("norte", CONTENT), CONTENT.length, half);
        }
    }
}
