package foz.adapter.camel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import foz.agent.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.file.virtualfs.VirtualFileSystemFactory;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.sftp.server.SftpSubsystemFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files of a real SFTP server.
class SftpFeedTest {

    private static final String PASSWORD = "password: \"${env:SFTP_PASSWORD}\"";
    private static final Map<String, String> ENVIRONMENT = Map.of("SFTP_PASSWORD", "p ä)&=%s");

    @TempDir Path dir = Path.of("");
    private SshServer server = SshServer.setUpDefaultServer();
    private Path out = Path.of("");
    private KeyPair client = keys();

    private static KeyPair keys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return generator.generateKeyPair();
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void start() throws IOException {
        out = Files.createDirectories(dir.resolve("home/out"));
        KeyPair host = keys();
        server.setHost("127.0.0.1");
        server.setPort(0);
        server.setKeyPairProvider(KeyPairProvider.wrap(host));
        server.setPasswordAuthenticator((user, password, _) ->
                user.equals("reader") && password.equals(ENVIRONMENT.get("SFTP_PASSWORD")));
        server.setPublickeyAuthenticator(
                (user, key, _) -> user.equals("reader") && key.equals(client.getPublic()));
        server.setSubsystemFactories(List.of(new SftpSubsystemFactory()));
        server.setFileSystemFactory(new VirtualFileSystemFactory(dir.resolve("home")));
        server.start();
        known(host.getPublic());
    }

    private void known(PublicKey key) throws IOException {
        Files.writeString(
                dir.resolve("known_hosts"),
                "[127.0.0.1]:%d %s\n".formatted(server.getPort(), PublicKeyEntry.toString(key)));
    }

    @AfterEach
    void stop() throws IOException {
        server.stop(true);
    }

    private Feeding feeding(String signIn) throws IOException {
        return new Feeding(
                dir,
                """
                from:
                  sftp:
                    host: 127.0.0.1
                    port: %d
                    user: reader
                    %s
                    knownHostsFile: known_hosts
                    path: out
                    include: "*.csv"
                    stableMs: 0
                    then: move
                    moveTo: done
                format: {csv: {delimiter: ";"}}
                mode: increment
                """
                        .formatted(server.getPort(), signIn),
                Feeding.COLUMNS,
                ENVIRONMENT);
    }

    private void file(String name, String rows) throws IOException {
        Files.writeString(out.resolve(name), "code;name;price;changed\n" + rows);
    }

    @Test
    void readsInOrderAndMovesWhatIsDurable() throws Exception {
        file("b.csv", "2;b;1;\n");
        file("a.csv", "1;ação;1;\n");
        try (Feeding feeding = feeding(PASSWORD)) {
            assertEquals(List.of("+1|ação|1.00|null", "more"), feeding.read());
            assertTrue(Files.exists(out.resolve("a.csv")));
            assertEquals(List.of("+2|b|1.00|null", "end"), feeding.read());
            assertFalse(Files.exists(out.resolve("a.csv")));
            assertEquals(List.of("nothing"), feeding.read());
            assertFalse(Files.exists(out.resolve("b.csv")));
            try (Stream<Path> done = Files.list(out.resolve("done"))) {
                assertEquals(2, done.count());
            }
            try (Stream<Path> left = Files.list(dir.resolve("work/item"))) {
                assertEquals(List.of(), left.toList(), "nothing that was fetched stays here");
            }
        }
    }

    @Test
    void signsInWithAKey() throws Exception {
        Files.writeString(
                dir.resolve("id"),
                "-----BEGIN PRIVATE KEY-----\n"
                        + Base64.getMimeEncoder().encodeToString(client.getPrivate().getEncoded())
                        + "\n-----END PRIVATE KEY-----\n");
        file("a.csv", "1;a;1;\n");
        try (Feeding feeding = feeding("privateKeyFile: id")) {
            assertEquals(List.of("+1|a|1.00|null", "end"), feeding.read());
        }
    }

    @Test
    void aServerThatIsNotTheKnownOneIsRefused() throws Exception {
        known(keys().getPublic());
        file("a.csv", "1;a;1;\n");
        try (Feeding feeding = feeding(PASSWORD)) {
            assertThrows(IOException.class, feeding::read);
        }
        Files.writeString(dir.resolve("known_hosts"), "");
        try (Feeding feeding = feeding(PASSWORD)) {
            IOException refused = assertThrows(IOException.class, feeding::read);
            assertTrue(
                    String.valueOf(refused.getMessage()).contains("sftp://127.0.0.1"),
                    String.valueOf(refused.getMessage()));
            assertFalse(
                    String.valueOf(refused.getMessage())
                            .contains(ENVIRONMENT.get("SFTP_PASSWORD")));
        }
    }

    @Test
    void goesOnAfterTheServerWasAway() throws Exception {
        file("a.csv", "1;a;1;\n");
        try (Feeding feeding = feeding(PASSWORD)) {
            assertEquals(List.of("+1|a|1.00|null", "end"), feeding.read());
            int port = server.getPort();
            var keys = server.getKeyPairProvider();
            server.stop(true);
            assertThrows(IOException.class, feeding::read);
            SshServer again = SshServer.setUpDefaultServer();
            again.setHost("127.0.0.1");
            again.setPort(port);
            again.setKeyPairProvider(keys);
            again.setPasswordAuthenticator(server.getPasswordAuthenticator());
            again.setSubsystemFactories(server.getSubsystemFactories());
            again.setFileSystemFactory(server.getFileSystemFactory());
            again.start();
            server = again;
            file("b.csv", "2;b;1;\n");
            assertEquals(List.of("+2|b|1.00|null", "end"), feeding.read());
        }
    }

    @Test
    void aPasswordWrittenOutIsRefused() {
        SettingsException refused =
                assertThrows(SettingsException.class, () -> feeding("password: hunter2"));
        assertTrue(
                String.valueOf(refused.getMessage()).contains("sftp.password"),
                String.valueOf(refused.getMessage()));
        assertTrue(
                String.valueOf(refused.getMessage()).contains("${env:NAME}"),
                String.valueOf(refused.getMessage()));
        assertFalse(
                String.valueOf(refused.getMessage()).contains("hunter2"),
                String.valueOf(refused.getMessage()));
    }
}
