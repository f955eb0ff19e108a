package foz.server.sync;

import foz.server.replica.Transactions;
import foz.server.settings.Role;
import foz.server.tenant.Tenant;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import javax.sql.DataSource;
import org.springframework.stereotype.Component;

/// Numbers that tell a device when the effects of what it uploaded are in its checkpoint. An upload
/// is answered after its effects are committed; a number taken later is therefore seen with them or
/// after them.
@Component
@Role("sync")
final class WriteCheckpoints {

    private final DataSource dataSource;

    WriteCheckpoints(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /// The next number of this device.
    long next(Tenant tenant, String subject, String clientId) {
        return store(tenant, subject, clientId, "w.checkpoint + 1", 1);
    }

    /// The device's own number, unless a higher one was given before.
    long atLeast(Tenant tenant, String subject, String clientId, long wanted) {
        return store(
                tenant, subject, clientId, "greatest(w.checkpoint, excluded.checkpoint)", wanted);
    }

    private long store(Tenant tenant, String subject, String clientId, String update, long insert) {
        return Transactions.run(
                dataSource,
                connection -> {
                    try (PreparedStatement statement =
                                    connection.prepareStatement(
                                            """
                                            INSERT INTO "%s".foz_write_checkpoint AS w (subject, client_id, checkpoint)
                                            VALUES (?, ?, ?)
                                            ON CONFLICT (subject, client_id) DO UPDATE SET checkpoint = %s
                                            RETURNING checkpoint
                                            """
                                                    .formatted(tenant.schema(), update));
                            PreparedStatement notify =
                                    connection.prepareStatement(
                                            "SELECT pg_notify('foz_version', ?)")) {
                        statement.setString(1, subject);
                        statement.setString(2, clientId);
                        statement.setLong(3, insert);
                        notify.setString(1, tenant.id());
                        try (ResultSet found = statement.executeQuery()) {
                            found.next();
                            long checkpoint = found.getLong(1);
                            notify.execute();
                            return checkpoint;
                        }
                    }
                });
    }
}
