package foz.server.command;

import foz.contract.Contract.Table;
import foz.server.log.Loop;
import foz.server.replica.ReplicaWriter;
import foz.server.replica.Transactions;
import foz.server.settings.Role;
import foz.server.settings.Settings;
import foz.server.tenant.Tenant;
import foz.server.tenant.Tenants;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.MessageSource;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.stereotype.Component;

/// Ends commands whose deadline passed without a verdict, and says so on the device. One that an
/// agent holds at this moment is left to it. The legacy system's late word still counts, until the
/// watch ends: then the command is final as it stands.
@Component
@Role("command")
final class Deadlines extends Loop {

    private static final Logger LOG = LoggerFactory.getLogger(Deadlines.class);
    private static final long EVERY_MS = 5_000;

    private final DataSource dataSource;
    private final Tenants tenants;
    private final ReplicaWriter writer;
    private final MessageSource messages;
    private final int watchDays;

    Deadlines(
            DataSource dataSource,
            Tenants tenants,
            ReplicaWriter writer,
            MessageSource messages,
            Settings settings) {
        super("deadlines", 10_000);
        this.dataSource = dataSource;
        this.tenants = tenants;
        this.writer = writer;
        this.messages = messages;
        this.watchDays = settings.command().watchDays();
    }

    @Override
    protected void step() throws InterruptedException {
        look();
        TimeUnit.MILLISECONDS.sleep(EVERY_MS);
    }

    /// Looks at every tenant once.
    void look() {
        for (String id : tenants.ids()) {
            Optional<Tenant> tenant = tenants.find(id);
            if (tenant.isPresent() && tenant.get().revision() > 0) {
                look(tenant.get());
            }
        }
    }

    /// One tenant's fault leaves the others their deadlines.
    private void look(Tenant tenant) {
        try {
            Transactions.run(dataSource, connection -> expire(connection, tenant));
            Transactions.run(dataSource, connection -> endWatch(connection, tenant));
        } catch (DataAccessResourceFailureException e) {
            throw e;
        } catch (RuntimeException e) {
            LOG.error("the deadlines of {} could not be looked at", tenant.id(), e);
        }
    }

    private int expire(Connection connection, Tenant tenant) throws SQLException {
        List<String> due = due(connection, tenant);
        if (due.isEmpty()) {
            return 0;
        }
        writer.lock(connection, tenant);
        Ledger ledger = new Ledger(connection, tenant, writer);
        String message = Words.of(messages, Words.PORTUGUESE).say("verdict.expired");
        for (String id : due) {
            Ledger.Entry entry = ledger.find(id).orElseThrow();
            Optional<Table> table = tenant.command(entry.submission().name());
            if (table.isEmpty()) {
                LOG.warn(
                        "{}: the command '{}' of {} is in no contract any more",
                        tenant.id(),
                        entry.submission().name(),
                        id);
                continue;
            }
            if (ledger.step(
                    entry, table.get(), Ledger.Step.of(CommandState.EXPIRED, "foz", message))) {
                forget(connection, tenant, id);
            }
        }
        return due.size();
    }

    private int endWatch(Connection connection, Tenant tenant) throws SQLException {
        try (PreparedStatement update =
                connection.prepareStatement(
                        """
                        UPDATE "%s".foz_command SET final = true
                        WHERE NOT final AND state NOT IN ('received', 'queued', 'delivered')
                            AND greatest(received_at, deadline_at) < clock_timestamp() - make_interval(days => ?)
                        """
                                .formatted(tenant.schema()))) {
            update.setInt(1, watchDays);
            return update.executeUpdate();
        }
    }

    private static List<String> due(Connection connection, Tenant tenant) throws SQLException {
        List<String> due = new ArrayList<>();
        try (PreparedStatement statement =
                        connection.prepareStatement(
                                """
                                SELECT c.id FROM "{s}".foz_command c LEFT JOIN "{s}".foz_delivery d ON d.command_id = c.id
                                WHERE NOT c.final AND c.deadline_at < clock_timestamp() AND c.state IN ('queued', 'delivered')
                                    AND (d.claimed_until IS NULL OR d.claimed_until < clock_timestamp())
                                LIMIT 200
                                """
                                        .replace("{s}", tenant.schema()));
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                due.add(rows.getString(1));
            }
        }
        return due;
    }

    private static void forget(Connection connection, Tenant tenant, String id)
            throws SQLException {
        for (String table : List.of("foz_delivery", "foz_outbox")) {
            try (PreparedStatement delete =
                    connection.prepareStatement(
                            "DELETE FROM \"%s\".%s WHERE command_id = ?"
                                    .formatted(tenant.schema(), table))) {
                delete.setString(1, id);
                delete.executeUpdate();
            }
        }
    }
}
