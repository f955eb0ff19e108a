package foz.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// Scripts rely on exit codes: what is the user's to mend is told from what does not answer.
class ExitCodesTest {

    @TempDir Path folder = Path.of("");

    private static void expect(int code, String word, FozProcess ended) {
        assertEquals(code, ended.code(), ended.output());
        assertTrue(ended.output().contains(word), ended.output());
    }

    /// A data folder as `foz up` leaves it, whose database is `jdbcUrl`.
    private Path running(String jdbcUrl) {
        RunFile.Database database = new RunFile.Database(jdbcUrl, "foz", "secret");
        new RunFile(
                        "",
                        "",
                        "",
                        "",
                        "http://127.0.0.1:1",
                        "",
                        Map.of(),
                        Map.of(),
                        database,
                        database,
                        List.of(),
                        List.of(
                                new RunFile.UserRun(
                                        "norte", "rep1.norte", "secret", "1", List.of("rep"), "")),
                        "")
                .write(folder);
        return folder;
    }

    @Test
    void aWrongCommandLineEndsWithTwo() {
        String data = running("jdbc:postgresql://127.0.0.1:1/foz").toString();
        expect(2, "Unknown option", FozProcess.foz("status", "--nonsense"));
        expect(
                2,
                "there is no demo user 'nobody'",
                FozProcess.foz("token", "--data", data, "--user", "nobody"));
        expect(
                2,
                "mutually exclusive",
                FozProcess.foz("status", "--data", data, "--config", "server.yaml"));
        expect(2, "there is no file", FozProcess.foz("contract", "diff", "nosuch", "nosuch"));
        String script = Path.of(System.getProperty("foz.root"), "foz").toString();
        expect(
                2,
                "unknown option '--nonsense'",
                FozProcess.run(List.of(script, "test", "--nonsense")));
    }

    @Test
    void whatDoesNotAnswerEndsWithSixtyNine() {
        expect(69, "run.json", FozProcess.foz("status", "--data", folder.toString()));
        String data = running("jdbc:postgresql://127.0.0.1:1/foz").toString();
        expect(69, "does not answer", FozProcess.foz("status", "--data", data));
        expect(
                69,
                "does not answer",
                FozProcess.foz("token", "--data", data, "--user", "rep1.norte"));
    }

    @Test
    void aWrongSettingsFileEndsWithSeventyEight() throws IOException {
        Path config = folder.resolve("server.yaml");
        Files.writeString(config, "foz: {databse: {user: foz}}");
        expect(78, "databse", FozProcess.foz("status", "--config", config.toString()));
        expect(78, "databse", FozProcess.foz("serve", "--config", config.toString()));
        Files.writeString(config, "foz: {database: {connectionsMax: many}}");
        expect(78, "many", FozProcess.foz("status", "--config", config.toString()));
        Path missing = folder.resolve("nosuch.yaml");
        expect(78, "nosuch.yaml", FozProcess.foz("status", "--config", missing.toString()));
    }

    @Test
    void everyCommandsHelpEndsWithItsExitCodes() {
        everyHelp("foz", Main.commandLine());
    }

    private static void everyHelp(String name, CommandLine command) {
        String help = command.getUsageMessage();
        assertTrue(help.contains("Exit codes:"), name + ": " + help);
        for (String code : List.of("\n  0    done", "\n  2    ", "\n  70   ")) {
            assertTrue(help.contains(code), name + " lacks '" + code + "': " + help);
        }
        boolean reaches = help.contains("--config=FILE") || help.contains("--jdbc=URL");
        assertTrue(!reaches || help.contains("\n  69   "), name + ": " + help);
        command.getSubcommands().forEach((sub, line) -> everyHelp(name + " " + sub, line));
    }
}
