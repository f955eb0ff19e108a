package foz.server.capture;

import foz.server.error.ErrorCode;
import foz.server.error.FozException;
import foz.server.tenant.Tenant;
import foz.server.tenant.Tenants;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// How each table's capture is, and the orders that people give for it: they lie here until the
/// agent hears of them, and what came of them stays.
@Component
public final class CaptureDesk {

    private static final JsonMapper JSON = new JsonMapper();

    /// What can be asked for.
    public enum Kind {
        /// The table is left alone until that is ended.
        PAUSE,
        /// It is read whole again.
        RELOAD,
        /// The replica's rows are compared with the source's.
        VERIFY;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// @param state open, taken, done, failed or withdrawn
    /// @param text what came of it; empty where there is nothing to say
    public record Order(
            long id,
            String table,
            String kind,
            String state,
            String text,
            String askedBy,
            Instant askedAt,
            @Nullable String endedBy,
            Instant changedAt) {

        public boolean isOver() {
            return !state.equals("open") && !state.equals("taken");
        }
    }

    /// What an agent hears of an order.
    public record Standing(long id, String table, String kind, String by) {}

    /// What a comparison found.
    ///
    /// @param compared rows that were judged
    /// @param moving rows that were changing meanwhile, of which nothing is said
    /// @param quarantined rows that the replica does not take as they are
    /// @param endedAt null while it goes on
    public record Check(
            long id,
            String table,
            Instant startedAt,
            @Nullable Instant endedAt,
            long compared,
            long moving,
            long quarantined,
            long missing,
            long different,
            long extra,
            List<Difference> differences) {

        public Check {
            differences = List.copyOf(differences);
        }

        public boolean isClean() {
            return missing + different + extra == 0;
        }
    }

    /// @param kind missing, different or extra (in the replica)
    /// @param columns that differ
    public record Difference(String row, String kind, List<String> columns) {
        public Difference {
            columns = List.copyOf(columns);
        }
    }

    private final JdbcClient jdbc;
    private final Tenants tenants;

    public CaptureDesk(DataSource dataSource, Tenants tenants) {
        this.jdbc = JdbcClient.create(dataSource);
        this.tenants = tenants;
    }

    /// The tables as their agents last told.
    ///
    /// @param tenant empty for all
    public List<TableStatus> tables(String tenant) {
        List<TableStatus> tables = new ArrayList<>();
        jdbc.sql(
                        """
                        SELECT tenant, source, lease_until > now(), coalesce(agent_status->>'tables', '[]')
                        FROM stream WHERE ? IN ('', tenant) ORDER BY tenant, source
                        """)
                .param(tenant)
                .query(row -> {
                    for (JsonNode told : JSON.readTree(row.getString(4))) {
                        tables.add(
                                TableStatus.of(
                                        row.getString(1),
                                        row.getString(2),
                                        row.getBoolean(3),
                                        told));
                    }
                });
        return tables;
    }

    /// Lays an order down; where one of its kind stands for the table already, that is it.
    ///
    /// @throws FozException NOT_FOUND when the contract captures no such table
    public Order ask(String tenantId, String table, Kind kind, String by) {
        Tenant tenant = captured(tenantId, table);
        Optional<Order> standing = standing(tenant, table, kind);
        if (standing.isPresent()) {
            return standing.get();
        }
        try {
            long id =
                    jdbc.sql(
                                    """
                                    INSERT INTO capture_order (tenant, source, table_name, kind, asked_by)
                                    VALUES (?, ?, ?, ?, ?) RETURNING id
                                    """)
                            .params(tenant.id(), tenant.source(), table, kind.word(), by)
                            .query(Long.class)
                            .single();
            return order(tenantId, id).orElseThrow();
        } catch (DuplicateKeyException _) {
            return standing(tenant, table, kind).orElseThrow();
        }
    }

    /// Ends a pause.
    ///
    /// @throws FozException NOT_FOUND when the contract captures no such table, or it is not paused
    public Order resume(String tenantId, String table, String by) {
        Tenant tenant = captured(tenantId, table);
        Order pause =
                standing(tenant, table, Kind.PAUSE)
                        .orElseThrow(() ->
                                new FozException(
                                        ErrorCode.NOT_FOUND,
                                        "the table '%s' is not paused".formatted(table)));
        end(pause.id(), "done", "", by);
        return order(tenantId, pause.id()).orElseThrow();
    }

    /// Takes back what was asked and is not over.
    ///
    /// @throws FozException NOT_FOUND when no such order stands
    public Order withdraw(String tenantId, long id, String by) {
        Order order =
                order(tenantId, id)
                        .filter(found -> !found.isOver())
                        .orElseThrow(() ->
                                new FozException(
                                        ErrorCode.NOT_FOUND,
                                        "no order %d stands; `foz capture orders` shows them"
                                                .formatted(id)));
        end(order.id(), "withdrawn", "", by);
        return order(tenantId, id).orElseThrow();
    }

