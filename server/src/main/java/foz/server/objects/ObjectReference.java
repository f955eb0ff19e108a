package foz.server.objects;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a row holds in place of an object: `sha256:<64 hexadecimal digits>:<bytes>`.
public record ObjectReference(String sha256, long bytes) {

    private static final Pattern TEXT = Pattern.compile("sha256:([0-9a-f]{64}):(\\d{1,18})");

    /// Empty when the text is no reference.
    public static Optional<ObjectReference> of(String text) {
        Matcher matcher = TEXT.matcher(text);
        return matcher.matches()
                ? Optional.of(
                        new ObjectReference(matcher.group(1), Long.parseLong(matcher.group(2))))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return "sha256:" + sha256 + ":" + bytes;
    }
}
