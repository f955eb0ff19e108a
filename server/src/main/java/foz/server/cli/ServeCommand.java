package foz.server.cli;

import foz.server.FozServer;
import foz.server.settings.Roles;
import foz.server.settings.SettingsFile;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `foz serve`: one server process with the roles that it is given.
@Command(
        name = "serve",
        exitCodeList = {Cli.UNAVAILABLE, Cli.SETTINGS},
        mixinStandardHelpOptions = true,
        description = "Runs one server process with the given roles, until it is told to stop.")
final class ServeCommand implements Callable<Integer> {

    @Option(
            names = "--roles",
            split = ",",
            defaultValue = "all",
            description =
                    "Roles of this process: all, or some of identity, ingest, apply, sync, command, console."
                            + " Default: ${DEFAULT-VALUE}.")
    private List<String> roles = List.of("all");

    @Option(
            names = "--port",
            defaultValue = "8080",
            description = "Port to listen on; 0 takes a free one. Default: ${DEFAULT-VALUE}.")
    private int port;

    @Option(
            names = "--bind",
            defaultValue = "127.0.0.1",
            description = "Address to listen on. Default: ${DEFAULT-VALUE}.")
    private String bind = "127.0.0.1";

    @Option(names = "--config", paramLabel = "FILE", description = "Settings, a YAML file.")
    private @Nullable Path config;

    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        Optional<String> unknown = Roles.unknown(roles);
        Path file = config;
        if (unknown.isPresent()) {
            throw Cli.wrong(
                    spec,
                    "there is no role '%s'; use all, or some of %s"
                            .formatted(unknown.get(), String.join(", ", Roles.ALL)));
        }
        if (file != null) {
            SettingsFile.read(file);
        }
        Map<String, Object> defaults = new HashMap<>();
        defaults.put("server.port", port);
        defaults.put("server.address", bind);
        defaults.put("server.servlet.session.cookie.name", "foz_" + port);
        defaults.put("foz.roles", String.join(",", roles));
        if (file != null) {
            defaults.put("spring.config.additional-location", "file:" + file.toAbsolutePath());
        }
        SpringApplication application = new SpringApplication(FozServer.class);
        application.setDefaultProperties(defaults);
        application.run();
        Thread.currentThread().join();
        return 0;
    }
}
