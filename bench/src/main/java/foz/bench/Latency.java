package foz.bench;

import foz.harness.FozRun;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/// `foz bench latency`: from a commit in the ERP to the line at a connected device.
@Command(
        name = "latency",
        mixinStandardHelpOptions = true,
        description =
                "Commit in the ERP's database to the checkpoint at a connected device, at a steady rate.")
final class Latency implements Callable<Integer> {

    private static final Pattern PRICE =
            Pattern.compile("\\\\\"pvenda7\\\\\":\\\\\"(\\d+)\\.000000\\\\\"");

    @Option(
            names = "--rate",
            defaultValue = "100",
            description = "Changes a second. Default: ${DEFAULT-VALUE}.")
    private int rate;

    @Option(names = "--seconds", defaultValue = "30", description = "Default: ${DEFAULT-VALUE}.")
    private int seconds;

    private final Map<Long, Long> committedAt = new ConcurrentHashMap<>();
    private final List<Double> millis = Collections.synchronizedList(new ArrayList<>());

    @Override
    public Integer call() throws IOException, InterruptedException, SQLException {
        try (BenchFoz bench = BenchFoz.up("--scale", "0.1", "--life", "0", "--tenants", "norte")) {
            FozRun foz = bench.run();
            CountDownLatch synced = new CountDownLatch(1);
            Thread device = Thread.ofPlatform().daemon(true).start(() -> listen(foz, synced));
            synced.await();
            write(foz);
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (millis.size() < rate * seconds && System.nanoTime() < end) {
                TimeUnit.MILLISECONDS.sleep(50);
            }
            device.interrupt();
            List<Double> sorted = new ArrayList<>(millis);
            Collections.sort(sorted);
            System.out.printf(
                    "changes %d, seen %d%ncommit in the ERP to checkpoint at the device: median %.0f ms, p99 %.0f ms (capture by stamp, looked at every 500 ms)%n",
                    rate * seconds,
                    sorted.size(),
                    sorted.get(sorted.size() / 2),
                    sorted.get((int) (sorted.size() * 0.99)));
            System.out.printf(
                    "peak memory: server %d MiB, agent %d MiB%n",
                    FozRun.residentPeakMiB(foz.pid("server")),
                    FozRun.residentPeakMiB(foz.pid("agent")));
            return sorted.size() == rate * seconds ? 0 : 1;
        }
    }

    /// Each change sets a price to a number of its own, so that the device's line tells which one
    /// it is.
    private void write(FozRun foz) throws IOException, SQLException, InterruptedException {
        try (Connection erp = foz.erp();
                PreparedStatement update =
                        erp.prepareStatement(
                                """
                                UPDATE pctabpr SET pvenda7 = ?, dtultaltpvenda = localtimestamp(0)
                                WHERE codprod = ? AND numregiao = ?
                                """)) {
            long start = System.nanoTime();
            int sent = 0;
            for (long number = 1; sent < rate * seconds; number++) {
                update.setLong(1, 100_000 + number);
                update.setLong(2, 1 + number % 1_900);
                update.setLong(3, 1 + number / 1_900 % 10);
                if (update.executeUpdate() == 0) {
                    continue;
                }
                committedAt.put(100_000 + number, System.nanoTime());
                sent++;
                long due = start + sent * 1_000_000_000L / rate;
                TimeUnit.NANOSECONDS.sleep(Math.max(0, due - System.nanoTime()));
            }
        }
    }

    private void listen(FozRun foz, CountDownLatch synced) {
        try {
            JsonNode file = foz.file();
            HttpURLConnection connection =
                    (HttpURLConnection)
                            URI.create(file.path("sync").asString() + "/sync/stream")
                                    .toURL()
                                    .openConnection();
            connection.setRequestMethod("POST");
            connection.setDoOutput(true);
            connection.setRequestProperty("Content-Type", "application/json");
            connection.setRequestProperty(
                    "Authorization", "Token " + file.path("users").get(0).path("token").asString());
            connection
                    .getOutputStream()
                    .write(
                            "{\"buckets\":[],\"client_id\":\"bench\"}"
                                    .getBytes(StandardCharsets.UTF_8));
            try (BufferedReader lines =
                    new BufferedReader(
                            new InputStreamReader(
                                    connection.getInputStream(), StandardCharsets.UTF_8))) {
                List<Long> waiting = new ArrayList<>();
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (line.startsWith("{\"data\"")) {
                        Matcher price = PRICE.matcher(line);
                        while (price.find()) {
                            waiting.add(Long.parseLong(price.group(1)));
                        }
                    } else if (line.startsWith("{\"checkpoint_complete\"")) {
                        arrived(waiting);
                        synced.countDown();
                    }
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void arrived(List<Long> waiting) {
        long now = System.nanoTime();
        for (long number : waiting) {
            Long committed = committedAt.remove(number);
            if (committed != null) {
                millis.add((now - committed) / 1e6);
            }
        }
        waiting.clear();
    }
}
