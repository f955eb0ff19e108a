package foz.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import foz.contract.Contract.Table;
import foz.server.TestDatabase;
import foz.server.quality.RowCleaning;
import foz.server.replica.ReplicaWriter;
import foz.server.replica.TableChanges;
import foz.server.replica.TenantSetup;
import foz.server.replica.Transactions;
import foz.server.tenant.Tenant;
import foz.server.tenant.Tenants;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerificationTest {

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
                physicalName: erp_customer
                logicalType: object
                customProperties:
                  - {property: foz.capture, value: {pollMs: 1000}}
                properties:
                  - {name: code, logicalType: integer, physicalType: integer, primaryKey: true}
                  - name: town
                    logicalType: string
                    physicalType: varchar(40)
                    customProperties:
                      - {property: foz.clean, value: [trim, {correct: {list: municipalities}}]}
            """;

    @TempDir static Path folder = Path.of("");

    @Test
    void aReplicaThatWasCleanedEqualsItsSourceByTheOriginalsAndNothingElse() {
        try (TestDatabase database = new TestDatabase(folder)) {
            Tenants tenants = new Tenants(database.dataSource());
            ReplicaWriter writer = new ReplicaWriter();
            TenantSetup setup = new TenantSetup(database.dataSource(), tenants, writer);
            setup.add("acme");
            setup.apply("acme", CONTRACT);
            tenants.forget("acme");
            Tenant tenant = tenants.get("acme");
            Table table = tenant.table("customer").orElseThrow();
            Transactions.run(
                    database.dataSource(),
                    connection -> {
                        RowCleaning cleaning = new RowCleaning(connection, tenant);
                        TableChanges changes = new TableChanges(table, table.columns());
                        for (String town : List.of(" osasco", "Osasco", "?")) {
                            @Nullable String[] row = {Integer.toString(changes.size() + 1), town};
                            cleaning.rows(table, table.columns()).take(row, false);
                            changes.upsert(row);
                        }
                        cleaning.write();
                        return writer.write(connection, tenant, List.of(changes));
                    });
            database.jdbc()
                    .sql(
                            """
                            CREATE TABLE erp_customer AS
                            SELECT * FROM (VALUES (1, ' osasco'), (2, 'Osasco'), (3, '?')) AS t (code, town)
                            """)
                    .update();
            RunFile.Database here =
                    new RunFile.Database(
                            database.postgres().jdbcUrl("postgres"), "postgres", "secret");
            Verification verification = new Verification(here, here, tenant.schema());
            assertEquals(
                    List.of("Osasco"),
                    database.jdbc()
                            .sql("SELECT town FROM t_acme.customer WHERE code = 1")
                            .query(String.class)
                            .list());
            assertTrue(verification.verify(table).clean(), verification.verify(table).toString());
            database.jdbc().sql("UPDATE erp_customer SET town = 'Osasco' WHERE code = 1").update();
            Verification.Result differs = verification.verify(table);
            assertFalse(differs.clean());
            assertEquals(
                    List.of("town: source Osasco, replica  osasco"),
                    differs.differences().getFirst().columns());
        }
    }
}
