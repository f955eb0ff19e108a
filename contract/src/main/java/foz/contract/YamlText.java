package foz.contract;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Writes YAML for people: block style, text quoted only where it must be, and comments.
final class YamlText {

    private static final Pattern PLAIN =
            Pattern.compile("[A-Za-z_][A-Za-z0-9_./()-]*(?: [A-Za-z0-9_./()-]+)*");

    /// Outside `[...]` and `{...}` these mean nothing within a text.
    private static final Pattern PLAIN_IN_BLOCK =
            Pattern.compile("[A-Za-z_][A-Za-z0-9_./(),\\[\\]-]*(?: [A-Za-z0-9_./(),\\[\\]-]+)*");

    private static final Set<String> RESERVED =
            Set.of("true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan");

    private final StringBuilder out = new StringBuilder();
    private int depth;
    private boolean item;

    /// One line `key: value`.
    YamlText put(String key, Object value) {
        return line(key + ": " + value(value));
    }

    /// One line `key: value # comment`.
    YamlText put(String key, Object value, String comment) {
        return line(key + ": " + value(value) + " # " + single(comment));
    }

    /// A key whose value is what `body` writes.
    YamlText open(String key, Runnable body) {
        line(key + ":");
        depth++;
        body.run();
        depth--;
        return this;
    }

    /// One item of a list: what `body` writes.
    YamlText item(Runnable body) {
        item = true;
        depth++;
        body.run();
        depth--;
        item = false;
        return this;
    }

    YamlText comment(String text) {
        return line("# " + single(text));
    }

    YamlText blank() {
        out.append('\n');
        return this;
    }

    private YamlText line(String text) {
        boolean dash = item && !text.startsWith("#");
        out.repeat(' ', 2 * (item ? depth - 1 : depth))
                .append(dash ? "- " : "")
                .append(text)
                .append('\n');
        item = item && !dash;
        return this;
    }

    private static String value(Object value) {
        return switch (value) {
            case String text -> quote(text, PLAIN_IN_BLOCK);
            case List<?> list ->
                    list.stream().map(YamlText::flow).collect(Collectors.joining(", ", "[", "]"));
            case Map<?, ?> map ->
                    map.entrySet().stream()
                            .map(entry -> flow(entry.getKey()) + ": " + flow(entry.getValue()))
                            .collect(Collectors.joining(", ", "{", "}"));
            default -> value.toString();
        };
    }

    private static String flow(Object value) {
        return value instanceof String text ? quote(text, PLAIN) : value(value);
    }

    /// Text that reads back as the same text.
    private static String quote(String text, Pattern plain) {
        if (plain.matcher(text).matches() && !RESERVED.contains(text.toLowerCase(Locale.ROOT))) {
            return text;
        }
        boolean printable =
                text.codePoints()
                        .allMatch(c ->
                                c >= ' '
                                        && c != 0x7f
                                        && (c < 0x80
                                                || Character.isLetterOrDigit(c)
                                                || "→…–—“”ºª°§€".indexOf(c) >= 0));
        return printable ? "'" + text.replace("'", "''") + "'" : escaped(text);
    }

    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder("\"");
        text.codePoints()
                .forEach(c -> {
                    if (c == '"' || c == '\\') {
                        escaped.append('\\').appendCodePoint(c);
                    } else if (c == '\n') {
                        escaped.append("\\n");
                    } else if (c >= ' ' && c < 0x7f) {
                        escaped.appendCodePoint(c);
                    } else if (c >= 0xd800 && c <= 0xdfff) {
                        escaped.append("\\uFFFD");
                    } else {
                        escaped.append("\\U%08X".formatted(c));
                    }
                });
        return escaped.append('"').toString();
    }

    private static String single(String text) {
        return text.replaceAll("[\\p{Cc}\\p{Cf}\\p{Co}\\p{Cs}\\u2028\\u2029]+", " ").strip();
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
