package foz.server.apply;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import foz.server.TestDatabase;
import foz.server.capture.CaptureDesk;
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
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

/// The replica compared with what an agent claims, and the orders that lead to it, on a real
/// PostgreSQL.
class ClaimsTest {

    private static final String CONTRACT =
            """
            apiVersion: v3.1.0
            kind: DataContract
            id: test
            version: 1.0.0
            status: active
            servers:
              - {server: erp, type: postgres, host: localhost, port: 5432, database: erp, schema: public}
            schema:
              - name: item
                logicalType: object
                customProperties:
                  - {property: foz.capture, value: {pollMs: 1000}}
                properties:
                  - {name: doc, logicalType: string, physicalType: text, primaryKey: true, primaryKeyPosition: 1}
                  - {name: part, logicalType: integer, physicalType: integer, primaryKey: true, primaryKeyPosition: 2}
                  - name: name
                    logicalType: string
                    physicalType: text
                    customProperties:
                      - {property: foz.clean, value: [trim]}
                  - {name: price, logicalType: number, physicalType: 'numeric(10,2)'}
            """;

    private static final Change.TableHeader ITEM =
            new Change.TableHeader("item", List.of("doc", "part", "name", "price"), List.of(0, 1));

    @TempDir static Path folder = Path.of("");

    @SuppressWarnings("NullAway.Init")
    private static TestDatabase database;

