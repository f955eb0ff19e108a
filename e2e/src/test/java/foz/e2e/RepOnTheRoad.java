package foz.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import foz.harness.FozRun;
import foz.harness.Waiting;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A rep's day, from the first sync to the verdicts. The same for one server process and for many.
final class RepOnTheRoad {

    private static final Map<String, String> GOOD_1 =
            Map.of("codprod", "1", "qt", "10", "pvenda", "500");
    private static final Map<String, String> GOOD_2 =
            Map.of("codprod", "2", "qt", "5", "pvenda", "800");
    private static final Map<String, String> NO_SUCH_PRODUCT =
            Map.of("codprod", "999999", "qt", "1", "pvenda", "10");
    private static final Map<String, String> NOTHING =
            Map.of("codprod", "3", "qt", "0", "pvenda", "10");

    private final FozRun run;
    private final Path folder;

    RepOnTheRoad(FozRun run, Path folder) {
        this.run = run;
        this.folder = folder;
    }

    void play() throws SQLException {
        try (Phone phone = new Phone(run, "rep1.norte", folder)) {
            phone.firstSync();
            phone.awaitEqualToReplica();
            orderWrittenOffline(phone);
            operatorSeesThem();
            refusedOrder(phone);
            numberUsedTwice(phone);
            changesArrive(phone);
            resumesAfterReconnect(phone);
            customerMoves(phone);
        }
        FozRun.Exit verified = run.foz("verify", "--data", run.data().toString(), "--wait", "30");
        assertEquals(0, verified.code(), verified.output());
    }

    private void orderWrittenOffline(Phone phone) throws SQLException {
        phone.device().disconnect();
        phone.writeOrder("order-offline", 501, 1, List.of(GOOD_1, GOOD_2));
        assertTrue(phone.device().hasPendingUploads(), "the order waits on the phone");
        assertEquals(0, inbox("order-offline"), "the ERP knows nothing yet");
        phone.connect();
        Map<String, @Nullable String> order =
                phone.awaitState("order-offline", "accepted", "accepted_with_remarks");
        assertNotNull(order.get("erp_number"), () -> "the ERP's number: " + order);
        assertTrue(
                String.valueOf(order.get("message")).contains("importado"),
                () -> "the ERP's own words: " + order);
        assertEquals(1, inbox("order-offline"), "exactly once in the inbox");
        phone.awaitEqualToReplica();
    }

    private void operatorSeesThem() {
        Operator operator = new Operator(run, "operator.norte");
        Waiting.until(
                "the phone on the console",
                java.time.Duration.ofSeconds(30),
                () -> {
                    String connected = operator.figure("sync", "Connected");
                    return connected.equals("1") ? null : "connected: " + connected;
                });
        Waiting.until(
                "the order's position in its history",
                java.time.Duration.ofSeconds(30),
                () -> {
                    String history = operator.order("order-offline");
                    return history.contains("Position: ") ? null : history;
                });
    }

    private void refusedOrder(Phone phone) throws SQLException {
        phone.writeOrder("order-bad", 502, 1, List.of(GOOD_1, NO_SUCH_PRODUCT, NOTHING));
        phone.connect();
        phone.awaitState("order-bad", "rejected");
        String lines = phone.lineMessages("order-bad").toString();
        assertTrue(lines.contains("999999"), () -> "the line says which product: " + lines);
        assertTrue(lines.contains("Quantidade"), () -> "the line says which field: " + lines);
        assertEquals(0, inbox("order-bad"), "a refused order does not reach the ERP");
        phone.writeOrder("order-foreign", 503, 2, List.of(GOOD_1));
        phone.connect();
        Map<String, @Nullable String> foreign = phone.awaitState("order-foreign", "rejected");
        assertTrue(
                String.valueOf(foreign.get("message")).contains("carteira"),
                () -> "not her customer, in words: " + foreign);
        phone.awaitEqualToReplica();
    }

    private void numberUsedTwice(Phone phone) throws SQLException {
        phone.writeOrder("order-again", 501, 1, List.of(GOOD_2));
        phone.connect();
        Map<String, @Nullable String> again = phone.awaitState("order-again", "rejected");
        assertTrue(
                String.valueOf(again.get("message")).contains("501"),
                () -> "the number is named: " + again);
        assertEquals(0, inbox("order-again"), "and nothing reached the ERP");
    }

