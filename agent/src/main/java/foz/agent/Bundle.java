package foz.agent;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.ECKey;
import foz.wire.Chain;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.text.ParseException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// What support needs to see of an agent, in one file: what the doctor finds, the settings without
/// their secrets, the contract, the orders, what lies in the data folder, and the end of a log if
/// one is given. No row of the source is in it, unless the log quotes one. Its manifest names each
/// file with its SHA-256 and is signed with the agent's key, so that nobody alters it on its way.
final class Bundle {

    static final String MANIFEST = "manifest.jws";

    private static final long LOG_BYTES_MAX = 5 << 20;
    private static final String HIDDEN = "(hidden)";

    /// A password within an address.
    private static final Pattern QUOTED =
            Pattern.compile("(?i)(?:password|secret|token|pwd)=([^&;]+)|//[^/@:]+:([^/@]+)@");

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private final Path config;
    private final AgentSettings settings;
    private final Map<String, byte[]> files = new TreeMap<>();
    private final Set<String> secrets = new LinkedHashSet<>();

    Bundle(Path config, AgentSettings settings) {
        this.config = config;
        this.settings = settings;
    }

    /// @param log the agent's log; null for none
    /// @throws SettingsException when the agent's key does not sign
    void write(Path to, @Nullable Path log) throws IOException, InterruptedException {
        add("about.json", about());
        add("doctor.json", new Doctor(settings).examine());
        files.put("agent.properties", settingsText());
        copy("contract.odcs.yaml");
        copy("orders.json");
        add("folder.json", folder());
        if (log != null) {
            files.put("agent.log", end(log));
        }
        files.replaceAll((_, content) -> hidden(content));
        String manifest = signed(JSON.writeValueAsBytes(manifest()));
        Path written = to.resolveSibling(to.getFileName() + ".new");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(written))) {
            put(zip, MANIFEST, manifest.getBytes(StandardCharsets.US_ASCII));
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                put(zip, file.getKey(), file.getValue());
            }
        }
        Files.move(written, to, StandardCopyOption.REPLACE_EXISTING);
    }

    private void add(String name, Object value) {
        files.put(name, JSON.writeValueAsBytes(value));
    }

    private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(content);
        zip.closeEntry();
    }

    private Map<String, Object> about() throws IOException {
        Map<String, Object> about = new LinkedHashMap<>();
        about.put("clientId", settings.clientId());
        about.put("source", settings.source());
        about.put("at", Instant.now().toString());
        about.put("version", Agent.version());
        about.put("java", Runtime.version().toString());
        about.put(
                "system",
                "%s %s %s"
                        .formatted(
                                System.getProperty("os.name"),
                                System.getProperty("os.version"),
                                System.getProperty("os.arch")));
        about.put("zone", ZoneId.systemDefault().getId());
        about.put("processors", Runtime.getRuntime().availableProcessors());
        if (Files.exists(settings.dataDir())) {
            about.put("diskFreeBytes", Files.getFileStore(settings.dataDir()).getUsableSpace());
        }
        return about;
    }

    /// The settings as they are written. Secrets among them are noted, to be hidden everywhere: a
    /// driver's message may quote its address.
    private byte[] settingsText() throws IOException {
        Properties read = new Properties();
        try (var reader = Files.newBufferedReader(config)) {
            read.load(reader);
        }
        StringBuilder text = new StringBuilder();
        for (String key : read.stringPropertyNames().stream().sorted().toList()) {
            String value = read.getProperty(key).strip();
            if (isSecret(key)) {
                secrets.add(value);
            }
            Matcher quoted = QUOTED.matcher(value);
            while (quoted.find()) {
                secrets.add(Optional.ofNullable(quoted.group(1)).orElseGet(() -> quoted.group(2)));
            }
            text.append(key).append(" = ").append(value).append('\n');
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static boolean isSecret(String key) {
        String name = key.toLowerCase(Locale.ROOT);
        return name.contains("password")
                || name.contains("secret")
                || (name.contains("token") && !name.equals("tokenurl"));
    }

    private byte[] hidden(byte[] content) {
        String text = new String(content, StandardCharsets.UTF_8);
        for (String secret : secrets) {
            if (!secret.isBlank()) {
                text = text.replace(secret, HIDDEN);
            }
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private void copy(String name) throws IOException {
        Path file = settings.dataDir().resolve(name);
        if (Files.isRegularFile(file)) {
            files.put(name, Files.readAllBytes(file));
        }
    }

    /// Names, sizes and times of what lies in the data folder.
    private List<Map<String, Object>> folder() throws IOException {
        List<Map<String, Object>> found = new ArrayList<>();
        if (!Files.isDirectory(settings.dataDir())) {
            return found;
        }
        try (Stream<Path> all = Files.walk(settings.dataDir())) {
            for (Path file : all.filter(Files::isRegularFile).sorted().toList()) {
                if (Files.exists(file)) {
                    found.add(
                            Map.of(
                                    "file",
                                    settings.dataDir().relativize(file).toString(),
                                    "bytes",
                                    Files.size(file),
                                    "changed",
                                    Files.getLastModifiedTime(file).toString()));
                }
            }
        }
        return found;
    }

    private static byte[] end(Path log) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            long from = Math.max(0, file.length() - LOG_BYTES_MAX);
            byte[] bytes = new byte[(int) (file.length() - from)];
            file.seek(from);
            file.readFully(bytes);
            return bytes;
        }
    }

    private Map<String, Object> manifest() {
        Map<String, String> hashes = new TreeMap<>();
        files.forEach((name, content) -> hashes.put(name, Chain.sha256(content)));
        return Map.of(
                "clientId", settings.clientId(), "at", Instant.now().toString(), "sha256", hashes);
    }

    private String signed(byte[] manifest) throws IOException {
        try {
            ECKey key = ECKey.parse(Files.readString(settings.keyFile()));
            JWSObject signed =
                    new JWSObject(
                            new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()).build(),
                            new Payload(manifest));
            signed.sign(new ECDSASigner(key));
            return signed.serialize();
        } catch (ParseException | JOSEException e) {
            throw new SettingsException(
                    "the key in %s does not sign: %s; register the agent again"
                            .formatted(settings.keyFile(), e.getMessage()));
        }
    }
}
