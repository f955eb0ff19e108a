package foz.server.quality;

import foz.contract.Contract.Table;
import foz.contract.QualityRule;
import foz.contract.QualityRule.Check;
import foz.server.replica.Transactions;
import foz.server.tenant.Tenant;
import java.math.BigDecimal;
import java.math.MathContext;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.sql.DataSource;

/// Asks the replica whether the rules of quality hold, and keeps what they measured.
public final class QualityCheck {

    private static final String TIMEOUT = "SET LOCAL statement_timeout = '60s'";
    private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);

    /// @param fault why nothing could be measured
    public record Result(
            String table,
            String rule,
            boolean error,
            String bound,
            Optional<BigDecimal> measured,
            boolean passed,
            Optional<String> fault) {}

    private final DataSource dataSource;
    private final Tenant tenant;
    private final String jdbcUrl;

    /// @param jdbcUrl of the replica's database, where SQL rules sign in as a reader of this tenant
    public QualityCheck(DataSource dataSource, Tenant tenant, String jdbcUrl) {
        this.dataSource = dataSource;
        this.tenant = tenant;
        this.jdbcUrl = jdbcUrl;
    }

    /// Measures every rule of these tables, and writes the results.
    ///
    /// @param tables empty for all
    public List<Result> run(List<String> tables) {
        List<Table> chosen =
                tenant.tables().stream()
                        .filter(table -> tables.isEmpty() || tables.contains(table.name()))
                        .filter(table -> !table.quality().rules().isEmpty())
                        .toList();
        List<Result> results = new ArrayList<>();
        for (Table table : chosen) {
            for (QualityRule rule : table.quality().rules()) {
                if (rule.check() instanceof Check.Library library) {
                    results.add(result(table, rule, () -> library(table, rule, library)));
                }
            }
        }
        results.addAll(sql(chosen));
        Transactions.run(dataSource, connection -> write(connection, results));
        return results;
    }

    private List<Result> sql(List<Table> tables) {
        List<Result> results = new ArrayList<>();
        if (tables.stream()
                .flatMap(table -> table.quality().rules().stream())
                .noneMatch(rule -> rule.check() instanceof Check.Sql)) {
            return results;
        }
        try (TenantReader reader = TenantReader.open(dataSource, tenant, jdbcUrl)) {
            for (Table table : tables) {
                for (QualityRule rule : table.quality().rules()) {
                    if (rule.check() instanceof Check.Sql(String query)) {
                        results.add(
                                result(
                                        table,
                                        rule,
                                        () -> reader.number(query(query, table, rule))));
                    }
                }
            }
        }
        return results;
    }

    private String query(String query, Table table, QualityRule rule) {
        String object = quote(tenant.schema()) + "." + quote(table.name());
        String property = rule.column().map(QualityCheck::quote).orElse("");
        return query.replace("${object}", object)
                .replace("${table}", object)
                .replace("${property}", property)
                .replace("${column}", property);
    }

    private interface Measure {
        BigDecimal take() throws SQLException;
    }

    private static Result result(Table table, QualityRule rule, Measure measure) {
        Optional<BigDecimal> measured = Optional.empty();
        Optional<String> fault = Optional.empty();
        try {
            measured = Optional.of(measure.take());
        } catch (SQLException | org.springframework.dao.DataAccessException e) {
            fault = Optional.of(String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
        }
        return new Result(
                table.name(),
                rule.name(),
                rule.error(),
                rule.bound().toString(),
                measured,
                measured.filter(rule.bound()::holds).isPresent(),
                fault);
    }

    private BigDecimal library(Table table, QualityRule rule, Check.Library library) {
        return Transactions.read(
                dataSource,
                connection -> {
                    try (Statement statement = connection.createStatement()) {
                        statement.execute(TIMEOUT);
                    }
                    BigDecimal rows = number(connection, table, "count(*)");
                    BigDecimal broken = measure(connection, table, rule, library, rows);
                    return library.percent() && rows.signum() > 0
                            ? broken.multiply(HUNDRED).divide(rows, MathContext.DECIMAL64)
                            : broken;
                });
    }

    private BigDecimal measure(
            Connection connection,
            Table table,
            QualityRule rule,
            Check.Library library,
            BigDecimal rows)
            throws SQLException {
        String column = rule.column().map(QualityCheck::quote).orElse("");
        return switch (library.metric()) {
            case ROW_COUNT -> rows;
            case NULL_VALUES -> number(connection, table, "count(*) - count(" + column + ")");
            case DUPLICATE_VALUES -> {
                List<String> columns =
                        rule.column().isPresent()
                                ? List.of(column)
                                : library.columns().stream().map(QualityCheck::quote).toList();
                String one = columns.stream().collect(Collectors.joining(", ", "(", ")"));
                yield number(connection, table, "count(" + one + ") - count(DISTINCT " + one + ")");
            }
            case MISSING_VALUES -> {
                Set<String> missing = new HashSet<>(library.missing());
                yield number(connection, table, "count(*) - count(" + column + ")")
                        .add(
                                values(
                                        connection,
                                        table,
                                        column,
                                        text -> text.isEmpty() || missing.contains(text)));
            }
            case INVALID_VALUES -> {
                Set<String> valid = new HashSet<>(library.valid());
                Optional<Pattern> pattern = library.pattern().map(Pattern::compile);
                yield values(
                        connection,
                        table,
                        column,
                        text ->
                                (!valid.isEmpty() && !valid.contains(text))
                                        || pattern.filter(p -> !p.matcher(text).matches())
                                                .isPresent());
            }
        };
    }

    private BigDecimal number(Connection connection, Table table, String expression)
            throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery("SELECT " + expression + from(table))) {
            found.next();
            return found.getBigDecimal(1);
        }
    }

    private String from(Table table) {
        return " FROM " + quote(tenant.schema()) + "." + quote(table.name());
    }

    /// Rows whose text in a column is told by a test, which is the one that rows on their way are
    /// put to.
    private BigDecimal values(
            Connection connection, Table table, String column, Predicate<String> test)
            throws SQLException {
        long rows = 0;
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT %s::text, count(*)%s WHERE %s IS NOT NULL GROUP BY 1"
                                .formatted(column, from(table), column))) {
            statement.setFetchSize(5_000);
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    rows += test.test(found.getString(1)) ? found.getLong(2) : 0;
                }
            }
        }
        return BigDecimal.valueOf(rows);
    }

    private int write(Connection connection, List<Result> results) throws SQLException {
        String schema = quote(tenant.schema());
        try (Statement next = connection.createStatement();
                ResultSet run =
                        next.executeQuery(
                                "SELECT nextval('%s.foz_quality_run')".formatted(schema));
                PreparedStatement insert =
                        connection.prepareStatement(
                                """
                                INSERT INTO %s.foz_quality_result
                                    (run, table_name, rule, severity, bound, measured, passed, fault)
                                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                                ON CONFLICT DO NOTHING
                                """
                                        .formatted(schema))) {
            run.next();
            for (Result result : results) {
                insert.setLong(1, run.getLong(1));
                insert.setString(2, result.table());
                insert.setString(3, result.rule());
                insert.setString(4, result.error() ? "error" : "warning");
                insert.setString(5, result.bound());
                insert.setBigDecimal(6, result.measured().orElse(null));
                insert.setBoolean(7, result.passed());
                insert.setString(8, result.fault().orElse(null));
                insert.addBatch();
            }
            return results.isEmpty() ? 0 : insert.executeBatch().length;
        }
    }

    static String quote(String identifier) {
        return "\"" + identifier.replace("\"", "\"\"") + "\"";
    }
}
