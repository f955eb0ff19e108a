package foz.agent.postgres;

import foz.agent.Journal;
import foz.agent.SourceSettings;
import foz.contract.Contract.Column;
import foz.contract.Contract.Table;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A journal in a schema of its own, `LOGNAME_journal`, with one function and two triggers for each
/// table: of rows, and of TRUNCATE. The function's name holds the hash of its text.
///
/// The function runs as whoever installed it. It lets no statement of the owner fail over a column
/// or a journal that is not there: the key is made within a block that catches, which costs no
/// number of a transaction since it writes nothing; the insert stands outside of it.
///
/// No sequence numbers the rows: it would be what `lastval()` tells the owner's session next.
final class PostgresJournal extends Journal {

    private static final int NAME_BYTES_MAX = 63;

    /// What a relation must be to have triggers of rows after the change.
    private static final Set<String> KINDS = Set.of("r", "p");

    /// @param schema where the table is
    /// @param kind as the catalogue names it
    private record Found(String schema, String name, String kind) {}

    private final PostgresDialect dialect;
    private final String schema;

    PostgresJournal(PostgresDialect dialect, SourceSettings settings) {
        this.dialect = dialect;
        this.schema = fitting(settings.logName() + "_journal", NAME_BYTES_MAX);
    }

    @Override
    protected String name() {
        return exact(schema) + ".foz_journal";
    }

    @Override
    protected String number() {
        return "xid";
    }

    @Override
    protected String these(List<Entry> entries) {
        return "(xid, hash) IN (VALUES %s)"
                .formatted(
                        entries.stream()
                                .map(entry ->
                                        "('%d'::xid8, %d::bigint)"
                                                .formatted(entry.number(), entry.keyHash()))
                                .collect(Collectors.joining(", ")));
    }

    @Override
    protected String tableName(Table table) {
        return PostgresDialect.actualName(table.physicalName());
    }

    @Override
    public List<String> printed(List<String> statements) {
        return statements.stream().map(sql -> sql + ";").toList();
    }

    /// Quoted as it is: names of the catalogue.
    private static String exact(String name) {
        return "\"" + name.replace("\"", "\"\"") + "\"";
    }

    private static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    @Override
    public List<String> script(Connection reader, List<Table> tables) throws SQLException {
        String agent = exact(String.valueOf(one(reader, "SELECT current_user")));
        List<String> statements =
                new ArrayList<>(
                        List.of(
                                "CREATE SCHEMA IF NOT EXISTS " + exact(schema),
                                """
                                CREATE TABLE IF NOT EXISTS %s (
                                    tab bigint NOT NULL,
                                    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
                                    hash bigint NOT NULL,
                                    op "char" NOT NULL,
                                    row_key text
                                ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000,
                                    autovacuum_vacuum_insert_threshold = -1)\
                                """
                                        .formatted(name()),
                                "CREATE INDEX IF NOT EXISTS foz_journal_rows ON %s (tab, xid, hash)"
                                        .formatted(name()),
                                "COMMENT ON TABLE %s IS 'Keys of rows that changed, until Foz has read them. Goes with: foz agent journal remove'"
                                        .formatted(name()),
                                "GRANT USAGE ON SCHEMA %s TO %s".formatted(exact(schema), agent),
                                "GRANT SELECT, DELETE ON %s TO %s".formatted(name(), agent)));
        for (Table table : tables) {
            dialect.learn(reader, table);
            Optional<Found> found = find(reader, table);
            if (found.isPresent() && unfit(table, found).isEmpty()) {
                statements.addAll(triggers(table, found.get()));
            }
        }
        return statements;
    }

    private List<String> triggers(Table table, Found found) {
        String trigger = trigger(table);
        String on = exact(found.schema()) + "." + exact(found.name());
        String function = exact(schema) + "." + exact(trigger);
        return List.of(
                "CREATE OR REPLACE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER %s AS $foz$%s$foz$"
                        .formatted(function, session(table), body(table)),
                "REVOKE ALL ON FUNCTION %s() FROM PUBLIC".formatted(function),
                "CREATE OR REPLACE TRIGGER %s AFTER INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION %s()"
                        .formatted(exact(trigger), on, function),
                "CREATE OR REPLACE TRIGGER %s AFTER TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION %s()"
                        .formatted(exact(emptied(trigger)), on, function));
    }

    private static String emptied(String trigger) {
        return trigger + "_t";
    }

    private String trigger(Table table) {
        return fitting(
                "foz_" + tableName(table),
                schema + tableName(table) + session(table) + body(table),
                NAME_BYTES_MAX - 2);
    }

