package foz.server.apply;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import foz.server.TestDatabase;
import foz.server.error.FozException;
import foz.server.log.BatchRecord;
import foz.server.replica.ReplicaWriter;
import foz.server.replica.TenantSetup;
import foz.server.replica.Transactions;
import foz.server.tenant.Tenant;
import foz.server.tenant.Tenants;
import foz.wire.BatchWriter;
import foz.wire.Change;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.dao.TransientDataAccessResourceException;
import org.springframework.jdbc.core.simple.JdbcClient;

/// Apply and replica on a real PostgreSQL.
class ReplicaTest {

    private static final String CONTRACT =
            """
            apiVersion: v3.1.0
            kind: DataContract
            id: test
            version: 1.0.0
            status: active
            servers:
              - {server: erp, type: postgres, host: localhost, port: 5432, database: erp, schema: public}
            customProperties:
              - property: foz.buckets
                value:
                  - {name: shared, priority: 1}
                  - {name: rep, priority: 2, claim: rep}
            schema:
              - name: product
                logicalType: object
                customProperties:
                  - {property: foz.capture, value: {pollMs: 1000}}
                  - {property: foz.sync, value: {bucket: shared}}
                properties:
                  - {name: id, logicalType: integer, physicalType: 'numeric(6,0)', primaryKey: true, primaryKeyPosition: 1}
                  - {name: name, logicalType: string, physicalType: varchar(20), required: true}
                  - {name: price, logicalType: number, physicalType: 'numeric(10,2)'}
              - name: customer
                logicalType: object
                customProperties:
                  - {property: foz.capture, value: {pollMs: 1000}}
                  - {property: foz.sync, value: {bucket: rep, by: rep}}
                properties:
                  - {name: code, logicalType: integer, physicalType: integer, primaryKey: true, primaryKeyPosition: 1}
                  - {name: rep, logicalType: integer, physicalType: integer}
              - name: receivable
                logicalType: object
                customProperties:
                  - {property: foz.capture, value: {pollMs: 1000}}
                  - {property: foz.sync, value: {bucket: rep, column: customer, through: customer.code}}
                properties:
                  - {name: doc, logicalType: string, physicalType: text, primaryKey: true, primaryKeyPosition: 1}
                  - {name: part, logicalType: string, physicalType: text, primaryKey: true, primaryKeyPosition: 2}
                  - {name: customer, logicalType: integer, physicalType: integer}
            """;

    private static final Change.TableHeader PRODUCT =
            new Change.TableHeader("product", List.of("id", "name", "price"), List.of(0));
    private static final Change.TableHeader CUSTOMER =
            new Change.TableHeader("customer", List.of("code", "rep"), List.of(0));
    private static final Change.TableHeader RECEIVABLE =
            new Change.TableHeader("receivable", List.of("doc", "part", "customer"), List.of(0, 1));

    @TempDir static Path folder = Path.of("");

    @SuppressWarnings("NullAway.Init")
    private static TestDatabase database;

    private final DataSource dataSource = database.dataSource();
    private final ReplicaWriter writer = new ReplicaWriter();
    private final Tenants tenants = new Tenants(dataSource);
    private final TenantSetup setup = new TenantSetup(dataSource, tenants, writer);
    private final Quarantine quarantine = new Quarantine(dataSource, tenants, writer);
    private final JdbcClient jdbc = database.jdbc();
    private long seq;

