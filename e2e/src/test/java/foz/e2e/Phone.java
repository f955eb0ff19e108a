package foz.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import foz.contract.Contract;
import foz.contract.ContractReader;
import foz.harness.FozRun;
import foz.harness.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// A rep's phone: the official SDK with the sales app's tables.
final class Phone implements AutoCloseable {

    private static final Duration SYNC_MAX = Duration.ofSeconds(90);

    private final FozRun run;
    private final FozRun.User user;
    private final Contract contract;
    private final OfficialDevice device;

    Phone(FozRun run, String username, Path folder) {
        this(run, run.user(username), salesContract(), folder);
    }

    Phone(FozRun run, FozRun.User user, Contract contract, Path folder) {
        this.run = run;
        this.user = user;
        this.contract = contract;
        this.device =
                OfficialDevice.open(
                        folder.resolve(user.username() + ".db"), schema(contract), new Backend());
    }

    static Contract salesContract() {
        try {
            return ContractReader.read(
                    Files.readString(
                            FozRun.root().resolve("solutions/sales/contracts/sales.odcs.yaml")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<OfficialDevice.Table> schema(Contract contract) {
        List<OfficialDevice.Table> tables = new ArrayList<>();
        for (Contract.Table table : contract.tables()) {
            if (!table.sync().isEmpty()) {
                tables.add(
                        new OfficialDevice.Table(
                                table.name(),
                                columns(table).stream()
                                        .map(name ->
                                                new OfficialDevice.Column(
                                                        name, OfficialDevice.Type.TEXT))
                                        .toList()));
            }
        }
        tables.add(
                new OfficialDevice.Table(
                        "foz_refusal",
                        List.of(
                                new OfficialDevice.Column("row_id", OfficialDevice.Type.TEXT),
                                new OfficialDevice.Column("message", OfficialDevice.Type.TEXT))));
        return tables;
    }

    private static List<String> columns(Contract.Table table) {
        return table.synced().stream()
                .map(Contract.Column::name)
                .filter(name -> !name.equals("id"))
                .toList();
    }

    private final class Backend implements OfficialDevice.Connector {
        @Override
        public OfficialDevice.Credentials credentials() {
            return new OfficialDevice.Credentials(run.url("sync"), user.token());
        }

        @Override
        public void upload(String clientId, List<OfficialDevice.Crud> entries) {
            ObjectNode body = FozRun.JSON.createObjectNode();
            body.put("client_id", clientId);
            ArrayNode crud = body.putArray("crud");
            for (OfficialDevice.Crud entry : entries) {
                crud.addObject()
                        .put("op_id", entry.clientId())
                        .put("tx_id", entry.transactionId())
                        .put("op", entry.op())
                        .put("type", entry.table())
                        .put("id", entry.id())
                        .set("data", FozRun.JSON.readTree(entry.json()));
            }
            FozRun.Answer answer =
                    run.post(run.url("api") + "/v1/upload", user.token(), (Object) body);
            if (answer.status() != 200) {
                throw new IllegalStateException("upload: " + answer);
            }
        }
    }

    OfficialDevice device() {
        return device;
    }

    void connect() {
        device.connect();
    }

    void firstSync() {
        device.connect();
        assertTrue(
                device.waitForFirstSync(SYNC_MAX), () -> "no first sync: " + device.lastErrors());
    }

    /// Waits until the phone holds what the replica has for this rep, row by row and column by
    /// column.
    void awaitEqualToReplica() {
        Waiting.until("the phone of " + user.username(), SYNC_MAX, this::difference);
    }

    private @Nullable String difference() throws SQLException {
        try (Connection replica = run.replica()) {
            for (Contract.Table table : contract.tables()) {
                if (!table.sync().isEmpty()) {
                    String difference =
                            firstDifference(table, expected(replica, table), held(table));
                    if (difference != null) {
                        return difference;
                    }
                }
            }
        }
        return null;
    }

    private static @Nullable String firstDifference(
            Contract.Table table,
            Map<String, List<@Nullable String>> expected,
            Map<String, List<@Nullable String>> held) {
        for (Map.Entry<String, List<@Nullable String>> row : expected.entrySet()) {
            if (!Objects.equals(row.getValue(), held.get(row.getKey()))) {
                return "%s %s: replica %s, phone %s"
                        .formatted(
                                table.name(), row.getKey(), row.getValue(), held.get(row.getKey()));
            }
        }
        for (String id : held.keySet()) {
            if (!expected.containsKey(id)) {
                return table.name() + " " + id + " is on the phone and should not be";
            }
        }
        return null;
    }

    Map<String, List<@Nullable String>> held(Contract.Table table) {
        Map<String, List<@Nullable String>> rows = new TreeMap<>();
        for (Map<String, @Nullable String> row : device.query("SELECT * FROM " + table.name())) {
            List<@Nullable String> values = new ArrayList<>();
            columns(table).forEach(name -> values.add(row.get(name)));
            rows.put(String.valueOf(row.get("id")), values);
        }
        return rows;
    }

    /// What the rep should have, said here in words of its own: the test's, not the server's.
    private Map<String, List<@Nullable String>> expected(Connection replica, Contract.Table table)
            throws SQLException {
        String schema = "t_" + user.tenant();
        String id =
                String.join(
                        " || '/' || ",
                        table.key().stream().map(c -> "\"" + c.name() + "\"::text").toList());
        String columns =
                String.join(
                        ", ",
                        columns(table).stream().map(name -> "\"" + name + "\"::text").toList());
        String sql =
                "SELECT %s, %s FROM %s.%s WHERE %s"
                        .formatted(id, columns, schema, table.name(), scope(table.name(), schema));
        Map<String, List<@Nullable String>> rows = new TreeMap<>();
        try (Statement statement = replica.createStatement();
                ResultSet found = statement.executeQuery(sql)) {
            while (found.next()) {
                List<@Nullable String> values = new ArrayList<>();
                for (int i = 0; i < columns(table).size(); i++) {
                    values.add(found.getString(i + 2));
                }
                rows.put(found.getString(1), values);
            }
        }
        return rows;
    }

    private String scope(String table, String schema) {
        String mine = "SELECT codcli FROM " + schema + ".pcclient WHERE codusur1 = " + user.rep();
        return switch (table) {
            case "pcclient" -> "codusur1 = " + user.rep();
            case "pcusuari", "pcpedc", "sales_order" -> "codusur = " + user.rep();
            case "pcprest" -> "codcli IN (" + mine + ")";
            case "pcpedi" ->
                    "numped IN (SELECT numped FROM %s.pcpedc WHERE codusur = %s)"
                            .formatted(schema, user.rep());
            case "sales_order_line" ->
                    "order_id IN (SELECT id FROM %s.sales_order WHERE codusur = %s)"
                            .formatted(schema, user.rep());
            default -> "true";
        };
    }

    /// Writes an order into the phone's own database, as the app does: header and lines in one
    /// transaction.
    void writeOrder(String id, long number, long customer, List<Map<String, String>> lines) {
        List<OfficialDevice.Statement> statements = new ArrayList<>();
        statements.add(
                new OfficialDevice.Statement(
                        """
                        INSERT INTO sales_order (id, numpedrca, codusur, codcli, dtaberturapedpalm, codfilial, codcob, codplpag)
                        VALUES (?, ?, ?, ?, '2026-11-24 10:00:00', '1', 'BK', '5')
                        """,
                        List.of(id, Long.toString(number), user.rep(), Long.toString(customer))));
        for (int i = 0; i < lines.size(); i++) {
            Map<String, String> line = lines.get(i);
            statements.add(
                    new OfficialDevice.Statement(
                            """
                            INSERT INTO sales_order_line (id, order_id, numseq, codprod, qt, pvenda) VALUES (?, ?, ?, ?, ?, ?)
                            """,
                            List.of(
                                    id + "-" + (i + 1),
                                    id,
                                    Integer.toString(i + 1),
                                    String.valueOf(line.get("codprod")),
                                    String.valueOf(line.get("qt")),
                                    String.valueOf(line.get("pvenda")))));
        }
        device.writeTransaction(statements);
    }

    Map<String, @Nullable String> order(String id) {
        List<Map<String, @Nullable String>> rows =
                device.query("SELECT * FROM sales_order WHERE id = ?", id);
        assertEquals(1, rows.size(), () -> "orders " + id + " on the phone: " + rows);
        return new LinkedHashMap<>(rows.getFirst());
    }

    /// Waits until the order's row on the phone has one of these states.
    Map<String, @Nullable String> awaitState(String id, String... states) {
        Waiting.until(
                "the order " + id + " being " + List.of(states),
                SYNC_MAX,
                () ->
                        List.of(states).contains(String.valueOf(order(id).get("state")))
                                ? null
                                : order(id).toString() + " " + device.lastErrors());
        return order(id);
    }

    JsonNode lineMessages(String id) {
        return FozRun.JSON.valueToTree(
                device.query(
                        "SELECT numseq, message, cut FROM sales_order_line WHERE order_id = ? ORDER BY numseq",
                        id));
    }

    @Override
    public void close() {
        device.close();
    }
}
