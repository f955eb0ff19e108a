package foz.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// The reference pages are what the code says. To renew them: `foz reference settings >
/// docs/reference/settings.md`.
class ReferenceTest {

    private static String page(String name) throws IOException {
        return Files.readString(
                Path.of(System.getProperty("foz.root"), "docs/reference", name + ".md"));
    }

    @Test
    void theSettingsPageIsTheCodes() throws IOException {
        assertEquals(Reference.settings().strip(), page("settings").strip());
        assertFalse(
                Reference.settings().contains("|  |  |"),
                "every setting has a line that says what it does");
    }

    @Test
    void theErrorsPageIsTheCodes() throws IOException {
        assertEquals(Reference.errors().strip(), page("errors").strip());
    }
}
