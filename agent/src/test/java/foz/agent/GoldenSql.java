package foz.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.UnaryOperator;
import net.sf.jsqlparser.JSQLParserException;
import net.sf.jsqlparser.parser.CCJSqlParserUtil;

/// Statements as files beside the tests, one a paragraph. With `-Dgolden.write=true` they are
/// written and not compared.
public final class GoldenSql {

    private GoldenSql() {}

    /// @param file below `agent/src/test/resources`
    /// @param shared expressions that are in many statements, by a name that stands for them in the
    ///   file; an expression may hold one before it
    public static void check(
            String file, List<String> statements, SequencedMap<String, String> shared)
            throws IOException {
        StringBuilder head = new StringBuilder();
        UnaryOperator<String> shorten =
                sql -> {
                    String text = sql;
                    for (Map.Entry<String, String> each : shared.reversed().entrySet()) {
                        text = text.replace(each.getValue(), each.getKey());
                    }
                    return text.strip();
                };
        shared.forEach((name, sql) ->
                head.append("-- ")
                        .append(name)
                        .append(" is\n-- ")
                        .append(sql.replace(" || ", "\n--     || "))
                        .append("\n\n"));
        String text =
                head + String.join(";\n\n", statements.stream().map(shorten).toList()) + ";\n";
        Path path =
                Path.of(System.getProperty("foz.root", ".."))
                        .resolve("agent/src/test/resources/" + file);
        if (Boolean.getBoolean("golden.write")) {
            Files.createDirectories(path.getParent());
            Files.writeString(path, text);
        }
        assertEquals(Files.readString(path), text, file);
    }

    /// That a parser of SQL takes it: says that its form is right, and nothing of what it does.
    public static void parse(String statement) {
        try {
            CCJSqlParserUtil.parse(
                    statement,
                    parser -> parser.withSquareBracketQuotation(statement.indexOf('[') >= 0));
        } catch (JSQLParserException e) {
            throw new AssertionError("no SQL: " + statement + "\n" + e.getMessage(), e);
        }
    }
}
