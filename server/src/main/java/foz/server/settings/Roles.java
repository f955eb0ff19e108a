package foz.server.settings;

import java.util.List;
import java.util.Optional;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/// The roles that a process can take, as data.
public final class Roles {

    public static final List<String> ALL =
            List.of("identity", "ingest", "apply", "sync", "command", "console");

    private Roles() {}

    /// The first name that is no role, if any.
    public static Optional<String> unknown(List<String> roles) {
        return roles.stream()
                .filter(role -> !role.equals("all") && !ALL.contains(role))
                .findFirst();
    }

    static boolean enabled(Environment environment, String role) {
        String roles = environment.getProperty("foz.roles", "all");
        List<String> names = List.of(roles.split("\\s*,\\s*"));
        return names.contains("all") || names.contains(role);
    }

    /// Matches a [Role] whose name is among this process's roles.
    static final class OnRole implements Condition {
        @Override
        public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
            var attributes = metadata.getAnnotationAttributes(Role.class.getName());
            return attributes != null
                    && enabled(context.getEnvironment(), String.valueOf(attributes.get("value")));
        }
    }
}
