package foz.server.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.UnboundElementsSourceFilter;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.FileSystemResource;
import org.yaml.snakeyaml.error.YAMLException;

/// A settings file, read as a server would read it, for commands that run beside the servers.
public final class SettingsFile {

    private SettingsFile() {}

    /// @throws SettingsException when it cannot be read, has an unknown key, or a value of a wrong
    ///   type
    public static Settings read(Path file) {
        if (!Files.isReadable(file)) {
            throw new SettingsException("cannot read the settings file " + file);
        }
        try {
            StandardEnvironment environment = new StandardEnvironment();
            List<PropertySource<?>> documents =
                    new YamlPropertySourceLoader()
                            .load(file.toString(), new FileSystemResource(file));
            documents.reversed().forEach(environment.getPropertySources()::addLast);
            NoUnboundElementsBindHandler strict =
                    new NoUnboundElementsBindHandler(
                            BindHandler.DEFAULT, new UnboundElementsSourceFilter());
            return Binder.get(environment, strict).bindOrCreate("foz", Settings.class);
        } catch (IOException | YAMLException | BindException e) {
            throw new SettingsException(
                    "the settings file " + file + " cannot be used: " + reason(e), e);
        }
    }

    /// What the outermost fault says of the place, and the innermost of the reason.
    private static String reason(Exception e) {
        String place = String.valueOf(e.getMessage());
        String reason = place;
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            reason = String.valueOf(cause.getMessage());
        }
        return reason.equals(place) ? place : place + ": " + reason;
    }
}
