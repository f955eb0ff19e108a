package foz.server.cli;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import foz.server.identity.Accounts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;

/// An agent's folder: its key and its settings. The public key is registered with the issuer.
///
/// @param source as the tenant's contract names it
/// @param database the source, with the rights that the agent has there
/// @param metricsPort 0: any free one
record AgentFolder(
        Path folder,
        String tenant,
        String source,
        String ingestUrl,
        String commandUrl,
        String issuer,
        RunFile.Database database,
        int metricsPort) {

    String clientId() {
        return "agent-" + tenant + "-" + source;
    }

    /// Writes the folder, with a new key unless there is one, and registers the key.
    ///
    /// @return the settings file
    Path write(Accounts accounts) {
        ECKey key = key();
        accounts.saveAgent(
                new Accounts.AgentClient(
                        clientId(), tenant, source, key.toPublicJWK().toJSONString()));
        Path config = folder.resolve("agent.properties");
        Notes.write(
                config,
                """
                # Settings of the agent of tenant %s, source %s.
                ingestUrl = %s
                commandUrl = %s
                tokenUrl = %s/oauth2/token
                clientId = %s
                keyFile = key.jwk
                source = %s
                jdbcUrl = %s
                jdbcUser = %s
                jdbcPassword = %s
                dataDir = data
                metricsPort = %d
                """
                        .formatted(
                                tenant,
                                source,
                                ingestUrl,
                                commandUrl,
                                issuer,
                                clientId(),
                                source,
                                database.jdbcUrl(),
                                database.user(),
                                database.password().replace("\\", "\\\\"),
                                metricsPort));
        return config;
    }

    private ECKey key() {
        Path file = folder.resolve("key.jwk");
        try {
            if (!Files.exists(file)) {
                ECKey made = new ECKeyGenerator(Curve.P_256).keyID(clientId()).generate();
                Notes.write(file, made.toJSONString());
            }
            return ECKey.parse(Files.readString(file));
        } catch (JOSEException e) {
            throw new IllegalStateException("every JDK makes EC keys", e);
        } catch (ParseException e) {
            throw new foz.server.embedded.EmbeddedException(
                    "the key in " + file + " is damaged; remove it to make another", e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }
}
