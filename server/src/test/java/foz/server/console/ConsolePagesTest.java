package foz.server.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import foz.server.capture.CaptureDesk;
import foz.server.capture.TableStatus;
import foz.server.tenant.Tenant;
import foz.value.ColumnType;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.context.support.ResourceBundleMessageSource;
import org.thymeleaf.context.Context;
import org.thymeleaf.context.IExpressionContext;
import org.thymeleaf.linkbuilder.AbstractLinkBuilder;
import org.thymeleaf.spring6.SpringTemplateEngine;
import org.thymeleaf.templateresolver.ClassLoaderTemplateResolver;

/// The pages without a browser: what they say, in both languages.
class ConsolePagesTest {

    private static final List<Locale> LANGUAGES = List.of(Languages.PORTUGUESE, Languages.ENGLISH);
    private static final String PRICE = "numeric(18,6)";
    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");

    @Test
    void bothLanguagesHaveTheSameKeys() throws IOException {
        assertEquals(keys("/messages.properties"), keys("/messages_pt_BR.properties"));
    }

    @Test
    void everyPageIsSaidWholeInBothLanguages() {
        for (Locale language : LANGUAGES) {
            for (Look look : looks()) {
                String page = render("console", language, console(language, look));
                assertTrue(page.contains("data-station=\"verdict\""), page);
                assertFalse(page.contains("??"), page);
            }
            for (int status : List.of(400, 401, 403, 404, 418, 429, 500, 503)) {
                String page = render("error", language, Map.of("status", status));
                assertFalse(page.contains("??"), page);
            }
            String login = render("login", language, Map.of("param", Map.of("error", "")));
            assertTrue(login.contains("role=\"alert\""), login);
            assertFalse(login.contains("??"), login);
            String detail =
                    render("order", language, Map.of("detail", detail(), "words", words(language)));
            assertTrue(detail.contains("Produto 111 fora de linha."), detail);
            assertFalse(detail.contains("??"), detail);
        }
    }

    @Test
    void textOfAnOrderIsNeverMarkup() {
        Map<String, Object> model = Map.of("detail", detail(), "words", words(Languages.ENGLISH));
        String page = render("order", Languages.ENGLISH, model);
        assertFalse(page.contains("<script>alert"), page);
    }

    @Test
    void saysThatTheAgentIsAwayAndThatNothingMoves() {
        List<Station> stations = new Stations(stuck(), Optional.of(stuck())).all();
        assertEquals(Condition.STILL, condition(stations, "agent"));
        assertEquals(Condition.STILL, condition(stations, "apply"));
        assertEquals(Condition.STILL, condition(stations, "agent-up"));
        assertEquals(
                List.of("Extrator", "Extrator"),
                words(Languages.PORTUGUESE).troubles(stations).stream()
                        .map(Words.Trouble::station)
                        .filter("Extrator"::equals)
                        .toList());
    }

    @Test
    void knowsNothingOfAStreamThatNeverBegan() {
        List<Station> stations = new Stations(never(), Optional.empty()).all();
        assertEquals(Condition.UNKNOWN, condition(stations, "agent"));
        assertEquals(Condition.UNKNOWN, condition(stations, "apply"));
        assertTrue(words(Languages.ENGLISH).troubles(stations).isEmpty());
    }

    @Test
    void doesNotSayThatNothingFlowsWell() {
        List<Station> stations = new Stations(never(), Optional.empty()).all();
        List<Words.Trouble> summary = words(Languages.ENGLISH).summary(stations);
        assertEquals(List.of("unknown"), summary.stream().map(Words.Trouble::condition).toList());
        assertTrue(summary.getFirst().text().contains("foz tenant agent"), summary::toString);
        assertEquals(
                List.of("good"),
                words(Languages.ENGLISH)
                        .summary(new Stations(flowing(), Optional.empty()).all())
                        .stream()
                        .map(Words.Trouble::condition)
                        .toList());
    }

    @Test
    void theSyncStationCountsTheConnectedPhones() {
        assertEquals(
                List.of("1.234", "5.000 op/s", "1,5 MB/s", "8"),
                station(flowing(), Languages.PORTUGUESE, "sync").figures().stream()
                        .map(Words.FigureText::value)
                        .toList());
        assertEquals("good", station(never(), Languages.ENGLISH, "sync").condition());
        assertEquals("No phone is connected.", station(never(), Languages.ENGLISH, "sync").note());
        assertEquals("still", station(stuck(), Languages.ENGLISH, "sync").condition());
    }

