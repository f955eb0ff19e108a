package foz.server.replica;

import foz.contract.Contract;
import foz.contract.Contract.Column;
import foz.contract.Contract.SyncScope;
import foz.contract.Contract.Table;
import foz.contract.ContractReader;
import foz.server.error.ErrorCode;
import foz.server.error.FozException;
import foz.server.tenant.Tenant;
import foz.server.tenant.Tenants;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.springframework.stereotype.Component;

/// Makes and removes tenants, and applies contracts to them: each in one transaction, whole or not
/// at all.
@Component
public final class TenantSetup {

    private final DataSource dataSource;
    private final Tenants tenants;
    private final ReplicaWriter writer;

    public TenantSetup(DataSource dataSource, Tenants tenants, ReplicaWriter writer) {
        this.dataSource = dataSource;
        this.tenants = tenants;
        this.writer = writer;
    }

    /// Makes a tenant without a contract; does nothing when it is there.
    public void add(String id) {
        Tenants.checkId(id);
        inTransaction(connection -> {
            String schema = "t_" + id;
            try (PreparedStatement tenant =
                            connection.prepareStatement(
                                    "INSERT INTO tenant (id, schema_name) VALUES (?, ?) ON CONFLICT DO"
                                            + " NOTHING");
                    Statement statement = connection.createStatement()) {
                tenant.setString(1, id);
                tenant.setString(2, schema);
                tenant.executeUpdate();
                statement.execute("CREATE SCHEMA IF NOT EXISTS " + Sql.quote(schema));
            }
            TenantLayout.apply(connection, schema);
            return id;
        });
    }

    /// Removes a tenant with everything that it has.
    ///
    /// @return whether there was one
    public boolean remove(String id) {
        Tenants.checkId(id);
        return inTransaction(connection -> {
            try (PreparedStatement tenant =
                            connection.prepareStatement("DELETE FROM tenant WHERE id = ?");
                    PreparedStatement accounts =
                            connection.prepareStatement("DELETE FROM account WHERE tenant = ?");
                    Statement statement = connection.createStatement()) {
                statement.execute("DROP SCHEMA IF EXISTS " + Sql.quote("t_" + id) + " CASCADE");
                accounts.setString(1, id);
                accounts.executeUpdate();
                tenant.setString(1, id);
                return tenant.executeUpdate() > 0;
            }
        });
    }

    /// Applies a contract: makes its tables, adds new columns, and works out anew what devices
    /// should hold where that changed.
    ///
    /// @throws foz.contract.ContractException when the contract is wrong
    /// @throws FozException BAD_REQUEST when it takes away or retypes what the replica holds
    public void apply(String id, String yaml) {
        Contract contract = ContractReader.read(yaml);
        Tenant before = tenants.get(id);
        inTransaction(connection -> {
            long revision = insert(connection, id, contract, yaml);
            Tenant after = tenants.withContract(before, revision, contract);
            for (Table table : after.tables()) {
                createOrExtend(connection, after, table);
            }
            List<Table> rescoped =
                    after.tables().stream().filter(table -> !sameOnDevices(before, table)).toList();
            List<Table> withdrawn =
                    before.tables().stream()
                            .filter(table ->
                                    after.table(table.name())
                                            .map(Table::sync)
                                            .orElse(List.of())
                                            .isEmpty())
                            .toList();
            return writer.resync(connection, after, rescoped, withdrawn);
        });
        tenants.forget(id);
    }

    private static boolean sameOnDevices(Tenant before, Table table) {
        Optional<Table> known = before.table(table.name());
        return known.isPresent()
                && known.get().sync().equals(table.sync())
                && known.get().synced().equals(table.synced());
    }

    private static long insert(Connection connection, String id, Contract contract, String yaml)
            throws SQLException {
        try (PreparedStatement delete =
                        connection.prepareStatement("DELETE FROM contract WHERE tenant = ?");
                PreparedStatement insert =
                        connection.prepareStatement(
                                """
                                INSERT INTO contract (tenant, source, version, yaml) VALUES (?, ?, ?, ?)
                                RETURNING revision
                                """)) {
            delete.setString(1, id);
            delete.executeUpdate();
            insert.setString(1, id);
            insert.setString(2, contract.source());
            insert.setString(3, contract.version());
            insert.setString(4, yaml);
            try (ResultSet revision = insert.executeQuery()) {
                revision.next();
                return revision.getLong(1);
            }
        }
    }

