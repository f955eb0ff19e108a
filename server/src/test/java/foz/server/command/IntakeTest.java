package foz.server.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import foz.server.TestDatabase;
import foz.server.embedded.Home;
import foz.server.error.ErrorCode;
import foz.server.error.FozException;
import foz.server.identity.Caller;
import foz.server.replica.ReplicaWriter;
import foz.server.replica.TenantSetup;
import foz.server.tenant.Tenants;
import foz.value.ValueProblem;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.support.ResourceBundleMessageSource;

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
    void tenant() throws IOException {
        TenantSetup setup = new TenantSetup(database.dataSource(), tenants, writer);
        setup.remove("acme");
        setup.add("acme");
        setup.apply(
                "acme",
                Files.readString(
                        Home.find().solutions().resolve("sales/contracts/sales.odcs.yaml")));
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
}
