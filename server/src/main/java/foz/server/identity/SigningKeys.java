package foz.server.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/// The keys that sign tokens: in the database, so that every process of a deployment signs and
/// verifies with the same ones.
@Component
public final class SigningKeys implements JWKSource<SecurityContext> {

    private static final int BITS = 2048;
    private static final Duration STALE = Duration.ofMinutes(1);

    private final JdbcClient jdbc;
    private volatile JWKSet keys = new JWKSet();
    private volatile Instant readAt = Instant.EPOCH;

    public SigningKeys(DataSource dataSource) {
        this.jdbc = JdbcClient.create(dataSource);
    }

    @Override
    public List<JWK> get(JWKSelector selector, @Nullable SecurityContext context)
            throws KeySourceException {
        List<JWK> found = selector.select(current());
        JWKMatcher matcher = selector.getMatcher();
        boolean unknown = found.isEmpty() && matcher.getKeyIDs() != null;
        return unknown && readAt.plusSeconds(5).isBefore(Instant.now())
                ? selector.select(read())
                : found;
    }

    private JWKSet current() {
        return readAt.plus(STALE).isBefore(Instant.now()) ? read() : keys;
    }

    private synchronized JWKSet read() {
        List<JWK> found = load();
        if (found.isEmpty()) {
            generate();
            found = load();
        }
        keys = new JWKSet(found);
        readAt = Instant.now();
        return keys;
    }

    private List<JWK> load() {
        List<JWK> found = new ArrayList<>();
        for (String text :
                jdbc.sql("SELECT jwk FROM signing_key ORDER BY created_at DESC, kid LIMIT 1")
                        .query((rs, _) -> rs.getString(1))
                        .list()) {
            try {
                found.add(JWK.parse(text));
            } catch (ParseException e) {
                throw new IllegalStateException("a signing key in the database is damaged", e);
            }
        }
        return found;
    }

    private void generate() {
        try {
            RSAKey key =
                    new RSAKeyGenerator(BITS)
                            .keyUse(KeyUse.SIGNATURE)
                            .algorithm(com.nimbusds.jose.JWSAlgorithm.RS256)
                            .keyID(UUID.randomUUID().toString())
                            .generate();
            // Two processes that start together: one key stays, and both read it.
            jdbc.sql(
                            """
                            INSERT INTO signing_key (kid, jwk)
                            SELECT ?, ? WHERE NOT EXISTS (SELECT 1 FROM signing_key)
                            """)
                    .params(key.getKeyID(), key.toJSONString())
                    .update();
        } catch (JOSEException e) {
            throw new IllegalStateException("every JDK makes RSA keys", e);
        }
    }
}
