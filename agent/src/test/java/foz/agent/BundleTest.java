package foz.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import foz.wire.Chain;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What an agent puts together for support, with a source and a server that do not answer.
class BundleTest {

    private static final JsonMapper JSON = new JsonMapper();

    @TempDir Path folder = Path.of("");

    private static Map<String, byte[]> read(Path file) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        try (ZipFile zip = new ZipFile(file.toFile())) {
            for (ZipEntry entry : zip.stream().map(ZipEntry.class::cast).toList()) {
                files.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
            }
        }
        return files;
    }

    private static String text(Map<String, byte[]> files, String name) {
        return new String(files.getOrDefault(name, new byte[0]), StandardCharsets.UTF_8);
    }

    @Test
    void holdsWhatHelpsAndNoSecretAndIsSigned() throws Exception {
        Path config;
        try (StandInServer server = new StandInServer(LogSite.contractText(List.of()))) {
            config =
                    server.settings(
                            folder.resolve("agent"),
                            "jdbc:postgresql://ana:s3cret@127.0.0.1:1/none?password=s3cret&ssl=false");
        }
        Files.writeString(config, Files.readString(config) + "\njdbcPassword = s3cret\n");
        AgentSettings settings = AgentSettings.read(config);
        Files.createDirectories(settings.dataDir());
        Files.writeString(settings.dataDir().resolve("contract.odcs.yaml"), "id: seen\n");
        Files.writeString(settings.dataDir().resolve("orders.json"), "[]");
        Path log = folder.resolve("agent.log");
        Files.writeString(log, "x".repeat(6 << 20) + "with s3cret at the end");
        Path bundle = folder.resolve("bundle.zip");
        assertEquals(
                0,
                new CommandLine(new AgentMain())
                        .execute(
                                "bundle",
                                "--config",
                                config.toString(),
                                "--output",
                                bundle.toString(),
                                "--log",
                                log.toString()));
        Map<String, byte[]> files = read(bundle);
        assertEquals(
                Set.of(
                        "about.json",
                        "agent.log",
                        "agent.properties",
                        "contract.odcs.yaml",
                        "doctor.json",
                        "folder.json",
                        "manifest.jws",
                        "orders.json"),
                files.keySet());
        for (String name : files.keySet()) {
            assertFalse(text(files, name).contains("s3cret"), name);
        }
        assertTrue(text(files, "agent.properties").contains("jdbcPassword = (hidden)"));
        assertTrue(text(files, "agent.properties").contains("ana:(hidden)@127.0.0.1"));
        assertTrue(text(files, "doctor.json").contains("FAILED"));
        assertTrue(text(files, "agent.log").endsWith("the end"));
        assertTrue(text(files, "agent.log").length() < (5 << 20) + 100);
        JWSObject manifest = JWSObject.parse(text(files, "manifest.jws"));
        ECKey key = ECKey.parse(Files.readString(settings.keyFile()));
        assertTrue(manifest.verify(new ECDSAVerifier(key.toPublicJWK())));
        JsonNode said = JSON.readTree(manifest.getPayload().toBytes());
        assertEquals(settings.clientId(), said.path("clientId").asString());
        files.remove("manifest.jws");
        files.forEach((name, content) ->
                assertEquals(
                        said.path("sha256").path(name).asString(""), Chain.sha256(content), name));
        assertEquals(files.size(), said.path("sha256").size());
    }
}
