package foz.agent;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `foz agent`: runs one agent until it is told to stop.
@Command(
        name = "agent",
        mixinStandardHelpOptions = true,
        description = "Captures a source's changes and applies commands to it, dialling out only.")
public final class AgentMain implements Callable<Integer> {

    private static final int EXIT_SETTINGS = 78;

    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description = "The agent's settings, a properties file.")
    private Path config = Path.of("agent.properties");

    public static void main(String[] args) {
        System.exit(new CommandLine(new AgentMain()).execute(args));
    }

    @Override
    public Integer call() throws InterruptedException {
        try {
            Agent agent = new Agent(AgentSettings.read(config));
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
