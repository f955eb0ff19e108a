package foz.server.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import foz.server.TestDatabase;
import foz.server.objects.HeldObjects;
import foz.server.objects.ObjectKey;
import foz.server.objects.ObjectMeters;
import foz.server.objects.ObjectReference;
import foz.server.objects.ObjectStores;
import foz.server.objects.PhotoShop;
import foz.server.settings.Settings;
import foz.server.settings.SettingsFile;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/// What no row refers to is removed, and nothing else.
class OrphanObjectsTest {

    @TempDir static Path folder = Path.of("");

    @SuppressWarnings("NullAway.Init")
    private static TestDatabase database;

    private final PhotoShop shop = new PhotoShop(database);
    private final JdbcClient jdbc = database.jdbc();

    @SuppressWarnings("NullAway.Init")
    private HeldObjects objects;

    @SuppressWarnings("NullAway.Init")
    private OrphanObjects orphans;

    @BeforeAll
    static void start() {
        database = new TestDatabase(folder);
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    @BeforeEach
    void store(@TempDir Path store) throws IOException {
        Settings settings =
                SettingsFile.read(
                        Files.writeString(
                                store.resolve("server.yaml"),
                                "foz: {objects: {url: '%s', orphanHours: 48}}"
                                        .formatted(store.resolve("objects").toUri())));
        for (String table : List.of("stored_object", "ingest_log", "stream")) {
            jdbc.sql("DELETE FROM " + table).update();
        }
        shop.open("norte");
        shop.open("sul");
        objects =
                new HeldObjects(
                        ObjectStores.of(settings.objects()),
                        jdbc,
                        new TransactionTemplate(new JdbcTransactionManager(database.dataSource())),
                        new ObjectMeters(new SimpleMeterRegistry()));
        orphans = new OrphanObjects(objects, database.tenants(), jdbc, settings);
    }

    private ObjectKey put(String tenant, String content) throws Exception {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
        ObjectKey key = new ObjectKey(tenant, HexFormat.of().formatHex(hash));
        objects.put(key, bytes.length, new ByteArrayInputStream(bytes));
        return key;
    }

    /// As if these hours had gone by since the object was put.
    private void pass(ObjectKey key, int hours) {
        jdbc.sql(
                        """
                        UPDATE stored_object SET put_at = put_at - make_interval(hours => ?)
                        WHERE tenant = ? AND sha256 = ?
                        """)
                .params(hours, key.tenant(), key.sha256())
                .update();
    }

    private static String reference(ObjectKey key) {
        return new ObjectReference(key.sha256(), 1).toString();
    }

    private boolean isThere(ObjectKey key) {
        return objects.find(key).isPresent();
    }

    @Test
    void whatRowsReferToStaysAndTheRestGoesAfterTheGrace() throws Exception {
        ObjectKey photo = put("norte", "photo");
        ObjectKey note = put("norte", "note");
        ObjectKey hidden = put("norte", "hidden");
        ObjectKey orphan = put("norte", "orphan");
        ObjectKey young = put("norte", "young");
        ObjectKey others = put("sul", "photo");
        shop.write("norte", "product", "p", reference(photo));
        shop.write("norte", "customer", "1", "1", reference(note), reference(hidden), null);
        for (ObjectKey key : List.of(photo, note, hidden, orphan, others)) {
            pass(key, 49);
        }
        pass(young, 47);
        assertEquals(2, orphans.remove());
        assertTrue(isThere(photo) && isThere(note) && isThere(hidden) && isThere(young));
        assertFalse(isThere(orphan));
        assertFalse(isThere(others), "sul has no row that refers to its own");

        shop.delete("norte", "product", "p", null);
        assertEquals(1, orphans.remove(), "its row is gone");
        assertFalse(isThere(photo));
    }

    @Test
    void aRepeatedPutAndAQuestionRenewTheGrace() throws Exception {
        ObjectKey again = put("norte", "again");
        ObjectKey asked = put("norte", "asked");
        pass(again, 49);
        pass(asked, 49);
        put("norte", "again");
        assertTrue(objects.renew(asked).isPresent());
        assertEquals(0, orphans.remove());
        pass(again, 49);
        pass(asked, 49);
        assertEquals(2, orphans.remove());
        assertTrue(objects.renew(asked).isEmpty(), "who asks is told to put it again");
    }

    @Test
    void anObjectThatIsPutWhileItIsRemovedIsThereInTheEnd() throws Exception {
        for (int i = 0; i < 50; i++) {
            ObjectKey key = put("norte", "raced");
            pass(key, 49);
            Instant before = Instant.now().minus(Duration.ofDays(2));
            try (ExecutorService both = Executors.newVirtualThreadPerTaskExecutor()) {
                Future<Boolean> removed = both.submit(() -> objects.remove(key, before));
                Future<ObjectKey> again = both.submit(() -> put("norte", "raced"));
                removed.get();
                again.get();
            }
            assertTrue(isThere(key), "round " + i);
            assertFalse(objects.remove(key, before), "it is wanted");
        }
    }

    @Test
    void whatABatchThatWaitsMayReferToStays() throws Exception {
        ObjectKey key = put("norte", "waits");
        pass(key, 90);
        jdbc.sql(
                        """
                        INSERT INTO stream (tenant, source, incarnation, epoch, instance, fingerprint, lease_until,
                            next_seq, chain, checkpoint, applied_seq)
                        VALUES ('norte', 'erp', 1, 1, 'i', 'f', now(), 3, 'c', '', 1)
                        """)
                .update();
        jdbc.sql(
                        """
                        INSERT INTO ingest_log (tenant, source, incarnation, seq, sha256, chain, batch_rows, captured_at,
                            received_at, body)
                        VALUES ('norte', 'erp', 1, 2, 's', 'c', 1, now(), now() - interval '89 hours', '')
                        """)
                .update();
        assertEquals(0, orphans.remove(), "it was put an hour before the batch that waits came");
        jdbc.sql("UPDATE stream SET applied_seq = 2").update();
        assertEquals(1, orphans.remove());
    }

    @Test
    void whatARowInQuarantineRefersToStaysUntilItIsReleased() throws Exception {
        ObjectKey key = put("norte", "quarantined");
        pass(key, 90);
        jdbc.sql(
                        """
                        INSERT INTO t_norte.foz_quarantine (source, incarnation, seq, table_name, row_key, change, reason)
                        VALUES ('erp', 1, 1, 'product', 'p', jsonb_build_object('values', jsonb_build_array('p', ?::text)), 'r')
                        """)
                .param(reference(key))
                .update();
        assertEquals(0, orphans.remove());
        jdbc.sql("UPDATE t_norte.foz_quarantine SET released_at = now()").update();
        assertEquals(1, orphans.remove());
    }

    @Test
    void aRemovedTenantsObjectsGo() throws Exception {
        ObjectKey key = put("sul", "left");
        shop.write("sul", "product", "p", reference(key));
        pass(key, 49);
        database.setup().remove("sul");
        assertEquals(1, orphans.remove());
        assertFalse(isThere(key));
    }

    @Test
    void anObjectThatTheDatabaseForgotCountsFromWhenItIsFound() throws Exception {
        ObjectKey key = put("norte", "forgotten");
        jdbc.sql("DELETE FROM stored_object").update();
        assertEquals(0, orphans.remove());
        assertTrue(isThere(key));
        pass(key, 49);
        assertEquals(1, orphans.remove());
    }
}
