package foz.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import foz.contract.Contract;
import foz.contract.ContractReader;
import foz.harness.FozRun;
import foz.harness.Waiting;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// A database that nobody here designed: proposed, reviewed, captured, verified, and on a device;
/// by SELECT alone, and by its log.
@Tag("slow")
class NorthwindTest {

    @TempDir Path folder = Path.of("");

    @Test
    void northwindIsProposedCapturedVerifiedAndOnADevice()
            throws IOException, SQLException, InterruptedException {
        Path dump = FozRun.root().resolve("../shared/data/northwind/northwind.sql");
        assumeTrue(Files.exists(dump), dump + " is not here");
        try (FozRun run =
                FozRun.up(
                        folder.resolve("foz"),
                        "--scale",
                        "0.02",
                        "--life",
                        "0",
                        "--tenants",
                        "norte")) {
            String jdbc = load(run, Files.readString(dump));
            follow(run, jdbc, "northwind", "nancy");
            follow(run, jdbc, "northwind_log", "janet", "--log");
        }
    }

    /// From the proposal to a device that sees a deletion.
    private void follow(FozRun run, String jdbc, String tenant, String person, String... way)
            throws IOException, SQLException, InterruptedException {
        JsonNode erp = run.file().path("erp");
        String user = erp.path("user").asString();
        String password = erp.path("password").asString();
        String data = run.data().toString();
        Path contract = folder.resolve(tenant + ".odcs.yaml");
        List<String> propose =
                new ArrayList<>(
                        List.of(
                                "contract",
                                "propose",
                                "--jdbc",
                                jdbc,
                                "--user",
                                user,
                                "--password=" + password,
                                "--schema",
                                "public",
                                "--name",
                                tenant,
                                "--output",
                                contract.toString()));
        propose.addAll(List.of(way));
        done(run.foz(propose.toArray(String[]::new)));
        Files.writeString(contract, reviewed(Files.readString(contract)));
        done(run.foz("contract", "validate", contract.toString()));
        done(run.foz("tenant", "add", tenant, "--contract", contract.toString(), "--data", data));
        done(
                run.foz(
                        "tenant",
                        "user",
                        tenant,
                        person,
                        "--password=a-long-password",
                        "--rep",
                        "1",
                        "--data",
                        data));
        Path agentFolder = folder.resolve("agent-" + tenant);
        done(
                run.foz(
                        "tenant",
                        "agent",
                        tenant,
                        "--folder",
                        agentFolder.toString(),
                        "--jdbc",
                        jdbc,
                        "--user",
                        user,
                        "--password",
                        password,
                        "--data",
                        data));
        Path log = folder.resolve(tenant + ".log");
        Process agent = run.agent(agentFolder.resolve("agent.properties"), log);
        try {
            verifyClean(run, tenant, jdbc, user, password);
            FozRun.Exit token =
                    run.foz(
                            "token",
                            "--user",
                            person,
                            "--password",
                            "a-long-password",
                            "--data",
                            data);
            done(token);
            Contract read = ContractReader.read(Files.readString(contract));
            FozRun.User rep = new FozRun.User(tenant, person, "1", token.output().strip());
            try (Phone phone = new Phone(run, rep, read, folder)) {
                phone.firstSync();
                assertEquals(
                        ordersOf(jdbc, user, password, 1),
                        phone.device().query("SELECT id FROM orders").size(),
                        "the rep's orders");
                change(jdbc, user, password);
                verifyClean(run, tenant, jdbc, user, password);
                Waiting.until(
                        "the deleted order leaving the device",
                        Duration.ofSeconds(60),
                        () ->
                                phone.device().query("SELECT id FROM orders").size()
                                                == ordersOf(jdbc, user, password, 1)
                                        ? null
                                        : phone.device().query("SELECT id FROM orders").size()
                                                + " orders");
            }
            aColumnRenamedStopsItsTableAlone(run, tenant, jdbc, user, password);
            aTableIsPausedComparedAndReadAgain(run, tenant, jdbc, user, password);
            aBundleIsWholeUntilSomebodyAltersIt(run, agentFolder, log);
            String said = Files.readString(log);
            assertEquals(way.length > 0, said.contains("reading the log of 14 tables"), () -> said);
        } finally {
            agent.destroy();
            assertTrue(agent.waitFor(20, TimeUnit.SECONDS), "the agent stops on SIGTERM");
        }
    }

