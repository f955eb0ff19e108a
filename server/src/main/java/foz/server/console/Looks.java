package foz.server.console;

import foz.server.settings.Role;
import foz.server.settings.Settings;
import foz.server.tenant.Tenant;
import java.time.Instant;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/// Looks at one tenant's streams, each time with a bounded amount of work.
@Component
@Role("console")
final class Looks {

    private static final int QUERY_SECONDS_MAX = 4;

    private final JdbcClient jdbc;
    private final double leaseSeconds;

    Looks(DataSource dataSource, Settings settings) {
        this.jdbc = client(dataSource);
        this.leaseSeconds = settings.ingest().leaseMs() / 1000.0;
    }

    /// A client whose questions have a time limit.
    static JdbcClient client(DataSource dataSource) {
        JdbcTemplate template = new JdbcTemplate(dataSource);
        template.setQueryTimeout(QUERY_SECONDS_MAX);
        return JdbcClient.create(template);
    }

    Look look(Tenant tenant) {
        return look(tenant, slow(tenant));
    }

    /// @param slow as counted before
    Look look(Tenant tenant, Look.Slow slow) {
        return new Look(Instant.now(), down(tenant), up(tenant), sync(tenant), slow);
    }

    private Optional<Look.Down> down(Tenant tenant) {
        return jdbc.sql(
                        """
                        SELECT s.lease_until > now() AS connected,
                            greatest(0, extract(epoch FROM now() - s.lease_until) + ?) AS heard,
                            s.next_seq, s.published_seq, s.applied_seq, s.rows_total, s.bytes_total,
                            coalesce((s.agent_status->>'tablesToLoad')::bigint, -1) AS to_load,
                            coalesce((s.agent_status->>'spooledBatches')::bigint, 0) AS spooled,
                            coalesce(w.rows, 0) AS waiting_rows,
                            coalesce(extract(epoch FROM now() - w.captured), 0) AS lag,
                            coalesce(extract(epoch FROM now() - w.received), 0) AS waiting,
                            coalesce(extract(epoch FROM now() - w.unpublished), 0) AS unpublished,
                            coalesce(extract(epoch FROM now() - s.last_applied_at), -1) AS applied
                        FROM stream s LEFT JOIN LATERAL (
                            SELECT sum(l.batch_rows) AS rows, min(l.captured_at) AS captured,
                                min(l.received_at) AS received,
                                min(l.received_at) FILTER (WHERE l.seq > s.published_seq) AS unpublished
                            FROM ingest_log l
                            WHERE l.tenant = s.tenant AND l.source = s.source
                                AND l.incarnation = s.incarnation AND l.seq > s.applied_seq
                        ) w ON true
                        WHERE s.tenant = ? AND s.source = ?
                        """)
                .params(leaseSeconds, tenant.id(), tenant.source())
                .query((rs, _) ->
                        new Look.Down(
                                rs.getBoolean("connected"),
                                rs.getDouble("heard"),
                                rs.getLong("next_seq"),
                                rs.getLong("published_seq"),
                                rs.getLong("applied_seq"),
                                rs.getLong("rows_total"),
                                rs.getLong("bytes_total"),
                                rs.getLong("to_load"),
                                rs.getLong("spooled"),
                                rs.getLong("waiting_rows"),
                                rs.getDouble("lag"),
                                rs.getDouble("waiting"),
                                rs.getDouble("unpublished"),
                                rs.getDouble("applied")))
                .optional();
    }

    private Look.Up up(Tenant tenant) {
        return jdbc.sql(
                        """
                        SELECT o.waiting AS outbox, o.seconds AS outbox_seconds,
                            d.waiting AS deliveries, d.repeated, d.seconds AS delivery_seconds,
                            (SELECT coalesce(max(id), 0) FROM "{s}".foz_command_event) AS last_event,
                            (SELECT last_version FROM "{s}".foz_state) AS version
                        FROM (
                            SELECT count(*) AS waiting,
                                coalesce(extract(epoch FROM now() - min(received_at)), 0) AS seconds
                            FROM (SELECT c.received_at FROM "{s}".foz_outbox JOIN "{s}".foz_command c
                                ON c.id = command_id LIMIT 10000) AS bounded
                        ) o, (
                            SELECT count(*) AS waiting, count(*) FILTER (WHERE attempts > 1) AS repeated,
                                coalesce(extract(epoch FROM now() - min(changed_at)), 0) AS seconds
                            FROM (SELECT d.attempts, c.changed_at FROM "{s}".foz_delivery d
                                JOIN "{s}".foz_command c ON c.id = d.command_id LIMIT 10000) AS bounded
                        ) d
                        """
                                .replace("{s}", tenant.schema()))
                .query((rs, _) ->
                        new Look.Up(
                                rs.getLong("outbox"),
                                Math.max(0, rs.getDouble("outbox_seconds")),
                                rs.getLong("deliveries"),
                                rs.getLong("repeated"),
                                Math.max(0, rs.getDouble("delivery_seconds")),
                                rs.getLong("last_event"),
                                rs.getLong("version")))
                .single();
    }

