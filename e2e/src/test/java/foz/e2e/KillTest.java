package foz.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import foz.harness.FozRun;
import foz.harness.Waiting;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Parts are killed one after another, in the middle of a load and of a stream of orders.
@Tag("slow")
class KillTest {

    private static final List<String> VICTIMS =
            List.of("server", "agent", "kafka", "postgres", "erp");
    private static final Set<String> ANSWERED =
            Set.of("accepted", "accepted_with_remarks", "rejected", "cancelled");

    @TempDir Path folder = Path.of("");

    @Test
    void nothingIsLostOrDoubledWhateverIsKilled() throws SQLException, InterruptedException {
        try (FozRun run =
                        FozRun.up(
                                folder.resolve("foz"),
                                "--scale",
                                "0.05",
                                "--life",
                                "40",
                                "--tenants",
                                "norte");
                Orders orders = new Orders(run, run.user("rep1.norte"))) {
            reload(run);
            for (String victim : VICTIMS) {
                orders.awaitMore(8);
                run.kill(victim);
            }
            orders.awaitMore(8);
            orders.stop();
            run.foz("erp", "stop", "--data", run.data().toString());
            orders.awaitAnswers();
            FozRun.Exit verified =
                    run.foz("verify", "--data", run.data().toString(), "--wait", "120");
            assertEquals(0, verified.code(), verified.output());
            orders.assertExactlyOnce();
            try (Phone phone = new Phone(run, "rep1.norte", folder)) {
                phone.firstSync();
                phone.awaitEqualToReplica();
                for (String id : orders.acknowledged()) {
                    assertTrue(
                            ANSWERED.contains(String.valueOf(phone.order(id).get("state"))),
                            () -> "answered on the phone: " + phone.order(id));
                }
            }
        }
    }

    /// Every price changes, so that a large load is under way while parts are killed.
    private static void reload(FozRun run) throws SQLException {
        try (Connection erp = run.erp();
                Statement statement = erp.createStatement()) {
            statement.executeUpdate("UPDATE pctabpr SET pvenda2 = pvenda2 + 0.01");
            statement.executeUpdate("UPDATE pcest SET qtestger = qtestger + 1");
        }
    }

    /// A rep's app that sends orders and repeats each until it is acknowledged, as an app must.
    private static final class Orders implements AutoCloseable {

        private final FozRun run;
        private final FozRun.User user;
        private final Map<String, String> states = new ConcurrentHashMap<>();
        private final AtomicBoolean stopped = new AtomicBoolean();
        private final Thread thread;

        Orders(FozRun run, FozRun.User user) {
            this.run = run;
            this.user = user;
            this.thread = Thread.ofVirtual().name("orders").start(this::send);
        }

        private void send() {
            for (int number = 1; !stopped.get(); number++) {
                String id = "kill-" + number;
                Map<String, Object> order =
                        SalesOrder.of(
                                id, 7000 + number, number % 7 == 0 ? 999_999 : 1, 1 + number % 15);
                while (!sent(id, order)) {
                    pause(200);
                }
                pause(100);
            }
        }

        private boolean sent(String id, Map<String, Object> order) {
            try {
                FozRun.Answer answer =
                        run.post(
                                run.url("api") + "/v1/commands/order",
                                user.token(),
                                order,
                                "Idempotency-Key",
                                id);
                if (answer.status() == 200 || answer.status() == 202) {
                    states.put(id, answer.json().path("state").asString());
                    return true;
                }
                return false;
            } catch (RuntimeException _) {
                return false;
            }
        }

        private static void pause(long ms) {
            try {
                TimeUnit.MILLISECONDS.sleep(ms);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }

        Set<String> acknowledged() {
            return new HashSet<>(states.keySet());
        }

        void awaitMore(int count) {
            int target = states.size() + count;
            Waiting.until(
                    count + " more orders acknowledged",
                    Duration.ofMinutes(2),
                    () -> states.size() >= target ? null : "there are " + states.size());
        }

        void stop() throws InterruptedException {
            stopped.set(true);
            thread.join(Duration.ofMinutes(1));
        }

        void awaitAnswers() {
            Waiting.until(
                    "an answer to each order",
                    Duration.ofMinutes(3),
                    () -> {
                        Map<String, String> open = new HashMap<>();
                        ledger().forEach((id, state) -> {
                            if (!ANSWERED.contains(state)) {
                                open.put(id, state);
                            }
                        });
                        return open.isEmpty() ? null : open.toString();
                    });
            assertEquals(
                    acknowledged(),
                    uncheckedLedger().keySet(),
                    "what was acknowledged is what the ledger has");
        }

        private Map<String, String> uncheckedLedger() {
            try {
                return ledger();
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        private Map<String, String> ledger() throws SQLException {
            Map<String, String> ledger = new HashMap<>();
            try (Connection replica = run.replica();
                    Statement statement = replica.createStatement();
                    ResultSet rows =
                            statement.executeQuery("SELECT id, state FROM t_norte.foz_command")) {
                while (rows.next()) {
                    ledger.put(rows.getString(1), rows.getString(2));
                }
            }
            return ledger;
        }

        /// Each order that was not refused at the door stands once in the inbox, and the refused
        /// ones nowhere.
        void assertExactlyOnce() throws SQLException {
            Map<String, Integer> inbox = new HashMap<>();
            try (Connection erp = run.erp();
                    Statement statement = erp.createStatement();
                    ResultSet rows =
                            statement.executeQuery(
                                    "SELECT idfv, count(*) FROM pcpedcfv WHERE idfv LIKE 'kill-%' GROUP BY 1")) {
                while (rows.next()) {
                    inbox.put(rows.getString(1), rows.getInt(2));
                }
            }
            Map<String, Integer> expected = new HashMap<>();
            for (String id : acknowledged()) {
                if (Integer.parseInt(id.substring(5)) % 7 != 0) {
                    expected.put(id, 1);
                }
            }
            assertEquals(expected, inbox);
        }

        @Override
        public void close() {
            stopped.set(true);
            thread.interrupt();
        }
    }
}
