package foz.server.objects;

import foz.server.error.ErrorCode;
import foz.server.error.FozException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Names an object: whose it is, and the SHA-256 of its bytes. The same content is stored once for
/// each tenant.
///
/// @param sha256 64 hexadecimal digits in lower case
public record ObjectKey(String tenant, String sha256) {

    private static final Pattern TENANT = Pattern.compile("[a-z][a-z0-9_]{0,29}");
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern PATH =
            Pattern.compile("([a-z][a-z0-9_]{0,29})/([0-9a-f]{2})/([0-9a-f]{62})");

    /// @throws FozException BAD_REQUEST when the hash is none
    public ObjectKey {
        if (!TENANT.matcher(tenant).matches()) {
            throw new IllegalArgumentException("'" + tenant + "' is no tenant's name");
        }
        if (!SHA256.matcher(sha256).matches()) {
            throw new FozException(
                    ErrorCode.BAD_REQUEST,
                    "'%s' is no SHA-256; write 64 hexadecimal digits in lower case"
                            .formatted(sha256.substring(0, Math.min(80, sha256.length()))));
        }
    }

    /// Where it lies in a store: `tenant/ab/cdef…`.
    String path() {
        return tenant + "/" + fan() + "/" + sha256.substring(2);
    }

    /// Objects of a tenant lie in folders by the hash's first two digits.
    String fan() {
        return sha256.substring(0, 2);
    }

    /// The key that lies there; empty for anything else.
    static Optional<ObjectKey> ofPath(String path) {
        Matcher matcher = PATH.matcher(path);
        return matcher.matches()
                ? Optional.of(new ObjectKey(matcher.group(1), matcher.group(2) + matcher.group(3)))
                : Optional.empty();
    }
}