    private static void aColumnRenamedStopsItsTableAlone(
            FozRun run, String tenant, String jdbc, String user, String password)
            throws SQLException {
        try (Connection connection = DriverManager.getConnection(jdbc, user, password);
                Statement statement = connection.createStatement()) {
            statement.execute("ALTER TABLE public.shippers RENAME phone TO telephone");
            awaitStatus(run, tenant, 1, "STANDS STILL");
            statement.execute("UPDATE public.region SET region_description = 'moved on'");
            statement.execute(
                    "INSERT INTO public.shippers (shipper_id, company_name) SELECT max(shipper_id) + 1, 'new' FROM public.shippers");
            statement.execute("ALTER TABLE public.shippers RENAME telephone TO phone");
            awaitStatus(run, tenant, 0, "as of");
        }
        verifyClean(run, tenant, jdbc, user, password);
    }

    private static void aBundleIsWholeUntilSomebodyAltersIt(FozRun run, Path agentFolder, Path log)
            throws IOException {
        Path bundle = agentFolder.resolve("bundle.zip");
        done(
                run.agentCommand(
                        "bundle",
                        "--config",
                        agentFolder.resolve("agent.properties").toString(),
                        "--output",
                        bundle.toString(),
                        "--log",
                        log.toString()));
        FozRun.Exit whole =
                run.foz("tenant", "bundle", bundle.toString(), "--data", run.data().toString());
        done(whole);
        assertTrue(whole.output().contains("whole: "), whole.output());
        try (FileSystem zip = FileSystems.newFileSystem(bundle)) {
            Files.writeString(zip.getPath("about.json"), "{}");
        }
        FozRun.Exit altered =
                run.foz("tenant", "bundle", bundle.toString(), "--data", run.data().toString());
        assertEquals(1, altered.code(), altered.output());
        assertTrue(altered.output().contains("about.json"), altered.output());
    }

    private static void aTableIsPausedComparedAndReadAgain(
            FozRun run, String tenant, String jdbc, String user, String password)
            throws SQLException {
        List<String> here = List.of("--tenant", tenant, "--data", run.data().toString());
        done(capture(run, here, "pause", "region"));
        awaitStatus(run, tenant, 0, "PAUSED");
        try (Connection connection = DriverManager.getConnection(jdbc, user, password);
                Statement statement = connection.createStatement()) {
            statement.execute("UPDATE public.region SET region_description = 'unseen'");
        }
        FozRun.Exit orders = capture(run, here, "verify", "orders");
        done(orders);
        assertTrue(orders.output().contains(" 0 missing, 0 different, 0 extra"), orders.output());
        done(capture(run, here, "resume", "region"));
        try (Connection replica = run.replica();
                Statement statement = replica.createStatement()) {
            statement.execute("DELETE FROM t_%s.shippers WHERE shipper_id = 1".formatted(tenant));
        }
        FozRun.Exit lost = capture(run, here, "verify", "shippers");
        assertEquals(1, lost.code(), lost.output());
        assertTrue(lost.output().contains("missing 1"), lost.output());
        done(capture(run, here, "reload", "shippers"));
        verifyClean(run, tenant, jdbc, user, password);
        String all = capture(run, here, "orders").output();
        assertEquals(4, all.lines().count(), all);
    }

    private static FozRun.Exit capture(FozRun run, List<String> here, String... words) {
        List<String> all = new ArrayList<>(List.of("capture"));
        all.addAll(List.of(words));
        all.addAll(here);
        return run.foz(all.toArray(String[]::new));
    }

