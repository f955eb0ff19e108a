package foz.agent;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `foz agent`: runs one agent until it is told to stop.
@Command(
        name = "agent",
        mixinStandardHelpOptions = true,
        subcommands = {DoctorCommand.class, JournalCommand.class},
        description = "Captures a source's changes and applies commands to it, dialling out only.")
public final class AgentMain implements Callable<Integer> {

    static final int EXIT_SETTINGS = 78;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The agent's settings, a properties file.")
    private @Nullable Path config;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    public static void main(String[] args) {
        System.exit(new CommandLine(new AgentMain()).execute(args));
    }

    @Override
    public Integer call() throws InterruptedException {
        Path file = config;
        if (file == null) {
            throw new ParameterException(
                    spec.commandLine(), "Missing required option: '--config=FILE'");
        }
        try {
            Agent agent = new Agent(AgentSettings.read(file));
            Runtime.getRuntime().addShutdownHook(new Thread(agent::close, "stop"));
            agent.start();
            agent.join();
            return 0;
        } catch (SettingsException e) {
            System.err.println("foz agent: " + e.getMessage());
            return EXIT_SETTINGS;
        }
    }
}
