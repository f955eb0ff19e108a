package foz.server.quality;

import foz.contract.Contract.Column;
import foz.contract.Contract.Table;
import foz.contract.Deduplication;
import foz.contract.Deduplication.Merge;
import foz.contract.Deduplication.Survivor;
import foz.server.replica.RowId;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Which row of a group stands for it, and the view that shows it with merged values.
final class Survivors {

    private static final int NAME_MAX = 63;

    private Survivors() {}

    /// The survivor among these rows, by their places; of equals the first by key.
    static int of(Survivor rule, TableRows rows, List<Integer> group) {
        int best = group.getFirst();
        for (int row : group) {
            if (compare(rule, rows, row, best) > 0) {
                best = row;
            }
        }
        return best;
    }

    private static int compare(Survivor rule, TableRows rows, int row, int other) {
        int preferred =
                switch (rule.prefer()) {
                    case COMPLETE -> 0;
                    case NEWEST -> later(value(rule, rows, row), value(rule, rows, other));
                    case ORDER -> Integer.compare(place(rule, rows, other), place(rule, rows, row));
                };
        return preferred != 0 ? preferred : Long.compare(filled(rows, row), filled(rows, other));
    }

    private static @Nullable String value(Survivor rule, TableRows rows, int row) {
        return rows.column(rule.column().orElseThrow())[row];
    }

    private static int place(Survivor rule, TableRows rows, int row) {
        int place = rule.order().indexOf(String.valueOf(value(rule, rows, row)));
        return place < 0 ? rule.order().size() : place;
    }

    private static int later(@Nullable String a, @Nullable String b) {
        if (a == null || b == null) {
            return Boolean.compare(a != null, b != null);
        }
        Optional<BigDecimal> x = number(a);
        Optional<BigDecimal> y = number(b);
        return x.isPresent() && y.isPresent() ? x.get().compareTo(y.get()) : a.compareTo(b);
    }

    private static Optional<BigDecimal> number(String text) {
        try {
            return Optional.of(new BigDecimal(text));
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }

    private static long filled(TableRows rows, int row) {
        return rows.columns().values().stream().filter(values -> values[row] != null).count();
    }

    /// Name of the view of a table's survivors.
    static String view(Table table) {
        String name = "foz_survivor_" + table.name();
        return name.length() <= NAME_MAX
                ? name
                : name.substring(0, NAME_MAX - 9) + "_" + Integer.toHexString(name.hashCode());
    }

    /// The statement that makes the view: one row for each group and each row without a duplicate.
    static String viewSql(String schema, Table table, Deduplication rule) {
        String columns =
                table.columns().stream()
                        .map(column ->
                                merged(column, rule) + " AS " + QualityCheck.quote(column.name()))
                        .collect(Collectors.joining(", "));
        return """
        CREATE OR REPLACE VIEW %s.%s AS
        SELECT %s, count(*) - 1 AS foz_duplicates
        FROM (
            SELECT m.*, f.score AS foz_score, f.row_key IS NULL AS foz_survivor,
                coalesce(f.survivor_key, %s) AS foz_group
            FROM %s.%s m
            LEFT JOIN %s.foz_duplicate f
                ON f.table_name = '%s' AND f.undone_at IS NULL AND f.row_key = %s) m
        GROUP BY foz_group
        """
                .formatted(
                        schema,
                        QualityCheck.quote(view(table)),
                        columns,
                        RowId.sql(table.key(), "m"),
                        schema,
                        QualityCheck.quote(table.name()),
                        schema,
                        table.name(),
                        RowId.sql(table.key(), "m"));
    }

    private static String merged(Column column, Deduplication rule) {
        String name = "m." + QualityCheck.quote(column.name());
        String first = "foz_survivor DESC, foz_score DESC";
        Merge merge = rule.merge().get(column.name());
        if (merge == null) {
            return "(array_agg(" + name + " ORDER BY " + first + "))[1]";
        }
        return switch (merge) {
            case FILL ->
                    "(array_agg(%s ORDER BY %s) FILTER (WHERE %s IS NOT NULL))[1]"
                            .formatted(name, first, name);
            case LONGEST ->
                    "(array_agg(%s ORDER BY length(%s::text) DESC NULLS LAST, %s))[1]"
                            .formatted(name, name, first);
            case MOST_FREQUENT -> "mode() WITHIN GROUP (ORDER BY " + name + ")";
        };
    }
}
