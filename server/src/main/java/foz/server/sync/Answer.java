package foz.server.sync;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/// The body of a stream's answer. Status and headers go out with its first byte: until then the
/// device can still be refused.
final class Answer extends OutputStream {

    private final HttpServletResponse response;
    private final boolean gzip;
    private @Nullable OutputStream out;

    Answer(HttpServletRequest request, HttpServletResponse response) {
        this.response = response;
        this.gzip = String.valueOf(request.getHeader("Accept-Encoding")).contains("gzip");
    }

    boolean hasBegun() {
        return out != null;
    }

    private OutputStream out() throws IOException {
        OutputStream begun = out;
        if (begun == null) {
            response.setStatus(200);
            response.setContentType("application/x-ndjson");
            response.setHeader("X-Accel-Buffering", "no");
            response.setHeader("Cache-Control", "no-store");
            if (gzip) {
                response.setHeader("Content-Encoding", "gzip");
            }
            OutputStream plain = response.getOutputStream();
            begun = gzip ? new Gzip(plain) : plain;
            out = begun;
        }
        return begun;
    }

    @Override
    public void write(int b) throws IOException {
        out().write(b);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        out().write(bytes, from, length);
    }

    @Override
    public void flush() throws IOException {
        out().flush();
    }

    @Override
    public void close() throws IOException {
        OutputStream begun = out;
        if (begun != null) {
            begun.close();
        }
    }

    /// Compresses fast, and lets every flush reach the device.
    private static final class Gzip extends GZIPOutputStream {
        Gzip(OutputStream out) throws IOException {
            super(out, 1 << 15, true);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }
}
