package foz.server.command;

import foz.server.error.ErrorCode;
import foz.server.error.FozException;
import foz.server.identity.Caller;
import foz.server.settings.Role;
import foz.server.settings.Settings;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// The apps' side of the stream up.
@RestController
@Role("command")
final class CommandController {

    private static final String KEY_HEADER = "Idempotency-Key";
    private static final int ID_MAX = 60;

    private final Intake intake;
    private final Settings.Command settings;

    CommandController(Intake intake, Settings settings) {
        this.intake = intake;
        this.settings = settings.command();
    }

    /// One command: the header's columns, and `lines`. 202 when it is on its way, 200 when its
    /// verdict is there.
    @PostMapping("/v1/commands/{name}")
    ResponseEntity<Receipt> command(
            @AuthenticationPrincipal Jwt token,
            @PathVariable String name,
            @RequestHeader(name = KEY_HEADER, required = false) @Nullable String key,
            Locale locale,
            HttpServletRequest request)
            throws IOException {
        Caller caller = caller(token);
        JsonNode body = json(request);
        if (key == null || key.isBlank() || key.length() > ID_MAX) {
            throw new FozException(
                    ErrorCode.BAD_REQUEST,
                    KEY_HEADER
                            + " is missing or longer than %d; send one that stays the same when you repeat the command"
                                    .formatted(ID_MAX));
        }
        String id =
                body.path("id").isString()
                        ? checkId(body.path("id").asString())
                        : derivedId(caller, key);
        Receipt receipt =
                intake.take(
                        caller, submission(name, id, key, body), KEY_HEADER, intake.words(locale));
        boolean waiting = receipt.state().equals(CommandState.QUEUED.word());
        return ResponseEntity.status(waiting ? 202 : 200)
                .header("Location", "/v1/commands/" + name + "/" + receipt.id())
                .body(receipt);
    }

    private Submission submission(String name, String id, String key, JsonNode body) {
        Map<String, @Nullable String> header = new TreeMap<>(Submission.values(body));
        header.remove("lines");
        header.remove("id");
        List<Submission.Line> lines = new ArrayList<>();
        JsonNode given = body.path("lines");
        if (!given.isMissingNode() && !given.isArray()) {
            throw new FozException(ErrorCode.BAD_REQUEST, "lines must be a list");
        }
        if (given.size() > settings.entriesMax()) {
            throw new FozException(
                    ErrorCode.TOO_LARGE, "a command may have " + settings.entriesMax() + " lines");
        }
        for (JsonNode line : given) {
            if (!line.isObject()) {
                throw new FozException(ErrorCode.BAD_REQUEST, "each of lines must be an object");
            }
            Map<String, @Nullable String> values = new TreeMap<>(Submission.values(line));
            String lineId = values.remove("id");
            lines.add(
                    new Submission.Line(
                            lineId == null ? id + "-" + (lines.size() + 1) : checkId(lineId),
                            values));
        }
        return new Submission(name, id, key, header, lines);
    }

    private static String derivedId(Caller caller, String key) {
        return UUID.nameUUIDFromBytes(
                        (caller.tenant() + "\n" + caller.subject() + "\n" + key)
                                .getBytes(StandardCharsets.UTF_8))
                .toString();
    }

    private static String checkId(String id) {
        if (id.isBlank() || id.length() > ID_MAX || id.indexOf('\0') >= 0) {
            throw new FozException(
                    ErrorCode.BAD_REQUEST,
                    "id is empty or longer than " + ID_MAX + "; send a UUID");
        }
        return id;
    }

    @GetMapping("/v1/commands/{name}/{id}")
    Receipt status(
            @AuthenticationPrincipal Jwt token,
            @PathVariable String name,
            @PathVariable String id) {
        return intake.find(caller(token), id)
                .filter(receipt -> receipt.command().equals(name))
                .orElseThrow(() ->
                        new FozException(
                                ErrorCode.NOT_FOUND,
                                "you have sent no %s with the id '%s'".formatted(name, id)));
    }

    /// What became of an upload.
    record Uploaded(List<Receipt> commands, List<Intake.Refused> refused) {}

    /// The writes that an SDK's queue holds, one local transaction or several. Whatever can be
    /// understood is answered with 200: business refusals come back as synced rows, so that the
    /// queue never stops.
    @PostMapping("/v1/upload")
    Uploaded upload(@AuthenticationPrincipal Jwt token, Locale locale, HttpServletRequest request)
            throws IOException {
        Caller caller = caller(token);
        JsonNode body = json(request);
        JsonNode entries = body.path("crud");
        if (!entries.isArray() || entries.size() > settings.entriesMax()) {
            throw new FozException(
                    ErrorCode.BAD_REQUEST,
                    "crud must be a list of at most " + settings.entriesMax() + " entries");
        }
        return new Upload(intake, caller, intake.words(locale))
                .take(body.path("client_id").asString(""), entries);
    }

    private JsonNode json(HttpServletRequest request) throws IOException {
        String type = String.valueOf(request.getContentType());
        if (!type.startsWith("application/json")) {
            throw new FozException(
                    ErrorCode.UNSUPPORTED_TYPE,
                    "the content type is '" + type + "'; send application/json");
        }
        byte[] bytes = request.getInputStream().readNBytes(settings.bytesMax() + 1);
        if (bytes.length > settings.bytesMax()) {
            throw new FozException(
                    ErrorCode.TOO_LARGE,
                    "a body may have " + settings.bytesMax() + " bytes; send less at once");
        }
        JsonNode root;
        try {
            root = Numbers.read(bytes);
        } catch (JacksonException e) {
            throw new FozException(
                    ErrorCode.BAD_REQUEST, "the body is not JSON: " + e.getOriginalMessage());
        }
        if (!root.isObject()) {
            throw new FozException(ErrorCode.BAD_REQUEST, "the body must be a JSON object");
        }
        return root;
    }

    private static Caller caller(Jwt token) {
        return Caller.of(token).require("command");
    }
}
