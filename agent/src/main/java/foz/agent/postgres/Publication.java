package foz.agent.postgres;

import foz.agent.LogSource.Offer;
import foz.agent.SourceSettings;
import foz.contract.Contract.Column;
import foz.contract.Contract.Table;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Which tables the source publishes. The agent makes the publication and adds tables where its
/// rights allow it. It never adds a table whose rows the source cannot tell apart: with that, the
/// source's own applications could no longer update it.
final class Publication {

    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    private final String name;
    private final PostgresDialect dialect;

    Publication(SourceSettings settings, PostgresDialect dialect) {
        this.name = settings.logName();
        this.dialect = dialect;
    }

    Offer prepare(Connection connection, List<Table> wanted) throws SQLException {
        Map<String, String> reasons = new HashMap<>();
        List<Table> able = suitable(connection, wanted, reasons);
        publish(connection, able, reasons);
        return new Offer(
                able.stream().filter(table -> !reasons.containsKey(table.name())).toList(),
                reasons);
    }

    private List<Table> suitable(
            Connection connection, List<Table> wanted, Map<String, String> reasons)
            throws SQLException {
        Optional<String> nothing = impossible(connection);
        List<Table> able = new ArrayList<>();
        for (Table table : wanted) {
            Optional<String> reason = nothing.isPresent() ? nothing : unsuitable(connection, table);
            reason.ifPresentOrElse(why -> reasons.put(table.name(), why), () -> able.add(table));
        }
        return able;
    }

    /// The same without changing anything.
    Offer look(Connection connection, List<Table> wanted) throws SQLException {
        Map<String, String> reasons = new HashMap<>();
        List<Table> able = suitable(connection, wanted, reasons);
        boolean exists = exists(connection);
        for (Table table : missing(connection, able, reasons)) {
            if (!mayAdd(connection, table, exists)) {
                reasons.put(
                        table.name(),
                        "it is not in the source's publication; let its owner run: %s%s"
                                .formatted(exists ? "" : create() + "; ", add(table)));
            }
        }
        return new Offer(
                able.stream().filter(table -> !reasons.containsKey(table.name())).toList(),
                reasons);
    }

