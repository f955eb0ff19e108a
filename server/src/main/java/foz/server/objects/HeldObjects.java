package foz.server.objects;

import java.io.IOException;
import java.io.InputStream;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.springframework.context.annotation.Lazy;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/// The store, and beside it the table that says when each object was last wanted: an object whose
/// content is wanted again is not removed under whoever is about to refer to it.
///
/// The table's row is written before the object and removed after it; its lock decides between a
/// put and a removal.
@Component
@Lazy
public final class HeldObjects {

    private static final int ADOPTED_AT_ONCE = 1_000;

    private final ObjectStore store;
    private final JdbcClient jdbc;
    private final TransactionTemplate transactions;
    private final ObjectMeters meters;

    public HeldObjects(
            ObjectStore store,
            JdbcClient jdbc,
            TransactionTemplate transactions,
            ObjectMeters meters) {
        this.store = store;
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.meters = meters;
    }

    /// Puts an object, as [ObjectStore#put] does; it is kept at least for the grace from now on.
    public ObjectStore.Stored put(ObjectKey key, long bytes, InputStream content)
            throws IOException {
        want(key);
        ObjectStore.Stored stored = store.put(key, bytes, content);
        want(key);
        meters.put(stored, bytes);
        return stored;
    }

    /// Whether the object is there; if so it is kept at least for the grace from now on, as if it
    /// had been put again.
    public Optional<StoredObject> renew(ObjectKey key) {
        boolean known =
                jdbc.sql(
                                        """
                                        UPDATE stored_object SET put_at = clock_timestamp()
                                        WHERE tenant = ? AND sha256 = ?
                                        """)
                                .params(key.tenant(), key.sha256())
                                .update()
                        > 0;
        Optional<StoredObject> found = store.head(key);
        if (found.isPresent() && !known) {
            want(key);
        }
        return found;
    }

    public Optional<StoredObject> find(ObjectKey key) {
        return store.head(key);
    }

    /// Reads a part of an object, as [ObjectStore#open] does.
    public InputStream open(StoredObject object, long from, long bytes) {
        return store.open(object, from, bytes);
    }

    private void want(ObjectKey key) {
        jdbc.sql(
                        """
                        INSERT INTO stored_object (tenant, sha256) VALUES (?, ?)
                        ON CONFLICT (tenant, sha256) DO UPDATE SET put_at = clock_timestamp()
                        """)
                .params(key.tenant(), key.sha256())
                .update();
    }

    /// Removes an object, unless it was wanted since `before`. A put that comes meanwhile waits,
    /// and then puts it anew.
    ///
    /// @return whether it was removed
    public boolean remove(ObjectKey key, Instant before) {
        boolean removed =
                transactions.execute(_ -> {
                    boolean unwanted =
                            jdbc.sql(
                                            """
                                            SELECT 1 FROM stored_object
                                            WHERE tenant = ? AND sha256 = ? AND put_at < ? FOR UPDATE
                                            """)
                                    .params(key.tenant(), key.sha256(), Timestamp.from(before))
                                    .query(Integer.class)
                                    .optional()
                                    .isPresent();
                    if (unwanted) {
                        store.delete(key);
                        jdbc.sql("DELETE FROM stored_object WHERE tenant = ? AND sha256 = ?")
                                .params(key.tenant(), key.sha256())
                                .update();
                    }
                    return unwanted;
                });
        if (removed) {
            meters.removed();
        }
        return removed;
    }

    /// Notes objects that the table does not know, as after the database came back from a backup:
    /// they count as put now.
    ///
    /// @return how many
    public int adopt() {
        int adopted = 0;
        Optional<ObjectKey> last = Optional.empty();
        List<StoredObject> page;
        do {
            page = store.list("", last, ADOPTED_AT_ONCE);
            if (!page.isEmpty()) {
                adopted += adopt(page);
                last = Optional.of(page.getLast().key());
            }
        } while (page.size() == ADOPTED_AT_ONCE);
        return adopted;
    }

    private int adopt(List<StoredObject> page) {
        List<ObjectKey> keys = page.stream().map(StoredObject::key).toList();
        return jdbc.sql(
                        """
                        INSERT INTO stored_object (tenant, sha256)
                        SELECT * FROM unnest(string_to_array(?, ','), string_to_array(?, ','))
                        ON CONFLICT DO NOTHING
                        """)
                .params(
                        String.join(",", keys.stream().map(ObjectKey::tenant).toList()),
                        String.join(",", keys.stream().map(ObjectKey::sha256).toList()))
                .update();
    }

    /// Removes what puts left that ended before this time without an object.
    public int sweep(Instant before) {
        return store.sweep(before);
    }
}
