package foz.server.apply;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import foz.server.TestDatabase;
import foz.server.error.FozException;
import foz.server.log.BatchRecord;
import foz.server.quality.Recleaning;
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
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Cleaning on the way, on a real PostgreSQL.
class CleaningTest {

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
              - name: customer
                logicalType: object
                customProperties:
                  - {property: foz.capture, value: {pollMs: 1000}}
                properties:
                  - {name: branch, logicalType: string, physicalType: text, primaryKey: true, primaryKeyPosition: 1}
                  - {name: code, logicalType: integer, physicalType: integer, primaryKey: true, primaryKeyPosition: 2}
                  - name: town
                    logicalType: string
                    physicalType: varchar(40)
                    customProperties:
                      - {property: foz.clean, value: [trim, {correct: {list: municipalities, by: uf}}]}
                  - name: uf
                    logicalType: string
                    physicalType: varchar(2)
                    quality:
                      - {metric: invalidValues, mustBe: 0, severity: error, name: known state, arguments: {validValues: [SP, RJ, MG]}}
                    customProperties:
                      - {property: foz.clean, value: [upper]}
                  - name: phone
                    logicalType: string
                    physicalType: varchar(20)
                    quality:
                      - {metric: missingValues, mustBe: 0, severity: warning, name: reachable, arguments: {missingValues: ['0']}}
            """;

    private static final Change.TableHeader CUSTOMER =
            new Change.TableHeader(
                    "customer", List.of("branch", "code", "town", "uf", "phone"), List.of(0, 1));
    private static final Change.TableHeader PHONE_ONLY =
            new Change.TableHeader("customer", List.of("branch", "code", "phone"), List.of(0, 1));

    @TempDir static Path folder = Path.of("");

    @SuppressWarnings("NullAway.Init")
    private static TestDatabase database;

    private final DataSource dataSource = database.dataSource();
    private final ReplicaWriter writer = new ReplicaWriter();
    private final Tenants tenants = new Tenants(dataSource);
    private final TenantSetup setup = new TenantSetup(dataSource, tenants, writer);
    private final Quarantine quarantine = new Quarantine(dataSource, tenants, writer);
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

    private void apply(Change... changes) {
        BatchWriter batch = new BatchWriter();
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

    private List<String> texts(String sql) {
        return database.jdbc().sql(sql).query((rs, _) -> rs.getString(1)).list();
    }

    private List<String> traces() {
        return texts(
                """
                SELECT row_key || ' ' || column_name || ': ' || original || ' -> ' || value || ' by ' || rule || ' in ' || seq
                FROM t_acme.foz_cleaned ORDER BY 1
                """);
    }

    @Test
    void theReplicaHoldsTheCleanedValueAndTheTraceItsOriginal() {
        apply(
                CUSTOMER,
                up("a/b", "1", " sao paluo", "sp", "1"),
                up("a/b", "2", "Osasco", "SP", "2"));
        assertEquals(
                List.of("São Paulo SP", "Osasco SP"),
                texts("SELECT town || ' ' || uf FROM t_acme.customer ORDER BY code"));
        assertEquals(
                List.of(
                        "a%2Fb/1 town:  sao paluo -> São Paulo by trim, correct municipalities in 1",
                        "a%2Fb/1 uf: sp -> SP by upper in 1"),
                traces());
    }

    @Test
    void aLaterVersionReplacesTheTraceAndADeleteRemovesIt() {
        apply(CUSTOMER, up("a", "1", "sao paluo", "sp", "1"), up("a", "2", "sao paluo", "SP", "1"));
        apply(CUSTOMER, up("a", "1", "sao pauo", "SP", "1"));
        assertEquals(
                List.of(
                        "a/1 town: sao pauo -> São Paulo by correct municipalities in 2",
                        "a/2 town: sao paluo -> São Paulo by correct municipalities in 1"),
                traces());
        apply(
                CUSTOMER,
                up("a", "1", "São Paulo", "SP", "1"),
                new Change.Delete(new @Nullable String[] {"a", "2", null, null, null}));
        assertEquals(List.of(), traces());
    }

    @Test
    void aRowThatComesTwiceInABatchLeavesTheTraceOfItsLastVersion() {
        apply(
                CUSTOMER,
                up("a", "1", "sao paluo", "SP", "1"),
                up("a", "1", "Osasco", "SP", "1"),
                up("a", "2", "Osasco", "SP", "1"),
                up("a", "2", "osascoo", "SP", "1"));
        assertEquals(
                List.of("a/2 town: osascoo -> Osasco by correct municipalities in 1"), traces());
    }

    @Test
    void aColumnThatDoesNotComeKeepsItsTrace() {
        apply(CUSTOMER, up("a", "1", "sao paluo", "SP", "1"));
        apply(PHONE_ONLY, up("a", "1", "2"));
        assertEquals(
                List.of("a/1 town: sao paluo -> São Paulo by correct municipalities in 1"),
                traces());
        assertEquals(List.of("São Paulo"), texts("SELECT town FROM t_acme.customer"));
    }

    @Test
    void rowsThatASnapshotDoesNotNameLoseTheirTrace() {
        apply(CUSTOMER, up("a", "1", "sao paluo", "SP", "1"), up("a", "2", "sao paluo", "SP", "1"));
        apply(
                new Change.SnapshotBegin("customer", 1),
                CUSTOMER,
                up("a", "2", "sao paluo", "SP", "1"),
                new Change.SnapshotEnd("customer", 1));
        assertEquals(
                List.of("a/2 town: sao paluo -> São Paulo by correct municipalities in 1"),
                traces());
    }

    @Test
    void aTableWhoseRulesAreTakenAwayForgetsItsTracesAsRowsCome() {
        apply(CUSTOMER, up("a", "1", "sao paluo", "SP", "1"), up("a", "2", "sao paluo", "SP", "1"));
        setup.apply(
                "acme",
                CONTRACT.replace(
                        "value: [trim, {correct: {list: municipalities, by: uf}}]",
                        "value: [trim]"));
        tenants.forget("acme");
        apply(CUSTOMER, up("a", "1", "sao paluo", "SP", "2"));
        assertEquals(
                List.of("a/2 town: sao paluo -> São Paulo by correct municipalities in 1"),
                traces());
        assertEquals(
                List.of("sao paluo", "São Paulo"),
                texts("SELECT town FROM t_acme.customer ORDER BY code"));
    }

    @Test
    void aDeleteThatCarriesTheKeyAloneRemovesEveryTraceOfTheRow() {
        apply(CUSTOMER, up("a", "1", "sao paluo", "sp", "1"), up("a", "2", "sao paluo", "SP", "1"));
        apply(
                PHONE_ONLY,
                new Change.Delete(new @Nullable String[] {"a", "1", null}),
                up("a", "1", "3"));
        assertEquals(
                List.of("a/2 town: sao paluo -> São Paulo by correct municipalities in 1"),
                traces());
    }

    @Test
    void aChangedRuleReachesRowsThatAreThereFromTheirOriginals() {
        apply(CUSTOMER, up("a", "1", " sao paluo ", "sp", "1"), up("a", "2", "Osasco", "SP", "1"));
        setup.apply(
                "acme",
                CONTRACT.replace(
                        "value: [trim, {correct: {list: municipalities, by: uf}}]",
                        "value: [trim, upper]"));
        tenants.forget("acme");
        Recleaning recleaning = new Recleaning(dataSource, tenants.get("acme"), writer);
        assertEquals(List.of("customer"), recleaning.tables());
        assertEquals(new Recleaning.Done("customer", 2, 0), recleaning.run("customer"));
        assertEquals(
                List.of("SAO PALUO", "OSASCO"),
                texts("SELECT town FROM t_acme.customer ORDER BY code"));
        assertEquals(
                List.of(
                        "a/1 town:  sao paluo  -> SAO PALUO by trim, upper in 0",
                        "a/1 uf: sp -> SP by upper in 1",
                        "a/2 town: Osasco -> OSASCO by upper in 0"),
                traces());
        assertEquals(new Recleaning.Done("customer", 0, 0), recleaning.run("customer"));
    }

    @Test
    void aRowThatBreaksARuleOfSeverityErrorWaitsInQuarantineAsItCame() {
        apply(CUSTOMER, up("a", "1", " sao paluo", "xx", "1"));
        assertEquals(List.of(), texts("SELECT town FROM t_acme.customer"));
        Quarantine.Entry entry = quarantine.list("acme", 10).getFirst();
        assertTrue(
                entry.reason().contains("'uf' holds 'XX'")
                        && entry.reason().contains("'known state'"),
                entry.reason());
        assertEquals(" sao paluo", entry.change().get("town"));
        assertThrows(FozException.class, () -> quarantine.release("acme", entry.id(), Map.of()));
        quarantine.release("acme", entry.id(), Map.of("uf", "sp"));
        assertEquals(
                List.of("São Paulo SP"), texts("SELECT town || ' ' || uf FROM t_acme.customer"));
        assertEquals(2, traces().size());
    }

    @Test
    void rowsThatBreakOtherRulesComeInAndAreCounted() {
        apply(CUSTOMER, up("a", "1", "Osasco", "SP", "0"), up("a", "2", "Osasco", "SP", null));
        apply(CUSTOMER, up("a", "3", "Osasco", "SP", ""));
        assertEquals(3, texts("SELECT code FROM t_acme.customer").size());
        assertEquals(
                List.of("reachable 3 a/3"),
                texts(
                        "SELECT rule || ' ' || rows || ' ' || last_row_key FROM t_acme.foz_quality_finding"));
    }
}
