package foz.server.command;

import foz.contract.Contract.Table;
import foz.server.error.ErrorCode;
import foz.server.error.FozException;
import foz.server.identity.Caller;
import foz.server.replica.ReplicaWriter;
import foz.server.replica.Transactions;
import foz.server.replica.VersionSignal;
import foz.server.settings.Role;
import foz.server.settings.Settings;
import foz.server.tenant.Tenant;
import foz.server.tenant.Tenants;
import foz.wire.Chain;
import foz.wire.Protocol;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.context.MessageSource;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/// The agents' side of the stream up: they claim commands, report what they did, and bring the
/// verdicts. Every call may be repeated.
@RestController
@Role("command")
@RequestMapping("/agent/v1/commands")
final class AgentCommandController {

    private static final int CLAIM_MAX = 200;
    private static final long WAIT_MS_MAX = 20_000;
    private static final int WATCH_MAX = 5_000;

    private final DataSource dataSource;
    private final Tenants tenants;
    private final ReplicaWriter writer;
    private final VersionSignal signal;
    private final MessageSource messages;
    private final Settings.Command settings;
    private final MeterRegistry meters;

    AgentCommandController(
            DataSource dataSource,
            Tenants tenants,
            ReplicaWriter writer,
            VersionSignal signal,
            MessageSource messages,
            Settings settings,
            MeterRegistry meters) {
        this.dataSource = dataSource;
        this.tenants = tenants;
        this.writer = writer;
        this.signal = signal;
        this.messages = messages;
        this.settings = settings.command();
        this.meters = meters;
    }

    /// A command for the agent to apply or to watch.
    ///
    /// @param state the ledger's word
    record Task(
            String id,
            String command,
            String state,
            Map<String, @Nullable String> header,
            List<Submission.Line> lines) {}

    /// @param max tasks at most
    /// @param waitMs how long to wait for the first one
    record ClaimRequest(int max, long waitMs) {}

    /// The oldest waiting command of each ordering key. They are the agent's for a bounded time.
    @PostMapping("/claim")
    List<Task> claim(
            @AuthenticationPrincipal Jwt token,
            @RequestHeader(value = Protocol.INSTANCE, required = false) @Nullable String instance,
            @RequestBody ClaimRequest request)
            throws InterruptedException {
        Caller agent = agent(token);
        Tenant tenant = tenants.get(agent.tenant());
        Instant until = Instant.now().plusMillis(Math.clamp(request.waitMs(), 0L, WAIT_MS_MAX));
        int max = Math.clamp(request.max(), 1, CLAIM_MAX);
        while (true) {
            long bell = signal.count(tenant.id());
            List<Task> tasks =
                    Transactions.run(
                            dataSource,
                            connection -> {
                                requireHolder(connection, agent, instance);
                                return claim(connection, tenant, agent, max);
                            });
            Duration left = Duration.between(Instant.now(), until);
            if (!tasks.isEmpty() || left.isNegative() || left.isZero()) {
                return tasks;
            }
            signal.await(tenant.id(), bell, left);
        }
    }

