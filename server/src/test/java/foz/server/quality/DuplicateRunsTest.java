package foz.server.quality;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import foz.server.TestDatabase;
import foz.server.error.FozException;
import foz.server.replica.TenantSetup;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Duplicates and proposals on a real PostgreSQL.
class DuplicateRunsTest {

    private static final String CONTRACT =
            """
            apiVersion: v3.1.0
            kind: DataContract
            id: test
            version: 1.0.0
            status: active
            schema:
              - name: customer
                logicalType: object
                customProperties:
                  - {property: foz.capture, value: {}}
                  - property: foz.deduplicate
                    value:
                      block: [sound(name), document]
                      compare:
                        - {column: name, how: name, weight: 2}
                        - {column: document, how: exact, weight: 1}
                      threshold: 0.85
                      survivor: {prefer: newest, column: changed}
                      merge: {phone: fill, address: longest}
                  - property: foz.dependencies
                    value: [{from: [zip], to: [town]}]
                properties:
                  - {name: branch, logicalType: integer, primaryKey: true, primaryKeyPosition: 1}
                  - {name: code, logicalType: integer, primaryKey: true, primaryKeyPosition: 2}
                  - {name: name, logicalType: string}
                  - {name: document, logicalType: string}
                  - {name: phone, logicalType: string}
                  - {name: address, logicalType: string}
                  - {name: changed, logicalType: timestamp}
                  - {name: zip, logicalType: string}
                  - {name: town, logicalType: string}
            """;

    @TempDir static Path folder = Path.of("");

    @SuppressWarnings("NullAway.Init")
    private static TestDatabase database;

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
        TenantSetup setup = database.setup();
        setup.remove("acme");
        setup.add("acme");
        setup.apply("acme", CONTRACT);
        database.jdbc()
                .sql(
                        """
                        INSERT INTO t_acme.customer (branch, code, name, document, phone, address, changed, zip, town, _version) VALUES
                            (1, 1, 'Mercado Silva', '11', '5511', 'Rua A, 10, fundos', '2026-01-01', '1', 'Osasco', 1),
                            (1, 2, 'Mercado Sylva', '11', NULL, 'Rua A', '2026-02-01', '1', 'Osasco', 1),
                            (2, 1, 'Mercado  SILVA', NULL, NULL, NULL, '2025-02-01', '1', 'Osazco', 1),
                            (2, 2, 'Padaria Central', '12', '5522', 'Rua B', '2026-02-01', '2', 'Barueri', 1)
                        """)
                .update();
    }

    private DuplicateRuns runs() {
        return new DuplicateRuns(database.dataSource(), database.tenants().get("acme"));
    }

    private List<String> survivors() {
        return database.jdbc()
                .sql(
                        """
                        SELECT concat_ws('|', branch, code, name, phone, address, foz_duplicates)
                        FROM t_acme.foz_survivor_customer ORDER BY 1
                        """)
                .query((rs, _) -> rs.getString(1))
                .list();
    }

    @Test
    void duplicatesAreLinkedToTheNewestAndTheViewMergesTheirValues() {
        DuplicateRuns.Run run = runs().run("customer", false);
        assertEquals(
                List.of("1/1 1/2", "2/1 1/2"),
                run.duplicates().stream().map(d -> d.rowKey() + " " + d.survivorKey()).toList());
        assertEquals(
                List.of(
                        "1|2|Mercado Sylva|5511|Rua A, 10, fundos|2",
                        "2|2|Padaria Central|5522|Rua B|0"),
                survivors());
        assertEquals(
                4L,
                database.jdbc()
                        .sql("SELECT count(*) FROM t_acme.customer WHERE _version = 1")
                        .query(Long.class)
                        .single(),
                "the replica's rows stay as they are");
    }

    @Test
    void aRunIsUndoneByItsNumberAndALaterOneTakesAnEarliersPlace() {
        long first = runs().run("customer", false).run().orElseThrow();
        long second = runs().run("customer", false).run().orElseThrow();
        assertThrows(FozException.class, () -> runs().undo(first));
        assertEquals(2, survivors().size());
        assertEquals(2, runs().undo(second));
        assertEquals(4, survivors().size());
        assertEquals(
                4L,
                database.jdbc()
                        .sql(
                                "SELECT count(*) FROM t_acme.foz_duplicate WHERE undone_at IS NOT NULL")
                        .query(Long.class)
                        .single(),
                "what was linked can still be read");
    }

    @Test
    void aDryRunWritesNothing() {
        assertTrue(runs().run("customer", true).run().isEmpty());
        assertEquals(
                0L,
                database.jdbc()
                        .sql("SELECT count(*) FROM t_acme.foz_duplicate")
                        .query(Long.class)
                        .single());
    }

    @Test
    void whatBreaksADependencyIsProposedAndNotChanged() {
        List<QualityReports.Proposed> proposals =
                new QualityReports(database.dataSource(), database.tenants().get("acme"))
                        .proposals(List.of(), 0.5);
        assertEquals(
                List.of("2/1 town Osazco Osasco"),
                proposals.stream()
                        .map(p -> String.join(" ", p.rowKey(), p.column(), p.original(), p.value()))
                        .toList());
    }
}
