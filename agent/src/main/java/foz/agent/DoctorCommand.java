package foz.agent;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// `foz agent doctor`.
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:nothing failed",
            "1:something failed",
            "2:the command line is wrong",
            "78:the settings file is wrong"
        },
        description =
                "Looks at settings, folder, server, clocks, the source, its rights and its log, and says what is missing. Changes nothing.")
final class DoctorCommand implements Callable<Integer> {

    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description = "The agent's settings, a properties file.")
    private Path config = Path.of("agent.properties");

    @Option(names = "--json", description = "As JSON.")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        List<Doctor.Check> checks;
        try {
            checks = new Doctor(AgentSettings.read(config)).examine();
        } catch (SettingsException e) {
            System.err.println("foz agent: " + e.getMessage());
            return AgentMain.EXIT_SETTINGS;
        }
        if (json) {
            System.out.println(
                    JsonMapper.builder()
                            .enable(SerializationFeature.INDENT_OUTPUT)
                            .build()
                            .writeValueAsString(checks));
        } else {
            checks.forEach(DoctorCommand::print);
        }
        return checks.stream().anyMatch(check -> check.outcome() == Doctor.Outcome.FAILED) ? 1 : 0;
    }

    private static void print(Doctor.Check check) {
        String word =
                switch (check.outcome()) {
                    case OK -> "ok";
                    case WARNING -> "warning";
                    case FAILED -> "FAILED";
                    case SKIPPED -> "skipped";
                };
        System.out.printf("%-8s %s: %s%n", word, check.what(), check.found());
        if (!check.remedy().isEmpty()) {
            System.out.printf("         → %s%n", check.remedy());
        }
    }
}
