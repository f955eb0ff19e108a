package foz.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import foz.agent.Doctor.Outcome;
import foz.contract.ScratchPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// What the doctor says, and that doing it as it is written helps.
class DoctorTest {

    private static final List<LogSite.TableSpec> TABLES =
            List.of(
                    new LogSite.TableSpec("given", 1, List.of("id bigint", "name text")),
                    new LogSite.TableSpec("withheld", 1, List.of("id bigint", "name text")));

    @SuppressWarnings("NullAway.Init")
    private static ScratchPostgres postgres;

    @TempDir Path folder = Path.of("");

    @BeforeAll
    static void start() {
        postgres = ScratchPostgres.start();
    }

    @AfterAll
    static void stop() {
        if (postgres != null) {
            postgres.close();
        }
    }

    private static List<Doctor.Check> examine(Path config) throws Exception {
        return new Doctor(AgentSettings.read(config)).examine();
    }

    private static List<String> remedies(List<Doctor.Check> checks, String what) {
        List<String> remedies =
                checks.stream()
                        .filter(check -> check.what().startsWith(what))
                        .filter(check -> check.outcome() != Outcome.OK)
                        .map(Doctor.Check::remedy)
                        .toList();
        assertTrue(!remedies.isEmpty(), () -> what + " among " + checks);
        return remedies;
    }

    private static Outcome outcome(List<Doctor.Check> checks, String what) {
        return checks.stream()
                .filter(check -> check.what().equals(what))
                .findFirst()
                .orElseThrow(() -> new AssertionError(what + " among " + checks))
                .outcome();
    }

    @Test
    void namesTheStatementsThatAreMissingAndChangesNothing() throws Exception {
        try (Connection owner =
                        postgres.create(
                                "doctor",
                                """
                                CREATE TABLE given (id bigint PRIMARY KEY, name text);
                                CREATE TABLE withheld (id bigint PRIMARY KEY, name text, secret text);
                                CREATE ROLE reader LOGIN;
                                GRANT SELECT ON given TO reader;
                                """);
                Statement statement = owner.createStatement();
                StandInServer server = new StandInServer(LogSite.contractText(TABLES))) {
            Path config = server.settings(folder.resolve("agent"), postgres.url("doctor"));
            Files.writeString(
                    config,
                    Files.readString(config).replace("jdbcUser = postgres", "jdbcUser = reader"));
            List<Doctor.Check> checks = examine(config);
            assertEquals(Outcome.OK, outcome(checks, "contract"));
            assertEquals(Outcome.OK, outcome(checks, "source"));
            assertEquals(Outcome.OK, outcome(checks, "clock, against the source's"));
            assertEquals(Outcome.OK, outcome(checks, "table given"));
            assertEquals(Outcome.FAILED, outcome(checks, "table withheld"));
            assertEquals(
                    1,
                    new CommandLine(new AgentMain())
                            .execute("doctor", "--json", "--config", config.toString()));
            for (String sql : remedies(checks, "table withheld")) {
                statement.execute(sql);
            }
            for (String sql : remedies(checks, "log of")) {
                statement.execute(sql);
            }
            checks = examine(config);
            assertEquals(Outcome.OK, outcome(checks, "table withheld"));
            String first = remedies(checks, "log of").getFirst();
            statement.execute(first.replaceFirst("^let its owner run: ", ""));
            for (String sql : remedies(examine(config), "log of")) {
                statement.execute(sql.replaceFirst("^let its owner run: ", ""));
            }
            checks = examine(config);
            assertEquals(Outcome.OK, outcome(checks, "log"));
            assertTrue(
                    checks.stream().noneMatch(check -> check.outcome() == Outcome.FAILED),
                    checks::toString);
            assertTrue(
                    checks.stream()
                            .anyMatch(check -> check.remedy().contains("max_slot_wal_keep_size")),
                    "log that is kept without bound is warned of");
            try (ResultSet slots =
                    statement.executeQuery("SELECT count(*) FROM pg_replication_slots")) {
                slots.next();
                assertEquals(0, slots.getInt(1), "nothing was made at the source");
            }
            assertTrue(Files.notExists(folder.resolve("agent/data")), "nor here");
        }
    }

    @Test
    void saysWhatDoesNotAnswer() throws Exception {
        Path config;
        try (StandInServer server = new StandInServer(LogSite.contractText(TABLES))) {
            config = server.settings(folder.resolve("agent"), "jdbc:postgresql://127.0.0.1:1/none");
        }
        List<Doctor.Check> checks = examine(config);
        assertEquals(Outcome.FAILED, outcome(checks, "server"));
        assertEquals(Outcome.FAILED, outcome(checks, "contract"));
        assertEquals(Outcome.FAILED, outcome(checks, "source"));
    }
}
