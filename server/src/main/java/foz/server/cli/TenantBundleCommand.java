package foz.server.cli;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import foz.server.error.ErrorCode;
import foz.server.error.FozException;
import foz.server.identity.Accounts;
import foz.wire.Chain;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `foz tenant bundle`: whether a bundle that `foz agent bundle` wrote is whole, and whose it is.
@Command(
        name = "bundle",
        exitCodeList = {
            "1:the bundle was altered, or an unknown agent signed it",
            Cli.UNAVAILABLE,
            Cli.SETTINGS
        },
        mixinStandardHelpOptions = true,
        description =
                "Checks a bundle of `foz agent bundle`: that a registered agent signed it and nobody altered it since.")
final class TenantBundleCommand implements Callable<Integer> {

    private static final String MANIFEST = "manifest.jws";
    private static final long FILE_BYTES_MAX = 64 << 20;
    private static final JsonMapper JSON = new JsonMapper();

    @Mixin private FozOption foz = new FozOption();

    @Parameters(paramLabel = "FILE")
    private Path file = Path.of("foz-agent-bundle.zip");

    @Override
    public Integer call() {
        Map<String, byte[]> files = read();
        try (Control control = foz.control()) {
            JWSObject manifest = manifest(files);
            JsonNode said = JSON.readTree(manifest.getPayload().toBytes());
            String clientId = said.path("clientId").asString("");
            Accounts.AgentClient agent =
                    control.accounts()
                            .agent(clientId)
                            .orElseThrow(() ->
                                    new FozException(
                                            ErrorCode.NOT_FOUND,
                                            "no agent '%s' is registered here"
                                                    .formatted(clientId)));
            List<String> wrong = wrong(manifest, said, agent, files);
            wrong.forEach(Cli::print);
            if (wrong.isEmpty()) {
                Cli.print(
                        "whole: %d files of %s (tenant %s, source %s), signed at %s"
                                .formatted(
                                        files.size() - 1,
                                        clientId,
                                        agent.tenant(),
                                        agent.source(),
                                        said.path("at").asString("")));
            }
            return wrong.isEmpty() ? 0 : Cli.EXIT_FOUND;
        }
    }

    private Map<String, byte[]> read() {
        Map<String, byte[]> files = new TreeMap<>();
        try (ZipFile zip = new ZipFile(file.toFile())) {
            for (ZipEntry entry : zip.stream().map(ZipEntry.class::cast).toList()) {
                try (InputStream content = zip.getInputStream(entry)) {
                    byte[] bytes = content.readNBytes((int) FILE_BYTES_MAX + 1);
                    if (bytes.length > FILE_BYTES_MAX) {
                        throw unreadable(entry.getName() + " is larger than any file of a bundle");
                    }
                    files.put(entry.getName(), bytes);
                }
            }
        } catch (IOException e) {
            throw unreadable(String.valueOf(e.getMessage()));
        }
        return files;
    }

    private FozException unreadable(String why) {
        return new FozException(ErrorCode.BAD_REQUEST, "%s is no bundle: %s".formatted(file, why));
    }

    private JWSObject manifest(Map<String, byte[]> files) {
        byte[] text = files.get(MANIFEST);
        if (text == null) {
            throw unreadable("it has no " + MANIFEST);
        }
        try {
            return JWSObject.parse(new String(text, StandardCharsets.US_ASCII));
        } catch (ParseException | JacksonException e) {
            throw unreadable(MANIFEST + " cannot be read: " + e.getMessage());
        }
    }

    private static List<String> wrong(
            JWSObject manifest,
            JsonNode said,
            Accounts.AgentClient agent,
            Map<String, byte[]> files) {
        List<String> wrong = new ArrayList<>();
        try {
            if (!manifest.verify(new ECDSAVerifier(ECKey.parse(agent.jwk())))) {
                wrong.add("the manifest is not signed with the key of " + agent.clientId());
            }
        } catch (JOSEException | ParseException e) {
            wrong.add("the manifest's signature cannot be checked: " + e.getMessage());
        }
        JsonNode hashes = said.path("sha256");
        files.forEach((name, content) -> {
            if (!name.equals(MANIFEST)
                    && !hashes.path(name).asString("").equals(Chain.sha256(content))) {
                wrong.add(name + " is not as the agent wrote it");
            }
        });
        hashes.propertyNames().stream()
                .filter(name -> !files.containsKey(name))
                .forEach(name -> wrong.add(name + " is missing"));
        return wrong;
    }
}
