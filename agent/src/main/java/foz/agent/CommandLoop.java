package foz.agent;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/// Claims commands, applies them, and reports. A report that is lost is made good by the next
/// claim: the inbox knows the command by its mark.
final class CommandLoop implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(CommandLoop.class);
    private static final int TASKS_MAX = 100;
    private static final long WAIT_MS = 10_000;

    private final ServerClient server;
    private final Dialect dialect;
    private final InboxWriter inbox;
    private final VerdictWatcher watcher;
    private final AgentMeters meters;
    private final Backoff backoff = new Backoff(5_000);
    private @Nullable Connection connection;

    CommandLoop(
            ServerClient server,
            Dialect dialect,
            InboxWriter inbox,
            VerdictWatcher watcher,
            AgentMeters meters) {
        this.server = server;
        this.dialect = dialect;
        this.inbox = inbox;
        this.watcher = watcher;
        this.meters = meters;
    }

    @Override
    public void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                try {
                    List<ServerClient.Task> tasks = server.claim(TASKS_MAX, WAIT_MS);
                    if (!tasks.isEmpty()) {
                        server.report(apply(tasks));
                    }
                    backoff.succeeded();
                } catch (IOException | JacksonException e) {
                    meters.failed("commands");
                    LOG.warn("commands wait: {}", e.toString());
                    backoff.pause();
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            disconnect();
        }
    }

    private List<ServerClient.Report> apply(List<ServerClient.Task> tasks)
            throws InterruptedException {
        List<ServerClient.Report> reports = new ArrayList<>();
        for (ServerClient.Task task : tasks) {
            ServerClient.Report report = apply(task);
            meters.command(report.outcome());
            if (report.outcome().equals("delivered")) {
                watcher.watch(task);
            }
            reports.add(report);
        }
        return reports;
    }

    private ServerClient.Report apply(ServerClient.Task task) throws InterruptedException {
        try {
            Connection open = connection;
            if (open == null || open.isClosed()) {
                open = dialect.openForCommands();
                connection = open;
            }
            return inbox.apply(open, task);
        } catch (SQLException e) {
            LOG.warn("the ERP could not be reached for {}: {}", task.id(), e.toString());
            disconnect();
            backoff.pause();
            return new ServerClient.Report(task.id(), "retry", e.getMessage());
        }
    }

    private void disconnect() {
        Dialect.close(connection);
        connection = null;
    }
}
