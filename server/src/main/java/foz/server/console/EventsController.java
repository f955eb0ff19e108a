package foz.server.console;

import foz.server.settings.Role;
import foz.server.tenant.Tenants;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.springframework.context.MessageSource;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.json.JsonMapper;

/// The streams as server-sent events, one a second, each complete in itself. A connection ends
/// after some minutes, so that whoever was signed out does not watch for ever; the browser opens
/// the next.
@RestController
@Role("console")
final class EventsController {

    private static final Duration CONNECTION_MAX = Duration.ofMinutes(10);
    private static final Duration SILENCE_MAX = Duration.ofSeconds(5);
    private static final JsonMapper JSON = new JsonMapper();

    private final Tenants tenants;
    private final Sampler sampler;
    private final MessageSource messages;

    EventsController(Tenants tenants, Sampler sampler, MessageSource messages) {
        this.tenants = tenants;
        this.sampler = sampler;
        this.messages = messages;
    }

    @GetMapping("/console/events")
    void events(@AuthenticationPrincipal OidcUser user, Locale locale, HttpServletResponse response)
            throws IOException, InterruptedException {
        String tenant = tenants.get(Person.of(user).tenant()).id();
        Words words = new Words(messages, locale);
        try (Sampler.Watch watch = sampler.watch(tenant)) {
            response.setContentType("text/event-stream");
            response.setCharacterEncoding(StandardCharsets.UTF_8);
            response.setHeader("Cache-Control", "no-store");
            response.setHeader("X-Accel-Buffering", "no");
            OutputStream out = response.getOutputStream();
            send(
                    out,
                    "retry: 2000\n",
                    "history",
                    watch.feed().history().stream().map(EventsController::point).toList());
            Instant until = Instant.now().plus(CONNECTION_MAX);
            long seen = 0;
            while (sampler.isRunning() && Instant.now().isBefore(until)) {
                Optional<Frame> frame = watch.feed().after(seen, SILENCE_MAX);
                seen = frame.map(Frame::number).orElse(seen);
                send(out, frame, words);
            }
        }
    }

    private static void send(OutputStream out, Optional<Frame> frame, Words words)
            throws IOException {
        if (frame.isPresent() && frame.get() instanceof Frame.Seen seen) {
            send(out, "", "streams", streams(seen, words));
        } else {
            send(out, "", "fault", Map.of());
        }
    }

    private static Map<String, Object> streams(Frame.Seen seen, Words words) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("at", seen.at().toString());
        data.put("stations", seen.stations().stream().map(words::station).toList());
        data.put("troubles", words.summary(seen.stations()));
        seen.agent()
                .ifPresent(agent ->
                        data.put(
                                "agent",
                                Map.of(
                                        "connected",
                                        agent.connected(),
                                        "heardAt",
                                        agent.heardAt().toString())));
        data.put("point", point(seen.point()));
        data.put("lastEvent", seen.lastEvent());
        return data;
    }

    private static List<Double> point(Frame.Point point) {
        return List.of(point.at().toEpochMilli() / 1000.0, point.received(), point.applied());
    }

    private static void send(OutputStream out, String head, String event, Object data)
            throws IOException {
        String text =
                head + "event: " + event + "\ndata: " + JSON.writeValueAsString(data) + "\n\n";
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }
}
