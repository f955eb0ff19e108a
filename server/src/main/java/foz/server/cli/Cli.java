package foz.server.cli;

import foz.contract.ContractException;
import foz.server.embedded.EmbeddedException;
import foz.server.error.ErrorCode;
import foz.server.error.FozException;
import foz.server.error.Outage;
import foz.server.settings.SettingsException;
import java.io.PrintStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// What every command shares: where its output goes, where its data lies, and how it ends.
final class Cli {

    /// The command did what was asked and found something wrong, such as a difference.
    static final int EXIT_FOUND = 1;

    /// The command line, or something that it names, is wrong.
    static final int EXIT_USAGE = 2;

    /// Something that the command needs does not answer.
    static final int EXIT_UNAVAILABLE = 69;

    /// A fault nobody foresaw.
    static final int EXIT_INTERNAL = 70;

    /// The settings file is wrong.
    static final int EXIT_SETTINGS = 78;

    /// Lines of a command's help, as picocli takes them.
    static final String DONE = "0:done";

    static final String USAGE = "2:the command line is wrong, or something that it names";
    static final String UNAVAILABLE =
            "69:something does not answer, or nothing runs in the data folder";
    static final String INTERNAL = "70:a fault nobody foresaw; printed with its stack";
    static final String SETTINGS = "78:the settings file is wrong";

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    private static final PrintStream OUT = System.out;

    private Cli() {}

    /// The exit code of a command that ended by a fault.
    static int codeOf(Exception fault) {
        return switch (fault) {
            case FozException e when e.code() == ErrorCode.UNAVAILABLE -> EXIT_UNAVAILABLE;
            case FozException e when e.code() == ErrorCode.INTERNAL -> EXIT_INTERNAL;
            case FozException _, ContractException _, NoSuchFileException _ -> EXIT_USAGE;
            case EmbeddedException _ -> EXIT_UNAVAILABLE;
            case SettingsException _ -> EXIT_SETTINGS;
            default -> Outage.is(fault) ? EXIT_UNAVAILABLE : EXIT_INTERNAL;
        };
    }

    /// A wrong command line: picocli shows the message and how the command is used.
    static ParameterException wrong(@Nullable CommandSpec spec, String message) {
        return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
    }

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