    /// Whatever the owner's session is set to, a key's text is one that the agent's reads.
    private static String session(Table table) {
        String texts =
                table.key().stream().anyMatch(column -> bySession(column))
                        ? " SET timezone = 'UTC' SET datestyle = 'ISO' SET intervalstyle = 'iso_8601'"
                                + " SET extra_float_digits = 1 SET bytea_output = 'hex'"
                        : "";
        return "SET search_path = pg_catalog, pg_temp" + texts;
    }

    private static boolean bySession(Column column) {
        return switch (column.type().kind()) {
            case INTEGER, DECIMAL, BOOLEAN, UUID -> false;
            // The agent's text may be one of an interval or another that has no kind of its own.
            case TEXT -> column.type().precision() == 0;
            case FLOAT, DATE, TIME, TIMESTAMP, TIMESTAMP_WITH_ZONE, BYTES, JSON -> true;
        };
    }

    private String body(Table table) {
        return """

        DECLARE
            new_hash bigint; new_key text; old_hash bigint; old_key text;
        BEGIN
            IF to_regclass(%1$s) IS NULL THEN RETURN NULL; END IF;
            IF TG_OP = 'TRUNCATE' THEN
                INSERT INTO %2$s (tab, hash, op) VALUES (%3$d, 0, 'T');
                RETURN NULL;
            END IF;
            BEGIN
                IF TG_OP <> 'DELETE' THEN
                    new_hash := %4$s;
                    new_key := %5$s;
                END IF;
                IF TG_OP <> 'INSERT' THEN
                    old_hash := %6$s;
                    old_key := %7$s;
                END IF;
            EXCEPTION WHEN OTHERS THEN
                RETURN NULL;
            END;
            IF TG_OP <> 'DELETE' THEN
                INSERT INTO %2$s (tab, hash, op, row_key) VALUES (%3$d, new_hash, left(TG_OP, 1)::"char", new_key);
            END IF;
            IF TG_OP = 'DELETE' OR TG_OP = 'UPDATE' AND old_key <> new_key THEN
                INSERT INTO %2$s (tab, hash, op, row_key) VALUES (%3$d, old_hash, 'D', old_key);
            END IF;
            RETURN NULL;
        END
        """
                .formatted(
                        literal(name()),
                        name(),
                        id(tableName(table)),
                        dialect.keyHash(table, name -> "NEW." + name),
                        key(table, "NEW."),
                        dialect.keyHash(table, name -> "OLD." + name),
                        key(table, "OLD."));
    }

    /// By the types' output functions, as a row is read: a cast would strip a character's blanks.
    private static String key(Table table, String row) {
        return "json_build_array(%s)::text"
                .formatted(
                        table.key().stream()
                                .map(Column::physicalName)
                                .map(PostgresDialect::quoted)
                                .map(name -> "concat(" + row + name + ")")
                                .collect(Collectors.joining(", ")));
    }

    private Optional<Found> find(Connection reader, Table table) throws SQLException {
        try (PreparedStatement statement =
                reader.prepareStatement(
                        """
                        SELECT n.nspname, c.relname, c.relkind::text
                        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = to_regclass(?)
                        """)) {
            statement.setString(1, dialect.name(table.physicalName()));
            try (ResultSet row = statement.executeQuery()) {
                return row.next()
                        ? Optional.of(
                                new Found(row.getString(1), row.getString(2), row.getString(3)))
                        : Optional.empty();
            }
        }
    }

    private static Optional<Fault> unfit(Table table, Optional<Found> found) {
        if (table.isKeyless()) {
            return Optional.of(
                    new Fault(
                            "'%s' has no key, by which a journal names rows"
                                    .formatted(table.name()),
                            "let foz.capture of the table be compare"));
        }
        if (found.isEmpty()) {
            return Optional.of(
                    new Fault(
                            "'%s' is not there".formatted(table.physicalName()),
                            "correct physicalName in the contract"));
        }
        return KINDS.contains(found.get().kind())
                ? Optional.empty()
                : Optional.of(
                        new Fault(
                                "'%s' is a view or a foreign table, which has no such triggers"
                                        .formatted(table.physicalName()),
                                "let foz.capture of the table be compare"));
    }

