package foz.server.quality;

import foz.contract.Contract.Table;
import foz.contract.Deduplication;
import foz.server.error.ErrorCode;
import foz.server.error.FozException;
import foz.server.replica.Transactions;
import foz.server.tenant.Tenant;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import javax.sql.DataSource;

/// Runs of deduplication over a tenant's replica, and their undoing. Rows of the replica are
/// neither changed nor deleted: links say which row stands for which.
public final class DuplicateRuns {

    /// @param score of the best link that the row has within its group
    public record Duplicate(String rowKey, String survivorKey, double score) {}

    /// @param run its number, by which it is undone; empty for a dry one
    public record Run(
            String table,
            OptionalLong run,
            int rows,
            long compared,
            int skippedKeys,
            List<Duplicate> duplicates) {}

    private final DataSource dataSource;
    private final Tenant tenant;
    private final String schema;

    public DuplicateRuns(DataSource dataSource, Tenant tenant) {
        this.dataSource = dataSource;
        this.tenant = tenant;
        this.schema = QualityCheck.quote(tenant.schema());
    }

    /// Finds duplicates in a table. The links of an earlier run give way to this one's.
    ///
    /// @param dry whether nothing is written
    /// @throws FozException NOT_FOUND, or BAD_REQUEST when the contract declares no foz.deduplicate
    ///   for the table or its keys make too many pairs
    public Run run(String name, boolean dry) {
        Table table = Tables.named(tenant, name);
        Deduplication rule =
                table.quality()
                        .deduplicate()
                        .orElseThrow(() ->
                                new FozException(
                                        ErrorCode.BAD_REQUEST,
                                        "the contract declares no foz.deduplicate for '"
                                                + name
                                                + "'; declare it first"));
        TableRows rows =
                Transactions.read(dataSource, connection -> Tables.rows(connection, tenant, table));
        Duplicates.Found found = find(rule, rows);
        List<Duplicate> duplicates = duplicates(rule, rows, found.links());
        OptionalLong run =
                dry
                        ? OptionalLong.empty()
                        : OptionalLong.of(
                                Transactions.run(
                                        dataSource,
                                        connection -> write(connection, table, rule, duplicates)));
        return new Run(name, run, rows.size(), found.compared(), found.skipped(), duplicates);
    }

    private static Duplicates.Found find(Deduplication rule, TableRows rows) {
        try {
            return Duplicates.find(rule, rows);
        } catch (IllegalStateException e) {
            throw new FozException(ErrorCode.BAD_REQUEST, String.valueOf(e.getMessage()));
        }
    }

    private static List<Duplicate> duplicates(
            Deduplication rule, TableRows rows, List<Duplicates.Link> links) {
        int[] groups = Duplicates.groups(links, rows.size());
        double[] best = new double[rows.size()];
        for (Duplicates.Link link : links) {
            best[link.row()] = Math.max(best[link.row()], link.score());
            best[link.other()] = Math.max(best[link.other()], link.score());
        }
        Map<Integer, List<Integer>> members = new LinkedHashMap<>();
        for (int row = 0; row < groups.length; row++) {
            if (best[row] > 0) {
                members.computeIfAbsent(groups[row], _ -> new ArrayList<>()).add(row);
            }
        }
        List<Duplicate> duplicates = new ArrayList<>();
        for (List<Integer> group : members.values()) {
            int survivor = Survivors.of(rule.survivor(), rows, group);
            for (int row : group) {
                if (row != survivor) {
                    duplicates.add(
                            new Duplicate(
                                    rows.keys().get(row), rows.keys().get(survivor), best[row]));
                }
            }
        }
        return duplicates;
    }

    private long write(
            Connection connection, Table table, Deduplication rule, List<Duplicate> duplicates)
            throws SQLException {
        long run;
        try (Statement statement = connection.createStatement();
                ResultSet next =
                        statement.executeQuery(
                                "SELECT nextval('%s.foz_quality_run')".formatted(schema))) {
            next.next();
            run = next.getLong(1);
        }
        undoWhere(connection, "table_name = ?", statement -> statement.setString(1, table.name()));
        try (PreparedStatement insert =
                connection.prepareStatement(
                        """
                        INSERT INTO %s.foz_duplicate (run, table_name, row_key, survivor_key, score, rule)
                        SELECT ?, ?, d.*, ? FROM unnest(?::text[], ?::text[], ?::real[]) d
                        """
                                .formatted(schema))) {
            insert.setLong(1, run);
            insert.setString(2, table.name());
            insert.setString(
                    3,
                    "score at least %s with weights %s, survivor by %s"
                            .formatted(
                                    rule.threshold(),
                                    rule.learned() ? "learned" : "given",
                                    rule.survivor()
                                            .prefer()
                                            .name()
                                            .toLowerCase(java.util.Locale.ROOT)));
            insert.setArray(4, texts(connection, duplicates, Duplicate::rowKey));
            insert.setArray(5, texts(connection, duplicates, Duplicate::survivorKey));
            insert.setArray(6, texts(connection, duplicates, d -> Double.toString(d.score())));
            insert.executeUpdate();
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute(
                    "DROP VIEW IF EXISTS "
                            + schema
                            + "."
                            + QualityCheck.quote(Survivors.view(table)));
            statement.execute(Survivors.viewSql(schema, table, rule));
        }
        return run;
    }

    private interface Part {
        String of(Duplicate duplicate);
    }

    private static java.sql.Array texts(
            Connection connection, List<Duplicate> duplicates, Part part) throws SQLException {
        return connection.createArrayOf(
                "text", duplicates.stream().map(part::of).toArray(String[]::new));
    }

    /// Takes a run's links back: its rows stand for themselves again. They stay to be read, with
    /// the time of their undoing.
    ///
    /// @return how many links
    /// @throws FozException NOT_FOUND when the run has none that still holds
    public int undo(long run) {
        int undone =
                Transactions.run(
                        dataSource,
                        connection ->
                                undoWhere(
                                        connection,
                                        "run = ?",
                                        statement -> statement.setLong(1, run)));
        if (undone == 0) {
            throw new FozException(
                    ErrorCode.NOT_FOUND,
                    "the run %d has no links that hold; it was undone, a later one took its place, or it found none"
                            .formatted(run));
        }
        return undone;
    }

    private interface Parameter {
        void set(PreparedStatement statement) throws SQLException;
    }

    private int undoWhere(Connection connection, String condition, Parameter parameter)
            throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "UPDATE %s.foz_duplicate SET undone_at = clock_timestamp() WHERE undone_at IS NULL AND %s"
                                .formatted(schema, condition))) {
            parameter.set(statement);
            return statement.executeUpdate();
        }
    }

    /// The tables for which the contract declares deduplication.
    public List<String> tables() {
        return tenant.tables().stream()
                .filter(table -> table.quality().deduplicate().isPresent())
                .map(Table::name)
                .toList();
    }
}
