package foz.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import foz.server.TestDatabase;
import foz.server.replica.TenantSetup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QualityCommandTest {

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
                    value: {block: [document], compare: [{column: name}], threshold: 0.8}
                quality:
                  - {type: sql, name: named, severity: error, mustBe: 0, query: 'SELECT count(*) FROM ${object} WHERE name IS NULL'}
                properties:
                  - {name: id, logicalType: integer, primaryKey: true}
                  - {name: name, logicalType: string}
                  - {name: document, logicalType: string}
            """;

    @TempDir static Path folder = Path.of("");

    private static FozProcess quality(Path config, String... arguments) {
        List<String> all = new ArrayList<>(List.of("quality"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--tenant", "acme", "--config", config.toString()));
        return FozProcess.foz(all.toArray(new String[0]));
    }

    @Test
    void checksFindsDuplicatesAndTakesThemBack() throws IOException {
        try (TestDatabase database = new TestDatabase(folder)) {
            TenantSetup setup = database.setup();
            setup.add("acme");
            setup.apply("acme", CONTRACT);
            database.jdbc()
                    .sql(
                            "INSERT INTO t_acme.customer VALUES (1, 'Silva', '1', 1), (2, 'Sylva', '1', 1), (3, 'Souza', '2', 1)")
                    .update();
            Path config = folder.resolve("settings.yaml");
            Files.writeString(
                    config,
                    """
                    foz:
                      publicUrl: https://foz.example
                      database: {jdbcUrl: "%s", user: postgres, password: {value: secret}}
                    """
                            .formatted(database.postgres().jdbcUrl("postgres")));
            FozProcess good = quality(config, "check");
            assertEquals(0, good.code(), good.output());
            assertTrue(good.output().contains("good    customer named: measured 0, must be 0"));
            database.jdbc().sql("UPDATE t_acme.customer SET name = NULL WHERE id = 3").update();
            FozProcess bad = quality(config, "check");
            assertEquals(1, bad.code(), bad.output());
            assertTrue(bad.output().contains("ERROR   customer named: measured 1, must be 0"));

            FozProcess linked = quality(config, "deduplicate");
            assertTrue(linked.output().contains("1 duplicates among 3 rows"), linked.output());
            String run = linked.output().replaceAll("(?s).*; run (\\d+).*", "$1");
            FozProcess undone = quality(config, "deduplicate", "--undo", run);
            assertTrue(undone.output().contains("undone: 1 links"), undone.output());
            FozProcess dry = quality(config, "deduplicate", "--dry-run");
            assertTrue(dry.output().contains("2 is 1"), dry.output());
            assertEquals(0, quality(config, "findings").code());
            assertEquals(0, quality(config, "cleaned").code());
            assertEquals(0, quality(config, "propose").code());
            assertEquals(0, quality(config, "clean").code());
        }
    }
}