    private static void createOrExtend(Connection connection, Tenant tenant, Table table)
            throws SQLException {
        String name = Sql.quote(tenant.schema()) + "." + Sql.quote(table.name());
        Map<String, String> present = columns(connection, tenant, table);
        List<String> statements = new ArrayList<>();
        if (present.isEmpty()) {
            statements.add(create(name, table));
        } else {
            statements.addAll(extend(name, table, present));
        }
        for (SyncScope scope : table.sync()) {
            String column =
                    switch (scope) {
                        case SyncScope.Shared _ -> null;
                        case SyncScope.ByColumn(String _, String by) -> by;
                        case SyncScope.Through through -> through.column();
                    };
            if (column != null) {
                statements.add(
                        "CREATE INDEX IF NOT EXISTS %s ON %s (%s)"
                                .formatted(
                                        Sql.quote("foz_" + shorten(table.name() + "_" + column)),
                                        name,
                                        Sql.quote(column)));
            }
        }
        statements.add(
                "INSERT INTO %s.foz_table (name) VALUES (%s) ON CONFLICT DO NOTHING"
                        .formatted(Sql.quote(tenant.schema()), Sql.literal(table.name())));
        try (Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private static String shorten(String name) {
        return name.length() <= 50
                ? name
                : name.substring(0, 40) + "_" + Integer.toHexString(name.hashCode());
    }

    private static String create(String name, Table table) {
        return table.columns().stream()
                .map(column -> Sql.quote(column.name()) + " " + column.type().replicaType())
                .collect(
                        Collectors.joining(
                                ", ",
                                "CREATE TABLE " + name + " (",
                                ", _version bigint NOT NULL, PRIMARY KEY ("
                                        + Sql.list(table.key(), c -> c)
                                        + "))"));
    }

    private static List<String> extend(String name, Table table, Map<String, String> present) {
        List<String> statements = new ArrayList<>();
        for (Column column : table.columns()) {
            String type = present.get(column.name());
            String wanted = column.type().replicaType();
            if (type == null) {
                if (column.keyPosition() > 0) {
                    throw new FozException(
                            ErrorCode.BAD_REQUEST,
                            "the contract changes the key of '%s': '%s' is new; remove the tenant's table first, or keep the key"
                                    .formatted(table.name(), column.name()));
                }
                statements.add(
                        "ALTER TABLE %s ADD COLUMN %s %s"
                                .formatted(name, Sql.quote(column.name()), wanted));
            } else if (!type.replace(" ", "").equals(canonicalType(wanted).replace(" ", ""))) {
                throw new FozException(
                        ErrorCode.BAD_REQUEST,
                        "the contract gives '%s.%s' the type %s, but the replica holds it as %s; keep the type, or name the column anew"
                                .formatted(table.name(), column.name(), wanted, type));
            }
        }
        return statements;
    }

    private static String canonicalType(String type) {
        return switch (type) {
            case "timestamp" -> "timestamp without time zone";
            case "timestamptz" -> "timestamp with time zone";
            case "time" -> "time without time zone";
            default -> type;
        };
    }

    private static Map<String, String> columns(Connection connection, Tenant tenant, Table table)
            throws SQLException {
        Map<String, String> columns = new LinkedHashMap<>();
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        SELECT a.attname, format_type(a.atttypid, a.atttypmod)
                        FROM pg_attribute a
                        JOIN pg_class c ON c.oid = a.attrelid
                        JOIN pg_namespace n ON n.oid = c.relnamespace
                        WHERE n.nspname = ? AND c.relname = ? AND a.attnum > 0 AND NOT a.attisdropped
                        """)) {
            statement.setString(1, tenant.schema());
            statement.setString(2, table.name());
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    columns.put(found.getString(1), found.getString(2));
                }
            }
        }
        return columns;
    }

    private <T> T inTransaction(Transactions.Work<T> work) {
        return Transactions.run(dataSource, work);
    }
}
