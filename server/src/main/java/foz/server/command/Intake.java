package foz.server.command;

import foz.contract.CommandSpec;
import foz.contract.Contract.Table;
import foz.server.error.ErrorCode;
import foz.server.error.FozException;
import foz.server.identity.Caller;
import foz.server.replica.ReplicaWriter;
import foz.server.replica.TableChanges;
import foz.server.replica.Transactions;
import foz.server.settings.Role;
import foz.server.tenant.Tenant;
import foz.server.tenant.Tenants;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.context.MessageSource;
import org.springframework.stereotype.Component;

/// Takes commands in: each is in the ledger, with its first verdict, before it is answered.
@Component
@Role("command")
final class Intake {

    /// A write of a device that is no command.
    record Refused(String table, String rowId, String operation, String message) {}

    private final DataSource dataSource;
    private final Tenants tenants;
    private final ReplicaWriter writer;
    private final MessageSource messages;
    private final MeterRegistry meters;

    Intake(
            DataSource dataSource,
            Tenants tenants,
            ReplicaWriter writer,
            MessageSource messages,
            MeterRegistry meters) {
        this.dataSource = dataSource;
        this.tenants = tenants;
        this.writer = writer;
        this.messages = messages;
        this.meters = meters;
    }

    Words words(java.util.Locale locale) {
        return Words.of(messages, locale);
    }

    Tenant tenant(Caller caller) {
        return tenants.get(caller.tenant());
    }

    /// Takes one command; the same key with the same content is answered as before.
    ///
    /// @param keyField where the client wrote the idempotency key
    /// @throws FozException NOT_FOUND for an unknown command, KEY_REUSED for a key with other
    ///   content
    Receipt take(Caller caller, Submission submission, String keyField, Words words) {
        Tenant tenant = tenants.get(caller.tenant());
        Table table = table(tenant, submission.name());
        Receipt receipt =
                Transactions.run(
                        dataSource,
                        connection ->
                                take(
                                        connection,
                                        tenant,
                                        table,
                                        caller,
                                        submission,
                                        keyField,
                                        words));
        // There from the beginning, so that the first retry is seen as a rise.
        meters.counter("foz.command.retries", "tenant", tenant.id());
        meters.counter(
                        "foz.command.received",
                        "tenant",
                        tenant.id(),
                        "command",
                        submission.name(),
                        "state",
                        receipt.state())
                .increment();
        return receipt;
    }

    private static Table table(Tenant tenant, String name) {
        return tenant.command(name)
                .orElseThrow(() ->
                        new FozException(
                                ErrorCode.NOT_FOUND, "there is no command '" + name + "'"));
    }

    private Receipt take(
            Connection connection,
            Tenant tenant,
            Table table,
            Caller caller,
            Submission submission,
            String keyField,
            Words words)
            throws SQLException {
        // The counter's lock comes first everywhere, so that two commands cannot hold each other
        // up.
        writer.lock(connection, tenant);
        Ledger ledger = new Ledger(connection, tenant, writer);
        String sha256 = submission.sha256();
        Optional<Ledger.Entry> sameKey = ledger.findByKey(caller.subject(), submission.key());
        Optional<Ledger.Entry> known =
                sameKey.or(() -> unchecked(() -> ledger.find(submission.id())));
        if (known.isPresent()) {
            if (!known.get().sha256().equals(sha256)
                    || !known.get().subject().equals(caller.subject())) {
                throw new FozException(
                        ErrorCode.KEY_REUSED,
                        sameKey.isPresent()
                                ? words.say("refusal.key", keyField, submission.key())
                                : words.say("refusal.key", "id", submission.id()));
            }
            return ledger.receipt(known.get());
        }
        CommandSpec spec = table.command().orElseThrow();
        Verdicts verdicts = new Verdicts(connection, tenant, caller, table, words);
        Table lines = tenant.table(spec.lines()).orElseThrow();
        Submission complete = verdicts.complete(submission.bounded(table, lines));
        Verdicts.Early early = verdicts.check(complete);
        ledger.receive(complete, caller, sha256, spec);
        Ledger.Entry entry = ledger.find(complete.id()).orElseThrow();
        if (early.passes()) {
            queue(connection, tenant, complete.id());
            ledger.step(
                    entry,
                    table,
                    Ledger.Step.of(CommandState.QUEUED, "foz", words.say("verdict.queued")));
        } else {
            ledger.step(entry, table, rejected(early, words));
        }
        return ledger.receipt(entry);
    }

