package foz.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import foz.contract.ScratchPostgres;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The trigger journal on a real PostgreSQL. The agent's account has SELECT on the tables and what
/// the installation grants it, no more.
class PostgresJournalTest extends JournalCases {

    @SuppressWarnings("NullAway.Init")
    private static ScratchPostgres postgres;

    private static int databases;

    @BeforeAll
    static void start() throws SQLException {
        postgres = ScratchPostgres.start();
        try (Connection connection = postgres.connect("postgres");
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE ROLE \"Reader\" LOGIN");
        }
    }

    @AfterAll
    static void stop() {
        if (postgres != null) {
            postgres.close();
        }
    }

    @Override
    JournalSite site(List<LogSite.TableSpec> tables, String... setup) throws Exception {
        String database = "journal" + databases++;
        List<String> all = new ArrayList<>(List.of(setup));
        all.add("GRANT SELECT ON ALL TABLES IN SCHEMA public TO \"Reader\"");
        return new JournalSite(
                postgres.create(database, "SELECT 1"),
                new SourceSettings(
                        postgres.url(database), "Reader", "", "UTC", "foz_tenant", folder),
                folder.resolve(database),
                tables,
                all.toArray(String[]::new));
    }

    @Override
    Connection connect(JournalSite site) throws SQLException {
        return postgres.connect(site.erp.getCatalog());
    }

    @Override
    List<String> catalogue(JournalSite site) throws SQLException {
        return lines(
                site.erp,
                """
                SELECT 'schema ' || nspname || ' ' || coalesce(nspacl::text, '') FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%'
                UNION ALL SELECT 'class ' || oid::regclass || ' ' || relkind::text || ' ' || coalesce(relacl::text, '')
                    FROM pg_class WHERE relnamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
                UNION ALL SELECT 'function ' || oid::regprocedure FROM pg_proc
                    WHERE pronamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema')
                UNION ALL SELECT 'trigger ' || pg_get_triggerdef(oid) FROM pg_trigger
                UNION ALL SELECT 'type ' || typname FROM pg_type
                    WHERE typnamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
                """);
    }

    private static List<String> lines(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> lines = new ArrayList<>();
            while (rows.next()) {
                lines.add(rows.getString(1));
            }
            lines.sort(null);
            return lines;
        }
    }

    @Test
    void truncateIsFoundByAComparisonOfThatTable() throws Exception {
        try (JournalSite site = journalled()) {
            site.sql("INSERT INTO line VALUES ('z', 9, 'new')");
            site.sql("TRUNCATE item");
            site.sql("INSERT INTO item VALUES (2, 'back', 1)");
            site.pass();
            site.assertSame("after TRUNCATE");
            assertEquals(0, site.waiting());
        }
    }

    /// Each way in which a session may write texts otherwise, and types whose texts say more than
    /// they are equal by.
    @Test
    void keysAreReadWhateverTheOwnersSessionWritesThemLike() throws Exception {
        List<LogSite.TableSpec> tables =
                List.of(
                        new LogSite.TableSpec(
                                "moment", 2, List.of("at timestamptz", "day date", "note text")),
                        new LogSite.TableSpec("span", 1, List.of("k interval", "note text")),
                        new LogSite.TableSpec("ratio", 1, List.of("k double", "note text")),
                        new LogSite.TableSpec("amount", 1, List.of("k numeric", "note text")),
                        new LogSite.TableSpec("fixed", 1, List.of("k char(5)", "note text")),
                        new LogSite.TableSpec("raw", 1, List.of("k bytea", "note text")),
                        new LogSite.TableSpec("word", 1, List.of("k text", "note text")));
        try (JournalSite site =
                site(
                        tables,
                        "CREATE TYPE words AS ENUM ('a b', 'c')",
                        "CREATE TABLE moment (at timestamptz, day date, note text, PRIMARY KEY (at, day))",
                        "CREATE TABLE span (k interval PRIMARY KEY, note text)",
                        "CREATE TABLE ratio (k double precision PRIMARY KEY, note text)",
                        "CREATE TABLE amount (k numeric PRIMARY KEY, note text)",
                        "CREATE TABLE fixed (k char(5) PRIMARY KEY, note text)",
                        "CREATE TABLE raw (k bytea PRIMARY KEY, note text)",
                        "CREATE TABLE word (k words PRIMARY KEY, note text)")) {
            site.install();
            site.snapshot();
            site.sql(
                    "SET timezone = 'Asia/Kathmandu'",
                    "SET intervalstyle = 'sql_standard'",
                    "SET extra_float_digits = -10",
                    "SET bytea_output = 'escape'",
                    "SET search_path = pg_temp, public, pg_catalog");
            site.sql(
                    german(
                            "INSERT INTO moment VALUES ('2026-03-04 05:06:07.890123+00', '2026-03-04', 'a'), ('infinity', '-infinity', 'b')"),
                    "INSERT INTO span VALUES ('1 mon -2 days 03:04:05.6', 'a'), ('25 hours', 'b')",
                    "INSERT INTO ratio VALUES (0.1::float8 + 0.2::float8, 'a'), ('NaN', 'b')",
                    "INSERT INTO amount VALUES (1.50, 'a'), (-0.001, 'b'), ('Infinity', 'c')",
                    "INSERT INTO fixed VALUES ('ab', 'a'), ('', 'b')",
                    "INSERT INTO raw VALUES ('\\x00ff5c', 'a'), ('', 'b')",
                    "INSERT INTO word VALUES ('a b', 'a'), ('c', 'b')");
            site.pass();
            site.assertSame("after inserts");
            for (String table :
                    List.of("moment", "span", "ratio", "amount", "fixed", "raw", "word")) {
                site.sql(
                        german("UPDATE %s SET note = 'changed' WHERE note = 'a'".formatted(table)));
            }
            // The same number, written otherwise.
            site.sql("UPDATE amount SET k = 1.5 WHERE k = 1.50");
            site.pass();
            site.assertSame("after updates");
            for (String table :
                    List.of("moment", "span", "ratio", "amount", "fixed", "raw", "word")) {
                site.sql(german("DELETE FROM " + table));
            }
            site.pass();
            site.assertSame("after deletes");
            assertEquals(0, site.waiting());
        }
    }

    /// Run with a style of dates that the driver refuses for its session.
    private static String german(String sql) {
        return "DO $do$ BEGIN SET LOCAL datestyle = 'German'; %s; SET LOCAL datestyle = 'ISO'; END $do$"
                .formatted(sql);
    }

    @Test
    void saysWhenATriggerIsDisabledOrAKeyHasAnotherType() throws Exception {
        try (JournalSite site = journalled()) {
            site.sql("ALTER TABLE line DISABLE TRIGGER USER");
            assertEquals("", site.faults().get(0));
            assertTrue(site.faults().get(1).contains("disabled"), site.faults().toString());
            site.sql("ALTER TABLE line ENABLE TRIGGER USER");
            assertEquals(List.of("", ""), site.faults());
            site.sql("ALTER TABLE item ALTER id TYPE numeric");
            assertTrue(site.faults().get(0).contains("as they would be"), site.faults().toString());
            site.sql("UPDATE item SET name = 'unharmed' WHERE id = 1");
            site.install();
            assertEquals(List.of("", ""), site.faults());
            site.pass();
            site.sql("UPDATE item SET name = 'told' WHERE id = 2");
            site.pass();
            site.assertSame("with the new type");
        }
    }

    /// Programs ask for the number that their insert was given.
    @Test
    void theOwnersSequencesAreToldAsBefore() throws Exception {
        try (JournalSite site = journalled()) {
            site.sql(
                    "CREATE SEQUENCE numbers START 500 OWNED BY item.id",
                    "INSERT INTO item VALUES (nextval('numbers'), 'by sequence', 1)");
            assertEquals(List.of("500"), lines(site.erp, "SELECT lastval()"));
            site.pass();
            site.assertSame("by sequence");
        }
    }

    @Test
    void partitionsAndCascadesAreTold() throws Exception {
        try (JournalSite site =
                site(
                        List.of(ITEM, LINE),
                        "CREATE TABLE item (id bigint PRIMARY KEY, name text, price numeric) PARTITION BY HASH (id)",
                        "CREATE TABLE item_0 PARTITION OF item FOR VALUES WITH (MODULUS 2, REMAINDER 0)",
                        "CREATE TABLE item_1 PARTITION OF item FOR VALUES WITH (MODULUS 2, REMAINDER 1)",
                        "CREATE TABLE line (doc text, no bigint REFERENCES item ON DELETE CASCADE, note text, PRIMARY KEY (doc, no))")) {
            site.install();
            site.snapshot();
            site.sql(
                    "INSERT INTO item SELECT n, 'n', n FROM generate_series(1, 20) n",
                    "INSERT INTO line SELECT 'd', n, 'n' FROM generate_series(1, 20) n");
            site.pass();
            site.assertSame("after inserts");
            site.sql(
                    "UPDATE item SET id = 100 + id WHERE id NOT IN (SELECT no FROM line) OR false",
                    "DELETE FROM item WHERE id <= 5",
                    "DELETE FROM item_0 WHERE id <= 9",
                    "UPDATE item_1 SET name = 'in the partition' WHERE id > 9");
            site.pass();
            site.assertSame("after cascades and changes of partitions");
            site.remove();
            assertTrue(
                    catalogue(site).stream().noneMatch(line -> line.contains("foz_")),
                    catalogue(site).toString());
        }
    }

    /// The journal of one tenant's agent says nothing of another's.
    @Test
    void twoAgentsHaveAJournalEach() throws Exception {
        try (JournalSite site = journalled();
                JournalSite other =
                        new JournalSite(
                                connect(site),
                                new SourceSettings(
                                        postgres.url(site.erp.getCatalog()),
                                        "Reader",
                                        "",
                                        "UTC",
                                        "foz_other",
                                        folder),
                                folder.resolve("other"),
                                List.of(ITEM, LINE))) {
            other.install();
            other.snapshot();
            site.sql("UPDATE item SET name = 'both' WHERE id = 1");
            site.pass();
            site.assertSame("the first");
            other.pass();
            other.assertSame("the second");
            other.remove();
            assertEquals(List.of("", ""), site.faults());
            site.sql("UPDATE item SET name = 'one' WHERE id = 1");
            site.pass();
            site.assertSame("after the other's removal");
        }
    }
}
