package foz.bench;

import foz.harness.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/// SymmetricDS with both nodes in one program of its own: triggers at the source, pull by the
/// target, bulk loader for the load. Its jobs look every second instead of every ten, which is in
/// its favour.
record SymmetricRun(String classPath, int scale, long updates) {

    private static final Duration ATMOST = Duration.ofMinutes(10);

    /// Left by the last update of all: once it is in the replica, so is everything before it.
    private static final String MARK = "SELECT count(*) FROM pgbench_accounts WHERE aid = 1 AND ";

    /// Whether the accounts have SymmetricDS's trigger; its own tables have such triggers too.
    private static final String CAPTURED =
            "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'pgbench_accounts'::regclass AND tgname LIKE 'sym_on_u_%'";

    void run(Path folder, CaptureFigures figures, ReplicaRun foz) throws Exception {
        try (Source source = Source.start(folder.resolve("symmetric-source"));
                Source target = Source.start(folder.resolve("symmetric-target"))) {
            source.fill(scale);
            target.fillNothing();
            double free = source.update(scale, updates);
            Process program = start(folder, source, target);
            try {
                measure(program, source, target, free, figures, foz);
            } finally {
                program.destroyForcibly();
                program.waitFor();
            }
        }
    }

    private void measure(
            Process program,
            Source source,
            Source target,
            double free,
            CaptureFigures figures,
            ReplicaRun foz)
            throws Exception {
        await(
                source,
                "SELECT count(*) FROM sym_node_security WHERE node_id = 'target'"
                        + " AND registration_enabled = 0 AND registration_time IS NOT NULL");
        double load = load(source, target);
        long rows = (long) scale * Source.ROWS_PER_SCALE;
        figures.add("SymmetricDS: load", rows / load, "rows/s");
        await(source, CAPTURED);
        Measured.signal("STOP", program.pid());
        double captured = source.update(scale, updates);
        source.execute("UPDATE pgbench_accounts SET bid = -1 WHERE aid = 1");
        double cpu = Measured.cpuSeconds(program.pid());
        double drain =
                Measured.seconds(() -> {
                    Measured.signal("CONT", program.pid());
                    await(target, MARK + "bid = -1");
                });
        figures.add("SymmetricDS: changes", updates / drain, "changes/s");
        figures.add(
                "SymmetricDS: CPU a change, both nodes",
                (Measured.cpuSeconds(program.pid()) - cpu) * 1e6 / updates,
                "µs");
        foz.against(rows / load, updates / drain, figures);
        figures.add("source uncaptured", free, "tps");
        figures.add("SymmetricDS: source with its triggers, of uncaptured", captured / free, "");
    }

    /// Seconds of a load, from the request until every row is in the target.
    private double load(Source source, Source target) throws Exception {
        source.execute(
                """
                UPDATE sym_channel SET data_loader_type = 'bulk' WHERE channel_id = 'reload';
                UPDATE sym_channel SET max_batch_size = 10000, max_batch_to_send = 100 WHERE channel_id = 'default';
                INSERT INTO sym_trigger (trigger_id, source_table_name, channel_id, create_time, last_update_time)
                VALUES ('accounts', 'pgbench_accounts', 'default', now(), now());
                INSERT INTO sym_router (router_id, source_node_group_id, target_node_group_id, create_time, last_update_time)
                VALUES ('out', 'source', 'target', now(), now());
                INSERT INTO sym_trigger_router (trigger_id, router_id, create_time, last_update_time)
                VALUES ('accounts', 'out', now(), now())
                """);
        // Its triggers, made by its own job, and the configuration at the target.
        await(source, CAPTURED);
        await(target, "SELECT count(*) FROM sym_channel WHERE data_loader_type = 'bulk'");
        return Measured.seconds(() -> {
            source.execute(
                    """
                    INSERT INTO sym_table_reload_request
                        (target_node_id, source_node_id, trigger_id, router_id, create_time, last_update_time)
                    VALUES ('target', 'source', 'accounts', 'out', now(), now())
                    """);
            await(
                    target,
                    "SELECT (count(*) = %d)::int FROM pgbench_accounts"
                            .formatted((long) scale * Source.ROWS_PER_SCALE));
        });
    }

    private static void await(Source database, String sql) {
        Waiting.until(sql, ATMOST, () -> database.text(sql).equals("0") ? "not yet" : null);
    }

    private Process start(Path folder, Source source, Source target) throws IOException {
        int port = Source.freePort();
        Path engines = Files.createDirectories(folder.resolve("engines"));
        String base = "http://127.0.0.1:" + port + "/sync/";
        engine(engines, "source", source, base, "");
        engine(engines, "target", target, base, base + "source");
        return new ProcessBuilder(
                        Peers.java(
                                classPath,
                                "-Dsymmetric.engines.dir=" + engines,
                                "-Dsymmetric.default.web.dir="
                                        + Files.createDirectories(folder.resolve("web")),
                                "org.jumpmind.symmetric.SymmetricLauncher",
                                "--server",
                                "--host",
                                "127.0.0.1",
                                "--port",
                                Integer.toString(port)))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("symmetric.log").toFile())
                .start();
    }

    private static void engine(
            Path engines, String name, Source database, String base, String registration)
            throws IOException {
        Files.writeString(
                engines.resolve(name + ".properties"),
                """
                engine.name=%1$s
                group.id=%1$s
                external.id=%1$s
                db.driver=org.postgresql.Driver
                db.url=%2$s
                db.user=postgres
                db.password=none
                sync.url=%3$s%1$s
                registration.url=%4$s
                auto.registration=true
                job.routing.period.time.ms=1000
                job.pull.period.time.ms=1000
                job.push.period.time.ms=1000
                job.initial.load.queue.period.time.ms=1000
                job.initial.load.extract.period.time.ms=1000
                job.synctriggers.cron=0/5 * * * * *
                """
                        .formatted(name, database.url(), base, registration));
    }
}
