package foz.server.quality;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import foz.server.TestDatabase;
import foz.server.replica.TenantSetup;
import foz.server.tenant.Tenants;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Rules of quality on a real PostgreSQL.
class QualityCheckTest {

    private static final String CONTRACT =
            """
            apiVersion: v3.1.0
            kind: DataContract
            id: test
            version: 1.0.0
            status: active
            schema:
              - name: product
                logicalType: object
                customProperties:
                  - {property: foz.capture, value: {}}
                quality:
                  - {metric: rowCount, mustBeGreaterThan: 3, name: some}
                  - {metric: duplicateValues, mustBe: 0, name: pairs, arguments: {properties: [name, unit]}}
                  - {type: sql, name: dear, severity: error, mustBeLessThan: 2, query: 'SELECT count(*) FROM ${object} WHERE price > 5'}
            %s
                properties:
                  - {name: id, logicalType: integer, primaryKey: true}
                  - name: name
                    logicalType: string
                    quality:
                      - {metric: nullValues, mustBe: 0, name: named}
                      - {metric: missingValues, mustBeLessThan: 50, unit: percent, name: mostly named, arguments: {missingValues: ['?']}}
                      - {metric: duplicateValues, mustBe: 0, name: unique}
                      - {type: sql, name: long names, mustBe: 0, query: 'SELECT count(*) FROM ${object} WHERE length(${property}) > 9'}
                  - name: unit
                    logicalType: string
                    quality:
                      - {metric: invalidValues, mustBe: 0, name: units, arguments: {validValues: [UN, CX]}}
                      - {metric: invalidValues, mustBe: 0, name: form, arguments: {pattern: '[A-Z]{2}'}}
                  - {name: price, logicalType: number}
            """;

    @TempDir static Path folder = Path.of("");

    @SuppressWarnings("NullAway.Init")
    private static TestDatabase database;

    private final Tenants tenants = database.tenants();

    @BeforeAll
    static void start() {
        database = new TestDatabase(folder);
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    private Map<String, QualityCheck.Result> check(String rules) {
        TenantSetup setup = database.setup();
        setup.remove("acme");
        setup.add("acme");
        setup.apply("acme", CONTRACT.formatted(rules));
        setup.remove("other");
        setup.add("other");
        setup.apply("other", CONTRACT.formatted(""));
        database.jdbc()
                .sql(
                        """
                        INSERT INTO t_acme.product (id, name, unit, price, _version) VALUES
                            (1, 'salt', 'UN', 1, 1), (2, 'salt', 'UN', 2, 1), (3, NULL, 'XX', 9, 1), (4, '?', 'kg', 3, 1)
                        """)
                .update();
        Map<String, QualityCheck.Result> results = new TreeMap<>();
        new QualityCheck(
                        database.dataSource(),
                        tenants.get("acme"),
                        database.postgres().jdbcUrl("postgres"))
                .run(List.of())
                .forEach(result -> results.put(result.rule(), result));
        return results;
    }

    private static QualityCheck.Result dear(Map<String, QualityCheck.Result> results) {
        return Optional.ofNullable(results.get("dear")).orElseThrow();
    }

    @Test
    void libraryAndSqlRulesMeasureTheReplicaAndTheResultsAreKept() {
        Map<String, QualityCheck.Result> results = check("");
        Map<String, String> shown = new TreeMap<>();
        results.forEach((rule, result) ->
                shown.put(
                        rule,
                        result.measured()
                                        .map(n -> n.stripTrailingZeros().toPlainString())
                                        .orElse("")
                                + " "
                                + result.passed()));
        assertEquals(
                Map.of(
                        "some", "4 true",
                        "pairs", "1 false",
                        "dear", "1 true",
                        "named", "1 false",
                        "mostly named", "50 false",
                        "unique", "1 false",
                        "long names", "0 true",
                        "units", "2 false",
                        "form", "1 false"),
                shown);
        assertTrue(dear(results).error());
        assertEquals(
                9L,
                database.jdbc()
                        .sql("SELECT count(*) FROM t_acme.foz_quality_result WHERE run = 1")
                        .query(Long.class)
                        .single());
    }

    @Test
    void anSqlRuleReadsNothingOfOthersWritesNothingAndLeavesNoUserBehind() {
        Map<String, QualityCheck.Result> results =
                check(
                        """
                              - {type: sql, name: other tenant, mustBe: 0, query: 'SELECT count(*) FROM t_other.product'}
                              - {type: sql, name: control, mustBe: 0, query: 'SELECT count(*) FROM public.contract'}
                              - {type: sql, name: own internals, mustBe: 0, query: 'SELECT count(*) FROM foz_state'}
                              - {type: sql, name: back, mustBe: 0, query: "SELECT count(*) FROM (SELECT set_config('role', 'postgres', true), query_to_xml('select * from t_other.product', true, true, '')) x"}
                              - {type: sql, name: reset, mustBe: 0, query: 'RESET ROLE; RESET SESSION AUTHORIZATION; SELECT count(*) FROM t_other.product'}
                              - {type: sql, name: write, mustBe: 0, query: 'SET TRANSACTION READ WRITE; DELETE FROM product; SELECT 0'}
                              - {type: sql, name: file, mustBe: 0, query: "SELECT length(pg_read_file('postgresql.conf'))"}
                              - {type: sql, name: no number, mustBe: 0, query: 'SELECT NULL::int'}
                        """);
        for (String rule :
                List.of(
                        "other tenant",
                        "control",
                        "own internals",
                        "back",
                        "reset",
                        "write",
                        "file",
                        "no number")) {
            QualityCheck.Result result = results.get(rule);
            assertTrue(result != null && result.fault().isPresent(), rule + " " + result);
            assertFalse(result != null && result.passed(), rule);
        }
        assertEquals("1", String.valueOf(dear(results).measured().orElseThrow()));
        assertEquals(
                0L,
                database.jdbc()
                        .sql("SELECT count(*) FROM pg_roles WHERE rolname LIKE 'foz\\_q\\_%'")
                        .query(Long.class)
                        .single());
        assertEquals(
                4L,
                database.jdbc()
                        .sql("SELECT count(*) FROM t_acme.product")
                        .query(Long.class)
                        .single());
    }
}