    /// Whether the user may add the table, having made the publication where there is none.
    private boolean mayAdd(Connection connection, Table table, boolean exists) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        SELECT pg_has_role(c.relowner, 'USAGE') AND CASE WHEN ?
                            THEN (SELECT pg_has_role(p.pubowner, 'USAGE') FROM pg_publication p WHERE p.pubname = ?)
                            ELSE has_database_privilege(current_database(), 'CREATE') END
                        FROM pg_class c WHERE c.oid = to_regclass(?)
                        """)) {
            statement.setBoolean(1, exists);
            statement.setString(2, name);
            statement.setString(3, PostgresDialect.quoted(table.physicalName()));
            try (ResultSet found = statement.executeQuery()) {
                return found.next() && found.getBoolean(1);
            }
        }
    }

    /// Why the source gives no log at all.
    private Optional<String> impossible(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet found =
                        statement.executeQuery(
                                """
                                SELECT current_setting('wal_level'), current_user, pg_is_in_recovery(),
                                    EXISTS (SELECT 1 FROM pg_roles WHERE rolname = current_user AND (rolreplication OR rolsuper))
                                    OR EXISTS (SELECT 1 FROM pg_roles r WHERE r.rolname IN ('rds_replication')
                                        AND pg_has_role(current_user, r.oid, 'member'))
                                """)) {
            found.next();
            if (!found.getString(1).equals("logical")) {
                return Optional.of(
                        "wal_level is '%s'; set wal_level = logical in the source's postgresql.conf and restart it"
                                .formatted(found.getString(1)));
            }
            if (!found.getBoolean(4)) {
                return Optional.of(
                        "the user may not read the log; run: ALTER ROLE \"%s\" REPLICATION"
                                .formatted(found.getString(2)));
            }
            return Optional.empty();
        }
    }

    /// Why this table's changes cannot be told from the log.
    private static Optional<String> unsuitable(Connection connection, Table table)
            throws SQLException {
        if (table.isKeyless()) {
            return Optional.of(
                    "it has no key; publishing it would make its updates fail at the source, so it is compared");
        }
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        SELECT c.relkind, c.relpersistence, c.relreplident,
                            EXISTS (SELECT 1 FROM pg_inherits i WHERE i.inhparent = c.oid) AND c.relkind = 'r',
                            c.relispartition,
                            row_security_active(c.oid),
                            ARRAY(SELECT a.attname::text FROM pg_index x, unnest(x.indkey) k JOIN pg_attribute a ON a.attnum = k
                                WHERE x.indrelid = c.oid AND a.attrelid = c.oid
                                    AND (c.relreplident = 'd' AND x.indisprimary OR c.relreplident = 'i' AND x.indisreplident))
                        FROM pg_class c WHERE c.oid = to_regclass(?)
                        """)) {
            statement.setString(1, PostgresDialect.quoted(table.physicalName()));
            try (ResultSet found = statement.executeQuery()) {
                if (!found.next()) {
                    return Optional.of(
                            "the source has no table '%s'; write its physicalName as it is there"
                                    .formatted(table.physicalName()));
                }
                return unsuitable(table, found);
            }
        }
    }

    private static Optional<String> unsuitable(Table table, ResultSet found) throws SQLException {
        String kind = found.getString(1);
        if (!kind.equals("r") && !kind.equals("p")) {
            return Optional.of("it is no table but a view or foreign, and has no log of its own");
        }
        if (!found.getString(2).equals("p")) {
            return Optional.of("it is not logged: the source keeps no log of its changes");
        }
        if (found.getBoolean(4)) {
            return Optional.of("other tables inherit from it, whose rows have keys of their own");
        }
        if (found.getBoolean(6)) {
            return Optional.of(
                    "row level security hides some of its rows from the user; let the user bypass it");
        }
        String identity = found.getString(3);
        Set<String> columns = Set.of((String[]) found.getArray(7).getArray());
        boolean told =
                identity.equals("f")
                        || table.key().stream()
                                .map(Column::physicalName)
                                .map(PostgresDialect::actualName)
                                .allMatch(columns::contains);
        return told && (identity.equals("f") || columns.size() == table.key().size())
                ? Optional.empty()
                : Optional.of(
                        "the source does not log the key (%s) of a row that changes; publishing it would make its updates fail, so it is compared"
                                .formatted(
                                        String.join(
                                                ", ",
                                                table.key().stream()
                                                        .map(Column::physicalName)
                                                        .toList())));
    }

    private void publish(Connection connection, List<Table> able, Map<String, String> reasons)
            throws SQLException {
        if (able.isEmpty()) {
            return;
        }
        List<Table> missing = missing(connection, able, reasons);
        if (missing.isEmpty()) {
            return;
        }
        try (Connection setup = dialect.openForSetup()) {
            if (!exists(connection)) {
                execute(setup, create());
            }
            for (Table table : missing) {
                try {
                    execute(setup, add(table));
                } catch (SQLException e) {
                    reasons.put(table.name(), refused(e, add(table)));
                }
            }
        } catch (SQLException e) {
            if (!INSUFFICIENT_PRIVILEGE.equals(e.getSQLState())) {
                throw e;
            }
            for (Table table : missing) {
                reasons.put(table.name(), refused(e, create() + "; " + add(table)));
            }
        }
    }

    private static String refused(SQLException e, String sql) {
        return "it is not in the source's publication (%s); let its owner run: %s"
                .formatted(PostgresDialect.firstLine(e), sql);
    }

    private String create() {
        return "CREATE PUBLICATION %s WITH (publish_via_partition_root = true)"
                .formatted(quotedName());
    }

    private String add(Table table) {
        return "ALTER PUBLICATION %s ADD TABLE %s"
                .formatted(quotedName(), PostgresDialect.quoted(table.physicalName()));
    }

    private String quotedName() {
        return "\"" + name.replace("\"", "\"\"") + "\"";
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private boolean exists(Connection connection) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT 1 FROM pg_publication WHERE pubname = ?")) {
            statement.setString(1, name);
            try (ResultSet found = statement.executeQuery()) {
                return found.next();
            }
        }
    }

    /// Those that the publication lacks. What it publishes only in part goes to `reasons`.
    private List<Table> missing(
            Connection connection, List<Table> able, Map<String, String> reasons)
            throws SQLException {
        Map<Long, String> published = new HashMap<>();
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        SELECT c.oid::bigint,
                            CASE WHEN NOT (p.pubinsert AND p.pubupdate AND p.pubdelete AND p.pubtruncate)
                                    THEN 'its publication leaves out some kinds of change'
                                WHEN c.relkind = 'p' AND NOT p.pubviaroot
                                    THEN 'its publication names partitions instead of the table: set publish_via_partition_root'
                                ELSE '' END
                        FROM pg_publication p
                        JOIN pg_publication_rel r ON r.prpubid = p.oid
                        JOIN pg_class c ON c.oid = r.prrelid
                        WHERE p.pubname = ?
                        UNION ALL
                        SELECT c.oid::bigint, ''
                        FROM pg_publication p, pg_class c
                        WHERE p.pubname = ? AND p.puballtables AND c.relkind IN ('r', 'p')
                            AND p.pubinsert AND p.pubupdate AND p.pubdelete AND p.pubtruncate
                        """)) {
            statement.setString(1, name);
            statement.setString(2, name);
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    published.put(found.getLong(1), found.getString(2));
                }
            }
        }
        List<Table> missing = new ArrayList<>();
        for (Table table : able) {
            String state = published.get(number(connection, table));
            if (state == null) {
                missing.add(table);
            } else if (!state.isEmpty()) {
                reasons.put(table.name(), state);
            }
        }
        return missing;
    }

    private static long number(Connection connection, Table table) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT to_regclass(?)::oid::bigint")) {
            statement.setString(1, PostgresDialect.quoted(table.physicalName()));
            try (ResultSet found = statement.executeQuery()) {
                found.next();
                return found.getLong(1);
            }
        }
    }
}
