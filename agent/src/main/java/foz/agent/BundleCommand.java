package foz.agent;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `foz agent bundle`.
@Command(
        name = "bundle",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:done",
            "1:a file cannot be read or written",
            "2:the command line is wrong",
            "78:the settings file is wrong"
        },
        description = {
            "Writes what support needs to see of this agent into one zip: what the doctor finds, settings without secrets, contract, orders, what lies in the data folder.",
            "It holds no row of the source, unless the log that is given quotes one. Its manifest is signed with the agent's key; `foz tenant bundle` checks it at the server."
        })
final class BundleCommand implements Callable<Integer> {

    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description = "The agent's settings, a properties file.")
    private Path config = Path.of("agent.properties");

    @Option(names = "--output", paramLabel = "FILE", description = "Default: ${DEFAULT-VALUE}.")
    private Path output = Path.of("foz-agent-bundle.zip");

    @Option(
            names = "--log",
            paramLabel = "FILE",
            description = "The agent's log, of which the last 5 MiB are taken. Default: none.")
    private @Nullable Path log;

    @Override
    public Integer call() throws InterruptedException {
        try {
            new Bundle(config, AgentSettings.read(config)).write(output.toAbsolutePath(), log);
            System.out.println(output);
            return 0;
        } catch (SettingsException e) {
            System.err.println("foz agent: " + e.getMessage());
            return AgentMain.EXIT_SETTINGS;
        } catch (IOException e) {
            System.err.println("foz agent: the bundle cannot be written: " + e);
            return 1;
        }
    }
}
