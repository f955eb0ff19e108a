package foz.server.cli;

import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// `foz`, but for `foz agent`, which is an artifact of its own.
@Command(
        name = "foz",
        mixinStandardHelpOptions = true,
        version = "foz 0.1.0",
        description =
                "One always-on data layer between legacy systems and the apps that need their data now.",
        subcommands = {
            UpCommand.class,
            ServeCommand.class,
            TenantCommand.class,
            ContractCommand.class,
            VerifyCommand.class,
            StatusCommand.class,
            CaptureCommand.class,
            TokenCommand.class,
            QuarantineCommand.class,
            QualityCommand.class,
            ErpCommand.class,
            ReferenceCommand.class,
            CommandLine.HelpCommand.class
        },
        footer = {"", "Also: foz agent, foz bench, foz test."},
        exitCodeList = {
            "1:something wrong was found",
            Cli.UNAVAILABLE,
            "78:the settings file is wrong (also of foz agent)"
        })
public final class Main {

    private Main() {}

    public static void main(String[] args) {
        boolean serves = args.length > 0 && args[0].equals("serve");
        if (!serves
                && LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)
                        instanceof ch.qos.logback.classic.Logger root) {
            // A command's own words are enough; a server writes its log.
            root.setLevel(ch.qos.logback.classic.Level.WARN);
        }
        System.exit(commandLine().execute(args));
    }

    /// The whole command line: each command's help ends with the exit codes that it uses.
    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Main());
        line.setExecutionExceptionHandler(Main::fault);
        line.setUsageHelpAutoWidth(true);
        document(line);
        return line;
    }

    private static int fault(Exception e, CommandLine command, CommandLine.ParseResult parsed) {
        int code = Cli.codeOf(e);
        PrintWriter err = command.getErr();
        if (e instanceof NoSuchFileException missing) {
            err.println("foz: there is no file " + missing.getFile() + "; check the path");
        } else {
            err.println("foz: " + e.getMessage());
        }
        if (code == Cli.EXIT_INTERNAL) {
            e.printStackTrace(err);
        }
        return code;
    }

    private static void document(CommandLine command) {
        CommandLine.Model.UsageMessageSpec help = command.getCommandSpec().usageMessage();
        Map<Integer, String> codes = new TreeMap<>();
        help.exitCodeList().forEach((code, text) -> codes.put(Integer.valueOf(code), text));
        for (String common : List.of(Cli.DONE, Cli.USAGE, Cli.INTERNAL)) {
            int colon = common.indexOf(':');
            codes.putIfAbsent(
                    Integer.valueOf(common.substring(0, colon)), common.substring(colon + 1));
        }
        Map<String, String> lines = new LinkedHashMap<>();
        codes.forEach((code, text) -> lines.put(code.toString(), text));
        help.exitCodeListHeading("%nExit codes:%n");
        help.exitCodeList(lines);
        command.getSubcommands().values().forEach(Main::document);
    }
}
