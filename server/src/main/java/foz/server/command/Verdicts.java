package foz.server.command;

import foz.contract.CommandSpec;
import foz.contract.Contract;
import foz.contract.Contract.Column;
import foz.contract.Contract.Table;
import foz.server.identity.Caller;
import foz.server.replica.Buckets;
import foz.server.tenant.Tenant;
import foz.value.ValueProblem;
import foz.wire.Chain;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Checks a command on receipt by the contract's own rules: types, required values, minima,
/// references to rows of the replica, the caller's own rows, numbers used before. One look at a
/// time; each problem in words.
final class Verdicts {

    /// What is wrong; nothing when both are empty.
    ///
    /// @param lines by the line's row id
    record Early(List<String> header, Map<String, String> lines) {
        boolean passes() {
            return header.isEmpty() && lines.isEmpty();
        }
    }

    private static final int NUMBER_KEY_MAX = 200;

    private final Connection connection;
    private final Tenant tenant;
    private final Caller caller;
    private final Table table;
    private final Table lineTable;
    private final CommandSpec spec;
    private final Words words;

    Verdicts(Connection connection, Tenant tenant, Caller caller, Table table, Words words) {
        this.connection = connection;
        this.tenant = tenant;
        this.caller = caller;
        this.table = table;
        this.spec = table.command().orElseThrow();
        this.lineTable = tenant.table(spec.lines()).orElseThrow();
        this.words = words;
    }

    /// The command with the columns that the server knows better than the app.
    Submission complete(Submission submission) throws SQLException {
        Map<String, @Nullable String> header = new TreeMap<>(submission.header());
        spec.claims()
                .forEach((column, claim) -> {
                    if (header.get(column) == null) {
                        header.put(column, caller.claims().get(claim));
                    }
                });
        for (CommandSpec.Fill fill : spec.fill()) {
            String by = header.get(fill.by());
            Contract.Reference reference =
                    table.column(fill.by()).flatMap(Column::reference).orElseThrow();
            if (by != null && valid(reference, by)) {
                header.put(fill.column(), lookup(reference, fill.fromColumn(), by).orElse(null));
            }
        }
        return submission.with(header);
    }

    Early check(Submission submission) throws SQLException {
        List<String> header = new ArrayList<>();
        header.addAll(row(table, submission.header()));
        for (Map.Entry<String, String> fixed : spec.claims().entrySet()) {
            claim(fixed.getKey(), fixed.getValue(), submission).ifPresent(header::add);
        }
        if (header.isEmpty()) {
            owner(submission).ifPresent(header::add);
            number(submission).ifPresent(header::add);
        }
        Map<String, String> lines = lines(submission);
        if (submission.lines().isEmpty()) {
            header.add(words.say("verdict.no.lines"));
        }
        return new Early(header, lines);
    }

    private Map<String, String> lines(Submission submission) throws SQLException {
        Map<String, String> problems = new LinkedHashMap<>();
        Set<String> numbers = new HashSet<>();
        Map<Contract.Reference, Set<String>> known = knownReferences(submission);
        for (Submission.Line line : submission.lines()) {
            List<String> found = new ArrayList<>(values(lineTable, line.values(), lineOwn()));
            for (Column column : lineTable.columns()) {
                String value = line.values().get(column.name());
                Optional<Set<String>> there = column.reference().map(known::get);
                if (value != null
                        && there.isPresent()
                        && column.type().problem(value).isEmpty()
                        && !there.get().contains(value)) {
                    found.add(words.say("verdict.reference", column.label(), value));
                }
            }
            String number = line.values().get(spec.lineNumber());
            if (number != null && !numbers.add(number)) {
                found.add(words.say("verdict.line.number", number));
            }
            if (!found.isEmpty()) {
                problems.put(line.id(), String.join(" ", found));
            }
        }
        return problems;
    }

    /// Line columns that the server sets, or that only point to the header.
    private Set<String> lineOwn() {
        return Set.of(lineTable.key().getFirst().name(), spec.lineParent());
    }

    private Map<Contract.Reference, Set<String>> knownReferences(Submission submission)
            throws SQLException {
        Map<Contract.Reference, Set<String>> known = new LinkedHashMap<>();
        for (Column column : lineTable.columns()) {
            Optional<Contract.Reference> reference =
                    column.reference().filter(r -> !column.name().equals(spec.lineParent()));
            if (reference.isPresent() && tenant.table(reference.get().table()).isPresent()) {
                Set<String> wanted = new LinkedHashSet<>();
                for (Submission.Line line : submission.lines()) {
                    String value = line.values().get(column.name());
                    if (value != null && valid(reference.get(), value)) {
                        wanted.add(value);
                    }
                }
                known.put(reference.get(), existing(reference.get(), wanted));
            }
        }
        return known;
    }

    private List<String> row(Table of, Map<String, @Nullable String> values) throws SQLException {
        List<String> problems =
                new ArrayList<>(values(of, values, Set.of(of.key().getFirst().name())));
        for (Column column : of.columns()) {
            String value = values.get(column.name());
            Optional<Contract.Reference> reference =
                    column.reference().filter(r -> tenant.table(r.table()).isPresent());
            if (value != null
                    && reference.isPresent()
                    && column.type().problem(value).isEmpty()
                    && (!valid(reference.get(), value)
                            || existing(reference.get(), Set.of(value)).isEmpty())) {
                problems.add(words.say("verdict.reference", column.label(), value));
            }
        }
        return problems;
    }

