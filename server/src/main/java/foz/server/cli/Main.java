package foz.server.cli;

import foz.contract.ContractException;
import foz.server.embedded.EmbeddedException;
import foz.server.error.FozException;
import java.nio.file.NoSuchFileException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
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
            TokenCommand.class,
            QuarantineCommand.class,
            ErpCommand.class,
            ReferenceCommand.class,
            CommandLine.HelpCommand.class
        },
        footer = {
            "",
            "Also: foz agent, foz bench, foz test. Exit codes: 0 done, 1 found something wrong,",
            "2 wrong command line or file, 69 something does not answer."
        })
public final class Main {

    private Main() {}

    public static void main(String[] args) {
        CommandLine line = new CommandLine(new Main());
        line.setExecutionExceptionHandler((e, command, _) -> {
            command.getErr().println("foz: " + e.getMessage());
            return switch (e) {
                case FozException _, ContractException _ -> Cli.EXIT_USAGE;
                case EmbeddedException _, DataAccessException _ -> Cli.EXIT_UNAVAILABLE;
                case NoSuchFileException _ -> {
                    command.getErr().println("there is no such file; check the path");
                    yield Cli.EXIT_USAGE;
                }
                default -> {
                    e.printStackTrace(command.getErr());
                    yield 70;
                }
            };
        });
        line.setUsageHelpAutoWidth(true);
        boolean serves = args.length > 0 && args[0].equals("serve");
        if (!serves
                && LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)
                        instanceof ch.qos.logback.classic.Logger root) {
            // A command's own words are enough; a server writes its log.
            root.setLevel(ch.qos.logback.classic.Level.WARN);
        }
        System.exit(line.execute(args));
    }
}