    private static Ledger.Step rejected(Verdicts.Early early, Words words) {
        List<Ledger.LineStep> lines = new ArrayList<>();
        early.lines().forEach((id, text) -> lines.add(new Ledger.LineStep(id, text, null, null)));
        List<String> texts = new ArrayList<>(early.header());
        if (!lines.isEmpty()) {
            texts.add(words.say("verdict.lines", lines.size()));
        }
        return new Ledger.Step(
                CommandState.REJECTED,
                "foz",
                String.join(" ", texts),
                null,
                null,
                null,
                true,
                lines,
                null);
    }

    private static void queue(Connection connection, Tenant tenant, String id) throws SQLException {
        try (PreparedStatement insert =
                        connection.prepareStatement(
                                "INSERT INTO \"%s\".foz_outbox (command_id) VALUES (?)"
                                        .formatted(tenant.schema()));
                PreparedStatement notify = connection.prepareStatement("SELECT pg_notify(?, ?)")) {
            insert.setString(1, id);
            insert.executeUpdate();
            notify.setString(1, Outbox.CHANNEL);
            notify.setString(2, tenant.id());
            notify.execute();
        }
    }

    private interface Lookup {
        Optional<Ledger.Entry> run() throws SQLException;
    }

    private static Optional<Ledger.Entry> unchecked(Lookup lookup) {
        try {
            return lookup.run();
        } catch (SQLException e) {
            throw new org.springframework.dao.DataAccessResourceFailureException("ledger", e);
        }
    }

    Optional<Receipt> find(Caller caller, String id) {
        Tenant tenant = tenants.get(caller.tenant());
        return Transactions.run(
                dataSource,
                connection -> {
                    Ledger ledger = new Ledger(connection, tenant, writer);
                    Optional<Ledger.Entry> entry = ledger.find(id);
                    if (entry.isEmpty() || !entry.get().subject().equals(caller.subject())) {
                        return Optional.empty();
                    }
                    return ledger.receipt(id);
                });
    }

    /// Tells the device, by a synced row, of writes that are no command.
    void refuse(Caller caller, String clientId, List<Refused> refused) {
        if (refused.isEmpty()) {
            return;
        }
        Tenant tenant = tenants.get(caller.tenant());
        Table table = tenant.table("foz_refusal").orElseThrow();
        Map<String, Refused> byId = new LinkedHashMap<>();
        refused.forEach(write -> byId.put(refusalId(caller, clientId, write), write));
        Transactions.run(
                dataSource,
                connection -> {
                    writer.lock(connection, tenant);
                    Map<String, String> first = refusedAt(connection, tenant, byId.keySet());
                    TableChanges changes = new TableChanges(table, table.columns());
                    byId.forEach((id, write) ->
                            changes.upsert(
                                    new @Nullable String[] {
                                        id,
                                        caller.subject(),
                                        clean(write.table()),
                                        clean(write.rowId()),
                                        clean(write.operation()),
                                        clean(write.message()),
                                        first.getOrDefault(id, Instant.now().toString())
                                    }));
                    return writer.write(connection, tenant, List.of(changes));
                });
        meters.counter("foz.command.refused", "tenant", tenant.id()).increment(refused.size());
    }

    /// The same write, sent again, is the same refusal.
    private static String refusalId(Caller caller, String clientId, Refused write) {
        return UUID.nameUUIDFromBytes(
                        String.join(
                                        "\n",
                                        caller.subject(),
                                        clientId,
                                        write.table(),
                                        write.rowId(),
                                        write.operation())
                                .getBytes(StandardCharsets.UTF_8))
                .toString();
    }

    /// When those of the refusals that are known were first made: a repeat changes no row, and so
    /// sends no device anything.
    private static Map<String, String> refusedAt(
            Connection connection, Tenant tenant, Collection<String> ids) throws SQLException {
        Map<String, String> at = new HashMap<>();
        try (PreparedStatement known =
                connection.prepareStatement(
                        "SELECT id, at FROM \"%s\".foz_refusal WHERE id = ANY (?)"
                                .formatted(tenant.schema()))) {
            known.setArray(1, connection.createArrayOf("text", ids.toArray()));
            try (ResultSet rows = known.executeQuery()) {
                while (rows.next()) {
                    at.put(rows.getString(1), rows.getString(2));
                }
            }
        }
        return at;
    }

    private static String clean(String text) {
        return text.replace('\0', '\u2400');
    }
}
