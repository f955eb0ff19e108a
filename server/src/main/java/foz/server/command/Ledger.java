package foz.server.command;

import foz.contract.CommandSpec;
import foz.contract.Contract.Column;
import foz.contract.Contract.Table;
import foz.server.identity.Caller;
import foz.server.replica.ReplicaWriter;
import foz.server.replica.TableChanges;
import foz.server.tenant.Tenant;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The ledger of one tenant's commands, within one transaction. Every change of state is written
/// here, with who and why, and at the same commit into the rows that devices receive.
final class Ledger {

    private static final DateTimeFormatter AT =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS").withZone(ZoneOffset.UTC);

    /// A command as the ledger has it.
    record Entry(
            Submission submission,
            String subject,
            String sha256,
            CommandState state,
            @Nullable String message,
            @Nullable String number,
            @Nullable String code,
            @Nullable String position,
            boolean complete,
            @Nullable String verdictSha256) {}

    /// A step of a command.
    ///
    /// @param lines verdicts by the line's number
    /// @param complete whether nothing can follow
    record Step(
            CommandState state,
            String actor,
            @Nullable String message,
            @Nullable String number,
            @Nullable String code,
            @Nullable String position,
            boolean complete,
            List<LineStep> lines,
            @Nullable String verdictSha256) {

        Step {
            lines = List.copyOf(lines);
        }

        static Step of(CommandState state, String actor, @Nullable String message) {
            return new Step(state, actor, message, null, null, null, false, List.of(), null);
        }
    }

    record LineStep(
            String line,
            @Nullable String message,
            @Nullable String cut,
            @Nullable String invoiced) {}

    private final Connection connection;
    private final Tenant tenant;
    private final ReplicaWriter writer;

    Ledger(Connection connection, Tenant tenant, ReplicaWriter writer) {
        this.connection = connection;
        this.tenant = tenant;
        this.writer = writer;
    }

    Optional<Entry> find(String id) throws SQLException {
        return find("id = ?", id);
    }

    Optional<Entry> findByKey(String subject, String key) throws SQLException {
        return find("subject = ? AND idempotency_key = ?", subject, key);
    }