    private static void awaitStatus(FozRun run, String tenant, int code, String words) {
        Waiting.until(
                "the capture's status",
                Duration.ofSeconds(90),
                () -> {
                    FozRun.Exit status =
                            run.foz(
                                    "capture",
                                    "status",
                                    "--tenant",
                                    tenant,
                                    "--data",
                                    run.data().toString());
                    assertEquals(
                            14, status.output().lines().filter(l -> l.startsWith(tenant)).count());
                    return status.code() == code && status.output().contains(words)
                            ? null
                            : status.output();
                });
    }

    /// What a person adds in review: who sees what.
    private static String reviewed(String proposal) {
        String buckets =
                """
                customProperties:
                  - property: foz.buckets
                    value:
                      - {name: shared, priority: 1}
                      - {name: rep, priority: 2, claim: rep}
                schema:\
                """;
        String text = proposal.replaceFirst("(?m)^schema:", buckets);
        text = withScope(text, "products", "{bucket: shared}");
        text = withScope(text, "orders", "{bucket: rep, by: employee_id}");
        return withScope(
                text, "order_details", "{bucket: rep, column: order_id, through: orders.order_id}");
    }

    private static String withScope(String text, String table, String scope) {
        int at = text.indexOf("name: " + table + "\n");
        assertTrue(at > 0, () -> "the proposal has the table " + table + ":\n" + text);
        int capture = text.indexOf("- property: foz.capture", at);
        String indent = text.substring(text.lastIndexOf('\n', capture) + 1, capture);
        return text.substring(0, capture)
                + "- property: foz.sync\n"
                + indent
                + "  value: "
                + scope
                + "\n"
                + indent
                + text.substring(capture);
    }

    private static String load(FozRun run, String sql) throws SQLException {
        JsonNode erp = run.file().path("erp");
        String base = erp.path("jdbcUrl").asString();
        String url = base.substring(0, base.lastIndexOf('/')) + "/northwind";
        try (Connection connection = run.erp();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE northwind");
        }
        try (Connection connection =
                        DriverManager.getConnection(
                                url, erp.path("user").asString(), erp.path("password").asString());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
        return url;
    }

    private static int ordersOf(String jdbc, String user, String password, int employee)
            throws SQLException {
        try (Connection connection = DriverManager.getConnection(jdbc, user, password);
                Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery(
                                "SELECT count(*) FROM public.orders WHERE employee_id = "
                                        + employee)) {
            rows.next();
            return rows.getInt(1);
        }
    }

    private static void change(String jdbc, String user, String password) throws SQLException {
        try (Connection connection = DriverManager.getConnection(jdbc, user, password);
                Statement statement = connection.createStatement()) {
            statement.execute("SET search_path = public");
            statement.executeUpdate(
                    "UPDATE products SET unit_price = unit_price * 1.1, units_in_stock = units_in_stock + 1");
            statement.executeUpdate(
                    "UPDATE customers SET company_name = 'Ação & \"Cia\" \\ 🚚' WHERE customer_id = 'ALFKI'");
            statement.executeUpdate(
                    "DELETE FROM order_details WHERE order_id IN (SELECT order_id FROM orders WHERE employee_id = 1 ORDER BY 1 LIMIT 3)");
            statement.executeUpdate(
                    "DELETE FROM orders WHERE order_id IN (SELECT order_id FROM orders WHERE employee_id = 1 ORDER BY 1 LIMIT 3)");
            statement.executeUpdate(
                    "INSERT INTO region SELECT coalesce(max(region_id), 0) + 1, 'Novo' FROM region");
        }
    }

    private static void verifyClean(
            FozRun run, String tenant, String jdbc, String user, String password) {
        FozRun.Exit verified =
                run.foz(
                        "verify",
                        "--data",
                        run.data().toString(),
                        "--tenant",
                        tenant,
                        "--source-jdbc",
                        jdbc,
                        "--source-user",
                        user,
                        "--source-password",
                        password,
                        "--wait",
                        "90");
        assertEquals(0, verified.code(), verified.output());
        assertTrue(verified.output().contains("order_details"), verified.output());
    }

    private static void done(FozRun.Exit exit) {
        assertEquals(0, exit.code(), exit.output());
    }
}
