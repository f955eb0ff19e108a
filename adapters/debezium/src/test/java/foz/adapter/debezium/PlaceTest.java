package foz.adapter.debezium;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.debezium.embedded.EmbeddedWorkerConfig;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PlaceTest {

    private static final String A = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
    private static final String B = "b0f2a5d1-0000-11ee-8000-000000000001";

    @Test
    void setsOfTransactionsAreWithinAndTogether() {
        Place some = GtidSet.of(A + ":1-5:7-9");
        assertTrue(GtidSet.of(A + ":3").isWithin(some));
        assertTrue(GtidSet.of(A + ":1-2:4-5:8").isWithin(some));
        assertFalse(GtidSet.of(A + ":6").isWithin(some));
        assertFalse(GtidSet.of(A + ":5-7").isWithin(some));
        assertFalse(GtidSet.of(B + ":1").isWithin(some));
        assertTrue(GtidSet.of("").isWithin(some));
        assertEquals(A + ":1-9", some.and(GtidSet.of(A + ":6")).toString());
        assertEquals(A + ":1-5:7-9," + B + ":x:4-4", some.and(GtidSet.of(B + ":x:4")).toString());
        Place tagged = GtidSet.of(A + ":1-5:x:1-2,\n" + B + ":1");
        assertTrue(GtidSet.of(A + ":x:2").isWithin(tagged));
        assertFalse(GtidSet.of(A + ":x:3").isWithin(tagged));
        assertEquals(tagged, GtidSet.of(tagged.toString()));
    }

    @Test
    void placesInSqlServersLogAreInOrder() {
        SqlServer database = new SqlServer();
        assertEquals("00000025:00000448:0003", SqlServer.lsn("00000025000004480003"));
        Place early = database.place("00000025:00000448:0003");
        assertTrue(early.isWithin(database.place("00000025:00000448:0004")));
        assertFalse(database.place("0000002a:00000001:0001").isWithin(early));
        assertTrue(database.place(Map.of("commit_lsn", "NULL")).isWithin(early));
        assertFalse(database.isRest(Map.of("commit_lsn", "x"), true));
        assertTrue(database.isRest(Map.of("commit_lsn", "x"), false));
    }

    @Test
    void aTransactionOfMariadbIsNotTornByAPosition() {
        Mariadb database = new Mariadb();
        Map<String, Object> offset = new HashMap<>(Map.of("file", "binlog.000007", "pos", 4L));
        assertTrue(database.isRest(offset, false));
        offset.put("event", 2L);
        assertFalse(database.isRest(offset, false));
        assertTrue(Mariadb.number("binlog.000009", 4).isWithin(Mariadb.number("binlog.000010", 4)));
        assertFalse(
                Mariadb.number("binlog.000010", 5).isWithin(Mariadb.number("binlog.000010", 4)));
    }

    /// Debezium asks for its offset by a key of its own, and tells what it would remember.
    @Test
    void debeziumBeginsAtTheGivenPositionAndRemembersNothingItself() throws Exception {
        String position = Offset.write(Map.of("file", "binlog.000007", "pos", 154L));
        GivenOffset store = new GivenOffset();
        store.configure(
                new EmbeddedWorkerConfig(
                        new HashMap<>(
                                Map.of(
                                        "offset.storage.file.filename",
                                        "none",
                                        Settings.POSITION,
                                        position))));
        ByteBuffer key = ByteBuffer.wrap("[\"foz\",{}]".getBytes(StandardCharsets.UTF_8));
        ByteBuffer later = ByteBuffer.wrap("{\"pos\":999}".getBytes(StandardCharsets.UTF_8));
        store.set(Map.of(key, later), null).get();
        ByteBuffer found = store.get(List.of(key)).get().get(key);
        assertEquals(position, StandardCharsets.UTF_8.decode(found).toString());
        assertEquals(Map.of("file", "binlog.000007", "pos", 154), Offset.read(position));
    }
}
