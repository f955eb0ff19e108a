package foz.server.objects;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import foz.server.error.ErrorCode;
import foz.server.error.FozException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class S3StoreTest extends ObjectStoreContract {

    @TempDir static Path folder = Path.of("");

    private static int buckets;

    @SuppressWarnings("NullAway.Init")
    private static S3Server server;

    @SuppressWarnings("NullAway.Init")
    private ObjectStore store;

    private String bucket = "";

    @BeforeAll
    static void start() {
        server = new S3Server(folder);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void makeBucket() {
        bucket = "foz-" + ++buckets;
        server.bucket(bucket);
        store = server.store("s3://" + bucket + "/data/objects/");
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    @Override
    ObjectStore store() {
        return store;
    }

    @Test
    void aWrongSecretIsAnOutageAndNotAnAbsence() {
        byte[] content = bytes(100, 20);
        try (ObjectStore wrong = server.store("s3://" + bucket, "wrong")) {
            FozException refused =
                    assertThrows(FozException.class, () -> wrong.head(key("norte", content)));
            assertEquals(ErrorCode.UNAVAILABLE, refused.code());
        }
    }

    @Test
    void aBucketThatIsNotThereTakesNothing() {
        byte[] content = bytes(100, 21);
        try (ObjectStore nowhere = server.store("s3://nowhere")) {
            FozException refused =
                    assertThrows(
                            FozException.class,
                            () ->
                                    nowhere.put(
                                            key("norte", content),
                                            100,
                                            new java.io.ByteArrayInputStream(content)));
            assertEquals(ErrorCode.UNAVAILABLE, refused.code());
        }
    }

    @Test
    void twoPrefixesOfABucketAreTwoStores() throws Exception {
        byte[] content = bytes(100, 22);
        ObjectKey key = key("norte", content);
        store.put(key, 100, new java.io.ByteArrayInputStream(content));
        try (ObjectStore other = server.store("s3://" + bucket + "/data")) {
            assertTrue(other.head(key).isEmpty());
            assertEquals(List.of(), other.list("norte/", Optional.empty(), 10));
        }
    }
}
