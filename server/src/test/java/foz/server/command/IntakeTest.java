package foz.server.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import foz.contract.Contract.Column;
import foz.contract.Contract.Table;
import foz.server.TestDatabase;
import foz.server.error.ErrorCode;
import foz.server.error.FozException;
import foz.server.identity.Caller;
import foz.server.replica.ReplicaWriter;
import foz.server.tenant.Tenants;
import foz.value.ColumnType;
import foz.value.ValueProblem;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.support.ResourceBundleMessageSource;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// What an app is told when its order comes in.
class IntakeTest {

    private static final Caller REP =
            new Caller("acme", "rep1", List.of("command"), Map.of("rep", "1"));

    @TempDir static Path folder = Path.of("");

    @SuppressWarnings("NullAway.Init")
    private static TestDatabase database;

    private final ReplicaWriter writer = new ReplicaWriter();
    private final Tenants tenants = new Tenants(database.dataSource());
    private final Intake intake =
            new Intake(
                    database.dataSource(), tenants, writer, messages(), new SimpleMeterRegistry());

    @BeforeAll
    static void start() {
        database = new TestDatabase(folder);
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    @BeforeEach
    void tenant() {
        database.sales("acme");
        tenants.forget("acme");
    }

    private static ResourceBundleMessageSource messages() {
        ResourceBundleMessageSource messages = new ResourceBundleMessageSource();
        messages.setBasename("messages");
        messages.setDefaultEncoding("UTF-8");
        messages.setFallbackToSystemLocale(false);
        return messages;
    }

    private static Submission order(String id, String key, Map<String, String> header) {
        return new Submission(
                "order",
                id,
                key,
                Map.copyOf(header),
                List.of(
                        new Submission.Line(
                                id + "-1",
                                Map.of(
                                        "numseq", "one", "codprod", "1", "qt", "1", "pvenda",
                                        "9"))));
    }

    private String verdict(String id, Locale locale, Map<String, String> header) {
        Receipt receipt = intake.take(REP, order(id, id, header), "id", intake.words(locale));
        assertEquals("rejected", receipt.state());
        return receipt.message() + " " + receipt.lines().getFirst().message();
    }

    private static final Map<String, String> STRANGE =
            Map.of(
                    "numpedrca",
                    "12x",
                    "codcli",
                    "12345678",
                    "dtaberturapedpalm",
                    "2026-11-24 10:00:00.5",
                    "dtentrega",
                    "tomorrow",
                    "obs1",
                    "x".repeat(60),
                    "obs2",
                    "a\0b");

    @Test
    void aVerdictIsWhollyInTheLanguageThatWasAskedFor() {
        String portuguese = verdict("a", Locale.of("pt", "BR"), STRANGE);
        for (String reason :
                List.of(
                        "não é um número decimal",
                        "mais de 6 algarismos antes da vírgula",
                        "tem fração de segundo",
                        "não é uma data com hora",
                        "mais de 50 caracteres",
                        "caractere NUL")) {
            assertTrue(portuguese.contains(reason), portuguese);
        }
        String plain = portuguese.replace("tomorrow", "");
        for (String english : List.of(" is ", " has ", " holds ", " not ", "which", "characters")) {
            assertFalse(plain.contains(english), plain);
        }
        String inEnglish = verdict("b", Locale.ENGLISH, STRANGE);
        assertTrue(inEnglish.contains("has more than 50 characters"), inEnglish);
        assertFalse(inEnglish.contains("não"), inEnglish);
    }

    @Test
    void everyProblemOfAValueIsSaidInBothLanguages() {
        for (ValueProblem.Kind kind : ValueProblem.Kind.values()) {
            ValueProblem problem = new ValueProblem(kind, 3);
            for (Locale locale : List.of(Words.PORTUGUESE, Locale.ENGLISH)) {
                String said = Words.of(messages(), locale).say(problem);
                assertEquals(
                        locale.equals(Locale.ENGLISH),
                        said.contains(problem.toString().replace(" (\\x...)", "")),
                        said);
            }
        }
    }

    private String reused(String id, String key, String keyField) {
        FozException refused =
                assertThrows(
                        FozException.class,
                        () ->
                                intake.take(
                                        REP,
                                        order(id, key, Map.of("numpedrca", "2")),
                                        keyField,
                                        intake.words(Locale.ENGLISH)));
        assertEquals(ErrorCode.KEY_REUSED, refused.code());
        return refused.detail();
    }

    @Test
    void aReusedKeyIsNamedAsTheClientWroteIt() {
        intake.take(
                REP,
                order("a", "k", Map.of("numpedrca", "1")),
                "Idempotency-Key",
                intake.words(Locale.ENGLISH));
        assertEquals(
                "Idempotency-Key \"k\" belongs to another order; use a new one for a new order.",
                reused("b", "k", "Idempotency-Key"));
        assertTrue(reused("a", "other", "Idempotency-Key").startsWith("id \"a\" belongs"));
        intake.take(
                REP, order("c", "c", Map.of("numpedrca", "3")), "id", intake.words(Locale.ENGLISH));
        assertTrue(reused("c", "c", "id").startsWith("id \"c\" belongs"));
    }

    private CommandController.Uploaded upload(String crud) {
        return new Upload(intake, REP, intake.words(Locale.ENGLISH))
                .take("phone", Numbers.read(crud.getBytes(StandardCharsets.UTF_8)));
    }

    private Receipt ordered(String id, String number) {
        CommandController.Uploaded uploaded =
                upload(
                        """
                        [{"op": "PUT", "type": "sales_order", "id": "%s", "data": {"numpedrca": 1}},
                         {"op": "PUT", "type": "sales_order_line", "id": "%s-1", "data":
                            {"order_id": "%s", "numseq": 1, "codprod": 1, "qt": %s, "pvenda": 5}}]
                        """
                                .formatted(id, id, id, number));
        assertEquals(List.of(), uploaded.refused());
        return uploaded.commands().getFirst();
    }

    @Test
    void aHopelessNumberIsRejectedInWords() {
        int order = 0;
        for (String number :
                List.of(
                        "1e400",
                        "-1e400",
                        "1e-4000",
                        "1e999999999",
                        "1e99999999999",
                        "9".repeat(20_000),
                        "0." + "9".repeat(20_000),
                        "\"1e4000\"",
                        "\"" + "9".repeat(200_000) + "\"")) {
            Receipt receipt = ordered("n" + order++, number);
            assertEquals("rejected", receipt.state());
            String said = receipt.lines().getFirst().message();
            assertTrue(said != null && said.contains("Quantidade"), said);
        }
    }

    @Test
    void aFloatingPointNumberStaysInItsRange() {
        Column column =
                new Column(
                        "x",
                        "x",
                        "x",
                        new ColumnType(ColumnType.Kind.FLOAT, 0, 0),
                        false,
                        0,
                        Optional.empty(),
                        true,
                        Optional.empty(),
                        Optional.empty(),
                        false);
        Table table =
                new Table("t", "t", List.of(column), Optional.empty(), List.of(), Optional.empty());
        for (String outside : List.of("1e400", "-1e400", "1e-400", "9".repeat(310))) {
            String bounded = Numbers.bounded(table, Map.of("x", outside)).get("x");
            assertTrue(bounded != null && column.type().problem(bounded).isPresent(), outside);
        }
        for (String inside : List.of("1.5e300", "0", "0.0", "-7", "NaN", "1e-300", "x")) {
            assertEquals(Map.of("x", inside), Numbers.bounded(table, Map.of("x", inside)));
        }
    }

    @Test
    void aNumberKeepsItsDigits() {
        JsonNode read =
                Numbers.read(
                        "{\"a\": 12345678901234567.890123, \"b\": 1.5e3, \"c\": 7, \"d\": [true, null, \"x\"]}"
                                .getBytes(StandardCharsets.UTF_8));
        assertEquals(
                Map.of(
                        "a",
                        "12345678901234567.890123",
                        "b",
                        "1500",
                        "c",
                        "7",
                        "d",
                        "[true,null,\"x\"]"),
                Submission.values(read));
        for (String broken : List.of("", "{", "[1", "{\"a\":}", "{} {}", "[1,]", "nul", "1e")) {
            assertThrows(
                    JacksonException.class,
                    () -> Numbers.read(broken.getBytes(StandardCharsets.UTF_8)),
                    broken);
        }
    }

    private List<String> refusals() {
        return database.jdbc()
                .sql(
                        "SELECT row_id || ' ' || at || ' ' || _version FROM t_acme.foz_refusal ORDER BY 1")
                .query((rs, _) -> rs.getString(1))
                .list();
    }

    @Test
    void aWriteRefusedAgainChangesNothing() {
        String write = "{\"op\": \"PUT\", \"type\": \"pcclient\", \"id\": \"%s\", \"data\": {}}";
        assertEquals(1, upload("[" + write.formatted("7") + "]").refused().size());
        List<String> first = refusals();
        assertEquals(1, first.size());
        upload("[" + write.formatted("7") + "]");
        assertEquals(first, refusals());
        upload("[" + write.formatted("7") + "," + write.formatted("8") + "]");
        assertEquals(2, refusals().size());
        assertEquals(first.getFirst(), refusals().getFirst());
    }
}
