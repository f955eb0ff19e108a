package foz.server.sync;

import foz.server.error.ErrorCode;
import foz.server.error.FozException;
import foz.server.identity.Caller;
import foz.server.objects.HeldObjects;
import foz.server.objects.ObjectKey;
import foz.server.objects.ObjectMeters;
import foz.server.objects.ObjectReference;
import foz.server.objects.StoredObject;
import foz.server.settings.Role;
import foz.server.settings.Settings;
import foz.server.tenant.Tenants;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.ContentDisposition;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// Where apps read the objects that their rows refer to. The row's id is a parameter: it may hold
/// any character.
@RestController
@Role("sync")
final class ObjectController {

    private static final Logger LOG = LoggerFactory.getLogger(ObjectController.class);
    private static final int BUFFER_BYTES = 1 << 16;

    private final HeldObjects objects;
    private final ObjectScope scope;
    private final Tenants tenants;
    private final ObjectMeters meters;
    private final Semaphore reads;

    ObjectController(
            HeldObjects objects,
            ObjectScope scope,
            Tenants tenants,
            ObjectMeters meters,
            Settings settings) {
        this.objects = objects;
        this.scope = scope;
        this.tenants = tenants;
        this.meters = meters;
        this.reads = new Semaphore(settings.objects().readsMax());
    }

    /// What is asked for.
    private record Wanted(String table, String column, String row) {}

    @RequestMapping(
            value = "/v1/objects/{table}/{column}",
            method = {RequestMethod.GET, RequestMethod.HEAD})
    void object(
            @AuthenticationPrincipal Jwt token,
            @PathVariable String table,
            @PathVariable String column,
            @RequestParam String row,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        try {
            answer(
                    Caller.of(token).require("sync"),
                    new Wanted(table, column, row),
                    request,
                    response);
        } catch (FozException e) {
            meters.error("read", e.code().name());
            throw e;
        }
    }

    private void answer(
            Caller caller, Wanted wanted, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        ObjectReference reference =
                scope.reference(
                                tenants.get(caller.tenant()),
                                caller,
                                wanted.table(),
                                wanted.column(),
                                wanted.row())
                        .orElseThrow(() ->
                                new FozException(
                                        ErrorCode.NOT_FOUND,
                                        "no row that this token's devices hold has an object there; check table, column and row"));
        String tag = "\"" + reference.sha256() + "\"";
        if (isKnown(request.getHeader("If-None-Match"), tag)) {
            response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
            tagged(response, tag);
            return;
        }
        if (!reads.tryAcquire()) {
            throw new FozException(
                    ErrorCode.BUSY, "too many objects are being read; come back later");
        }
        try {
            send(find(caller, reference), tag, wanted, request, response);
        } finally {
            reads.release();
        }
    }

    /// A row may come to refer to another object, or leave the caller's scope: an app asks again
    /// whether what it has is still that.
    private static void tagged(HttpServletResponse response, String tag) {
        response.setHeader("ETag", tag);
        response.setHeader("Cache-Control", "private, no-cache");
    }

    private static boolean isKnown(@Nullable String header, String tag) {
        return header != null && (header.strip().equals("*") || header.contains(tag));
    }

    private StoredObject find(Caller caller, ObjectReference reference) {
        return objects.find(new ObjectKey(caller.tenant(), reference.sha256()))
                .filter(found -> found.bytes() == reference.bytes())
                .orElseThrow(() ->
                        new FozException(
                                ErrorCode.OBJECT_GONE,
                                "the row refers to %s, and the object store does not hold it"
                                        .formatted(reference)));
    }

    private void send(
            StoredObject object,
            String tag,
            Wanted wanted,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        ByteRange range =
                ByteRange.of(
                        request.getHeader("Range"),
                        request.getHeader("If-Range"),
                        tag,
                        object.bytes());
        ContentKind kind = kind(object);
        boolean body = request.getMethod().equals("GET");
        try (InputStream in =
                body
                        ? objects.open(object, range.from(), range.bytes())
                        : InputStream.nullInputStream()) {
            tagged(response, tag);
            response.setHeader("Accept-Ranges", "bytes");
            response.setHeader("X-Content-Type-Options", "nosniff");
            response.setHeader("Content-Disposition", disposition(wanted, kind));
            response.setContentType(kind.mediaType());
            response.setContentLengthLong(range.bytes());
            if (range.partial()) {
                response.setStatus(HttpServletResponse.SC_PARTIAL_CONTENT);
                response.setHeader("Content-Range", range.header(object.bytes()));
            }
            if (body) {
                response.flushBuffer();
                copy(object, in, range.bytes(), response.getOutputStream());
            }
        }
    }

    private ContentKind kind(StoredObject object) throws IOException {
        int bytes = (int) Math.min(ContentKind.BYTES, object.bytes());
        try (InputStream first = objects.open(object, 0, bytes)) {
            return ContentKind.of(first.readNBytes(bytes));
        }
    }

    private static String disposition(Wanted wanted, ContentKind kind) {
        String name = wanted.table() + "-" + wanted.row() + "-" + wanted.column();
        return ContentDisposition.attachment()
                .filename(name.replaceAll("[^A-Za-z0-9._-]", "_") + kind.extension())
                .build()
                .toString();
    }

    /// @throws IOException when the store gives less than it said, or the app went away: the
    ///   connection breaks off
    private void copy(StoredObject object, InputStream in, long bytes, OutputStream out)
            throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        for (long left = bytes; left > 0; ) {
            int count = read(object, in, buffer);
            out.write(buffer, 0, count);
            left -= count;
        }
        out.flush();
        meters.read(bytes);
    }

    /// The store's fault is thrown as one that nobody takes for an app that went away.
    private int read(StoredObject object, InputStream in, byte[] buffer) throws IOException {
        int count = -1;
        try {
            count = in.read(buffer);
        } catch (IOException e) {
            LOG.warn("reading {} failed", object, e);
        }
        if (count < 0) {
            meters.error("read", ErrorCode.UNAVAILABLE.name());
            throw new IOException("the object store ended %s too early".formatted(object));
        }
        return count;
    }
}