    private Look.Sync sync(Tenant tenant) {
        return jdbc.sql(
                        """
                        SELECT count(*) AS processes, coalesce(sum(t.devices), 0) AS devices,
                            coalesce(sum(t.operations_per_second), 0) AS operations,
                            coalesce(sum(t.bytes_per_second), 0) AS bytes
                        FROM sync_process p LEFT JOIN sync_traffic t ON t.process = p.id AND t.tenant = ?
                        WHERE p.lives_until > now()
                        """)
                .param(tenant.id())
                .query((rs, _) ->
                        new Look.Sync(
                                rs.getLong("processes"),
                                rs.getLong("devices"),
                                rs.getDouble("operations"),
                                rs.getDouble("bytes")))
                .single();
    }

    Look.Slow slow(Tenant tenant) {
        return jdbc.sql(
                        """
                        WITH day AS (
                            SELECT id, state, final, received_at, changed_at FROM "{s}".foz_command
                            WHERE received_at > now() - interval '1 day'
                            ORDER BY received_at DESC LIMIT 50000
                        ), decided AS (
                            SELECT extract(epoch FROM min(e.at) - c.received_at) AS seconds
                            FROM (SELECT id, received_at FROM day
                                WHERE state IN ('accepted', 'accepted_with_remarks', 'cancelled')
                                ORDER BY received_at DESC LIMIT 100) c
                            JOIN "{s}".foz_command_event e ON e.command_id = c.id
                                AND e.state IN ('accepted', 'accepted_with_remarks', 'cancelled')
                            GROUP BY c.id, c.received_at
                        ), undecided AS (
                            SELECT count(*) AS waiting, min(changed_at) AS oldest FROM "{s}".foz_command
                            WHERE NOT final AND state = 'delivered'
                        )
                        SELECT count(*) FILTER (WHERE received_at > now() - interval '1 minute') AS received_in_minute,
                            count(*) FILTER (WHERE changed_at > now() - interval '1 minute' AND state IN
                                ('accepted', 'accepted_with_remarks', 'rejected', 'cancelled')) AS decided_in_minute,
                            count(*) AS received_in_day,
                            count(*) FILTER (WHERE state = 'accepted') AS accepted,
                            count(*) FILTER (WHERE state = 'accepted_with_remarks') AS remarked,
                            count(*) FILTER (WHERE state IN ('rejected', 'cancelled')) AS rejected,
                            count(*) FILTER (WHERE state IN ('expired', 'dead_lettered')) AS failed,
                            (SELECT waiting FROM undecided) AS undecided,
                            (SELECT coalesce(extract(epoch FROM now() - oldest), 0) FROM undecided) AS undecided_seconds,
                            (SELECT coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds), -1) FROM decided)
                                AS verdict_seconds,
                            (SELECT count(*) FROM "{s}".foz_quarantine WHERE released_at IS NULL) AS quarantined,
                            (SELECT coalesce(sum(n_live_tup), 0) FROM pg_stat_user_tables
                                WHERE schemaname = ? AND relname NOT LIKE 'foz\\_%') AS rows,
                            (SELECT count(*) FROM "{s}".foz_bucket) AS buckets,
                            (SELECT count(*) FROM "{s}".foz_write_checkpoint) AS devices
                        FROM day
                        """
                                .replace("{s}", tenant.schema()))
                .param(tenant.schema())
                .query((rs, _) ->
                        new Look.Slow(
                                rs.getLong("received_in_minute"),
                                rs.getLong("decided_in_minute"),
                                rs.getLong("received_in_day"),
                                rs.getLong("accepted"),
                                rs.getLong("remarked"),
                                rs.getLong("rejected"),
                                rs.getLong("failed"),
                                rs.getLong("undecided"),
                                rs.getDouble("undecided_seconds"),
                                rs.getDouble("verdict_seconds"),
                                rs.getLong("quarantined"),
                                rs.getLong("rows"),
                                rs.getLong("buckets"),
                                rs.getLong("devices")))
                .single();
    }
}
