package foz.server.replica;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.zip.CRC32;
import javax.sql.DataSource;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/// What every tenant's schema holds beside its contract's tables: `tenant.sql`. A server that
/// starts brings the schemas of tenants of an earlier Foz up to it, before any role works. The
/// schema's comment says which text was run.
@Component
@DependsOnDatabaseInitialization
final class TenantLayout implements InitializingBean {

    private static final String TEXT = text();
    private static final String STAMP = "foz layout " + checksum(TEXT);

    private final DataSource dataSource;

    TenantLayout(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /// Makes what the schema lacks.
    static void apply(Connection connection, String schema) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET LOCAL client_min_messages = warning");
            statement.execute("SET LOCAL search_path = " + Sql.quote(schema));
            statement.execute(TEXT);
            statement.execute("SET LOCAL search_path = public");
            statement.execute(
                    "COMMENT ON SCHEMA " + Sql.quote(schema) + " IS " + Sql.literal(STAMP));
        }
    }

    /// One transaction a tenant; processes that start together wait for one another.
    @Override
    public void afterPropertiesSet() {
        List<String> schemas =
                JdbcClient.create(dataSource)
                        .sql(
                                """
                                SELECT t.schema_name FROM tenant t
                                JOIN pg_namespace n ON n.nspname = t.schema_name
                                WHERE obj_description(n.oid, 'pg_namespace') IS DISTINCT FROM ?
                                """)
                        .param(STAMP)
                        .query((rs, _) -> rs.getString(1))
                        .list();
        for (String schema : schemas) {
            Transactions.run(
                    dataSource,
                    connection -> {
                        try (Statement statement = connection.createStatement()) {
                            statement.execute(
                                    "SELECT pg_advisory_xact_lock(hashtext('foz_tenant_layout'))");
                        }
                        apply(connection, schema);
                        return schema;
                    });
        }
    }

    private static String text() {
        try (InputStream in = TenantLayout.class.getResourceAsStream("/db/tenant/tenant.sql")) {
            if (in == null) {
                throw new IllegalStateException("no resource /db/tenant/tenant.sql");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String checksum(String text) {
        CRC32 crc = new CRC32();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return Long.toHexString(crc.getValue());
    }
}
