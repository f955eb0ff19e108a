package foz.server.cli;

import java.io.PrintStream;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// What every command shares: where its output goes, and where its data lies.
final class Cli {

    /// The command did what was asked and found something wrong, such as a difference.
    static final int EXIT_FOUND = 1;

    /// The command line or a file that it names is wrong.
    static final int EXIT_USAGE = 2;

    /// Something that the command needs does not answer.
    static final int EXIT_UNAVAILABLE = 69;

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    private static final PrintStream OUT = System.out;

    private Cli() {}

    static void print(String line) {
        OUT.println(line);
    }

    static void printJson(Object value) {
        OUT.println(JSON.writeValueAsString(value));
    }

    static Path data(@Nullable Path given) {
        Path folder = given == null ? Path.of(System.getProperty("user.home"), ".foz") : given;
        return folder.toAbsolutePath().normalize();
    }
}