    @Test
    void readersOfAReplicaWhoseAgentIsAwayHearHowOldItsDataIs() {
        Look.Down away =
                new Look.Down(false, 300, 13, 12, 12, 9000, 800_000, 0, 0, 0, 0, 0, 0, 300);
        Look look =
                new Look(
                        NOW, Optional.of(away), flowing().up(), flowing().sync(), flowing().slow());
        assertTrue(station(look, Languages.ENGLISH, "replica").note().contains("5 min"));
    }

    @Test
    void anOrderIsWrittenAsTheLanguageWritesIt() {
        for (Locale language : LANGUAGES) {
            String page =
                    render("order", language, Map.of("detail", detail(), "words", words(language)));
            boolean english = language.equals(Languages.ENGLISH);
            assertTrue(page.contains(english ? ">1,333.5<" : ">1.333,5<"), page);
            assertTrue(page.contains(">1111<"), "a code is no amount: " + page);
            assertTrue(page.contains(english ? "Position: Invoiced" : "Posição: Faturado"), page);
        }
        assertEquals(
                "24 de nov. de 2026 10:00:00",
                words(Languages.PORTUGUESE)
                        .cell(cell("2026-11-24 10:00:00", "timestamp"))
                        .replace(",", ""));
        assertEquals("ontem", words(Languages.PORTUGUESE).cell(cell("ontem", "timestamp")));
        assertEquals("muito", words(Languages.PORTUGUESE).cell(cell("muito", PRICE)));
    }

    @Test
    void whatFozSaysOfAnOrderIsInTheReadersLanguage() {
        Words english = words(Languages.ENGLISH);
        assertEquals(
                "The order waits for the ERP.",
                english.verdict("queued", "O pedido aguarda o ERP."));
        assertEquals("Limite excedido.", english.verdict("rejected", "Limite excedido."));
    }

    @Test
    void everyStationHasItsPlace() {
        assertEquals(
                Stream.concat(Stations.DOWN.stream(), Stations.UP.stream()).toList(),
                new Stations(flowing(), Optional.empty()).all().stream().map(Station::id).toList());
    }

    @Test
    void ratesComeFromTheDifferenceOfTwoLooks() {
        Look before = flowing();
        Look.Down down = before.down().orElseThrow();
        Look after =
                new Look(
                        NOW.plusSeconds(2),
                        Optional.of(
                                new Look.Down(
                                        true,
                                        1,
                                        14,
                                        13,
                                        13,
                                        down.rows() + 100,
                                        1,
                                        0,
                                        0,
                                        0,
                                        0,
                                        0,
                                        0,
                                        0)),
                        before.up(),
                        before.sync(),
                        before.slow());
        Stations stations = new Stations(after, Optional.of(before));
        assertEquals(50.0, stations.received());
        assertEquals(50.0, stations.applied());
    }

    @Test
    void measuresAreWrittenAsTheLanguageWritesThem() {
        assertEquals(
                "1.234 linhas/s",
                words(Languages.PORTUGUESE)
                        .value(new Station.Value.PerSecond(1234.2, "unit.rows")));
        assertEquals(
                "1.5 rows/s",
                words(Languages.ENGLISH).value(new Station.Value.PerSecond(1.5, "unit.rows")));
        assertEquals("3 min", words(Languages.ENGLISH).age(185));
    }

    @Test
    void portugueseIsSpokenToWhoeverWishesNeitherLanguage() {
        assertEquals(Languages.PORTUGUESE, Languages.of(List.of(Locale.FRENCH)));
        assertEquals(Languages.ENGLISH, Languages.of(List.of(Locale.FRENCH, Locale.UK)));
        assertEquals(Languages.PORTUGUESE, Languages.of("pt"));
    }

    @Test
    void theLibrariesOfThePageAreThere() {
        Assets.Addresses assets = Assets.addresses();
        for (String file :
                List.of(
                        assets.uplot() + "/uPlot.iife.min.js",
                        assets.uplot() + "/uPlot.min.css",
                        assets.htmx() + "/htmx.min.js")) {
            assertTrue(getClass().getResource("/META-INF/resources" + file) != null, file);
        }
    }

    private static Words.StationText station(Look look, Locale language, String id) {
        return new Stations(look, Optional.empty())
                .all().stream()
                        .filter(station -> station.id().equals(id))
                        .map(words(language)::station)
                        .findFirst()
                        .orElseThrow();
    }

