package foz.server.cli;

import foz.server.tenant.Tenant;
import org.springframework.jdbc.core.simple.JdbcClient;

/// Whether a tenant's first load is in the replica, whole.
final class Loaded {

    private final Control control;
    private final JdbcClient jdbc;

    Loaded(Control control) {
        this.control = control;
        this.jdbc = JdbcClient.create(control.dataSource());
    }

    boolean isLoaded(String tenantId) {
        Tenant tenant = control.tenants().get(tenantId);
        boolean quiet =
                jdbc.sql(
                                        """
                                        SELECT count(*) FROM stream
                                        WHERE tenant = ? AND next_seq > 1 AND applied_seq = next_seq - 1
                                            AND coalesce((agent_status->>'tablesToLoad')::integer, 1) = 0
                                            AND coalesce((agent_status->>'spooledBatches')::integer, 1) = 0
                                        """)
                                .param(tenantId)
                                .query(Integer.class)
                                .single()
                        > 0;
        return quiet
                && jdbc.sql("SELECT count(*) FROM \"%s\".foz_snapshot".formatted(tenant.schema()))
                                .query(Integer.class)
                                .single()
                        == 0;
    }
}
