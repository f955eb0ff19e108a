package foz.server.objects;

import foz.contract.Contract.Column;
import foz.contract.Contract.Table;
import foz.server.TestDatabase;
import foz.server.replica.ReplicaWriter;
import foz.server.replica.TableChanges;
import foz.server.replica.TenantSetup;
import foz.server.replica.Transactions;
import foz.server.tenant.Tenant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Tenants whose rows refer to objects: products that all share, and customers of a rep.
public record PhotoShop(TestDatabase database) {

    private static final String CONTRACT =
            """
            apiVersion: v3.1.0
            kind: DataContract
            id: photos
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
                  - {name: id, logicalType: string, physicalType: text, primaryKey: true, primaryKeyPosition: 1}
                  - {name: photo, logicalType: string, physicalType: bytea, customProperties: [{property: foz.object, value: true}]}
              - name: customer
                logicalType: object
                customProperties:
                  - {property: foz.capture, value: {pollMs: 1000}}
                  - {property: foz.sync, value: {bucket: rep, by: rep}}
                properties:
                  - {name: code, logicalType: integer, physicalType: integer, primaryKey: true, primaryKeyPosition: 1}
                  - {name: rep, logicalType: integer, physicalType: integer}
                  - {name: note, logicalType: string, physicalType: clob, customProperties: [{property: foz.object, value: true}]}
                  - name: file
                    logicalType: string
                    physicalType: blob
                    customProperties: [{property: foz.object, value: true}, {property: foz.sync, value: false}]
                  - {name: plain, logicalType: string, physicalType: text}
            """;

    /// Makes the tenant anew.
    public void open(String tenant) {
        TenantSetup setup = database.setup();
        setup.remove(tenant);
        setup.add(tenant);
        setup.apply(tenant, CONTRACT);
    }

    /// Writes a row as apply does; its values in the order of the columns.
    public void write(String tenant, String table, @Nullable String... values) {
        change(tenant, table, false, values);
    }

    public void delete(String tenant, String table, @Nullable String... values) {
        change(tenant, table, true, values);
    }

    private void change(String id, String name, boolean delete, @Nullable String[] values) {
        Tenant tenant = database.tenants().get(id);
        Table table = tenant.table(name).orElseThrow();
        List<Column> columns = table.columns();
        TableChanges changes = new TableChanges(table, columns);
        if (delete) {
            changes.delete(values);
        } else {
            changes.upsert(values);
        }
        Transactions.run(
                database.dataSource(),
                connection -> new ReplicaWriter().write(connection, tenant, List.of(changes)));
    }
}