    private static Condition condition(List<Station> stations, String id) {
        return stations.stream()
                .filter(station -> station.id().equals(id))
                .findFirst()
                .orElseThrow()
                .condition();
    }

    private static List<Look> looks() {
        return List.of(never(), flowing(), stuck());
    }

    private static Look never() {
        return new Look(
                NOW,
                Optional.empty(),
                new Look.Up(0, 0, 0, 0, 0, 0, 0),
                new Look.Sync(1, 0, 0, 0),
                new Look.Slow(0, 0, 0, 0, 0, 0, 0, 0, 0, -1, 0, 0, 0, 0));
    }

    private static Look flowing() {
        return new Look(
                NOW,
                Optional.of(new Look.Down(true, 1, 13, 12, 12, 9000, 800_000, 0, 0, 0, 0, 0, 0, 1)),
                new Look.Up(0, 0, 0, 0, 0, 7, 9000),
                new Look.Sync(2, 1234, 5000, 1_500_000),
                new Look.Slow(3, 2, 20, 5, 1, 2, 0, 1, 3, 0.7, 0, 9000, 8, 2));
    }

    private static Look stuck() {
        return new Look(
                NOW,
                Optional.of(
                        new Look.Down(
                                false, 300, 90, 80, 40, 9000, 800_000, 2, 30, 500, 200, 200, 180,
                                200)),
                new Look.Up(5, 100, 4, 1, 200, 9, 9000),
                new Look.Sync(0, 0, 0, 0),
                new Look.Slow(0, 0, 20, 5, 1, 2, 3, 4, 2000, 0.7, 12, 9000, 8, 2));
    }

    private static Orders.Order order() {
        return new Orders.Order(
                "a1",
                NOW,
                "rep1.norte",
                "1",
                "81",
                "2011",
                "accepted_with_remarks",
                "1000242",
                "invoiced",
                "Pedido 1000242 importado.");
    }

    private static Orders.Detail detail() {
        return new Orders.Detail(
                order(),
                Map.of(
                        "Cliente",
                        cell("81", "numeric(6,0)"),
                        "Observação",
                        cell("<script>alert(1)</script>", "text")),
                List.of("Produto", "Preço"),
                List.of(
                        new Orders.Line(
                                List.of(cell("1111", "numeric(6,0)"), cell("1333.50", PRICE)),
                                "Produto 111 fora de linha.",
                                true,
                                cell("0.000000", PRICE))),
                List.of(
                        new Orders.Event(NOW, "rejected", "foz", "<script>alert(2)</script>", ""),
                        new Orders.Event(NOW, "", "agent", "", "invoiced")));
    }

    private static Orders.Cell cell(String text, String type) {
        return new Orders.Cell(text, ColumnType.of(Optional.of(type), Optional.empty()));
    }

    private static Map<String, Object> console(Locale language, Look look) {
        Words words = words(language);
        Map<String, Words.StationText> stations =
                new Stations(look, Optional.empty())
                        .all().stream()
                                .map(words::station)
                                .collect(Collectors.toMap(Words.StationText::id, text -> text));
        Orders.Filter filter = Orders.Filter.of("rejected", " x ");
        boolean any = look.down().isPresent();
        return Map.ofEntries(
                Map.entry("person", new Person("norte", "operator.norte", "Operação")),
                Map.entry("tenant", new Tenant("norte", "t_norte", 1, "erp", List.of(), List.of())),
                Map.entry("down", Stations.DOWN.stream().map(stations::get).toList()),
                Map.entry("up", Stations.UP.stream().map(stations::get).toList()),
                Map.entry("troubles", words.summary(new Stations(look, Optional.empty()).all())),
                Map.entry("at", NOW),
                Map.entry("facts", facts(any)),
                Map.entry("capture", capture(any)),
                Map.entry("assets", Assets.addresses()),
                Map.entry("filter", filter),
                Map.entry("states", Orders.STATES),
                Map.entry("orders", any ? List.of(order()) : List.of()),
                Map.entry("words", words),
                Map.entry("searched", Orders.SEARCHED_MAX),
                Map.entry("shown", 1));
    }

    private static CaptureFacts.Capture capture(boolean any) {
        return any
                ? new CaptureFacts.Capture(
                        List.of(
                                status("prices", "log", "standing"),
                                status("customers", "stamp", "paused"),
                                status("orders", "log", "snapshot"),
                                status("products", "compare", "looking"),
                                status("reps", "log", "streaming"),
                                status("notes", "feed", "waiting")),
                        List.of(
                                new CaptureFacts.Done(
                                        asked(2, "verify", "done"), Optional.of(check())),
                                new CaptureFacts.Done(
                                        asked(1, "pause", "taken"), Optional.empty())))
                : new CaptureFacts.Capture(List.of(), List.of());
    }