    @BeforeAll
    static void start() {
        database = new TestDatabase(folder);
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    @BeforeEach
    void tenant() {
        setup.remove("acme");
        setup.add("acme");
        setup.apply("acme", CONTRACT);
        tenants.forget("acme");
        seq = 0;
    }

    private BatchRecord batch(Change... changes) {
        BatchWriter batch = new BatchWriter();
        for (Change change : changes) {
            batch.add(change);
        }
        return new BatchRecord("acme", "erp", 1, ++seq, 0, 0, batch.finish());
    }

    private static Change up(@Nullable String... values) {
        return new Change.Upsert(values);
    }

    private static Change partly(List<Integer> absent, @Nullable String... values) {
        return new Change.Upsert(values, absent);
    }

    private static Change gone(@Nullable String... values) {
        return new Change.Delete(values);
    }

    private BatchApplier.Applied apply(BatchRecord... batches) {
        Tenant tenant = tenants.get("acme");
        return Transactions.run(
                dataSource,
                connection ->
                        new BatchApplier(connection, tenant, "erp", writer, false)
                                .apply(List.of(batches)));
    }

    private long number(String sql) {
        return jdbc.sql(sql.replace("{s}", "t_acme")).query(Long.class).single();
    }

    private List<String> live(String bucket) {
        return jdbc.sql(
                        """
                        SELECT t.name || ' ' || o.row_id FROM t_acme.foz_operation o
                        JOIN t_acme.foz_bucket b USING (bucket_no) JOIN t_acme.foz_table t USING (table_no)
                        WHERE b.name = ? AND o.kind = 'P' ORDER BY 1
                        """)
                .param(bucket)
                .query((rs, _) -> rs.getString(1))
                .list();
    }

    /// What a device adds up must be what the server says it adds up to.
    private void assertChecksums() {
        assertEquals(
                0,
                number(
                        """
                        SELECT count(*) FROM {s}.foz_bucket b JOIN (
                            SELECT bucket_no, count(*) AS n, mod(sum(checksum::bigint & 4294967295), 4294967296) AS c
                            FROM {s}.foz_operation GROUP BY bucket_no) o USING (bucket_no)
                        WHERE o.n <> b.operations OR o.c <> b.checksum
                        """));
    }

    private List<@Nullable String> products() {
        return jdbc.sql("SELECT concat_ws(' ', id, name, price) FROM t_acme.product ORDER BY id")
                .query(String.class)
                .list();
    }

    @Test
    void whatIsAbsentStaysAsItWas() {
        apply(batch(PRODUCT, up("1", "Café", "10.00"), up("2", "Chá", "5.00")));
        apply(
                batch(
                        PRODUCT,
                        partly(List.of(1), "1", null, "11.00"),
                        partly(List.of(2), "1", "Cafezinho", null),
                        partly(List.of(1), "2", null, "6.00"),
                        up("3", "Mate", "1.00"),
                        partly(List.of(1), "3", null, "2.00")));
        assertEquals(List.of("1 Cafezinho 11.00", "2 Chá 6.00", "3 Mate 2.00"), products());
    }

    @Test
    void aWholeRowAfterAPartOfItCountsAlone() {
        apply(batch(PRODUCT, up("1", "Café", "10.00")));
        apply(
                batch(
                        PRODUCT,
                        partly(List.of(1), "1", null, "11.00"),
                        gone("1", null, null),
                        up("1", "Outro", null)));
        assertEquals(List.of("1 Outro"), products());
    }

    @Test
    void aPartOfARowInQuarantineIsJoinedWithWhatIsHeld() {
        apply(batch(PRODUCT, up("1", "um nome longo demais para caber", "10.00")));
        assertEquals(List.of(), products());
        apply(batch(PRODUCT, partly(List.of(2), "1", "curto", null)));
        assertEquals(List.of("1 curto 10.00"), products());
        assertEquals(List.of(), quarantine.list("acme", 10));
    }

    @Test
    void aPartOfARowThatNobodyHasIsHeldAndMakesNoRow() {
        apply(batch(PRODUCT, partly(List.of(1), "7", null, "1.00")));
        assertEquals(List.of(), products());
        assertEquals("7", quarantine.list("acme", 10).getFirst().rowKey());
    }

    @Test
    void partsOfATransactionAreSeenTogetherOnly() {
        apply(batch(PRODUCT, up("1", "antes", null)));
        Change.Part first = new Change.Part("77", 0, false);
        apply(batch(first, PRODUCT, up("1", "tentativa", null)));
        apply(batch(first, PRODUCT, up("1", "depois", null), up("2", "novo", null)));
        apply(batch(new Change.Part("77", 1, false), PRODUCT, gone("2", null, null)));
        assertEquals(List.of("1 antes"), products());
        apply(batch(new Change.Part("77", 2, true), PRODUCT, up("3", "fim", null)));
        assertEquals(List.of("1 depois", "3 fim"), products());
    }

    @Test
    void unchangedRowsMakeNoVersionAndNoOperation() {
        apply(batch(PRODUCT, up("1", "Café", "10.00"), up("2", "Açúcar", null)));
        long version = number("SELECT last_version FROM {s}.foz_state");
        BatchApplier.Applied again =
                apply(batch(PRODUCT, up("1", "Café", "10.00"), up("2", "Açúcar", null)));
        assertEquals(0, again.rows());
        assertEquals(0, again.operations());
        assertEquals(version, number("SELECT last_version FROM {s}.foz_state"));
        assertEquals(1, apply(batch(PRODUCT, up("1", "Café", "10.01"))).rows());
        assertChecksums();
    }

    @Test
    void aBatchAppliedTwiceHasTheEffectOfOne() {
        BatchRecord first = batch(PRODUCT, up("1", "A", "1.00"));
        BatchRecord second = batch(PRODUCT, gone("1", null, null));
        apply(first, second, first, second);
        apply(first);
        assertEquals(0, number("SELECT count(*) FROM {s}.product"));
        assertEquals(2, number("SELECT seq FROM {s}.foz_applied"));
    }

    @Test
    void aGapIsNoticedAndNothingAfterItIsApplied() {
        BatchRecord first = batch(PRODUCT, up("1", "A", "1.00"));
        BatchRecord second = batch(PRODUCT, up("2", "B", "1.00"));
        BatchRecord third = batch(PRODUCT, up("3", "C", "1.00"));
        BatchApplier.Applied applied = apply(first, third);
        assertTrue(applied.gap());
        assertEquals(1, applied.seq());
        assertFalse(apply(second, third).gap());
        assertEquals(3, number("SELECT count(*) FROM {s}.product"));
    }

    @Test
    void badRowsWaitWithTheirReasonAndCanBeReleased() {
        BatchApplier.Applied applied =
                apply(
                        batch(
                                PRODUCT,
                                up("1", "good", "1.00"),
                                up("2", null, "1.00"),
                                up("3", "nul\0", "1.00"),
                                up("4", "dear", "cheap"),
                                up("5", "large", "123456789.00")));
        assertEquals(4, applied.quarantined());
        assertEquals(1, number("SELECT count(*) FROM {s}.product"));
        List<Quarantine.Entry> entries = quarantine.list("acme", 100);
        assertEquals(
                List.of("2", "3", "4", "5"),
                entries.stream().map(Quarantine.Entry::rowKey).toList());
        assertTrue(entries.get(2).reason().contains("'cheap'"), entries.get(2).reason());
        long id = entries.get(2).id();
        assertThrows(FozException.class, () -> quarantine.release("acme", id, Map.of()));
        quarantine.release("acme", id, Map.of("price", "2.50"));
        assertEquals(1, number("SELECT count(*) FROM {s}.product WHERE id = 4 AND price = 2.50"));
        apply(batch(PRODUCT, up("2", "now good", "1.00")));
        assertEquals(
                List.of("3", "5"),
                quarantine.list("acme", 100).stream().map(Quarantine.Entry::rowKey).toList(),
                "a good version takes the row out by itself");
    }

    @Test
    void columnsAndTablesOutsideTheContractStayOutside() {
        Change.TableHeader wider =
                new Change.TableHeader("product", List.of("id", "name", "secret"), List.of(0));
        Change.TableHeader other = new Change.TableHeader("payroll", List.of("id"), List.of(0));
        BatchApplier.Applied applied = apply(batch(wider, up("1", "A", "s3cret"), other, up("9")));
        assertEquals(1, applied.rows());
        assertEquals(1, applied.quarantined());
        assertEquals("payroll", quarantine.list("acme", 10).getFirst().table());
    }

    @Test
    void aSnapshotTakesAwayWhatItDoesNotName() {
        apply(
                batch(
                        new Change.SnapshotBegin("product", 1),
                        PRODUCT,
                        up("1", "A", null),
                        up("2", "B", null),
                        up("3", "C", null),
                        new Change.SnapshotEnd("product", 1)));
        apply(batch(new Change.SnapshotBegin("product", 2), PRODUCT, up("1", "A", null)));
        assertEquals(3, number("SELECT count(*) FROM {s}.product"), "not before its end");
        apply(batch(PRODUCT, up("3", "C2", null), new Change.SnapshotEnd("product", 2)));
        assertEquals(2, number("SELECT count(*) FROM {s}.product"));
        assertEquals(List.of("product 1", "product 3"), live("shared[]"));
        assertEquals(0, number("SELECT count(*) FROM {s}.foz_snapshot_row"));
        assertChecksums();
    }

    @Test
    void aRowInQuarantineKeepsWhatTheReplicaHasOfItOverASnapshot() {
        apply(batch(PRODUCT, up("1", "good", "1.00"), up("2", "gone", "1.00")));
        apply(
                batch(
                        new Change.SnapshotBegin("product", 1),
                        PRODUCT,
                        up("1", "good", "no price"),
                        new Change.SnapshotEnd("product", 1)));
        assertEquals(1, number("SELECT count(*) FROM {s}.product WHERE id = 1 AND price = 1.00"));
        assertEquals(1, number("SELECT count(*) FROM {s}.product"));
        assertEquals(List.of("product 1"), live("shared[]"));
    }

    @Test
    void aKeyThatNoIndexHoldsGoesToQuarantineAndTheOthersGoOn() {
        BatchApplier.Applied applied =
                apply(batch(RECEIVABLE, up("x".repeat(5_000), "1", "10"), up("7", "1", "10")));
        assertEquals(1, applied.quarantined());
        assertEquals(1, number("SELECT count(*) FROM {s}.receivable"));
    }

    @Test
    void aProcessThatKnowsAnOlderContractDoesNotWrite() {
        Tenant older = tenants.get("acme");
        setup.apply("acme", CONTRACT.replace("by: rep", "by: code"));
        assertThrows(
                TransientDataAccessResourceException.class,
                () ->
                        Transactions.run(
                                dataSource,
                                connection ->
                                        new BatchApplier(connection, older, "erp", writer, false)
                                                .apply(List.of(batch(CUSTOMER, up("10", "1"))))));
        assertEquals(0, number("SELECT count(*) FROM {s}.customer"));
        seq--;
        apply(batch(CUSTOMER, up("10", "1")));
        assertEquals(List.of("customer 10"), live("rep[\"10\"]"));
    }

    @Test
    void aMovedCustomerTakesItsReceivablesAlong() {
        apply(batch(RECEIVABLE, up("7", "1", "10"), up("7/x", "%", "10"), up("8", "1", "20")));
        assertEquals(List.of(), live("rep[\"1\"]"), "receivables wait for their customer");
        apply(batch(CUSTOMER, up("10", "1"), up("20", "2")));
        assertEquals(
                List.of("customer 10", "receivable 7%2Fx/%25", "receivable 7/1"),
                live("rep[\"1\"]"));
        apply(batch(CUSTOMER, up("10", "2")));
        assertEquals(List.of(), live("rep[\"1\"]"));
        assertEquals(5, live("rep[\"2\"]").size());
        apply(batch(CUSTOMER, gone("20", null)));
        assertEquals(
                3, live("rep[\"2\"]").size(), "with the customer its receivables leave the phones");
        assertEquals(3, number("SELECT count(*) FROM {s}.receivable"), "and stay in the replica");
        assertChecksums();
    }

    /// Random batches, in any grouping: the replica is the model, devices hold what they should,
    /// sums agree.
    @Test
    void replicaAndBucketsFollowAnyHistory() {
        Random random = new Random(Long.getLong("foz.seed", 5));
        Map<String, String> reps = new java.util.TreeMap<>();
        for (int round = 0; round < 40; round++) {
            java.util.ArrayList<Change> changes = new java.util.ArrayList<>(List.of(CUSTOMER));
            for (int i = 0; i < 1 + random.nextInt(30); i++) {
                String code = Integer.toString(random.nextInt(40));
                if (random.nextInt(4) == 0) {
                    changes.add(gone(code, null));
                    reps.remove(code);
                } else {
                    String rep = Integer.toString(1 + random.nextInt(3));
                    changes.add(up(code, rep));
                    reps.put(code, rep);
                }
            }
            changes.add(RECEIVABLE);
            changes.add(up("d" + random.nextInt(60), "1", Integer.toString(random.nextInt(40))));
            apply(batch(changes.toArray(new Change[0])));
        }
        assertEquals(reps.size(), number("SELECT count(*) FROM {s}.customer"));
        for (String rep : List.of("1", "2", "3")) {
            long customers = reps.values().stream().filter(rep::equals).count();
            long receivables =
                    number(
                            "SELECT count(*) FROM {s}.receivable r JOIN {s}.customer c ON c.code = r.customer WHERE c.rep = "
                                    + rep);
            assertEquals(
                    customers + receivables, live("rep[\"" + rep + "\"]").size(), "rep " + rep);
        }
        assertChecksums();
    }
}
