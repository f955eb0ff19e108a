package foz.server.ingest;

import foz.server.capture.CaptureDesk;
import foz.server.error.ErrorCode;
import foz.server.error.FozException;
import foz.server.identity.Caller;
import foz.server.settings.Role;
import foz.server.tenant.Tenants;
import foz.wire.Chain;
import foz.wire.Protocol;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/// The agents' side of the stream down. The tenant and the source come from the token alone.
@RestController
@Role("ingest")
@RequestMapping("/agent/v1")
final class IngestController {

    private final Streams streams;
    private static final int ORDER_TEXT_MAX = 1_000;

    private final Tenants tenants;
    private final CaptureDesk desk;
    private final Counter rows;
    private final Counter bytes;
    private final MeterRegistry meters;

    IngestController(Streams streams, Tenants tenants, CaptureDesk desk, MeterRegistry meters) {
        this.streams = streams;
        this.desk = desk;
        this.tenants = tenants;
        this.meters = meters;
        this.rows =
                Counter.builder("foz.ingest.rows")
                        .description("Rows acknowledged to agents")
                        .register(meters);
        this.bytes =
                Counter.builder("foz.ingest.bytes")
                        .description("Compressed bytes acknowledged to agents")
                        .baseUnit("bytes")
                        .register(meters);
    }

    /// The tenant's contract, for an agent to know what to capture.
    @GetMapping(value = "/contract", produces = "application/yaml")
    String contract(@AuthenticationPrincipal Jwt token) {
        Caller agent = agent(token);
        return tenants.contractText(agent.tenant())
                .orElseThrow(() ->
                        new FozException(
                                ErrorCode.NOT_FOUND,
                                "the tenant '"
                                        + agent.tenant()
                                        + "' has no contract yet; apply one"));
    }

    /// The wish of an agent to open its stream.
    record OpenRequest(
            @Nullable String instance,
            @Nullable String previous,
            @Nullable String fingerprint,
            boolean reset) {}

    @PostMapping("/streams/open")
    Streams.Opened open(@AuthenticationPrincipal Jwt token, @RequestBody OpenRequest request) {
        Caller agent = agent(token);
        return streams.open(
                new Streams.Opening(
                        agent.tenant(),
                        source(agent),
                        required("instance", request.instance()),
                        Optional.ofNullable(request.previous()).orElse(""),
                        required("fingerprint", request.fingerprint()),
                        request.reset()));
    }

    /// What an agent says of itself, about every few seconds.
    ///
    /// @param orders how the orders go that it heard of
    record Beat(long epoch, @Nullable JsonNode status, @Nullable List<OrderReport> orders) {}

    /// @param state taken, done or failed
    record OrderReport(long id, @Nullable String state, @Nullable String text) {}

    /// What people asked of the agent's tables and is not over.
    record Beaten(List<CaptureDesk.Standing> orders) {
        Beaten {
            orders = List.copyOf(orders);
        }
    }

    @PostMapping("/streams/beat")
    Beaten beat(@AuthenticationPrincipal Jwt token, @RequestBody Beat beat) {
        Caller agent = agent(token);
        JsonNode status = beat.status();
        streams.beat(
                agent.tenant(),
                source(agent),
                beat.epoch(),
                status == null ? "{}" : status.toString());
        Optional.ofNullable(beat.orders())
                .orElse(List.of())
                .forEach(order -> reported(agent, order));
        return new Beaten(desk.standing(agent.tenant(), source(agent)));
    }

    private void reported(Caller agent, OrderReport order) {
        String state = required("orders.state", order.state());
        if (!Set.of("taken", "done", "failed").contains(state)) {
            throw new FozException(
                    ErrorCode.BAD_REQUEST,
                    "orders.state is '%s', and must be taken, done or failed".formatted(state));
        }
        String text = Optional.ofNullable(order.text()).orElse("");
        desk.reported(
                agent.tenant(),
                source(agent),
                order.id(),
                state,
                text.length() > ORDER_TEXT_MAX ? text.substring(0, ORDER_TEXT_MAX) : text);
    }

    @PostMapping(
            value = "/streams/batches",
            consumes = Protocol.BATCH_TYPE,
            produces = MediaType.APPLICATION_JSON_VALUE)
    Streams.Acknowledged append(@AuthenticationPrincipal Jwt token, HttpServletRequest request)
            throws IOException {
        Caller agent = agent(token);
        try {
            Streams.Batch batch = read(agent, request);
            Streams.Acknowledged acknowledged = streams.append(batch);
            rows.increment(batch.rows());
            bytes.increment(batch.body().length);
            return acknowledged;
        } catch (FozException e) {
            meters.counter("foz.ingest.errors", "code", e.code().name()).increment();
            throw e;
        }
    }

    private static Streams.Batch read(Caller agent, HttpServletRequest request) throws IOException {
        byte[] body = body(request);
        String sha256 = header(request, Protocol.SHA256);
        if (!Chain.sha256(body).equals(sha256)) {
            throw new FozException(
                    ErrorCode.MALFORMED,
                    "the body's SHA-256 is not the one in %s; it was altered on its way: send it again"
                            .formatted(Protocol.SHA256));
        }
        BatchCheck.check(body, number(request, Protocol.ROWS));
        String source = source(agent);
        String named = header(request, Protocol.SOURCE);
        if (!named.equals(source)) {
            throw new FozException(
                    ErrorCode.FORBIDDEN,
                    "the token is for the source '%s', and the batch is of '%s'"
                            .formatted(source, named));
        }
        return new Streams.Batch(
                agent.tenant(),
                source,
                (int) number(request, Protocol.INCARNATION),
                number(request, Protocol.EPOCH),
                number(request, Protocol.SEQ),
                header(request, Protocol.PREVIOUS),
                sha256,
                (int) number(request, Protocol.ROWS),
                Optional.ofNullable(request.getHeader(Protocol.FROM)).orElse(""),
                Optional.ofNullable(request.getHeader(Protocol.TO)).orElse(""),
                Instant.ofEpochMilli(number(request, Protocol.CAPTURED_AT)),
                body);
    }

    private static byte[] body(HttpServletRequest request) throws IOException {
        if (request.getContentLengthLong() > Protocol.BATCH_BYTES_MAX) {
            throw tooLarge();
        }
        byte[] body = request.getInputStream().readNBytes(Protocol.BATCH_BYTES_MAX + 1);
        if (body.length > Protocol.BATCH_BYTES_MAX) {
            throw tooLarge();
        }
        return body;
    }

    private static FozException tooLarge() {
        return new FozException(
                ErrorCode.TOO_LARGE,
                "a batch may have %d bytes; cut it".formatted(Protocol.BATCH_BYTES_MAX));
    }

    private static String header(HttpServletRequest request, String name) {
        return required(name, request.getHeader(name));
    }

    private static long number(HttpServletRequest request, String name) {
        String text = header(request, name);
        try {
            long value = Long.parseLong(text);
            if (value >= 0) {
                return value;
            }
        } catch (NumberFormatException _) {
            // Answered below, as a negative one is.
        }
        throw new FozException(
                ErrorCode.BAD_REQUEST,
                "%s is '%s', and must be a whole number from 0".formatted(name, text));
    }

    private static String required(String name, @Nullable String value) {
        if (value == null || value.isBlank() || value.length() > 200) {
            throw new FozException(
                    ErrorCode.BAD_REQUEST, name + " is missing or longer than 200; write it");
        }
        return value;
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
