package foz.bench;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/// `foz bench NAME`.
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description =
                "Measures Foz. Each bench starts a Foz of its own and prints its figures as ratios.",
        subcommands = {FirstLoad.class, Latency.class, AgentMemory.class, Capture.class})
public final class Main {

    private Main() {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new Main()).execute(args));
    }
}
