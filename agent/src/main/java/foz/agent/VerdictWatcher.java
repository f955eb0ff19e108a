package foz.agent;

import foz.contract.CommandSpec;
import foz.contract.Contract.Table;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/// Watches the inbox for the legacy system's answers, and for the positions that follow, and sends
/// them home. What to watch comes from the server, so that nothing is forgotten over a restart.
final class VerdictWatcher implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(VerdictWatcher.class);
    private static final long POLL_MS = 300;
    private static final Duration DECIDED_EVERY_MIN = Duration.ofSeconds(2);
    private static final Duration DECIDED_EVERY_MAX = Duration.ofMinutes(1);
    private static final int SLOWER_BY_AGE = 20;
    private static final Duration REFRESH_EVERY = Duration.ofMinutes(2);
    private static final int KEYS_AT_ONCE = 200;
    private static final int SEND_AT_ONCE = 100;

    /// A command under watch, with what was last sent of it.
    ///
    /// @param since when the watch began
    /// @param changedAt when its answer was last another one
    private record Watched(
            ServerClient.Task task,
            boolean decided,
            ServerClient.@Nullable Verdict sent,
            Instant since,
            Instant changedAt,
            Instant lookedAt) {

        static Watched of(ServerClient.Task task, boolean decided) {
            Instant now = Instant.now();
            return new Watched(task, decided, null, now, now, Instant.EPOCH);
        }

        Watched looked(Instant now) {
            return new Watched(task, decided, sent, since, changedAt, now);
        }

        Watched sent(ServerClient.Verdict verdict) {
            return new Watched(task, true, verdict, since, Instant.now(), lookedAt);
        }

        /// An answered command is looked at less often the longer nothing happened to it: an
        /// invoiced order can still be cancelled after weeks, and seldom is.
        boolean due(Instant now) {
            if (!decided) {
                return true;
            }
            Duration pause = Duration.between(changedAt, now).dividedBy(SLOWER_BY_AGE);
            if (pause.compareTo(DECIDED_EVERY_MIN) < 0) {
                pause = DECIDED_EVERY_MIN;
            } else if (pause.compareTo(DECIDED_EVERY_MAX) > 0) {
                pause = DECIDED_EVERY_MAX;
            }
            return !lookedAt.plus(pause).isAfter(now);
        }
    }

    private final ServerClient server;
    private final Dialect dialect;
    private final Map<String, Table> commands;
    private final AgentMeters meters;
    private final Map<String, Watched> watched = new ConcurrentHashMap<>();
    private final Backoff backoff = new Backoff(5_000);
    private Instant refreshedAt = Instant.EPOCH;
    private @Nullable Connection connection;

    VerdictWatcher(
            ServerClient server, Dialect dialect, Map<String, Table> commands, AgentMeters meters) {
        this.server = server;
        this.dialect = dialect;
        this.commands = Map.copyOf(commands);
        this.meters = meters;
    }

    /// Watches a command that was just delivered. From any thread.
    void watch(ServerClient.Task task) {
        watched.putIfAbsent(task.id(), Watched.of(task, false));
    }

    @Override
    public void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                try {
                    refresh();
                    look();
                    backoff.succeeded();
                    TimeUnit.MILLISECONDS.sleep(POLL_MS);
                } catch (IOException | SQLException | JacksonException e) {
                    meters.failed("verdicts");
                    LOG.warn("verdicts wait: {}", e.toString());
                    disconnect();
                    backoff.pause();
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            disconnect();
        }
    }

    private void refresh() throws IOException, InterruptedException {
        if (refreshedAt.plus(REFRESH_EVERY).isAfter(Instant.now())) {
            return;
        }
        Map<String, ServerClient.Task> open = new HashMap<>();
        server.watch().forEach(task -> open.put(task.id(), task));
        open.values()
                .forEach(task ->
                        watched.putIfAbsent(
                                task.id(), Watched.of(task, task.state().startsWith("accepted"))));
        // What was delivered a moment ago may not be reported yet.
        Instant old = Instant.now().minus(REFRESH_EVERY);
        watched.values().removeIf(w -> w.since().isBefore(old) && !open.containsKey(w.task().id()));
        refreshedAt = Instant.now();
    }

    private void look() throws SQLException, IOException, InterruptedException {
        Instant now = Instant.now();
        List<ServerClient.Verdict> news = new ArrayList<>();
        for (Map.Entry<String, Table> command : commands.entrySet()) {
            List<Watched> due =
                    watched.values().stream()
                            .filter(w -> w.task().command().equals(command.getKey()))
                            .filter(w -> w.due(now))
                            .toList();
            due.forEach(
                    w -> watched.computeIfPresent(w.task().id(), (_, held) -> held.looked(now)));
            for (int at = 0; at < due.size(); at += KEYS_AT_ONCE) {
                news.addAll(
                        read(
                                command.getValue().command().orElseThrow(),
                                due.subList(at, Math.min(at + KEYS_AT_ONCE, due.size()))));
            }
        }
        for (int at = 0; at < news.size(); at += SEND_AT_ONCE) {
            send(news.subList(at, Math.min(at + SEND_AT_ONCE, news.size())));
        }
    }

    private void send(List<ServerClient.Verdict> verdicts)
            throws IOException, InterruptedException {
        server.verdicts(verdicts);
        for (ServerClient.Verdict verdict : verdicts) {
            meters.command(verdict.state());
            if (verdict.complete()) {
                watched.remove(verdict.id());
            } else {
                watched.computeIfPresent(verdict.id(), (_, w) -> w.sent(verdict));
            }
        }
    }

    private List<ServerClient.Verdict> read(CommandSpec spec, List<Watched> due)
            throws SQLException {
        CommandSpec.Verdict how = spec.verdict();
        Map<String, Watched> byMark =
                due.stream().collect(Collectors.toMap(w -> w.task().id(), w -> w));
        Map<String, List<@Nullable String>> answers = new LinkedHashMap<>();
        String sql =
                select(
                        spec.target().header(),
                        List.of(
                                spec.target().header().mark().orElseThrow(),
                                how.status(),
                                how.number(),
                                how.code(),
                                how.text(),
                                how.position()),
                        spec.target().header().key(),
                        due.size());
        try (PreparedStatement statement = open().prepareStatement(sql)) {
            bind(statement, spec, due);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    String mark = rows.getString(1);
                    String status = rows.getString(2);
                    boolean answered =
                            how.accepted().contains(status) || how.rejected().contains(status);
                    if (mark != null && byMark.containsKey(mark) && answered) {
                        List<@Nullable String> answer = new ArrayList<>();
                        for (int i = 2; i <= 6; i++) {
                            answer.add(rows.getString(i));
                        }
                        answers.put(mark, answer);
                    }
                }
            }
        }
        List<Watched> answered =
                answers.keySet().stream().map(byMark::get).filter(Objects::nonNull).toList();
        Map<String, List<ServerClient.LineStep>> lines = lines(spec, answered);
        List<ServerClient.Verdict> news = new ArrayList<>();
        for (Watched w : answered) {
            ServerClient.Verdict verdict =
                    verdict(
                            how,
                            w.task().id(),
                            answers.getOrDefault(w.task().id(), List.of()),
                            lines.getOrDefault(w.task().id(), List.of()));
            if (!verdict.equals(w.sent())) {
                news.add(verdict);
            }
        }
        return news;
    }

    private static ServerClient.Verdict verdict(
            CommandSpec.Verdict how,
            String id,
            List<@Nullable String> answer,
            List<ServerClient.LineStep> lines) {
        String status = String.valueOf(answer.get(0));
        String position = answer.get(4);
        String word = position == null ? null : how.positions().getOrDefault(position, position);
        boolean rejected = how.rejected().contains(status);
        boolean remarks =
                (position != null && how.remarkPositions().contains(position))
                        || lines.stream()
                                .anyMatch(line ->
                                        line.message() != null || how.cutWhen().equals(line.cut()));
        String state =
                rejected
                        ? "rejected"
                        : "cancelled".equals(word)
                                ? "cancelled"
                                : remarks ? "accepted_with_remarks" : "accepted";
        return new ServerClient.Verdict(
                id,
                state,
                answer.get(1),
                answer.get(2),
                answer.get(3),
                word,
                rejected || (position != null && how.finalPositions().contains(position)),
                lines);
    }

    private Map<String, List<ServerClient.LineStep>> lines(CommandSpec spec, List<Watched> answered)
            throws SQLException {
        Map<String, List<ServerClient.LineStep>> lines = new HashMap<>();
        if (answered.isEmpty()) {
            return lines;
        }
        List<String> key = spec.target().header().key();
        CommandSpec.Inbox inbox = spec.target().lines();
        String number = lineNumberColumn(spec);
        List<String> columns = new ArrayList<>(key);
        columns.addAll(
                List.of(
                        number,
                        spec.verdict().lineText(),
                        spec.verdict().lineCut(),
                        spec.verdict().lineInvoiced()));
        Map<List<@Nullable String>, String> ids = new HashMap<>();
        String sql =
                select(inbox, columns, key, answered.size()) + " ORDER BY " + dialect.name(number);
        try (PreparedStatement statement = open().prepareStatement(sql)) {
            bind(statement, spec, answered);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    String id = owner(rows, key, spec, answered, ids);
                    int at = key.size();
                    lines.computeIfAbsent(id, _ -> new ArrayList<>())
                            .add(
                                    new ServerClient.LineStep(
                                            String.valueOf(rows.getString(at + 1)),
                                            rows.getString(at + 2),
                                            rows.getString(at + 3),
                                            rows.getString(at + 4)));
                }
            }
        }
        return lines;
    }

    /// The command whose header has the line's key, as the database wrote it: found once a key, by
    /// asking for the header again would cost a round trip, so the texts are compared value by
    /// value.
    private static String owner(
            ResultSet rows,
            List<String> key,
            CommandSpec spec,
            List<Watched> answered,
            Map<List<@Nullable String>, String> ids)
            throws SQLException {
        List<@Nullable String> found = new ArrayList<>();
        for (int i = 0; i < key.size(); i++) {
            found.add(rows.getString(i + 1));
        }
        String known = ids.get(found);
        if (known != null) {
            return known;
        }
        for (Watched w : answered) {
            Map<String, @Nullable String> row = InboxWriter.headerRow(spec, w.task());
            boolean same = true;
            for (int i = 0; i < key.size() && same; i++) {
                same = sameValue(found.get(i), row.get(key.get(i)));
            }
            if (same) {
                ids.put(found, w.task().id());
                return w.task().id();
            }
        }
        return "";
    }

    /// Whether two texts are the same value: `2026-11-24T10:00:00Z` and `2026-11-24 10:00:00`, `7`
    /// and `7.0`.
    private static boolean sameValue(@Nullable String a, @Nullable String b) {
        if (a == null || b == null) {
            return Objects.equals(a, b);
        }
        return a.equals(b) || plain(a).equals(plain(b));
    }

    private static String plain(String text) {
        String spaced = text.replace('T', ' ').replaceAll("(Z|[+-]00(:?00)?)$", "");
        return spaced.contains(".") ? spaced.replaceAll("\\.?0*$", "") : spaced;
    }

    private static String lineNumberColumn(CommandSpec spec) {
        return spec.target().lines().columns().entrySet().stream()
                .filter(entry -> entry.getValue().equals(spec.lineNumber()))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
    }

    private String select(
            CommandSpec.Inbox inbox, List<String> columns, List<String> key, int count) {
        String one =
                key.stream()
                        .map(column -> dialect.name(column) + " = ?")
                        .collect(Collectors.joining(" AND ", "(", ")"));
        return "SELECT %s FROM %s WHERE (%s)"
                .formatted(
                        columns.stream().map(dialect::name).collect(Collectors.joining(", ")),
                        dialect.name(inbox.table()),
                        String.join(" OR ", java.util.Collections.nCopies(count, one)));
    }

    private static void bind(PreparedStatement statement, CommandSpec spec, List<Watched> due)
            throws SQLException {
        int at = 1;
        for (Watched w : due) {
            Map<String, @Nullable String> row = InboxWriter.headerRow(spec, w.task());
            for (String column : spec.target().header().key()) {
                statement.setString(at++, row.get(column));
            }
        }
    }

    private Connection open() throws SQLException {
        Connection open = connection;
        if (open == null || open.isClosed()) {
            open = dialect.openForCapture();
            connection = open;
        }
        return open;
    }

    private void disconnect() {
        Dialect.close(connection);
        connection = null;
    }
}
