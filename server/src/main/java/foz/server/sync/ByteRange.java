package foz.server.sync;

import foz.server.error.ErrorCode;
import foz.server.error.FozException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpRange;

/// The part of an object that is asked for (RFC 9110, section 14).
///
/// @param partial whether it was asked for as a part
record ByteRange(long from, long bytes, boolean partial) {

    /// One range; several, or what is none, mean the whole object, as does a range of a version
    /// that is not this one.
    ///
    /// @throws FozException RANGE_NOT_SATISFIABLE when it begins beyond the end
    static ByteRange of(
            @Nullable String range, @Nullable String ifRange, String tag, long objectBytes) {
        ByteRange whole = new ByteRange(0, objectBytes, false);
        if (range == null || (ifRange != null && !ifRange.strip().equals(tag))) {
            return whole;
        }
        List<HttpRange> ranges;
        try {
            ranges = HttpRange.parseRanges(range);
        } catch (IllegalArgumentException _) {
            return whole;
        }
        if (ranges.size() != 1) {
            return whole;
        }
        long from = ranges.getFirst().getRangeStart(objectBytes);
        long to = ranges.getFirst().getRangeEnd(objectBytes);
        if (objectBytes == 0 || from >= objectBytes || to < from) {
            throw new FozException(
                    ErrorCode.RANGE_NOT_SATISFIABLE,
                    "the range %s lies beyond the object's %d bytes".formatted(range, objectBytes),
                    Map.of("bytes", objectBytes));
        }
        return new ByteRange(from, to - from + 1, true);
    }

    /// `Content-Range`.
    String header(long objectBytes) {
        return "bytes %d-%d/%d".formatted(from, from + bytes - 1, objectBytes);
    }
}