    private final DataSource dataSource = database.dataSource();
    private final JdbcClient jdbc = database.jdbc();
    private final ReplicaWriter writer = new ReplicaWriter();
    private final Tenants tenants = new Tenants(dataSource);
    private final CaptureDesk desk = new CaptureDesk(dataSource, tenants);
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
        TenantSetup setup = new TenantSetup(dataSource, tenants, writer);
        setup.remove("acme");
        setup.add("acme");
        setup.apply("acme", CONTRACT);
        tenants.forget("acme");
        seq = 0;
    }

    private void apply(Change... changes) {
        BatchWriter batch = new BatchWriter();
        batch.add(ITEM);
        for (Change change : changes) {
            batch.add(change);
        }
        BatchRecord record = new BatchRecord("acme", "erp", 1, ++seq, 0, 0, batch.finish());
        Tenant tenant = tenants.get("acme");
        Transactions.run(
                dataSource,
                connection ->
                        new BatchApplier(connection, tenant, "erp", writer, false)
                                .apply(List.of(record)));
    }

    private static Change up(@Nullable String... values) {
        return new Change.Upsert(values);
    }

    private static Change claim(@Nullable String... values) {
        return new Change.Claim(values);
    }

    private static Change moving(String doc, String part) {
        return new Change.Moving(new @Nullable String[] {doc, part, null, null});
    }

    private CaptureDesk.Check check(long id) {
        return desk.check("acme", id).orElseThrow();
    }

    @Test
    void whatIsMissingDifferentOrExtraIsFoundAndNothingElse() {
        apply(
                up("a", "1", " as it was ", "1.50"),
                up("a", "2", "same", null),
                up("a/b", "1", "x", "2.00"),
                up("gone", "1", "x", "2.00"),
                up("changes", "1", "x", "2.00"),
                up("leaves", "1", "x", "2.00"),
                up("bad", "1", "x", "not a number"));
        apply(new Change.CheckBegin("item", 7), claim("a", "1", " as it was ", "1.5"));
        apply(
                // Between claims, rows change: each claim is judged where it stands.
                claim("a/b", "1", "y", "3.00"),
                up("a", "2", "other", "1.00"),
                claim("a", "2", "other", "1.00"),
                claim("absent", "1", "x", null),
                moving("changes", "1"),
                new Change.Delete(new @Nullable String[] {"leaves", "1", null, null}),
                up("comes", "1", "x", null),
                claim("bad", "1", "x", "not a number"));
        apply(new Change.CheckEnd("item", 7));
        CaptureDesk.Check found = check(7);
        assertEquals(
                List.of(
                        new CaptureDesk.Difference(
                                "a%2Fb/1", "different", List.of("name", "price")),
                        new CaptureDesk.Difference("gone/1", "extra", List.of()),
                        new CaptureDesk.Difference("absent/1", "missing", List.of())),
                found.differences());
        assertEquals(4, found.compared());
        assertEquals(1, found.moving());
        assertEquals(1, found.quarantined());
        assertEquals(
                List.of(1L, 1L, 1L), List.of(found.missing(), found.different(), found.extra()));
        assertTrue(found.endedAt() != null);
        assertEquals(
                0L,
                jdbc.sql("SELECT count(*) FROM t_acme.foz_check_row").query(Long.class).single());
        assertEquals(
                List.of(" as it was "),
                jdbc.sql("SELECT original FROM t_acme.foz_cleaned").query(String.class).list(),
                "a claim leaves the trace of cleaning as it is");
    }

    @Test
    void aComparisonThatBeginsAgainForgetsWhatItFound() {
        apply(up("a", "1", "x", null));
        apply(new Change.CheckBegin("item", 8), claim("b", "1", "x", null));
        apply(
                new Change.CheckBegin("item", 8),
                claim("a", "1", "x", null),
                new Change.CheckEnd("item", 8));
        assertTrue(check(8).isClean());
        assertEquals(1, check(8).compared());
        apply(new Change.CheckEnd("item", 9), claim("a", "1", "y", null));
        assertTrue(desk.check("acme", 9).isEmpty(), "what was not begun is not compared");
    }

    @Test
    void manyDifferencesAreAllCountedAndSomeKept() {
        Change[] claims = new Change[1_002];
        claims[0] = new Change.CheckBegin("item", 10);
        for (int i = 1; i <= 1_000; i++) {
            claims[i] = claim("n" + i, "1", "x", null);
        }
        claims[1_001] = new Change.CheckEnd("item", 10);
        apply(claims);
        assertEquals(1_000, check(10).missing());
        assertEquals(100, check(10).differences().size());
    }

    @Test
    void oneOrderOfAKindStandsForATableUntilItIsOver() {
        CaptureDesk.Order pause = desk.ask("acme", "item", CaptureDesk.Kind.PAUSE, "ana");
        assertEquals(pause, desk.ask("acme", "item", CaptureDesk.Kind.PAUSE, "bia"));
        CaptureDesk.Order verify = desk.ask("acme", "item", CaptureDesk.Kind.VERIFY, "ana");
        assertEquals(
                List.of(
                        new CaptureDesk.Standing(pause.id(), "item", "pause", "ana"),
                        new CaptureDesk.Standing(verify.id(), "item", "verify", "ana")),
                desk.standing("acme", "erp"));
        desk.reported("acme", "erp", verify.id(), "taken", "");
        desk.reported("acme", "erp", verify.id(), "failed", "no right");
        desk.reported("acme", "erp", verify.id(), "done", "");
        assertEquals("failed", desk.order("acme", verify.id()).orElseThrow().state());
        assertEquals("ana", desk.resume("acme", "item", "bia").askedBy());
        assertEquals("bia", desk.order("acme", pause.id()).orElseThrow().endedBy());
        assertEquals(List.of(), desk.standing("acme", "erp"));
        assertThrows(FozException.class, () -> desk.resume("acme", "item", "bia"));
        FozException unknown =
                assertThrows(
                        FozException.class,
                        () -> desk.ask("acme", "nothing", CaptureDesk.Kind.RELOAD, "ana"));
        assertTrue(String.valueOf(unknown.getMessage()).contains("'nothing'"));
        CaptureDesk.Order reload = desk.ask("acme", "item", CaptureDesk.Kind.RELOAD, "ana");
        assertEquals("withdrawn", desk.withdraw("acme", reload.id(), "ana").state());
        assertThrows(FozException.class, () -> desk.withdraw("acme", reload.id(), "ana"));
    }
}
