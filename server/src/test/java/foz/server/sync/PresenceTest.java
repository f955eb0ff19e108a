package foz.server.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import foz.server.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

/// What a process of the sync role tells the others, on a real PostgreSQL.
class PresenceTest {

    @TempDir static Path folder = Path.of("");

    @SuppressWarnings("NullAway.Init")
    private static TestDatabase database;

    private final JdbcClient jdbc = database.jdbc();
    private final SyncMeters meters = new SyncMeters(new SimpleMeterRegistry());
    private final Presence presence = new Presence(database.dataSource(), meters);

    @BeforeAll
    static void start() {
        database = new TestDatabase(folder);
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    @BeforeEach
    void nobody() {
        jdbc.sql("DELETE FROM sync_process").update();
    }

    @Test
    void tellsOfEachTenantsDevicesAndOfWhatTheyReceive() {
        meters.connect("norte");
        meters.connect("norte");
        meters.connect("sul");
        meters.operations("norte", 500);
        meters.bytes("norte", 70_000);
        presence.tell();
        assertEquals(Map.of("norte", 2, "sul", 1), devices());
        List<Double> norte = rates("norte");
        assertTrue(norte.get(0) > 0, norte::toString);
        assertEquals(140, norte.get(1) / norte.get(0), 0.01);
        assertEquals(List.of(0.0, 0.0), rates("sul"));
        presence.tell();
        assertEquals(List.of(0.0, 0.0), rates("norte"), "a rate is of the time since the last one");
    }

    @Test
    void aTenantWhoseDevicesLeftHasNoRow() {
        meters.connect("norte");
        presence.tell();
        meters.disconnect("norte");
        presence.tell();
        assertEquals(Map.of(), devices());
        assertEquals(1, processes(), "the process itself lives");
    }

    @Test
    void whatADeadProcessToldIsRemovedAndALivingOnesStays() {
        other("dead", "-1 second");
        other("living", "5 seconds");
        presence.tell();
        assertEquals(
                List.of("living"),
                jdbc.sql("SELECT process FROM sync_traffic").query(String.class).list());
        assertEquals(2, processes());
    }

    @Test
    void aStoppedProcessIsGoneAtOnce() {
        presence.start();
        presence.stop();
        assertEquals(0, processes());
    }

    private void other(String id, String life) {
        jdbc.sql("INSERT INTO sync_process VALUES (?, now() + ?::interval)")
                .params(id, life)
                .update();
        jdbc.sql("INSERT INTO sync_traffic VALUES (?, 'norte', 3, 0, 0)").param(id).update();
    }

    private Map<String, Integer> devices() {
        Map<String, Integer> devices = new java.util.TreeMap<>();
        jdbc.sql("SELECT tenant, devices FROM sync_traffic")
                .query(rs -> {
                    devices.put(rs.getString(1), rs.getInt(2));
                });
        return devices;
    }

    private List<Double> rates(String tenant) {
        return jdbc.sql(
                        "SELECT operations_per_second, bytes_per_second FROM sync_traffic WHERE tenant = ?")
                .param(tenant)
                .query((rs, _) -> List.of(rs.getDouble(1), rs.getDouble(2)))
                .single();
    }

    private int processes() {
        return jdbc.sql("SELECT count(*) FROM sync_process").query(Integer.class).single();
    }
}
