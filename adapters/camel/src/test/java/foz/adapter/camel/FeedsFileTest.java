package foz.adapter.camel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import foz.agent.SettingsException;
import foz.agent.SourceSettings;
import foz.value.ColumnType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the feeds' file may say, and how values are brought to canonical text.
class FeedsFileTest {

    @TempDir Path dir = Path.of("");

    private String refused(String feed) {
        return String.valueOf(
                assertThrows(SettingsException.class, () -> new Feeding(dir, feed).close())
                        .getMessage());
    }

    @Test
    void everyWrongKeyIsNamedWithItsLineAndRemedy() {
        String message =
                refused(
                        """
                        from: {folder: {path: in, inclued: "*"}, http: {}}
                        format: {csv: {delimiter: ";;", charset: latin-x}}
                        mode: hole
                        columns: {price: {date: "dd/QQQQQQ"}}
                        colour: red
                        """);
        for (String wanted :
                List.of(
                        "feeds[0].from: has [folder, http]",
                        "line 3, feeds[0].from.folder.inclued: is not known here; use one of path, marker",
                        "feeds[0].format.csv.delimiter",
                        "'latin-x' is not known",
                        "write one of whole, increment",
                        "feeds[0].columns.price.date: is no pattern",
                        "feeds[0].colour: is not known here")) {
            assertTrue(message.contains(wanted), wanted + " in\n" + message);
        }
    }

    @Test
    void aColumnThatTheContractDoesNotHaveStopsTheStart() {
        String message =
                refused(
                        """
                        from: {folder: {path: in}}
                        format: {csv: {}}
                        columns: {prise: PRECO}
                        """);
        assertTrue(message.contains("'prise'"), message);
    }

    @Test
    void theGuidesExampleIsRead() throws Exception {
        Path guide =
                Path.of(System.getProperty("foz.root", "."), "docs", "guide", "integrators.md");
        String text = Files.readString(guide);
        String yaml = text.substring(text.indexOf("name: erp-files"));
        Files.writeString(dir.resolve("erp.password"), "secret");
        SourceSettings settings = new SourceSettings("feed:x", "", "", "America/Sao_Paulo");
        FeedsFile file =
                FeedsFile.read(
                        yaml.substring(0, yaml.indexOf("```")),
                        dir,
                        settings,
                        new Secrets(settings, dir, name -> "of " + name));
        assertEquals("erp-files", file.name());
        assertEquals(
                List.of("product", "stock", "customer", "price"),
                List.copyOf(file.feeds().keySet()));
    }

    private static String canonical(String physicalType, ValueFormat format, String text) {
        ColumnType type = ColumnType.of(Optional.of(physicalType), Optional.empty());
        return String.valueOf(new Canonical(type, format, List.of()).of(text));
    }

    private static ValueFormat format(String timestamp, String bytes, Optional<ZoneId> zone) {
        return new ValueFormat(
                ".",
                "",
                "dd.MM.yy",
                "HHmm",
                timestamp,
                zone,
                Optional.empty(),
                List.of("S"),
                List.of("N"),
                bytes);
    }

    @Test
    void everyTypeHasItsCanonicalText() {
        ValueFormat plain = ValueFormat.PLAIN;
        Optional<ZoneId> zone = Optional.of(ZoneId.of("America/Sao_Paulo"));
        ValueFormat own = format("epochMs", "hex", zone);
        Map<String, String> found =
                Map.ofEntries(
                        Map.entry("7", canonical("bigint", plain, " 007 ")),
                        Map.entry("7.5", canonical("bigint", plain, "7.5")),
                        Map.entry("100", canonical("bigint", plain, "1e2")),
                        Map.entry("1.50", canonical("numeric(6,2)", plain, "1.5")),
                        Map.entry("1.505", canonical("numeric(6,2)", plain, "1.505")),
                        Map.entry("0.000", canonical("numeric", plain, "0.000")),
                        Map.entry("NaN", canonical("numeric", plain, "NaN")),
                        Map.entry("t", canonical("boolean", own, "S")),
                        Map.entry("f", canonical("boolean", plain, "FALSE")),
                        Map.entry("2026-11-24", canonical("date", own, "24.11.26")),
                        Map.entry("2026-11-25", canonical("date", plain, "2026-11-25T00:00:00")),
                        Map.entry(
                                "2026-11-25T00:00:01",
                                canonical("date", plain, "2026-11-25T00:00:01")),
                        Map.entry("09:05:00", canonical("time", own, "0905")),
                        Map.entry(
                                "2026-11-25 10:00:00.12",
                                canonical("timestamp", plain, "2026-11-25T10:00:00.120Z")),
                        Map.entry(
                                "2026-11-25 13:00:00+00",
                                canonical("timestamptz", plain, "2026-11-25T10:00:00-03:00")),
                        Map.entry(
                                "2026-11-25 16:00:00+00",
                                canonical(
                                        "timestamptz",
                                        plain.in(zone.get()),
                                        "2026-11-25 13:00:00")),
                        Map.entry("1969-12-31 21:00:00.001", canonical("timestamp", own, "1")),
                        Map.entry("\\x00ff", canonical("bytea", plain, "AP8=")),
                        Map.entry("\\x00fe", canonical("bytea", own, "00FE")),
                        Map.entry("not base64!", canonical("bytea", plain, "not base64!")),
                        Map.entry(
                                "123e4567-e89b-12d3-a456-426614174000",
                                canonical("uuid", plain, "123E4567-E89B-12D3-A456-426614174000")),
                        Map.entry(" as it is ", canonical("text", plain, " as it is ")),
                        Map.entry("null", canonical("numeric", plain, "  ")),
                        Map.entry("", canonical("text", plain, "")));
        found.forEach((wanted, text) -> assertEquals(wanted, text));
    }
}
