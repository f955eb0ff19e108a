package foz.server.objects;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import foz.server.error.ErrorCode;
import foz.server.error.FozException;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.security.DigestInputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What every store promises. A class for each adapter runs it.
abstract class ObjectStoreContract {

    private static final int PART = S3Store.PART_BYTES;

    abstract ObjectStore store();

    static byte[] bytes(int count, long seed) {
        byte[] bytes = new byte[count];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    static ObjectKey key(String tenant, byte[] content) {
        return new ObjectKey(
                tenant, HexFormat.of().formatHex(ExpectedContent.sha256().digest(content)));
    }

    private ObjectStore.Stored put(ObjectKey key, byte[] content) throws IOException {
        return store().put(key, content.length, new ByteArrayInputStream(content));
    }

    private byte[] read(StoredObject object, long from, long bytes) throws IOException {
        try (InputStream in = store().open(object, from, bytes)) {
            return in.readAllBytes();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65_536, PART - 1, PART, PART + 1, 2 * PART + 12_345})
    void whatIsPutIsReadByteForByte(int count) throws IOException {
        byte[] content = bytes(count, 1);
        ObjectKey key = key("norte", content);
        assertEquals(ObjectStore.Stored.NEW, put(key, content));
        StoredObject found = store().head(key).orElseThrow();
        assertEquals(new StoredObject(key, count), found);
        assertArrayEquals(content, read(found, 0, count));
    }

    @Test
    void theSameContentIsThereOnceForEachTenant() throws IOException {
        byte[] content = bytes(1_000, 2);
        assertEquals(ObjectStore.Stored.NEW, put(key("norte", content), content));
        assertEquals(ObjectStore.Stored.PRESENT, put(key("norte", content), content));
        assertTrue(store().head(key("sul", content)).isEmpty(), "the other tenant has none");
        assertEquals(ObjectStore.Stored.NEW, put(key("sul", content), content));
        assertTrue(store().delete(key("norte", content)));
        assertTrue(store().head(key("sul", content)).isPresent(), "the other tenant keeps its own");
    }

    @ParameterizedTest
    @ValueSource(ints = {3_000, 2 * PART + 5})
    void aPartIsRead(int count) throws IOException {
        byte[] content = bytes(count, 3);
        ObjectKey key = key("norte", content);
        put(key, content);
        StoredObject object = store().head(key).orElseThrow();
        assertArrayEquals(Arrays.copyOfRange(content, 0, 1), read(object, 0, 1));
        assertArrayEquals(
                Arrays.copyOfRange(content, 1_000, count - 1), read(object, 1_000, count - 1_001));
        assertArrayEquals(
                Arrays.copyOfRange(content, count - 1, count), read(object, count - 1, 1));
    }

    @ParameterizedTest
    @ValueSource(ints = {5_000, PART, 2 * PART + 5})
    void contentOfAnotherHashIsRefusedAndLeavesNothing(int count) {
        byte[] content = bytes(count, 4);
        ObjectKey key = key("norte", content);
        content[count - 1] ^= 1;
        assertMalformed(() -> put(key, content), "SHA-256");
        assertTrue(store().head(key).isEmpty());
        assertNothingIsLeft();
    }

    @ParameterizedTest
    @ValueSource(ints = {5_000, PART, 2 * PART})
    void contentOfAnotherLengthIsRefusedAndLeavesNothing(int count) {
        byte[] content = bytes(count, 5);
        ObjectKey key = key("norte", content);
        for (int announced : List.of(count - 1, count + 1)) {
            assertMalformed(
                    () -> store().put(key, announced, new ByteArrayInputStream(content)), "bytes");
            assertTrue(store().head(key).isEmpty());
        }
        assertNothingIsLeft();
    }

    @Test
    void wrongContentUnderAnObjectThatIsThereIsRefusedAllTheSame() throws IOException {
        byte[] content = bytes(5_000, 6);
        ObjectKey key = key("norte", content);
        put(key, content);
        byte[] other = bytes(5_000, 7);
        assertMalformed(() -> put(key, other), "SHA-256");
        assertArrayEquals(content, read(store().head(key).orElseThrow(), 0, 5_000));
    }

    @ParameterizedTest
    @ValueSource(ints = {5_000, 2 * PART})
    void contentThatBreaksOffLeavesNothing(int count) {
        byte[] content = bytes(count, 8);
        ObjectKey key = key("norte", content);
        InputStream broken =
                new SequenceInputStream(
                        new ByteArrayInputStream(content, 0, count - 10),
                        new FilterInputStream(InputStream.nullInputStream()) {
                            @Override
                            public int read(byte[] buffer, int offset, int length)
                                    throws IOException {
                                throw new EOFException("the sender is gone");
                            }
                        });
        assertThrows(EOFException.class, () -> store().put(key, count, broken));
        assertTrue(store().head(key).isEmpty());
        assertNothingIsLeft();
    }

    @Test
    void anObjectIsNotSeenBeforeItsLastByte() throws IOException {
        byte[] content = bytes(2 * PART + 1, 9);
        ObjectKey key = key("norte", content);
        List<Boolean> seen = new ArrayList<>();
        InputStream watched =
                new DigestInputStream(new ByteArrayInputStream(content), ExpectedContent.sha256()) {
                    @Override
                    public int read(byte[] buffer, int offset, int length) throws IOException {
                        seen.add(store().head(key).isPresent());
                        return super.read(buffer, offset, length);
                    }
                };
        store().put(key, content.length, watched);
        assertFalse(seen.isEmpty());
        assertFalse(seen.contains(true));
    }

    @Test
    void whatIsDeletedIsGoneAndMayBePutAgain() throws Exception {
        byte[] content = bytes(5_000, 10);
        ObjectKey key = key("norte", content);
        assertFalse(store().delete(key));
        put(key, content);
        StoredObject object = store().head(key).orElseThrow();
        assertTrue(store().delete(key));
        assertTrue(store().head(key).isEmpty());
        FozException gone = assertThrows(FozException.class, () -> store().open(object, 0, 5_000));
        assertEquals(ErrorCode.OBJECT_GONE, gone.code());
        assertEquals(ObjectStore.Stored.NEW, put(key, content));
    }

    @Test
    void anObjectMayBeLeftHalfRead() throws IOException {
        byte[] content = bytes(2 * PART, 11);
        ObjectKey key = key("norte", content);
        put(key, content);
        for (int i = 0; i < 20; i++) {
            try (InputStream in =
                    store().open(store().head(key).orElseThrow(), 0, content.length)) {
                assertArrayEquals(Arrays.copyOf(content, 100), in.readNBytes(100));
            }
        }
    }

    @Test
    void objectsAreListedInOrderPageByPage() throws IOException {
        List<String> put = new ArrayList<>();
        for (String tenant : List.of("norte", "norte_2", "sul")) {
            for (int i = 0; i < 7; i++) {
                byte[] content = bytes(10 + i, i);
                put(key(tenant, content), content);
                put.add(key(tenant, content).path());
            }
        }
        put.sort(null);
        assertEquals(put, pages(""));
        assertEquals(
                put.stream().filter(path -> path.startsWith("norte/")).toList(), pages("norte/"));
        assertEquals(List.of(), pages("leste/"));
    }

    private List<String> pages(String prefix) {
        List<String> found = new ArrayList<>();
        Optional<ObjectKey> last = Optional.empty();
        List<StoredObject> page;
        do {
            page = store().list(prefix, last, 3);
            page.forEach(object -> found.add(object.key().path()));
            last = page.isEmpty() ? last : Optional.of(page.getLast().key());
        } while (page.size() == 3);
        return found;
    }

    @Test
    void oneObjectPutByManyAtOnceIsThereOnceAndWhole() throws Exception {
        byte[] content = bytes(PART + 77, 12);
        ObjectKey key = key("norte", content);
        try (ExecutorService putters = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<ObjectStore.Stored>> puts = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                puts.add(() -> put(key, content));
            }
            for (Future<ObjectStore.Stored> done : putters.invokeAll(puts)) {
                done.get();
            }
        }
        StoredObject object = store().head(key).orElseThrow();
        assertArrayEquals(content, read(object, 0, content.length));
        assertEquals(List.of(object), store().list("", Optional.empty(), 10));
    }

    private static void assertMalformed(Callable<?> put, String named) {
        FozException refused = assertThrows(FozException.class, put::call);
        assertEquals(ErrorCode.MALFORMED, refused.code());
        assertTrue(refused.detail().contains(named), refused.detail());
    }

    private void assertNothingIsLeft() {
        assertEquals(0, store().sweep(Instant.now().plusSeconds(60)), "nothing is left to sweep");
        assertEquals(List.of(), store().list("", Optional.empty(), 10));
    }
}