    private List<String> values(Table of, Map<String, @Nullable String> values, Set<String> own) {
        List<String> problems = new ArrayList<>();
        for (Column column : of.columns()) {
            String value = values.get(column.name());
            if (value == null) {
                if (column.required() && !own.contains(column.name())) {
                    problems.add(words.say("verdict.required", column.label()));
                }
                continue;
            }
            Optional<ValueProblem> problem = column.type().problem(value);
            if (problem.isPresent()) {
                problems.add(
                        words.say(
                                "verdict.value",
                                column.label(),
                                shorten(value),
                                words.say(problem.get())));
            } else if (column.minimumExclusive()
                    .filter(minimum -> !above(value, minimum))
                    .isPresent()) {
                problems.add(
                        words.say(
                                "verdict.minimum",
                                column.label(),
                                value,
                                column.minimumExclusive().get().toPlainString()));
            }
        }
        return problems;
    }

    private static boolean above(String value, BigDecimal minimum) {
        try {
            return new BigDecimal(value).compareTo(minimum) > 0;
        } catch (NumberFormatException _) {
            // NaN and the infinities are numbers to the database, and no quantity.
            return false;
        }
    }

    private static String shorten(String value) {
        String shown = value.replace('\0', '\u2400');
        return shown.length() <= 40 ? shown : shown.substring(0, 40) + "…";
    }

    private Optional<String> claim(String column, String claim, Submission submission) {
        String value = submission.header().get(column);
        String fixed = caller.claims().get(claim);
        if (value == null || value.equals(fixed)) {
            return Optional.empty();
        }
        String label = table.column(column).map(Column::label).orElse(column);
        return Optional.of(words.say("verdict.claim", label, value, fixed == null ? "-" : fixed));
    }

    /// The referenced row must lie in one of the caller's buckets.
    private Optional<String> owner(Submission submission) throws SQLException {
        if (spec.owner().isEmpty()) {
            return Optional.empty();
        }
        Column column = table.column(spec.owner().get()).orElseThrow();
        String value = submission.header().get(column.name());
        if (value == null) {
            return Optional.empty();
        }
        Contract.Reference reference = column.reference().orElseThrow();
        Optional<String> rowId = lookup(reference, reference.column(), value);
        return rowId.isPresent() && isMine(reference.table(), rowId.get())
                ? Optional.empty()
                : Optional.of(words.say("verdict.owner", column.label(), value));
    }

    /// Whether devices of the caller hold the row now.
    private boolean isMine(String tableName, String rowId) throws SQLException {
        String[] mine =
                tenant.buckets().stream()
                        .flatMap(bucket ->
                                Buckets.name(bucket, bucket.claim().flatMap(caller::claim))
                                        .stream())
                        .toArray(String[]::new);
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        SELECT 1 FROM "{s}".foz_operation o
                        JOIN "{s}".foz_table t ON t.table_no = o.table_no
                        JOIN "{s}".foz_bucket b ON b.bucket_no = o.bucket_no
                        WHERE t.name = ? AND o.row_id = ? AND o.kind = 'P' AND b.name = ANY (?)
                        """
                                .replace("{s}", tenant.schema()))) {
            statement.setString(1, tableName);
            statement.setString(2, rowId);
            statement.setArray(3, connection.createArrayOf("text", mine));
            try (ResultSet found = statement.executeQuery()) {
                return found.next();
            }
        }
    }

    private Optional<String> number(Submission submission) throws SQLException {
        String number = numberKey(spec, submission);
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        SELECT 1 FROM "%s".foz_command WHERE name = ? AND number_key = ? AND id <> ?
                        """
                                .formatted(tenant.schema()))) {
            statement.setString(1, spec.name());
            statement.setString(2, number);
            statement.setString(3, submission.id());
            try (ResultSet found = statement.executeQuery()) {
                return found.next()
                        ? Optional.of(words.say("verdict.number", number))
                        : Optional.empty();
            }
        }
    }

    /// What numbers the command, as the ledger's index holds it.
    static String numberKey(CommandSpec spec, Submission submission) {
        String key =
                String.join(
                        "/",
                        spec.number().stream()
                                .map(column -> String.valueOf(submission.header().get(column)))
                                .toList());
        return key.length() <= NUMBER_KEY_MAX
                ? key
                : Chain.sha256(key.getBytes(StandardCharsets.UTF_8));
    }

    private boolean valid(Contract.Reference reference, String value) {
        return tenant.table(reference.table())
                .flatMap(referenced -> referenced.column(reference.column()))
                .filter(column -> column.type().problem(value).isEmpty())
                .isPresent();
    }

    private Optional<String> lookup(Contract.Reference reference, String column, String value)
            throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT \"%s\"::text FROM \"%s\".\"%s\" WHERE \"%s\" = ?::%s"
                                .formatted(
                                        column,
                                        tenant.schema(),
                                        reference.table(),
                                        reference.column(),
                                        type(reference)))) {
            statement.setString(1, value);
            try (ResultSet found = statement.executeQuery()) {
                return found.next() ? Optional.ofNullable(found.getString(1)) : Optional.empty();
            }
        }
    }

    /// Which of the values are there, in the texts that were asked for.
    private Set<String> existing(Contract.Reference reference, Set<String> values)
            throws SQLException {
        Set<String> found = new HashSet<>();
        if (values.isEmpty()) {
            return found;
        }
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        SELECT w.value FROM unnest(?) AS w(value)
                        WHERE EXISTS (SELECT 1 FROM "%s"."%s" t WHERE t."%s" = w.value::%s)
                        """
                                .formatted(
                                        tenant.schema(),
                                        reference.table(),
                                        reference.column(),
                                        type(reference)))) {
            statement.setArray(1, connection.createArrayOf("text", values.toArray(new String[0])));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(rows.getString(1));
                }
            }
        }
        return found;
    }

    private String type(Contract.Reference reference) {
        return tenant.table(reference.table())
                .flatMap(referenced -> referenced.column(reference.column()))
                .orElseThrow()
                .type()
                .replicaType();
    }
}
