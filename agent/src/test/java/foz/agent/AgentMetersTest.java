package foz.agent;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AgentMetersTest {

    private static final Path SOURCES = Path.of("src", "main", "java", "foz", "agent");
    private static final Pattern FAILED = Pattern.compile("meters\\.failed\\(\"([a-z]+)\"\\)");

    private static Set<String> stations() throws IOException {
        Set<String> stations = new TreeSet<>();
        try (Stream<Path> files = Files.walk(SOURCES)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                stations.addAll(
                        FAILED.matcher(Files.readString(file))
                                .results()
                                .map((MatchResult found) -> found.group(1))
                                .collect(Collectors.toSet()));
            }
        }
        return stations;
    }

    @Test
    void theErrorsOfEveryStationAreOnThePageBeforeTheFirstFault() throws Exception {
        try (AgentMeters meters = new AgentMeters(0);
                HttpClient client = HttpClient.newHttpClient()) {
            URI page = URI.create("http://localhost:" + meters.port() + "/metrics");
            String text =
                    client.send(
                                    HttpRequest.newBuilder(page).build(),
                                    HttpResponse.BodyHandlers.ofString())
                            .body();
            Set<String> stations = stations();
            assertTrue(stations.contains("capture"), stations::toString);
            for (String station : stations) {
                String line = "foz_agent_errors_total{station=\"" + station + "\"} 0.0";
                assertTrue(text.contains(line), () -> line + " is not in\n" + text);
            }
        }
    }
}
