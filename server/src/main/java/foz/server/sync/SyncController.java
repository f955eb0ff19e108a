package foz.server.sync;

import foz.server.error.ErrorCode;
import foz.server.error.FozException;
import foz.server.error.Outage;
import foz.server.error.SyncErrors;
import foz.server.identity.Caller;
import foz.server.settings.Role;
import foz.server.tenant.Tenant;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The devices' endpoint: what the official offline SDKs call.
@RestController
@Role("sync")
final class SyncController implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(SyncController.class);
    private static final JsonMapper JSON = new JsonMapper();
    private static final int REQUEST_BYTES_MAX = 1 << 20;
    private static final int CLIENT_ID_MAX = 128;

    private final SyncParts parts;
    private final WriteCheckpoints writeCheckpoints;
    private final Map<String, AtomicInteger> perUser = new ConcurrentHashMap<>();
    private volatile boolean running;

    SyncController(SyncParts parts, WriteCheckpoints writeCheckpoints) {
        this.parts = parts;
        this.writeCheckpoints = writeCheckpoints;
    }

    @PostMapping("/sync/stream")
    void stream(
            @AuthenticationPrincipal Jwt token,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        Caller caller;
        SyncRequest wanted;
        try {
            caller = caller(token);
            wanted = SyncRequest.read(body(request));
            parts.tenants().get(caller.tenant());
            enter(caller);
        } catch (FozException e) {
            parts.meters().refused(e.code().name());
            SyncErrors.write(response, e);
            return;
        }
        try {
            serve(caller, wanted, token, request, response);
        } finally {
            leave(caller);
        }
    }

    private void serve(
            Caller caller,
            SyncRequest wanted,
            Jwt token,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        Instant expires = token.getExpiresAt();
        try (Answer answer = new Answer(request, response)) {
            Lines lines = new Lines(answer);
            try {
                new DeviceStream(
                                parts,
                                caller,
                                wanted,
                                expires == null ? Instant.now() : expires,
                                lines)
                        .run(() -> running);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            } catch (DataAccessException e) {
                failed(e, caller, answer, response);
            } finally {
                parts.meters().bytes(caller.tenant(), lines.takeBytesWritten());
            }
        } catch (IOException e) {
            LOG.debug("device of {} went away: {}", caller.subject(), e.getMessage());
        }
    }

    /// A device that was sent nothing yet is told when to come back; another one's stream ends, and
    /// it comes back by itself.
    private void failed(
            DataAccessException e, Caller caller, Answer answer, HttpServletResponse response)
            throws IOException {
        if (!Outage.is(e)) {
            throw e;
        }
        LOG.warn("no database for a device of {}: {}", caller.subject(), e.getMessage());
        if (!answer.hasBegun()) {
            parts.meters().refused(ErrorCode.UNAVAILABLE.name());
            SyncErrors.write(
                    response,
                    new FozException(
                            ErrorCode.UNAVAILABLE,
                            "the database has no connection free; come back later"));
        }
    }

    /// A number that the device waits for after an upload.
    @GetMapping("/write-checkpoint2.json")
    Map<String, Map<String, String>> writeCheckpoint(
            @AuthenticationPrincipal Jwt token,
            @RequestParam(name = "client_id", required = false, defaultValue = "")
                    String clientId) {
        Caller caller = caller(token);
        long next =
                writeCheckpoints.next(tenant(caller), caller.subject(), checkClientId(clientId));
        return Map.of("data", Map.of("write_checkpoint", Long.toString(next)));
    }

    /// The newer way: the device chooses the number.
    @PostMapping("/sync/checkpoint-request")
    Map<String, Map<String, String>> checkpointRequest(
            @AuthenticationPrincipal Jwt token, HttpServletRequest request) throws IOException {
        Caller caller = caller(token);
        JsonNode body;
        try {
            body = JSON.readTree(body(request));
        } catch (JacksonException e) {
            throw new FozException(
                    ErrorCode.BAD_REQUEST, "the body is not JSON: " + e.getOriginalMessage());
        }
        long wanted;
        try {
            wanted = Long.parseLong(body.path("checkpoint_request_id").asString(""));
        } catch (NumberFormatException _) {
            throw new FozException(
                    ErrorCode.BAD_REQUEST,
                    "checkpoint_request_id must be a decimal number, as text or number");
        }
        String clientId = checkClientId(body.path("client_id").asString(""));
        long stored = writeCheckpoints.atLeast(tenant(caller), caller.subject(), clientId, wanted);
        return Map.of("data", Map.of("checkpoint_request_id", Long.toString(stored)));
    }

    private static String checkClientId(String clientId) {
        if (clientId.isBlank()
                || clientId.length() > CLIENT_ID_MAX
                || clientId.indexOf('\0') >= 0) {
            throw new FozException(
                    ErrorCode.BAD_REQUEST,
                    "client_id is missing or longer than " + CLIENT_ID_MAX + "; send the SDK's");
        }
        return clientId;
    }

    private Tenant tenant(Caller caller) {
        return parts.tenants().get(caller.tenant());
    }

    private static Caller caller(Jwt token) {
        return Caller.of(token).require("sync");
    }

    private void enter(Caller caller) {
        AtomicInteger mine =
                perUser.computeIfAbsent(
                        caller.tenant() + "/" + caller.subject(), _ -> new AtomicInteger());
        int now = parts.meters().connect(caller.tenant());
        boolean userFull = mine.incrementAndGet() > parts.settings().sync().userConnectionsMax();
        if (now > parts.settings().sync().connectionsMax() || userFull) {
            leave(caller);
            throw new FozException(
                    ErrorCode.BUSY, "too many devices are connected; this one may come back later");
        }
    }

    private void leave(Caller caller) {
        parts.meters().disconnect(caller.tenant());
        perUser.computeIfPresent(
                caller.tenant() + "/" + caller.subject(),
                (_, count) -> count.decrementAndGet() <= 0 ? null : count);
    }

    private static byte[] body(HttpServletRequest request) throws IOException {
        byte[] body = request.getInputStream().readNBytes(REQUEST_BYTES_MAX + 1);
        if (body.length > REQUEST_BYTES_MAX) {
            throw new FozException(
                    ErrorCode.TOO_LARGE, "a request may have " + REQUEST_BYTES_MAX + " bytes");
        }
        return body;
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        parts.signal().wakeAll();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return Integer.MAX_VALUE;
    }
}