    private void changesArrive(Phone phone) throws SQLException {
        erp(
                "UPDATE pctabpr SET pvenda1 = pvenda1 + 1, dtultaltpvenda = localtimestamp(0) WHERE codprod = 5",
                "UPDATE pcest SET qtestger = qtestger + 7 WHERE codprod = 6",
                "UPDATE pcprodut SET descricao = E'NOVO \\\"TAB\\t\\\\ ✓', dtultalter = localtimestamp(0) WHERE codprod = 7",
                "DELETE FROM pctabpr WHERE codprod = 8 AND numregiao = 2",
                "UPDATE pcclient SET fantasia = NULL WHERE codcli = 1");
        awaitReplica("SELECT count(*) FROM t_norte.pctabpr WHERE codprod = 8 AND numregiao = 2", 0);
        awaitReplica(
                "SELECT count(*) FROM t_norte.pcclient WHERE codcli = 1 AND fantasia IS NULL", 1);
        phone.awaitEqualToReplica();
        assertEquals(
                List.of(),
                phone.device()
                        .query("SELECT id FROM pctabpr WHERE codprod = '8' AND numregiao = '2'"),
                "what was deleted is gone from the phone");
    }

    private void resumesAfterReconnect(Phone phone) throws SQLException {
        phone.device().disconnect();
        erp(
                "UPDATE pcprodut SET descricao = 'ENQUANTO FORA', dtultalter = localtimestamp(0) WHERE codprod = 9");
        awaitReplica("SELECT count(*) FROM t_norte.pcprodut WHERE descricao = 'ENQUANTO FORA'", 1);
        phone.connect();
        phone.awaitEqualToReplica();
        assertFalse(
                phone.device()
                        .query("SELECT id FROM pcprodut WHERE descricao = 'ENQUANTO FORA'")
                        .isEmpty());
    }

    private void customerMoves(Phone phone) throws SQLException {
        try (Phone other = new Phone(run, "rep2.norte", folder)) {
            other.firstSync();
            other.awaitEqualToReplica();
            long customer = 1;
            String receivables = "SELECT id FROM pcprest WHERE codcli = '" + customer + "'";
            int before = phone.device().query(receivables).size();
            erp(
                    "UPDATE pcclient SET codusur1 = 2, dtultalter = localtimestamp(0) WHERE codcli = "
                            + customer);
            awaitReplica(
                    "SELECT count(*) FROM t_norte.pcclient WHERE codcli = 1 AND codusur1 = 2", 1);
            phone.awaitEqualToReplica();
            other.awaitEqualToReplica();
            assertEquals(
                    List.of(),
                    phone.device().query("SELECT id FROM pcclient WHERE codcli = '1'"),
                    "she left the first phone");
            assertEquals(List.of(), phone.device().query(receivables), "with her receivables");
            assertEquals(
                    1,
                    other.device().query("SELECT id FROM pcclient WHERE codcli = '1'").size(),
                    "and is on the second");
            assertTrue(other.device().query(receivables).size() >= before, "with her receivables");
        }
    }

    private void erp(String... statements) throws SQLException {
        try (Connection connection = run.erp();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.executeUpdate(sql);
            }
        }
    }

    private void awaitReplica(String sql, long count) {
        Waiting.until(
                sql,
                java.time.Duration.ofSeconds(60),
                () -> {
                    try (Connection connection = run.replica();
                            Statement statement = connection.createStatement();
                            ResultSet found = statement.executeQuery(sql)) {
                        found.next();
                        return found.getLong(1) == count ? null : "it is " + found.getLong(1);
                    }
                });
    }

    private int inbox(String id) throws SQLException {
        try (Connection connection = run.erp();
                PreparedStatement statement =
                        connection.prepareStatement(
                                "SELECT count(*) FROM pcpedcfv WHERE idfv = ?")) {
            statement.setString(1, id);
            try (ResultSet found = statement.executeQuery()) {
                found.next();
                return found.getInt(1);
            }
        }
    }
}
