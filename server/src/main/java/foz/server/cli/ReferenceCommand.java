package foz.server.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `foz reference`: prints a reference page.
@Command(
        name = "reference",
        mixinStandardHelpOptions = true,
        description = "Prints a reference page in Markdown: settings or errors.")
final class ReferenceCommand implements Callable<Integer> {

    private enum Page {
        settings,
        errors
    }

    @Parameters(paramLabel = "PAGE", description = "${COMPLETION-CANDIDATES}.")
    private Page page = Page.settings;

    @Override
    public Integer call() {
        Cli.print(
                (switch (page) {
                            case settings -> Reference.settings();
                            case errors -> Reference.errors();
                        })
                        .stripTrailing());
        return 0;
    }
}