    private Tenant captured(String tenantId, String table) {
        Tenant tenant = tenants.get(tenantId);
        if (tenant.table(table).flatMap(found -> found.capture()).isEmpty()) {
            throw new FozException(
                    ErrorCode.NOT_FOUND,
                    "the contract of '%s' captures no table '%s'; `foz capture status` shows those that it does"
                            .formatted(tenantId, table));
        }
        return tenant;
    }

    private void end(long id, String state, String text, @Nullable String by) {
        jdbc.sql(
                        """
                        UPDATE capture_order SET state = ?, text = ?, ended_by = ?, changed_at = clock_timestamp()
                        WHERE id = ? AND state IN ('open', 'taken')
                        """)
                .param(state)
                .param(text)
                .param(by)
                .param(id)
                .update();
    }

    private static final String ORDER =
            """
            SELECT id, table_name, kind, state, text, asked_by, asked_at, ended_by, changed_at FROM capture_order
            """;

    private static Order order(ResultSet row, int number) throws SQLException {
        return new Order(
                row.getLong(1),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                row.getString(5),
                row.getString(6),
                row.getTimestamp(7).toInstant(),
                row.getString(8),
                row.getTimestamp(9).toInstant());
    }

    private Optional<Order> standing(Tenant tenant, String table, Kind kind) {
        return jdbc.sql(
                        ORDER
                                + """
                                WHERE tenant = ? AND source = ? AND table_name = ? AND kind = ? AND state IN ('open', 'taken')
                                """)
                .params(tenant.id(), tenant.source(), table, kind.word())
                .query(CaptureDesk::order)
                .optional();
    }

    public Optional<Order> order(String tenant, long id) {
        return jdbc.sql(ORDER + "WHERE tenant = ? AND id = ?")
                .params(tenant, id)
                .query(CaptureDesk::order)
                .optional();
    }

    /// The orders, those that stand and the last ones that are over, newest first.
    public List<Order> orders(String tenant, int limit) {
        return jdbc.sql(
                        ORDER
                                + "WHERE tenant = ? ORDER BY state NOT IN ('open', 'taken'), id DESC LIMIT ?")
                .params(tenant, limit)
                .query(CaptureDesk::order)
                .list();
    }

    /// Takes down what the agent says of orders.
    ///
    /// @param state taken, done or failed
    public void reported(String tenant, String source, long id, String state, String text) {
        jdbc.sql(
                        """
                        UPDATE capture_order SET state = ?, text = ?, changed_at = clock_timestamp()
                        WHERE tenant = ? AND source = ? AND id = ? AND state IN ('open', 'taken') AND (state, text) <> (?, ?)
                        """)
                .params(state, text, tenant, source, id, state, text)
                .update();
    }

    /// What stands of a source, oldest first.
    public List<Standing> standing(String tenant, String source) {
        return jdbc.sql(
                        """
                        SELECT id, table_name, kind, asked_by FROM capture_order
                        WHERE tenant = ? AND source = ? AND state IN ('open', 'taken') ORDER BY id
                        """)
                .params(tenant, source)
                .query((row, _) ->
                        new Standing(
                                row.getLong(1),
                                row.getString(2),
                                row.getString(3),
                                row.getString(4)))
                .list();
    }

    /// What the comparison of this order found so far; empty before it began.
    public Optional<Check> check(String tenantId, long id) {
        String schema = "\"" + tenants.get(tenantId).schema() + "\"";
        List<Difference> differences =
                jdbc.sql(
                                """
                                SELECT row_key, kind, columns FROM %s.foz_check_difference WHERE check_id = ?
                                ORDER BY kind, row_key
                                """
                                        .formatted(schema))
                        .param(id)
                        .query((row, _) ->
                                new Difference(
                                        row.getString(1),
                                        row.getString(2),
                                        List.of((String[]) row.getArray(3).getArray())))
                        .list();
        return jdbc.sql(
                        """
                        SELECT check_id, table_name, started_at, ended_at, compared, moving, quarantined, missing, different,
                            extra FROM %s.foz_check WHERE check_id = ?
                        """
                                .formatted(schema))
                .param(id)
                .query((row, _) ->
                        new Check(
                                row.getLong(1),
                                row.getString(2),
                                row.getTimestamp(3).toInstant(),
                                Optional.ofNullable(row.getTimestamp(4))
                                        .map(java.sql.Timestamp::toInstant)
                                        .orElse(null),
                                row.getLong(5),
                                row.getLong(6),
                                row.getLong(7),
                                row.getLong(8),
                                row.getLong(9),
                                row.getLong(10),
                                differences))
                .optional();
    }
}