    @Override
    public Optional<Fault> fault(Connection reader, Table table) throws SQLException {
        Optional<Found> found = find(reader, table);
        Optional<Fault> unfit = unfit(table, found);
        if (unfit.isPresent()) {
            return unfit;
        }
        String install = "run: foz agent journal install";
        String usable =
                one(
                        reader,
                        "SELECT has_schema_privilege(to_regnamespace(%s)::oid, 'USAGE')"
                                .formatted(literal(exact(schema))));
        if ("t".equals(usable)) {
            usable =
                    one(
                            reader,
                            """
                            SELECT has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'DELETE')
                            FROM (SELECT to_regclass(%s)::oid AS oid) c
                            """
                                    .formatted(literal(name())));
        }
        if (usable == null) {
            return Optional.of(new Fault("the journal %s is not there".formatted(name()), install));
        }
        if (!usable.equals("t")) {
            return Optional.of(
                    new Fault("the agent may not read and empty the journal " + name(), install));
        }
        return triggersFault(reader, table, install);
    }

    private Optional<Fault> triggersFault(Connection reader, Table table, String install)
            throws SQLException {
        String trigger = trigger(table);
        Set<String> good = new TreeSet<>();
        boolean disabled = false;
        boolean other = false;
        try (PreparedStatement statement =
                reader.prepareStatement(
                        """
                        SELECT t.tgname, t.tgenabled IN ('O', 'A'), p.prosrc = ? AND p.proname = ?
                        FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
                        WHERE t.tgrelid = to_regclass(?) AND p.pronamespace = to_regnamespace(?)
                        """)) {
            statement.setString(1, body(table));
            statement.setString(2, trigger);
            statement.setString(3, dialect.name(table.physicalName()));
            statement.setString(4, exact(schema));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    if (!rows.getBoolean(2)) {
                        disabled = true;
                    } else if (rows.getBoolean(3)) {
                        good.add(rows.getString(1));
                    } else {
                        other = true;
                    }
                }
            }
        }
        if (good.containsAll(List.of(trigger, emptied(trigger)))) {
            return Optional.empty();
        }
        if (disabled) {
            return Optional.of(
                    new Fault(
                            "a trigger of '%s' is disabled".formatted(table.physicalName()),
                            "ALTER TABLE %s ENABLE TRIGGER USER"
                                    .formatted(dialect.name(table.physicalName()))));
        }
        return Optional.of(
                new Fault(
                        other
                                ? "the triggers of '%s' are not as they would be written now: its key or a type is another, or the agent is"
                                        .formatted(table.physicalName())
                                : "'%s' has no triggers of the journal"
                                        .formatted(table.physicalName()),
                        install));
    }

    @Override
    public List<String> surplus(Connection owner, Connection reader, List<Table> tables)
            throws SQLException {
        Set<String> wanted = new TreeSet<>();
        for (Table table : tables) {
            dialect.learn(reader, table);
            if (unfit(table, find(reader, table)).isEmpty()) {
                wanted.add(trigger(table));
            }
        }
        return drops(owner, name -> wanted.contains(name) ? "" : name);
    }

    @Override
    public List<String> removal(Connection owner) throws SQLException {
        List<String> statements = new ArrayList<>(drops(owner, name -> name));
        statements.add("DROP TABLE IF EXISTS " + name());
        statements.add("DROP SCHEMA IF EXISTS " + exact(schema));
        return statements;
    }

    /// Triggers first, on each table on its own, so that no two tables are locked at once.
    ///
    /// @param which gives an empty text for a function that stays
    private List<String> drops(Connection owner, UnaryOperator<String> which) throws SQLException {
        List<String> triggers = new ArrayList<>();
        Set<String> functions = new TreeSet<>();
        try (PreparedStatement statement =
                owner.prepareStatement(
                        """
                        SELECT p.proname, t.tgname, n.nspname, c.relname
                        FROM pg_proc p
                        LEFT JOIN pg_trigger t ON t.tgfoid = p.oid AND t.tgparentid = 0
                        LEFT JOIN pg_class c ON c.oid = t.tgrelid
                        LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
                        WHERE p.pronamespace = to_regnamespace(?) AND p.prorettype = 'trigger'::regtype
                        ORDER BY 3, 4, 2
                        """)) {
            statement.setString(1, exact(schema));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    if (which.apply(rows.getString(1)).isEmpty()) {
                        continue;
                    }
                    functions.add(rows.getString(1));
                    if (rows.getString(2) != null) {
                        triggers.add(
                                "DROP TRIGGER IF EXISTS %s ON %s.%s"
                                        .formatted(
                                                exact(rows.getString(2)),
                                                exact(rows.getString(3)),
                                                exact(rows.getString(4))));
                    }
                }
            }
        }
        functions.forEach(name ->
                triggers.add(
                        "DROP FUNCTION IF EXISTS %s.%s()".formatted(exact(schema), exact(name))));
        return triggers;
    }

    private static @Nullable String one(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }
}
