package foz.server.cli;

import foz.server.embedded.EmbeddedException;
import foz.server.identity.Tokens;
import foz.server.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// `run.json`: what runs, where to reach it, and with which accounts. Only its owner can read it.
record RunFile(
        String console,
        String api,
        String sync,
        String ingest,
        String issuer,
        String metrics,
        Map<String, String> agentMetrics,
        Map<String, Long> pids,
        Database erp,
        Database replica,
        List<TenantRun> tenants,
        List<UserRun> users,
        String logs) {

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    private static final String NAME = "run.json";

    RunFile {
        agentMetrics = Map.copyOf(agentMetrics);
        pids = Map.copyOf(pids);
        tenants = List.copyOf(tenants);
        users = List.copyOf(users);
    }

    record Database(String jdbcUrl, String user, String password) {}

    /// @param schema of the replica
    record TenantRun(String id, String schema, String source, Database erp) {}

    record UserRun(
            String tenant,
            String username,
            String password,
            @Nullable String rep,
            List<String> roles,
            String token) {}

    /// What the settings of a server say: its database, its issuer, and its own address for all
    /// else. Processes, tenants' sources and people are not known from them.
    static RunFile of(Settings settings) {
        String url = settings.publicUrl();
        Settings.Database database = settings.database();
        return new RunFile(
                "",
                url,
                url,
                url,
                Tokens.issuer(settings),
                "",
                Map.of(),
                Map.of(),
                new Database("", "", ""),
                new Database(database.jdbcUrl(), database.user(), database.password().value()),
                List.of(),
                List.of(),
                "");
    }

    /// @throws EmbeddedException when nothing runs there
    static RunFile read(Path data) {
        Path file = data.resolve(NAME);
        try {
            return JSON.readValue(Files.readString(file), RunFile.class);
        } catch (IOException | JacksonException e) {
            throw new EmbeddedException(
                    "no %s in %s; start Foz with ./foz up --data %s, or give the --config of a server"
                            .formatted(NAME, data, data),
                    e);
        }
    }

    void write(Path data) {
        Path file = data.resolve(NAME);
        Path partial = data.resolve(NAME + ".tmp");
        try {
            Files.deleteIfExists(partial);
            Files.createFile(
                    partial,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
            Files.writeString(partial, JSON.writeValueAsString(this));
            Files.move(
                    partial,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new EmbeddedException("cannot write " + file, e);
        }
    }

    static void delete(Path data) {
        try {
            Files.deleteIfExists(data.resolve(NAME));
        } catch (IOException e) {
            throw new EmbeddedException("cannot remove " + data.resolve(NAME), e);
        }
    }

    RunFile withPids(Map<String, Long> now) {
        return new RunFile(
                console,
                api,
                sync,
                ingest,
                issuer,
                metrics,
                agentMetrics,
                now,
                erp,
                replica,
                tenants,
                users,
                logs);
    }
}
