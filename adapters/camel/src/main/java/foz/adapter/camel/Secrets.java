package foz.adapter.camel;

import foz.agent.SourceSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Where secrets come from: the environment, a file, or the agent's own settings. None stands in
/// the feeds' file, which people pass around.
final class Secrets {

    static final String FORMS = "${env:NAME}, ${file:PATH}, ${jdbcUser} or ${jdbcPassword}";

    private static final Pattern REFERENCE =
            Pattern.compile("\\$\\{(?:(env|file):([^}]+)|(jdbcUser|jdbcPassword))}");

    private final SourceSettings settings;
    private final Path base;
    private final Function<String, @Nullable String> environment;

    /// @param base what paths of files are relative to
    Secrets(SourceSettings settings, Path base, Function<String, @Nullable String> environment) {
        this.settings = settings;
        this.base = base;
        this.environment = environment;
    }

    /// What a reference stands for; empty when this is no reference, or nothing is there.
    Optional<Secret> of(String reference) {
        Matcher matcher = REFERENCE.matcher(reference.strip());
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String own = matcher.group(3);
        String found =
                own == null
                        ? named(matcher.group(1), matcher.group(2))
                        : own.equals("jdbcUser") ? settings.jdbcUser() : settings.jdbcPassword();
        return found == null || found.isEmpty() ? Optional.empty() : Optional.of(new Secret(found));
    }

    private @Nullable String named(String kind, String name) {
        if (kind.equals("env")) {
            return environment.apply(name);
        }
        try {
            return Files.readString(base.resolve(name)).strip();
        } catch (IOException _) {
            return null;
        }
    }
}
