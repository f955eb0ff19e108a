package foz.server.quality;

import foz.contract.Contract.Table;
import foz.server.replica.Transactions;
import foz.server.tenant.Tenant;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/// What there is to know of a tenant's data and its cleaning.
public final class QualityReports {

    /// Rows that came and broke a rule whose severity is below error.
    public record Finding(
            String table,
            String rule,
            long rows,
            String lastRowKey,
            String lastText,
            Instant lastAt) {}

    /// A value of the replica that is not the source's.
    public record Trace(
            String table,
            String rowKey,
            String column,
            String rule,
            String original,
            String value,
            double confidence,
            Instant at) {}

    /// A value that breaks a dependency or is misspelt, with what it is likely meant to be.
    public record Proposed(
            String table,
            String rowKey,
            String column,
            String original,
            String value,
            String rule,
            double confidence) {}

    private final DataSource dataSource;
    private final JdbcClient jdbc;
    private final Tenant tenant;

    public QualityReports(DataSource dataSource, Tenant tenant) {
        this.dataSource = dataSource;
        this.jdbc = JdbcClient.create(dataSource);
        this.tenant = tenant;
    }

    public List<Finding> findings() {
        return jdbc.sql(
                        """
                        SELECT table_name, rule, rows, last_row_key, last_text, last_at
                        FROM "%s".foz_quality_finding ORDER BY table_name, rule
                        """
                                .formatted(tenant.schema()))
                .query((rs, _) ->
                        new Finding(
                                rs.getString(1),
                                rs.getString(2),
                                rs.getLong(3),
                                rs.getString(4),
                                rs.getString(5),
                                rs.getTimestamp(6).toInstant()))
                .list();
    }

    /// The latest traces, at most `limit`.
    ///
    /// @param table empty for all
    public List<Trace> traces(Optional<String> table, int limit) {
        return jdbc.sql(
                        """
                        SELECT table_name, row_key, column_name, rule, original, value, confidence, at
                        FROM "%s".foz_cleaned WHERE ?::text IS NULL OR table_name = ? ORDER BY at DESC, row_key LIMIT ?
                        """
                                .formatted(tenant.schema()))
                .param(table.orElse(null))
                .param(table.orElse(null))
                .param(limit)
                .query((rs, _) ->
                        new Trace(
                                rs.getString(1),
                                rs.getString(2),
                                rs.getString(3),
                                rs.getString(4),
                                rs.getString(5),
                                rs.getString(6),
                                rs.getDouble(7),
                                rs.getTimestamp(8).toInstant()))
                .list();
    }

    /// What the dependencies of the contract's tables say is wrong. Nothing is changed.
    ///
    /// @param tables empty for all
    /// @param threshold of confidence
    public List<Proposed> proposals(List<String> tables, double threshold) {
        List<Proposed> proposed = new ArrayList<>();
        for (Table table : tenant.tables()) {
            if (!table.quality().dependencies().isEmpty()
                    && (tables.isEmpty() || tables.contains(table.name()))) {
                TableRows rows =
                        Transactions.read(
                                dataSource, connection -> Tables.rows(connection, tenant, table));
                Repair.propose(table.quality().dependencies(), rows, threshold)
                        .forEach(proposal ->
                                proposed.add(
                                        new Proposed(
                                                table.name(),
                                                rows.keys().get(proposal.row()),
                                                proposal.column(),
                                                proposal.original(),
                                                proposal.value(),
                                                proposal.rule(),
                                                proposal.confidence())));
            }
        }
        return proposed;
    }
}