    private static TableStatus status(String table, String way, String phase) {
        boolean read = phase.equals("snapshot");
        return new TableStatus(
                "norte",
                "erp",
                true,
                table,
                way,
                phase,
                3,
                read ? 1_234_567L : null,
                read ? 54_321L : null,
                read ? 0.25 : null,
                read ? 75L : null,
                phase.equals("standing") ? "<script>alert(1)</script> has no column 'price'" : null,
                phase.equals("standing") ? "give the contract its new name" : null,
                null);
    }

    private static CaptureDesk.Order asked(long id, String kind, String state) {
        return new CaptureDesk.Order(id, "customers", kind, state, "", "ana", NOW, null, NOW);
    }

    private static CaptureDesk.Check check() {
        return new CaptureDesk.Check(
                2,
                "customers",
                NOW,
                NOW,
                12_345,
                2,
                1,
                1,
                0,
                0,
                List.of(new CaptureDesk.Difference("C1/7", "missing", List.of())));
    }

    @Test
    void theTablesCaptureIsSaidWithWhatCanBeAskedOfThem() {
        for (Locale language : LANGUAGES) {
            boolean english = language.equals(Languages.ENGLISH);
            String page = render("console", language, console(language, flowing()));
            assertFalse(page.contains("<script>alert"), page);
            assertTrue(page.contains(english ? "1,234,567 rows" : "1.234.567 linhas"), page);
            assertTrue(
                    page.contains(english ? "25%, about 75 s left" : "25%, faltam cerca de 75 s"),
                    page);
            assertTrue(
                    page.contains(
                            english
                                    ? "12,345 rows compared: 1 missing"
                                    : "12.345 linhas comparadas: 1 faltando"),
                    page);
            assertTrue(
                    page.contains(english ? "6 tables: 2 up to date" : "6 tabelas: 2 em dia"),
                    page);
            assertEquals(1, page.split("value=\"resume\"", -1).length - 1, "one is paused");
            assertEquals(5, page.split("value=\"pause\"", -1).length - 1, "the others are not");
        }
    }

    private static TenantFacts.Facts facts(boolean any) {
        return any
                ? new TenantFacts.Facts(
                        Optional.of(new TenantFacts.ContractFacts("1.0.0", NOW)),
                        Optional.of(
                                new TenantFacts.Agent("agent-norte", true, NOW, Optional.empty())),
                        List.of(new TenantFacts.Quarantined("pcclient", "81", "too long", NOW)),
                        List.of(new TenantFacts.TableFacts("pcclient", 100, false)),
                        List.of(new TenantFacts.Device("rep1.norte", "c1", 3)))
                : new TenantFacts.Facts(
                        Optional.empty(), Optional.empty(), List.of(), List.of(), List.of());
    }

    private static Words words(Locale language) {
        return new Words(messages(), language);
    }

    private static ResourceBundleMessageSource messages() {
        ResourceBundleMessageSource messages = new ResourceBundleMessageSource();
        messages.setBasename("messages");
        messages.setDefaultEncoding("UTF-8");
        messages.setFallbackToSystemLocale(false);
        return messages;
    }

    private static String render(String template, Locale language, Map<String, Object> model) {
        ClassLoaderTemplateResolver resolver = new ClassLoaderTemplateResolver();
        resolver.setPrefix("templates/");
        resolver.setSuffix(".html");
        resolver.setCharacterEncoding("UTF-8");
        SpringTemplateEngine engine = new SpringTemplateEngine();
        engine.setTemplateResolver(resolver);
        engine.setTemplateEngineMessageSource(messages());
        engine.setLinkBuilder(
                new AbstractLinkBuilder() {
                    @Override
                    public String buildLink(
                            IExpressionContext context,
                            String base,
                            Map<String, Object> parameters) {
                        return base;
                    }
                });
        return engine.process(template, new Context(language, model));
    }

    private static Set<Object> keys(String bundle) throws IOException {
        Properties properties = new Properties();
        try (Reader reader =
                new InputStreamReader(
                        Objects.requireNonNull(ConsolePagesTest.class.getResourceAsStream(bundle)),
                        StandardCharsets.UTF_8)) {
            properties.load(reader);
        }
        return properties.keySet();
    }
}