    private Optional<Entry> find(String condition, String... values) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        SELECT name, id, idempotency_key, payload, subject, payload_sha256, state, message, legacy_number,
                            legacy_code, legacy_position, final, verdict_sha256
                        FROM "%s".foz_command WHERE %s FOR UPDATE
                        """
                                .formatted(tenant.schema(), condition))) {
            for (int i = 0; i < values.length; i++) {
                statement.setString(i + 1, values[i]);
            }
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? Optional.of(entry(row)) : Optional.empty();
            }
        }
    }

    private static Entry entry(ResultSet row) throws SQLException {
        return new Entry(
                Submission.of(
                        row.getString(1), row.getString(2), row.getString(3), row.getString(4)),
                row.getString(5),
                row.getString(6),
                CommandState.of(row.getString(7)).orElseThrow(),
                row.getString(8),
                row.getString(9),
                row.getString(10),
                row.getString(11),
                row.getBoolean(12),
                row.getString(13));
    }

    /// Writes a new command in the state RECEIVED.
    ///
    /// @param sha256 of the content as the app sent it
    void receive(Submission received, Caller caller, String sha256, CommandSpec spec)
            throws SQLException {
        Submission submission = received.storable();
        try (PreparedStatement insert =
                connection.prepareStatement(
                        """
                        INSERT INTO "%s".foz_command (id, name, idempotency_key, subject, lane, ordering_key, number_key,
                            payload, payload_sha256, state, deadline_at)
                        VALUES (?, ?, ?, ?, 'normal', ?, ?, ?::jsonb, ?, ?, ?)
                        """
                                .formatted(tenant.schema()))) {
            insert.setString(1, submission.id());
            insert.setString(2, submission.name());
            insert.setString(3, submission.key());
            insert.setString(4, caller.subject());
            insert.setString(5, String.valueOf(submission.header().get(spec.orderingKey())));
            insert.setString(6, Verdicts.numberKey(spec, submission));
            insert.setString(7, submission.json());
            insert.setString(8, sha256);
            insert.setString(9, CommandState.RECEIVED.word());
            insert.setTimestamp(10, Timestamp.from(Instant.now().plusMillis(spec.deadlineMs())));
            insert.executeUpdate();
        }
        event(submission.id(), Step.of(CommandState.RECEIVED, caller.subject(), null));
    }

    /// Takes a step, if the state allows it.
    ///
    /// @return whether it was taken
    boolean step(Entry entry, Table table, Step step) throws SQLException {
        if (!entry.state().mayBecome(step.state())
                || (step.verdictSha256() != null
                        && step.verdictSha256().equals(entry.verdictSha256()))) {
            return false;
        }
        update(entry, step);
        event(entry.submission().id(), step);
        writer.write(connection, tenant, rows(entry, table, step));
        return true;
    }

    private void update(Entry entry, Step step) throws SQLException {
        try (PreparedStatement update =
                connection.prepareStatement(
                        """
                        UPDATE "%s".foz_command SET state = ?, message = ?, legacy_number = coalesce(?, legacy_number),
                            legacy_code = coalesce(?, legacy_code), legacy_position = coalesce(?, legacy_position),
                            final = ?, verdict_sha256 = coalesce(?, verdict_sha256), changed_at = clock_timestamp()
                        WHERE id = ?
                        """
                                .formatted(tenant.schema()))) {
            update.setString(1, step.state().word());
            update.setString(2, step.message());
            update.setString(3, step.number());
            update.setString(4, step.code());
            update.setString(5, step.position());
            update.setBoolean(6, step.complete());
            update.setString(7, step.verdictSha256());
            update.setString(8, entry.submission().id());
            update.executeUpdate();
        }
    }

    private void event(String id, Step step) throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement(
                        """
                        INSERT INTO "%s".foz_command_event (command_id, state, actor, reason, position) VALUES (?, ?, ?, ?, ?)
                        """
                                .formatted(tenant.schema()))) {
            insert.setString(1, id);
            insert.setString(2, step.state().word());
            insert.setString(3, step.actor());
            insert.setString(4, step.message());
            insert.setString(5, step.position());
            insert.executeUpdate();
        }
    }

    /// The rows that devices receive: the header's and each line's, whole.
    private List<TableChanges> rows(Entry entry, Table table, Step step) {
        CommandSpec spec = table.command().orElseThrow();
        Table lineTable = tenant.table(spec.lines()).orElseThrow();
        Submission submission = entry.submission();
        Map<String, @Nullable String> header = new TreeMap<>(submission.header());
        header.put(table.key().getFirst().name(), submission.id());
        header.put(spec.result().state(), step.state().word());
        header.put(spec.result().message(), step.message());
        header.put(spec.result().number(), later(step.number(), entry.number()));
        header.put(spec.result().code(), later(step.code(), entry.code()));
        header.put(spec.result().position(), later(step.position(), entry.position()));
        header.put(spec.result().at(), AT.format(Instant.now()));
        TableChanges headers = new TableChanges(table, table.columns());
        headers.upsert(row(table.columns(), header));
        return List.of(headers, lines(submission, spec, lineTable, step));
    }

    private static @Nullable String later(@Nullable String now, @Nullable String before) {
        return now == null ? before : now;
    }

    /// Lines that the step says nothing of keep their verdict; hence only the columns that are
    /// known are written.
    private static TableChanges lines(
            Submission submission, CommandSpec spec, Table lineTable, Step step) {
        List<String> results =
                List.of(
                        spec.lineResult().message(),
                        spec.lineResult().cut(),
                        spec.lineResult().invoiced());
        boolean silent = step.lines().isEmpty();
        List<Column> columns =
                lineTable.columns().stream()
                        .filter(column -> !silent || !results.contains(column.name()))
                        .toList();
        TableChanges lines = new TableChanges(lineTable, columns);
        for (Submission.Line line : submission.lines()) {
            Map<String, @Nullable String> values = new TreeMap<>(line.values());
            values.put(lineTable.key().getFirst().name(), line.id());
            values.put(spec.lineParent(), submission.id());
            String number = String.valueOf(line.values().get(spec.lineNumber()));
            for (LineStep verdict : step.lines()) {
                if (verdict.line().equals(number) || verdict.line().equals(line.id())) {
                    values.put(results.get(0), verdict.message());
                    values.put(results.get(1), verdict.cut());
                    values.put(results.get(2), verdict.invoiced());
                }
            }
            lines.upsert(row(columns, values));
        }
        return lines;
    }

    /// A value that its column cannot hold is left out: the verdict names it, and the ledger has
    /// it.
    private static @Nullable String[] row(
            List<Column> columns, Map<String, @Nullable String> values) {
        List<@Nullable String> row = new ArrayList<>();
        for (Column column : columns) {
            String value = values.get(column.name());
            boolean fits = value != null && column.type().problem(value).isEmpty();
            row.add(fits ? value : null);
        }
        return row.toArray(new @Nullable String[0]);
    }

    /// What the app learns.
    Receipt receipt(Entry entry) throws SQLException {
        return receipt(entry.submission().id()).orElseThrow();
    }

    Optional<Receipt> receipt(String id) throws SQLException {
        Optional<Entry> found = find(id);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        Entry entry = found.get();
        Table table = tenant.command(entry.submission().name()).orElseThrow();
        return Optional.of(
                new Receipt(
                        id,
                        entry.submission().name(),
                        entry.state().word(),
                        entry.message(),
                        entry.number(),
                        entry.code(),
                        entry.position(),
                        lineVerdicts(id, table.command().orElseThrow())));
    }

    private List<Receipt.LineVerdict> lineVerdicts(String id, CommandSpec spec)
            throws SQLException {
        Table lineTable = tenant.table(spec.lines()).orElseThrow();
        List<Receipt.LineVerdict> verdicts = new ArrayList<>();
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT \"%s\"::text, \"%s\"::text, \"%s\"::text FROM \"%s\".\"%s\" WHERE \"%s\"::text = ? ORDER BY 2"
                                .formatted(
                                        lineTable.key().getFirst().name(),
                                        spec.lineNumber(),
                                        spec.lineResult().message(),
                                        tenant.schema(),
                                        lineTable.name(),
                                        spec.lineParent()))) {
            statement.setString(1, id);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    verdicts.add(
                            new Receipt.LineVerdict(
                                    rows.getString(1), rows.getString(2), rows.getString(3)));
                }
            }
        }
        return verdicts;
    }
}
