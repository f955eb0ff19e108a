package foz.server.ingest;

import foz.contract.Contract.Column;
import foz.contract.Contract.Table;
import foz.server.error.FozException;
import foz.server.objects.HeldObjects;
import foz.server.objects.ObjectKey;
import foz.server.replica.Listener;
import foz.server.settings.Role;
import foz.server.settings.Settings;
import foz.server.tenant.Tenant;
import foz.server.tenant.Tenants;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/// Removes objects that no row of the tenant refers to, nor a row in quarantine, when they were not
/// wanted for the grace. An agent puts an object, or asks for it, before it sends the batch that
/// refers to it; so that no batch that waits to be applied loses one, the grace counts back from
/// the oldest of these. One process at a time does it, by an advisory lock.
@Component
@Role("ingest")
@EnableScheduling
class OrphanObjects {

    private static final Logger LOG = LoggerFactory.getLogger(OrphanObjects.class);
    private static final long ADVISORY_LOCK = 0x666f7a0fL;
    private static final String CHANNEL = "foz_objects";
    private static final int AT_ONCE = 1_000;
    private static final int ADOPT_EVERY = 24;

    private final HeldObjects objects;
    private final Tenants tenants;
    private final JdbcClient jdbc;
    private final Settings settings;
    private int round;

    OrphanObjects(HeldObjects objects, Tenants tenants, JdbcClient jdbc, Settings settings) {
        this.objects = objects;
        this.tenants = tenants;
        this.jdbc = jdbc;
        this.settings = settings;
    }

    @Scheduled(initialDelay = 15, fixedDelay = 60, timeUnit = TimeUnit.MINUTES)
    void look() {
        if (settings.objects().url().isEmpty()) {
            return;
        }
        try (Listener listener = Listener.open(settings.database(), CHANNEL)) {
            if (listener.tryLead(ADVISORY_LOCK)) {
                remove();
            }
        } catch (DataAccessException | FozException e) {
            LOG.warn("orphaned objects could not be looked for; again in an hour", e);
        }
    }

    /// Looks at every tenant once.
    ///
    /// @return objects removed
    int remove() {
        if (round++ % ADOPT_EVERY == 0) {
            objects.adopt();
        }
        Duration grace = Duration.ofHours(settings.objects().orphanHours());
        objects.sweep(Instant.now().minus(grace));
        int removed = 0;
        for (String tenant :
                jdbc.sql("SELECT DISTINCT tenant FROM stored_object")
                        .query((rs, _) -> rs.getString(1))
                        .list()) {
            removed += remove(tenant, wantedSince(tenant).minus(grace));
        }
        return removed;
    }

    /// What is referred to is looked at after the batches that wait: one that is applied meanwhile
    /// is seen in its rows.
    private Instant wantedSince(String tenant) {
        return jdbc.sql(
                        """
                        SELECT least(clock_timestamp(), min(l.received_at))
                        FROM ingest_log l JOIN stream s
                            ON s.tenant = l.tenant AND s.source = l.source AND s.incarnation = l.incarnation
                        WHERE l.tenant = ? AND l.seq > s.applied_seq
                        """)
                .param(tenant)
                .query((rs, _) -> rs.getTimestamp(1).toInstant())
                .single();
    }

    private int remove(String id, Instant before) {
        tenants.forget(id);
        Optional<Tenant> tenant = tenants.find(id);
        int all = 0;
        int removed;
        do {
            removed = 0;
            for (String sha256 : orphans(id, tenant, before)) {
                removed += objects.remove(new ObjectKey(id, sha256), before) ? 1 : 0;
            }
            all += removed;
        } while (removed == AT_ONCE);
        return all;
    }

    private List<String> orphans(String id, Optional<Tenant> tenant, Instant before) {
        return jdbc.sql(
                        """
                        SELECT o.sha256 FROM stored_object o
                        WHERE o.tenant = ? AND o.put_at < ? AND NOT EXISTS (
                            SELECT 1 FROM (%s) r WHERE r.sha256 = o.sha256)
                        LIMIT ?
                        """
                                .formatted(tenant.map(OrphanObjects::references).orElse(NONE)))
                .params(id, Timestamp.from(before), AT_ONCE)
                .query((rs, _) -> rs.getString(1))
                .list();
    }

    private static final String NONE = "SELECT '' AS sha256 WHERE false";

    /// Every reference that the tenant's rows hold, and those that rows in quarantine would bring.
    private static String references(Tenant tenant) {
        List<String> selects = new ArrayList<>();
        selects.add(
                """
                SELECT (regexp_matches(change::text, 'sha256:([0-9a-f]{64}):', 'g'))[1] AS sha256
                FROM "%s".foz_quarantine WHERE released_at IS NULL
                """
                        .formatted(tenant.schema()));
        for (Table table : tenant.tables()) {
            for (Column column : table.columns()) {
                if (column.object()) {
                    selects.add(
                            """
                            SELECT substr("%2$s", 8, 64) FROM "%3$s"."%1$s" WHERE "%2$s" LIKE 'sha256:%%'
                            """
                                    .formatted(table.name(), column.name(), tenant.schema()));
                }
            }
        }
        return String.join(" UNION ALL ", selects);
    }
}
