package foz.server.ingest;

import foz.server.error.ErrorCode;
import foz.server.error.FozException;
import foz.server.identity.Caller;
import foz.server.objects.HeldObjects;
import foz.server.objects.ObjectKey;
import foz.server.objects.ObjectMeters;
import foz.server.objects.ObjectStore;
import foz.server.objects.StoredObject;
import foz.server.settings.Role;
import foz.server.settings.Settings;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.concurrent.Semaphore;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RestController;

/// Where agents leave what is too large for a batch, before the batch that refers to it. The tenant
/// comes from the token alone.
@RestController
@Role("ingest")
final class AgentObjectController {

    private static final String PATH = "/agent/v1/objects/{sha256}";

    private final HeldObjects objects;
    private final ObjectMeters meters;
    private final Settings.Objects settings;
    private final Semaphore puts;

    AgentObjectController(HeldObjects objects, ObjectMeters meters, Settings settings) {
        this.objects = objects;
        this.meters = meters;
        this.settings = settings.objects();
        this.puts = new Semaphore(this.settings.putsMax());
    }

    /// Takes an object: 201 for a new one, 200 for one that was there. Either way it is kept for
    /// the grace from now on, whether rows refer to it or not.
    @PutMapping(PATH)
    ResponseEntity<Void> put(
            @AuthenticationPrincipal Jwt token,
            @PathVariable String sha256,
            HttpServletRequest request)
            throws IOException {
        try {
            ObjectKey key = key(token, sha256);
            long bytes = length(request);
            return switch (put(key, bytes, request)) {
                case NEW -> ResponseEntity.status(HttpStatus.CREATED).build();
                case PRESENT -> ResponseEntity.ok().build();
            };
        } catch (FozException e) {
            meters.error("put", e.code().name());
            throw e;
        }
    }

    private ObjectStore.Stored put(ObjectKey key, long bytes, HttpServletRequest request)
            throws IOException {
        if (!puts.tryAcquire()) {
            throw new FozException(
                    ErrorCode.BUSY,
                    "%d objects are being put at this process; come back later"
                            .formatted(settings.putsMax()));
        }
        try {
            return objects.put(key, bytes, request.getInputStream());
        } finally {
            puts.release();
        }
    }

    /// Whether the object is there, so that it need not be sent. If so it is kept as if it had been
    /// put again.
    @RequestMapping(value = PATH, method = RequestMethod.HEAD)
    ResponseEntity<Void> head(@AuthenticationPrincipal Jwt token, @PathVariable String sha256) {
        StoredObject found =
                objects.renew(key(token, sha256))
                        .orElseThrow(() ->
                                new FozException(
                                        ErrorCode.NOT_FOUND, "there is no such object; put it"));
        return ResponseEntity.ok()
                .contentLength(found.bytes())
                .eTag("\"" + found.key().sha256() + "\"")
                .build();
    }

    private static ObjectKey key(Jwt token, String sha256) {
        return new ObjectKey(Caller.of(token).require("agent").tenant(), sha256);
    }

    private long length(HttpServletRequest request) {
        long bytes = request.getContentLengthLong();
        if (bytes < 0) {
            throw new FozException(
                    ErrorCode.LENGTH_REQUIRED,
                    "the object comes without its length; send Content-Length");
        }
        if (bytes > settings.bytesMax()) {
            throw new FozException(
                    ErrorCode.TOO_LARGE,
                    "the object has %d bytes, and foz.objects.bytesMax allows %d; leave the column out, or raise it"
                            .formatted(bytes, settings.bytesMax()));
        }
        return bytes;
    }
}
