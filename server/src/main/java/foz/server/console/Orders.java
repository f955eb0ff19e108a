package foz.server.console;

import foz.contract.CommandSpec;
import foz.contract.Contract.Column;
import foz.contract.Contract.Table;
import foz.server.settings.Role;
import foz.server.tenant.Tenant;
import foz.value.ColumnType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The ledger of commands, for people: the last ones, and one with all its steps.
@Component
@Role("console")
final class Orders {

    static final int SHOWN_MAX = 50;
    static final int SEARCHED_MAX = 5000;

    /// The states of a command, in the order in which one meets them.
    static final List<String> STATES =
            List.of(
                    "received",
                    "queued",
                    "delivered",
                    "accepted",
                    "accepted_with_remarks",
                    "rejected",
                    "expired",
                    "dead_lettered",
                    "cancelled");

    /// The states whose message is always Foz's own and the same.
    static final Set<String> FOZ_SPEAKS = Set.of("queued", "delivered", "expired");

    private static final int TEXT_MAX = 60;
    private static final int LINES_MAX = 500;
    private static final int EVENTS_MAX = 100;
    private static final JsonMapper JSON = new JsonMapper();

    /// Which orders to show.
    ///
    /// @param state empty for all
    /// @param text in the number, the customer, the user, the ERP's number or the verdict; empty
    ///   for all
    record Filter(String state, String text) {
        static Filter of(String state, String text) {
            String stripped = text.strip().replace("\0", "");
            return new Filter(
                    STATES.contains(state) ? state : "",
                    stripped.length() > TEXT_MAX ? stripped.substring(0, TEXT_MAX) : stripped);
        }

        public boolean isEmpty() {
            return state.isEmpty() && text.isEmpty();
        }
    }

    /// An order as the ledger has it; empty texts where there is nothing yet.
    record Order(
            String id,
            Instant receivedAt,
            String subject,
            String rep,
            String customer,
            String number,
            String state,
            String legacyNumber,
            String position,
            String message) {}

    /// A step of an order; empty texts where there is nothing to say.
    ///
    /// @param position of the order in the legacy system
    record Event(Instant at, String state, String actor, String reason, String position) {

        /// Without what the step before said already.
        Event after(Event before) {
            boolean moved = !position.isEmpty() && !position.equals(before.position());
            return new Event(
                    at,
                    moved && state.equals(before.state()) ? "" : state,
                    actor,
                    reason.equals(before.reason()) ? "" : reason,
                    position.equals(state) || !moved ? "" : position);
        }
    }

    /// A value, with the type of its column.
    record Cell(String text, ColumnType type) {

        /// Whether it is an amount, and not a code that is made of digits.
        public boolean measures() {
            return type.kind() == ColumnType.Kind.FLOAT
                    || (type.kind() == ColumnType.Kind.DECIMAL
                            && (type.precision() == 0 || type.scale() > 0));
        }
    }

    /// A line, with the columns that it came with.
    ///
    /// @param values in the order of [Detail#columns]
    record Line(List<Cell> values, String message, boolean cut, Cell invoiced) {
        Line {
            values = List.copyOf(values);
        }
    }

    /// @param fields of the header: label to value
    /// @param columns labels of the lines' columns
    record Detail(
            Order order,
            Map<String, Cell> fields,
            List<String> columns,
            List<Line> lines,
            List<Event> events) {
        Detail {
            fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
            columns = List.copyOf(columns);
            lines = List.copyOf(lines);
            events = List.copyOf(events);
        }

        /// Whether the legacy system said anything of any line.
        public boolean answered() {
            return lines.stream()
                    .anyMatch(line ->
                            !line.message().isEmpty()
                                    || line.cut()
                                    || !line.invoiced().text().isEmpty());
        }
    }

    private record Row(Order order, String name, JsonNode payload) {}

    private final JdbcClient jdbc;

    Orders(DataSource dataSource) {
        this.jdbc = Looks.client(dataSource);
    }

    /// The newest first, out of the last [#SEARCHED_MAX].
    List<Order> last(Tenant tenant, Filter filter) {
        String like =
                "%"
                        + filter.text()
                                .replace("\\", "\\\\")
                                .replace("%", "\\%")
                                .replace("_", "\\_")
                        + "%";
        return jdbc.sql(
                        """
                        SELECT id, received_at, subject, name, payload, state, legacy_number, legacy_position, message
                        FROM (SELECT * FROM "%s".foz_command ORDER BY received_at DESC LIMIT :searched) AS bounded
                        WHERE (:state = '' OR state = :state)
                            AND (:text = '' OR number_key ILIKE :like OR ordering_key ILIKE :like OR subject ILIKE :like
                                OR legacy_number ILIKE :like OR message ILIKE :like OR id ILIKE :like)
                        ORDER BY received_at DESC LIMIT :shown
                        """
                                .formatted(tenant.schema()))
                .param("searched", SEARCHED_MAX)
                .param("shown", SHOWN_MAX)
                .param("state", filter.state())
                .param("text", filter.text())
                .param("like", like)
                .query((rs, _) -> row(tenant, rs).order())
                .list();
    }

    /// One order with its lines and steps, if this tenant has it.
    Optional<Detail> detail(Tenant tenant, String id) {
        return jdbc.sql(
                        """
                        SELECT id, received_at, subject, name, payload, state, legacy_number, legacy_position, message
                        FROM "%s".foz_command WHERE id = ?
                        """
                                .formatted(tenant.schema()))
                .param(id)
                .query((rs, _) -> row(tenant, rs))
                .optional()
                .map(row -> detail(tenant, row));
    }

