package foz.agent;

import foz.contract.CommandSpec;
import foz.contract.CommandSpec.Inbox;
import foz.contract.Contract.Table;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Writes one command into the legacy system's inbox: header and lines in one transaction, with the
/// command's id as a mark, so that a repeat is recognised and does nothing.
final class InboxWriter {

    private final Dialect dialect;
    private final Map<String, Table> commands;

    /// @param commands the contract's command tables by the command's name
    InboxWriter(Dialect dialect, Map<String, Table> commands) {
        this.dialect = dialect;
        this.commands = Map.copyOf(commands);
    }

    /// @return what to report
    /// @throws SQLException when the legacy system cannot be reached, so that it must be tried
    ///   again
    ServerClient.Report apply(Connection connection, ServerClient.Task task) throws SQLException {
        Table table = commands.get(task.command());
        if (table == null) {
            return new ServerClient.Report(
                    task.id(), "refused", "the contract has no command '" + task.command() + "'");
        }
        CommandSpec spec = table.command().orElseThrow();
        connection.setAutoCommit(false);
        try {
            Optional<ServerClient.Report> known = known(connection, spec, task);
            if (known.isPresent()) {
                connection.rollback();
                return known.get();
            }
            insert(connection, spec.target().header(), headerRow(spec, task));
            for (ServerClient.TaskLine line : task.lines()) {
                insert(connection, spec.target().lines(), lineRow(spec, task, line));
            }
            connection.commit();
            return new ServerClient.Report(task.id(), "delivered", null);
        } catch (SQLException e) {
            connection.rollback();
            return afterFault(connection, spec, task, e);
        }
    }

    private ServerClient.Report afterFault(
            Connection connection, CommandSpec spec, ServerClient.Task task, SQLException e)
            throws SQLException {
        if (dialect.isDuplicate(e)) {
            Optional<ServerClient.Report> known = known(connection, spec, task);
            connection.rollback();
            if (known.isPresent()) {
                return known.get();
            }
        }
        if (dialect.isRefusal(e)) {
            return new ServerClient.Report(task.id(), "refused", firstLine(e));
        }
        throw e;
    }

    private static String firstLine(SQLException e) {
        String message = String.valueOf(e.getMessage());
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }

    /// Whether the inbox holds this command, or another under its number.
    private Optional<ServerClient.Report> known(
            Connection connection, CommandSpec spec, ServerClient.Task task) throws SQLException {
        Inbox inbox = spec.target().header();
        Map<String, @Nullable String> row = headerRow(spec, task);
        String sql =
                "SELECT %s FROM %s WHERE %s"
                        .formatted(
                                dialect.name(inbox.mark().orElseThrow()),
                                dialect.name(inbox.table()),
                                String.join(
                                        " AND ",
                                        inbox.key().stream()
                                                .map(column -> dialect.name(column) + " = ?")
                                                .toList()));
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            int at = 1;
            for (String column : inbox.key()) {
                statement.setString(at++, row.get(column));
            }
            try (ResultSet found = statement.executeQuery()) {
                if (!found.next()) {
                    return Optional.empty();
                }
                return Optional.of(
                        task.id().equals(found.getString(1))
                                ? new ServerClient.Report(task.id(), "delivered", null)
                                : new ServerClient.Report(
                                        task.id(),
                                        "refused",
                                        "the ERP's inbox already holds another order with this number"));
            }
        }
    }

    static Map<String, @Nullable String> headerRow(CommandSpec spec, ServerClient.Task task) {
        Inbox inbox = spec.target().header();
        Map<String, @Nullable String> row = new LinkedHashMap<>();
        new TreeMap<>(inbox.columns())
                .forEach((column, from) -> row.put(column, task.header().get(from)));
        inbox.mark().ifPresent(mark -> row.put(mark, task.id()));
        return row;
    }

    private static Map<String, @Nullable String> lineRow(
            CommandSpec spec, ServerClient.Task task, ServerClient.TaskLine line) {
        Inbox inbox = spec.target().lines();
        Map<String, @Nullable String> row = new LinkedHashMap<>();
        new TreeMap<>(inbox.columns())
                .forEach((column, from) -> row.put(column, line.values().get(from)));
        new TreeMap<>(inbox.headerColumns())
                .forEach((column, from) -> row.put(column, task.header().get(from)));
        return row;
    }

    private void insert(Connection connection, Inbox inbox, Map<String, @Nullable String> row)
            throws SQLException {
        List<String> names = new ArrayList<>();
        List<String> values = new ArrayList<>();
        row.keySet()
                .forEach(column -> {
                    names.add(dialect.name(column));
                    values.add("?");
                });
        new TreeMap<>(inbox.constants())
                .forEach((column, constant) -> {
                    names.add(dialect.name(column));
                    values.add(dialect.constant(constant));
                });
        String sql =
                "INSERT INTO %s (%s) VALUES (%s)"
                        .formatted(
                                dialect.name(inbox.table()),
                                String.join(", ", names),
                                String.join(", ", values));
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            int at = 1;
            for (String value : row.values()) {
                statement.setString(at++, value);
            }
            statement.executeUpdate();
        }
    }
}
