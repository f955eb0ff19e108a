package foz.server.cli;

import foz.server.error.ErrorCode;
import foz.server.settings.Doc;
import foz.server.settings.Secret;
import foz.server.settings.Settings;
import java.lang.annotation.Annotation;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// The reference pages, made from the code: every setting with its default, every error code with
/// its status.
final class Reference {

    private Reference() {}

    /// `docs/reference/settings.md`.
    static String settings() {
        StringBuilder page =
                new StringBuilder(
                        """
                        # Settings of the server

                        Made from the code by `foz reference settings`. A YAML file given with `foz serve --config`; an unknown key stops
                        the start.

                        | setting | default | what it does |
                        |---|---|---|
                        """);
        append(page, "foz", Settings.class);
        return page.toString();
    }

    private static void append(StringBuilder page, String prefix, Class<?> type) {
        RecordComponent[] components = type.getRecordComponents();
        for (int i = 0; i < components.length; i++) {
            RecordComponent component = components[i];
            String key = prefix + "." + component.getName();
            Doc doc = component.getAnnotation(Doc.class);
            if (doc == null) {
                append(page, key, component.getType());
                continue;
            }
            boolean secret = component.getType() == Secret.class;
            page.append(
                    "| `%s` | %s | %s |\n"
                            .formatted(
                                    secret ? key + ".value" : key,
                                    defaultOf(type, i),
                                    doc.value()));
        }
    }

    private static String defaultOf(Class<?> type, int index) {
        for (Annotation annotation :
                type.getDeclaredConstructors()[0].getParameterAnnotations()[index]) {
            if (annotation instanceof DefaultValue value) {
                String text = String.join(", ", value.value());
                return text.isEmpty() ? "" : "`" + text + "`";
            }
        }
        return "";
    }

    /// `docs/reference/errors.md`.
    static String errors() {
        return Arrays.stream(ErrorCode.values())
                .map(code ->
                        "| `%s` | %d | %s |".formatted(code.name(), code.status(), code.meaning()))
                .collect(
                        Collectors.joining(
                                "\n",
                                """
                                # Errors

                                Made from the code by `foz reference errors`. Every refusal is a problem document (RFC 9457) whose `code` is one of
                                these, and whose `detail` names the value and the remedy.

                                | code | status | cause and remedy |
                                |---|---|---|
                                """,
                                "\n"));
    }
}