    private static Row row(Tenant tenant, java.sql.ResultSet rs) throws java.sql.SQLException {
        JsonNode payload = JSON.readTree(rs.getString(5));
        JsonNode header = payload.path("header");
        Optional<CommandSpec> spec = tenant.command(rs.getString(4)).flatMap(Table::command);
        String rep =
                spec.flatMap(s -> s.claims().keySet().stream().findFirst())
                        .map(column -> text(header.path(column)))
                        .orElse("");
        String customer =
                spec.flatMap(CommandSpec::owner)
                        .map(column -> text(header.path(column)))
                        .orElse("");
        String number =
                spec.stream()
                        .flatMap(s ->
                                s.number().stream()
                                        .filter(column -> !s.claims().containsKey(column)))
                        .map(column -> text(header.path(column)))
                        .reduce((a, b) -> a + "/" + b)
                        .orElse("");
        Order order =
                new Order(
                        rs.getString(1),
                        rs.getTimestamp(2).toInstant(),
                        rs.getString(3),
                        rep,
                        customer,
                        number,
                        rs.getString(6),
                        orEmpty(rs.getString(7)),
                        orEmpty(rs.getString(8)),
                        orEmpty(rs.getString(9)));
        return new Row(order, rs.getString(4), payload);
    }

    private Detail detail(Tenant tenant, Row row) {
        Optional<Table> header = tenant.command(row.name());
        Optional<Table> lineTable =
                header.flatMap(Table::command).flatMap(spec -> tenant.table(spec.lines()));
        Map<String, Cell> fields = new LinkedHashMap<>();
        header.ifPresent(table -> fill(fields, table, row.payload().path("header")));
        List<Column> columns =
                lineTable.stream()
                        .flatMap(table -> table.columns().stream())
                        .filter(column -> has(row.payload().path("lines"), column.name()))
                        .toList();
        List<String> labels = columns.stream().map(Column::label).toList();
        List<Line> lines = lines(tenant, row, header.flatMap(Table::command), columns);
        return new Detail(row.order(), fields, labels, lines, events(tenant, row.order().id()));
    }

    private static void fill(Map<String, Cell> fields, Table table, JsonNode header) {
        table.columns().stream()
                .filter(column -> !text(header.path(column.name())).isEmpty())
                .forEach(column -> fields.put(column.label(), cell(header, column)));
    }

    private static Cell cell(JsonNode values, Column column) {
        return new Cell(text(values.path(column.name())), column.type());
    }

    private static boolean has(JsonNode lines, String column) {
        for (JsonNode line : lines) {
            if (!text(line.path("values").path(column)).isEmpty()) {
                return true;
            }
        }
        return false;
    }

    private record LineVerdict(String message, boolean cut, Cell invoiced) {
        static final LineVerdict NONE = new LineVerdict("", false, new Cell("", ColumnType.text()));
    }

    private List<Line> lines(
            Tenant tenant, Row row, Optional<CommandSpec> spec, List<Column> columns) {
        Map<String, LineVerdict> verdicts =
                spec.map(known -> verdicts(tenant, known, row.order().id())).orElse(Map.of());
        List<Line> lines = new ArrayList<>();
        for (JsonNode line : row.payload().path("lines")) {
            LineVerdict verdict = verdicts.getOrDefault(text(line.path("id")), LineVerdict.NONE);
            List<Cell> values =
                    columns.stream().map(column -> cell(line.path("values"), column)).toList();
            lines.add(new Line(values, verdict.message(), verdict.cut(), verdict.invoiced()));
            if (lines.size() == LINES_MAX) {
                break;
            }
        }
        return lines;
    }

    private Map<String, LineVerdict> verdicts(Tenant tenant, CommandSpec spec, String id) {
        Map<String, LineVerdict> verdicts = new TreeMap<>();
        Table table = tenant.table(spec.lines()).orElseThrow();
        String cutWhen = spec.verdict().cutWhen();
        ColumnType invoiced =
                table.column(spec.lineResult().invoiced()).map(Column::type).orElseThrow();
        jdbc.sql(
                        """
                        SELECT "%s"::text, "%s"::text, "%s"::text, "%s"::text FROM "%s"."%s" WHERE "%s"::text = ? LIMIT ?
                        """
                                .formatted(
                                        table.key().getFirst().name(),
                                        spec.lineResult().message(),
                                        spec.lineResult().cut(),
                                        spec.lineResult().invoiced(),
                                        tenant.schema(),
                                        table.name(),
                                        spec.lineParent()))
                .params(id, LINES_MAX)
                .query((rs, _) ->
                        Optional.ofNullable(
                                verdicts.put(
                                        rs.getString(1),
                                        new LineVerdict(
                                                orEmpty(rs.getString(2)),
                                                cutWhen.equals(rs.getString(3)),
                                                new Cell(orEmpty(rs.getString(4)), invoiced)))))
                .list();
        return verdicts;
    }

    private List<Event> events(Tenant tenant, String id) {
        List<Event> all =
                jdbc.sql(
                                """
                                SELECT at, state, actor, reason, position FROM "%s".foz_command_event
                                WHERE command_id = ? ORDER BY id LIMIT ?
                                """
                                        .formatted(tenant.schema()))
                        .params(id, EVENTS_MAX)
                        .query((rs, _) -> event(rs))
                        .list();
        List<Event> told = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            told.add(i == 0 ? all.get(i) : all.get(i).after(all.get(i - 1)));
        }
        return told;
    }

    private static Event event(java.sql.ResultSet rs) throws java.sql.SQLException {
        String state = rs.getString(2);
        return new Event(
                rs.getTimestamp(1).toInstant(),
                state,
                rs.getString(3),
                FOZ_SPEAKS.contains(state) ? "" : orEmpty(rs.getString(4)),
                orEmpty(rs.getString(5)));
    }

    private static String text(JsonNode node) {
        return node.isMissingNode() || node.isNull() ? "" : node.asString();
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
