package foz.server.console;

import foz.server.settings.Role;
import foz.server.tenant.Tenant;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/// What there is to say of a tenant beside its streams: the contract, the tables, the agent, the
/// devices.
@Component
@Role("console")
final class TenantFacts {

    private static final int DEVICES_MAX = 20;
    private static final int QUARANTINED_MAX = 20;

    /// @param heardAt when the agent was last heard
    record Agent(String clientId, boolean connected, Instant heardAt, Optional<String> version) {}

    record ContractFacts(String version, Instant appliedAt) {}

    /// @param rows as the database estimates them
    record TableFacts(String name, long rows, boolean captured) {}

    /// @param checkpoint grows with each write that the device sent
    record Device(String subject, String clientId, long checkpoint) {}

    /// A row that breaks the contract.
    record Quarantined(String table, String key, String reason, Instant at) {}

    record Facts(
            Optional<ContractFacts> contract,
            Optional<Agent> agent,
            List<Quarantined> quarantine,
            List<TableFacts> tables,
            List<Device> devices) {
        public Facts {
            quarantine = List.copyOf(quarantine);
            tables = List.copyOf(tables);
            devices = List.copyOf(devices);
        }
    }

    private final JdbcClient jdbc;
    private final double leaseSeconds;

    TenantFacts(DataSource dataSource, foz.server.settings.Settings settings) {
        this.jdbc = Looks.client(dataSource);
        this.leaseSeconds = settings.ingest().leaseMs() / 1000.0;
    }

    Facts of(Tenant tenant) {
        return new Facts(
                contract(tenant),
                agent(tenant),
                quarantine(tenant),
                tables(tenant),
                devices(tenant));
    }

    private Optional<ContractFacts> contract(Tenant tenant) {
        return jdbc.sql("SELECT version, applied_at FROM contract WHERE tenant = ?")
                .param(tenant.id())
                .query((rs, _) ->
                        new ContractFacts(rs.getString(1), rs.getTimestamp(2).toInstant()))
                .optional();
    }

    private Optional<Agent> agent(Tenant tenant) {
        return jdbc.sql(
                        """
                        SELECT coalesce(a.client_id, s.instance), s.lease_until > now(),
                            least(now(), s.lease_until - make_interval(secs => ?)), s.agent_status->>'version'
                        FROM stream s LEFT JOIN agent a ON a.tenant = s.tenant AND a.source = s.source
                        WHERE s.tenant = ? AND s.source = ? LIMIT 1
                        """)
                .params(leaseSeconds, tenant.id(), tenant.source())
                .query((rs, _) ->
                        new Agent(
                                rs.getString(1),
                                rs.getBoolean(2),
                                rs.getTimestamp(3).toInstant(),
                                Optional.ofNullable(rs.getString(4))))
                .optional();
    }

    private List<Quarantined> quarantine(Tenant tenant) {
        return jdbc.sql(
                        """
                        SELECT table_name, row_key, reason, at FROM "%s".foz_quarantine
                        WHERE released_at IS NULL ORDER BY id DESC LIMIT ?
                        """
                                .formatted(tenant.schema()))
                .param(QUARANTINED_MAX)
                .query((rs, _) ->
                        new Quarantined(
                                rs.getString(1),
                                rs.getString(2),
                                rs.getString(3),
                                rs.getTimestamp(4).toInstant()))
                .list();
    }

    private List<TableFacts> tables(Tenant tenant) {
        return jdbc.sql(
                        """
                        SELECT relname, n_live_tup FROM pg_stat_user_tables
                        WHERE schemaname = ? AND relname NOT LIKE 'foz\\_%' ORDER BY n_live_tup DESC, relname LIMIT 500
                        """)
                .param(tenant.schema())
                .query((rs, _) -> {
                    String name = rs.getString(1);
                    boolean captured =
                            tenant.table(name).flatMap(table -> table.capture()).isPresent();
                    return new TableFacts(name, rs.getLong(2), captured);
                })
                .list();
    }

    private List<Device> devices(Tenant tenant) {
        return jdbc.sql(
                        """
                        SELECT subject, client_id, checkpoint FROM "%s".foz_write_checkpoint
                        ORDER BY subject, client_id LIMIT ?
                        """
                                .formatted(tenant.schema()))
                .param(DEVICES_MAX)
                .query((rs, _) -> new Device(rs.getString(1), rs.getString(2), rs.getLong(3)))
                .list();
    }
}