    private List<Task> claim(Connection connection, Tenant tenant, Caller agent, int max)
            throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        WITH head AS (
                            SELECT DISTINCT ON (ordering_key) command_id, position, claimed_until
                            FROM "{s}".foz_delivery WHERE source = ? ORDER BY ordering_key, position
                        ), free AS (
                            SELECT d.command_id FROM head h JOIN "{s}".foz_delivery d USING (command_id)
                            WHERE h.claimed_until IS NULL OR h.claimed_until < clock_timestamp()
                            ORDER BY d.position LIMIT ? FOR UPDATE OF d SKIP LOCKED
                        ), claimed AS (
                            UPDATE "{s}".foz_delivery d SET claimed_by = ?, attempts = attempts + 1,
                                claimed_until = clock_timestamp() + make_interval(secs => ?)
                            FROM free f WHERE d.command_id = f.command_id RETURNING d.command_id, d.position
                        )
                        SELECT c.id, c.name, c.state, c.payload FROM claimed k
                        JOIN "{s}".foz_command c ON c.id = k.command_id ORDER BY k.position
                        """
                                .replace("{s}", tenant.schema()))) {
            statement.setString(1, source(agent));
            statement.setInt(2, max);
            statement.setString(3, agent.subject());
            statement.setDouble(4, settings.claimMs() / 1000.0);
            return tasks(statement);
        }
    }

    private static List<Task> tasks(PreparedStatement statement) throws SQLException {
        List<Task> tasks = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                Submission submission =
                        Submission.of(rows.getString(2), rows.getString(1), "", rows.getString(4));
                tasks.add(
                        new Task(
                                submission.id(),
                                submission.name(),
                                rows.getString(3),
                                submission.header(),
                                submission.lines()));
            }
        }
        return tasks;
    }

    /// The commands whose answer, or next position, the agent should look for.
    @GetMapping("/watch")
    List<Task> watch(@AuthenticationPrincipal Jwt token) {
        Caller agent = agent(token);
        source(agent);
        Tenant tenant = tenants.get(agent.tenant());
        return Transactions.read(
                dataSource,
                connection -> {
                    try (PreparedStatement statement =
                            connection.prepareStatement(
                                    """
                                    SELECT id, name, state, payload FROM "%s".foz_command
                                    WHERE NOT final AND state NOT IN ('received', 'queued')
                                    ORDER BY state IN ('accepted', 'accepted_with_remarks'), received_at DESC LIMIT ?
                                    """
                                            .formatted(tenant.schema()))) {
                        statement.setInt(1, WATCH_MAX);
                        return tasks(statement);
                    }
                });
    }

    /// What an agent did with a claimed command: `delivered`, `refused` (the legacy system will
    /// never take it) or `retry` (it could not be reached).
    record Report(String id, String outcome, @Nullable String message) {}

    @PostMapping("/reports")
    Map<String, Integer> report(
            @AuthenticationPrincipal Jwt token,
            @RequestHeader(value = Protocol.INSTANCE, required = false) @Nullable String instance,
            @RequestBody List<Report> reports) {
        Caller agent = agent(token);
        Tenant tenant = tenants.get(agent.tenant());
        reports.forEach(report -> checkOutcome(report.outcome()));
        int taken =
                Transactions.run(
                        dataSource,
                        connection -> {
                            requireHolder(connection, agent, instance);
                            writer.lock(connection, tenant);
                            int count = 0;
                            for (Report report : reports) {
                                count += report(connection, tenant, agent, report) ? 1 : 0;
                            }
                            return count;
                        });
        return Map.of("taken", taken);
    }

    private static void checkOutcome(String outcome) {
        if (!List.of("delivered", "refused", "retry").contains(outcome)) {
            throw new FozException(
                    ErrorCode.BAD_REQUEST,
                    "outcome is '" + outcome + "'; send delivered, refused or retry");
        }
    }

    private boolean report(Connection connection, Tenant tenant, Caller agent, Report report)
            throws SQLException {
        Ledger ledger = new Ledger(connection, tenant, writer);
        Optional<Ledger.Entry> entry = ledger.find(report.id());
        if (entry.isEmpty()) {
            return false;
        }
        boolean retry = report.outcome().equals("retry");
        release(connection, tenant, report.id(), retry);
        if (retry) {
            meters.counter("foz.command.retries", "tenant", tenant.id()).increment();
            return true;
        }
        Optional<Table> table = tenant.command(entry.get().submission().name());
        if (table.isEmpty()) {
            // The contract lost the command meanwhile; the ledger keeps its last state.
            return false;
        }
        Ledger.Step step =
                report.outcome().equals("delivered")
                        ? Ledger.Step.of(
                                CommandState.DELIVERED,
                                agent.subject(),
                                Words.of(messages, Words.PORTUGUESE).say("verdict.delivered"))
                        : new Ledger.Step(
                                CommandState.REJECTED,
                                agent.subject(),
                                report.message(),
                                null,
                                null,
                                null,
                                true,
                                List.of(),
                                null);
        boolean taken = ledger.step(entry.get(), table.get(), step);
        count(tenant, step, taken);
        return taken;
    }

    /// Takes a command out of the agent's hands; one that is to be tried again waits up to 8 s.
    private static void release(Connection connection, Tenant tenant, String id, boolean keep)
            throws SQLException {
        String sql =
                keep
                        ? """
                        UPDATE "%s".foz_delivery SET claimed_until =
                            clock_timestamp() + make_interval(secs => power(2, least(attempts, 4) - 1))
                        WHERE command_id = ?
                        """
                        : "DELETE FROM \"%s\".foz_delivery WHERE command_id = ?";
        try (PreparedStatement statement =
                connection.prepareStatement(sql.formatted(tenant.schema()))) {
            statement.setString(1, id);
            statement.executeUpdate();
        }
    }

    /// The legacy system's answer, as the agent found it.
    ///
    /// @param state accepted, accepted_with_remarks, rejected or cancelled
    record Verdict(
            String id,
            String state,
            @Nullable String number,
            @Nullable String code,
            @Nullable String message,
            @Nullable String position,
            boolean complete,
            List<Ledger.LineStep> lines) {}

    @PostMapping("/verdicts")
    Map<String, Integer> verdicts(
            @AuthenticationPrincipal Jwt token,
            @RequestHeader(value = Protocol.INSTANCE, required = false) @Nullable String instance,
            @RequestBody List<Verdict> verdicts) {
        Caller agent = agent(token);
        Tenant tenant = tenants.get(agent.tenant());
        int taken =
                Transactions.run(
                        dataSource,
                        connection -> {
                            requireHolder(connection, agent, instance);
                            writer.lock(connection, tenant);
                            int count = 0;
                            for (Verdict verdict : verdicts) {
                                count += verdict(connection, tenant, agent, verdict) ? 1 : 0;
                            }
                            return count;
                        });
        return Map.of("taken", taken);
    }

    private boolean verdict(Connection connection, Tenant tenant, Caller agent, Verdict verdict)
            throws SQLException {
        CommandState state =
                CommandState.of(verdict.state())
                        .orElseThrow(() ->
                                new FozException(
                                        ErrorCode.BAD_REQUEST,
                                        "state is '"
                                                + verdict.state()
                                                + "'; send a verdict's word"));
        Ledger ledger = new Ledger(connection, tenant, writer);
        Optional<Ledger.Entry> entry = ledger.find(verdict.id());
        if (entry.isEmpty()) {
            return false;
        }
        // The answer tells that the command arrived, whatever became of the report.
        release(connection, tenant, verdict.id(), false);
        Optional<Table> table = tenant.command(entry.get().submission().name());
        if (table.isEmpty()) {
            // The contract lost the command meanwhile; the ledger keeps its last state.
            return false;
        }
        Ledger.Step step =
                new Ledger.Step(
                        state,
                        agent.subject(),
                        verdict.message(),
                        verdict.number(),
                        verdict.code(),
                        verdict.position(),
                        verdict.complete(),
                        verdict.lines(),
                        Chain.sha256(verdict.toString().getBytes(StandardCharsets.UTF_8)));
        boolean taken = ledger.step(entry.get(), table.get(), step);
        count(tenant, step, taken);
        return taken;
    }

    /// Only the agent that holds the source's stream touches commands: another with its identity
    /// may stand beside another ERP, a test copy for example.
    private static void requireHolder(
            Connection connection, Caller agent, @Nullable String instance) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT instance FROM stream WHERE tenant = ? AND source = ?")) {
            statement.setString(1, agent.tenant());
            statement.setString(2, source(agent));
            try (ResultSet found = statement.executeQuery()) {
                if (!found.next() || !found.getString(1).equals(instance)) {
                    throw new FozException(
                            ErrorCode.FENCED,
                            "the instance %s does not hold the stream of '%s'; open it first, or stop this agent"
                                    .formatted(instance, source(agent)));
                }
            }
        }
    }

    private void count(Tenant tenant, Ledger.Step step, boolean taken) {
        if (taken) {
            meters.counter("foz.command.steps", "tenant", tenant.id(), "state", step.state().word())
                    .increment();
        }
    }

    private static Caller agent(Jwt token) {
        return Caller.of(token).require("agent");
    }

    private static String source(Caller agent) {
        return agent.claim("source")
                .orElseThrow(
                        () -> new FozException(ErrorCode.FORBIDDEN, "the token names no source"));
    }
}
