package foz.bench;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/// `foz bench NAME`.
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description =
                "Measures Foz. Each bench prints its figures as ratios; most start a Foz of their own.",
        subcommands = {
            FirstLoad.class,
            Latency.class,
            AgentMemory.class,
            Quality.class,
            Capture.class
        })
public final class Main {

    private Main() {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new Main()).execute(args));
    }
}
