package foz.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import foz.server.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An operator of `foz serve` has no run.json: the server's own settings do.
class FozOptionTest {

    @TempDir static Path folder = Path.of("");

    @SuppressWarnings("NullAway.Init")
    private static TestDatabase database;

    @BeforeAll
    static void start() {
        database = new TestDatabase(folder);
        database.postgres().database("empty", "postgres");
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    private static String config(String name) throws IOException {
        Path file = folder.resolve(name + ".yaml");
        Files.writeString(
                file,
                """
                foz:
                  publicUrl: https://foz.example
                  database: {jdbcUrl: "%s", user: postgres, password: {value: secret}}
                  identity: {issuer: https://id.foz.example}
                """
                        .formatted(database.postgres().jdbcUrl(name)));
        return file.toString();
    }

    private static String done(String... arguments) {
        FozProcess ended = FozProcess.foz(arguments);
        assertEquals(0, ended.code(), ended.output());
        return ended.output();
    }

    @Test
    void theServersSettingsAreEnoughToOnboardATenant() throws IOException {
        String config = config("postgres");
        done("tenant", "add", "acme", "--config", config);
        assertTrue(done("tenant", "list", "--config", config).contains("acme"));
        done("tenant", "user", "acme", "ana", "--password", "long enough", "--config", config);
        Path agent = folder.resolve("agent");
        done(
                "tenant",
                "agent",
                "acme",
                "--folder",
                agent.toString(),
                "--jdbc",
                "jdbc:postgresql://erp/erp",
                "--user",
                "foz_agent",
                "--config",
                config);
        String settings = Files.readString(agent.resolve("agent.properties"));
        assertTrue(settings.contains("ingestUrl = https://foz.example\n"), settings);
        assertTrue(settings.contains("tokenUrl = https://id.foz.example/oauth2/token\n"), settings);
        assertEquals("", done("quarantine", "list", "--tenant", "acme", "--config", config));
        assertTrue(done("status", "--config", config).contains("acme"));
        FozProcess unknown = FozProcess.foz("verify", "--tenant", "acme", "--config", config);
        assertEquals(2, unknown.code(), unknown.output());
        assertTrue(unknown.output().contains("--source-jdbc"), unknown.output());
        done("tenant", "remove", "acme", "--yes", "--config", config);
    }

    @Test
    void aDatabaseWithoutControlTablesIsNamed() throws IOException {
        FozProcess ended = FozProcess.foz("status", "--config", config("empty"));
        assertEquals(2, ended.code(), ended.output());
        assertTrue(ended.output().contains("has no control tables"), ended.output());
    }
}
