package foz.adapter.camel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import foz.agent.FeedException;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files of a real folder.
class FolderFeedTest {

    private static final String CSV =
            """
            from: {folder: {path: in, include: "*.csv", stableMs: 0}}
            format: {csv: {delimiter: ";"}}
            mode: %s
            """;

    @TempDir Path dir = Path.of("");
    private Path in = Path.of("");

    @BeforeEach
    void folder() throws IOException {
        in = Files.createDirectory(dir.resolve("in"));
    }

    private void file(String name, String text) throws IOException {
        Files.writeString(in.resolve(name), text);
    }

    private static String csv(String... rows) {
        return "code;name;price;changed\n" + String.join("\n", rows) + "\n";
    }

    private static String refused(Feeding feeding) {
        return String.valueOf(assertThrows(FeedException.class, feeding::read).getMessage());
    }

    @Test
    void theNewestFileStandsForTheWholeTable() throws Exception {
        try (Feeding feeding = new Feeding(dir, CSV.formatted("whole"))) {
            assertEquals(List.of("nothing"), feeding.read());
            file("1.csv", csv("1;old;1;"));
            file("2.csv", csv("1;new;1.5;", "2;other;;2026-11-24T10:00:00.50"));
            assertEquals(
                    List.of("+1|new|1.50|null", "+2|other|null|2026-11-24 10:00:00.5", "whole"),
                    feeding.read());
            assertEquals(List.of("nothing"), feeding.read());
            file("0.csv", csv("9;late and older;1;"));
            assertEquals(List.of("nothing"), feeding.read());
            file("3.csv", csv("3;c;1;"));
            assertEquals(List.of("+3|c|1.00|null", "whole"), feeding.read());
        }
    }

    @Test
    void incrementsAreReadInOrderAndOnce() throws Exception {
        try (Feeding feeding = new Feeding(dir, CSV.formatted("increment"))) {
            file("b.csv", csv("2;b;1;"));
            file("a.csv", csv("1;a;1;"));
            file("c.txt", "not ours");
            assertEquals(List.of("+1|a|1.00|null", "more"), feeding.read());
            assertEquals(List.of("+2|b|1.00|null", "end"), feeding.read());
            assertEquals(List.of("nothing"), feeding.read());
            file("a.csv", csv("1;written again;1;"));
            assertEquals(List.of("+1|written again|1.00|null", "end"), feeding.read());
        }
    }

    @Test
    void aFileIsReadAgainUntilItsCursorIsKept() throws Exception {
        try (Feeding feeding =
                new Feeding(
                        dir,
                        """
                        from: {folder: {path: in, stableMs: 0, then: move, moveTo: done}}
                        format: {csv: {delimiter: ";"}}
                        mode: increment
                        """)) {
            file("a.csv", csv("1;a;1;"));
            assertEquals(List.of("+1|a|1.00|null", "end"), feeding.read());
            assertTrue(Files.exists(in.resolve("a.csv")), "not moved before its rows are durable");
            feeding.cursor = "";
            assertEquals(List.of("+1|a|1.00|null", "end"), feeding.read());
            assertEquals(List.of("nothing"), feeding.read());
            assertFalse(Files.exists(in.resolve("a.csv")));
            try (Stream<Path> done = Files.list(in.resolve("done"))) {
                assertTrue(done.allMatch(path -> path.toString().endsWith("-a.csv")));
            }
        }
    }

    @Test
    void aFileThatStillGrowsIsLeftAlone() throws Exception {
        try (Feeding feeding =
                new Feeding(
                        dir,
                        """
                        from: {folder: {path: in, stableMs: 5000}}
                        format: {csv: {delimiter: ";"}}
                        """)) {
            file("a.csv", csv("1;a;1;"));
            assertEquals(List.of("nothing"), feeding.read());
            feeding.now = feeding.now.plusMillis(4_000);
            file("a.csv", csv("1;a;1;", "2;b;1;"));
            assertEquals(List.of("nothing"), feeding.read());
            feeding.now = feeding.now.plusMillis(4_000);
            assertEquals(List.of("nothing"), feeding.read());
            feeding.now = feeding.now.plusMillis(1_000);
            assertEquals(3, feeding.read().size());
        }
    }

    @Test
    void aMarkedFileIsReadOnceItsMarkerIsThere() throws Exception {
        try (Feeding feeding =
                new Feeding(
                        dir,
                        """
                        from: {folder: {path: in, marker: .done, then: delete}}
                        format: {csv: {delimiter: ";"}}
                        mode: increment
                        """)) {
            file("a.csv", csv("1;a;1;"));
            assertEquals(List.of("nothing"), feeding.read());
            file("a.csv.done", "");
            assertEquals(List.of("+1|a|1.00|null", "end"), feeding.read());
            assertEquals(List.of("nothing"), feeding.read());
            try (Stream<Path> left = Files.list(in)) {
                assertEquals(List.of(), left.toList());
            }
        }
    }

    @Test
    void aFileSentAgainUnderAnotherNameIsTheSameByContent() throws Exception {
        try (Feeding feeding =
                new Feeding(
                        dir,
                        """
                        from: {folder: {path: in, stableMs: 0, sameBy: content}}
                        format: {csv: {delimiter: ";"}}
                        mode: increment
                        """)) {
            file("a.csv", csv("1;a;1;"));
            assertEquals(List.of("+1|a|1.00|null", "end"), feeding.read());
            file("b.csv", csv("1;a;1;"));
            Files.setLastModifiedTime(in.resolve("a.csv"), FileTime.fromMillis(5_000));
            assertEquals(List.of("more"), feeding.read());
            assertEquals(List.of("end"), feeding.read());
            assertEquals(List.of("nothing"), feeding.read());
        }
    }

    @Test
    void markedRowsOfAnIncrementAreGone() throws Exception {
        try (Feeding feeding =
                new Feeding(
                        dir,
                        """
                        from: {folder: {path: in, stableMs: 0}}
                        format: {csv: {delimiter: ";", header: false, fields: [op, code, name, price, changed]}}
                        mode: increment
                        gone: {field: op, in: [E]}
                        """)) {
            file("a.csv", "I;1;a;1;\nE;2;;;\n");
            assertEquals(List.of("+1|a|1.00|null", "-2", "end"), feeding.read());
        }
    }

    @Test
    void valuesAreBroughtFromTheSourcesFormExactly() throws Exception {
        try (Feeding feeding =
                new Feeding(
                        dir,
                        """
                        from: {folder: {path: in, stableMs: 0}}
                        format: {csv: {charset: windows-1252, delimiter: ";"}}
                        values: {decimal: ",", group: "."}
                        columns:
                          code: COD
                          name: DESCRICAO
                          price: PRECO
                          changed: {field: DTALT, timestamp: dd/MM/yyyy HH:mm}
                        """)) {
            Files.write(
                    in.resolve("a.csv"),
                    """
                    COD;DESCRICAO;PRECO;DTALT
                    1.000;Pão francês – €;1.234,5;31/12/2025 23:59
                    +2;"a;b ""c""\nd";7-;29/02/2025 10:00
                    3;;12,345;
                    """
                            .getBytes(Charset.forName("windows-1252")));
            assertEquals(
                    List.of(
                            "+1000|Pão francês – €|1234.50|2025-12-31 23:59:00",
                            // A day that does not exist is left for the quarantine.
                            "+2|a;b \"c\"\nd|-7.00|29/02/2025 10:00",
                            "+3|null|12.345|null",
                            "whole"),
                    feeding.read());
        }
    }

    @Test
    void aNumberThatWouldBeTakenForAnotherIsRefusedByName() throws Exception {
        try (Feeding feeding =
                new Feeding(dir, CSV.formatted("whole") + "values: {decimal: \",\"}\n")) {
            file("a.csv", csv("1;a;1,5;", "2;b;1.500;"));
            String message = refused(feeding);
            assertTrue(message.startsWith("a.csv, line 3, field 'price': '1.500'"), message);
        }
    }

    @Test
    void fixedWidthsAreReadByCharacters() throws Exception {
        try (Feeding feeding =
                new Feeding(
                        dir,
                        """
                        from: {folder: {path: in, stableMs: 0}}
                        format: {fixed: {charset: ISO-8859-1, startWith: D, fields: {kind: 1, code: 4, name: 6, price: 6, changed: 10}}}
                        columns: {changed: {timestamp: ddMMyyyy}}
                        """)) {
            Files.write(
                    in.resolve("a.txt"),
                    """
                    H20261125
                    D0001Maçã    1.50 24112026\s
                    D0002                     \s
                    T0002
                    """
                            .getBytes(Charset.forName("ISO-8859-1")));
            assertEquals(
                    List.of("+1|Maçã|1.50|2026-11-24 00:00:00", "+2|null|null|null", "whole"),
                    feeding.read());
            Files.writeString(in.resolve("b.txt"), "D0001Ma\n");
            String message = refused(feeding);
            assertTrue(message.startsWith("b.txt, line 1: has 7 characters"), message);
        }
    }

    @Test
    void xmlIsReadByPathWithAttributesAndNestedElements() throws Exception {
        try (Feeding feeding =
                new Feeding(
                        dir,
                        """
                        from: {folder: {path: in, stableMs: 0}}
                        format: {xml: {rows: /p:list/p:item, namespaces: {p: "urn:p"}}}
                        columns: {code: "@id", name: text/name}
                        """)) {
            file(
                    "a.xml",
                    """
                    <?xml version="1.0" encoding="UTF-8"?>
                    <x:list xmlns:x="urn:p" xmlns:i="http://www.w3.org/2001/XMLSchema-instance">
                      <x:head><x:item id="9"/></x:head>
                      <x:item id="1"><text><name>A &amp; B</name></text><price>2</price><changed i:nil="true"/></x:item>
                      <item id="8"/>
                      <x:item id="2"><text><name/></text></x:item>
                    </x:list>
                    """);
            assertEquals(List.of("+1|A & B|2.00|null", "+2||null|null", "whole"), feeding.read());
        }
    }

    @Test
    void xmlThatBringsEntitiesOfItsOwnIsRefused() throws Exception {
        try (Feeding feeding =
                new Feeding(
                        dir,
                        """
                        from: {folder: {path: in, stableMs: 0}}
                        format: {xml: {rows: /list/item}}
                        """)) {
            file("secret.txt.hidden", "secret");
            file(
                    "z.xml",
                    """
                    <!DOCTYPE list [<!ENTITY e SYSTEM "%s">]>
                    <list><item><code>1</code><name>&e;</name></item></list>
                    """
                            .formatted(in.resolve("secret.txt.hidden").toUri()));
            assertTrue(refused(feeding).contains("z.xml"));
        }
    }

    @Test
    void jsonIsReadByPointerWithAllDigits() throws Exception {
        try (Feeding feeding =
                new Feeding(
                        dir,
                        """
                        from: {folder: {path: in, stableMs: 0}}
                        format: {json: {rows: /data/items}}
                        columns: {name: /text/name}
                        """,
                        Feeding.COLUMNS.replace("numeric(12,2)", "numeric"),
                        java.util.Map.of())) {
            file(
                    "a.json",
                    """
                    {"items": [1], "data": {"deep": {"items": []}, "items": [
                      {"code": 1, "text": {"name": "a"}, "price": 12345678901234567890.1230, "changed": null},
                      {"code": 2, "price": 1.10}], "more": 1}}
                    """);
            assertEquals(
                    List.of("+1|a|12345678901234567890.1230|null", "+2|null|1.10|null", "whole"),
                    feeding.read());
            file("b.json", "{\"data\": {\"items\": [{\"code\": 1}");
            assertTrue(refused(feeding).startsWith("b.json: is not JSON"));
            file("c.json", "{\"error\": \"later\"}");
            assertTrue(refused(feeding).startsWith("c.json: has no array at '/data/items'"));
        }
    }

    @Test
    void jsonLinesAreRows() throws Exception {
        try (Feeding feeding =
                new Feeding(
                        dir,
                        """
                        from: {folder: {path: in, stableMs: 0}}
                        format: {json: {lines: true}}
                        """)) {
            file("a.json", "{\"code\":1,\"name\":\"a\"}\n\n{\"code\":2,\"name\":\"b\"}\n");
            assertEquals(List.of("+1|a|null|null", "+2|b|null|null", "whole"), feeding.read());
        }
    }

    @Test
    void whatIsWrongIsNamedByFileAndLine() throws Exception {
        try (Feeding feeding = new Feeding(dir, CSV.formatted("whole"))) {
            file("a.csv", csv("1;a;1;", "2;b"));
            assertTrue(refused(feeding).startsWith("a.csv, line 3: has 2 fields instead of 4"));
            file("b.csv", csv(";a;1;"));
            assertTrue(refused(feeding).startsWith("b.csv, line 2, field 'code'"));
            file("c.csv", "code;name;price\n1;a;1\n");
            assertTrue(refused(feeding).startsWith("c.csv: has no field 'changed'"));
            Files.write(in.resolve("d.csv"), new byte[] {'c', ';', (byte) 0xe3, '\n'});
            assertTrue(refused(feeding).contains("no text in UTF-8"));
            file("e.csv", csv());
            assertTrue(refused(feeding).contains("would empty the table"));
            file("f.csv", "");
            assertTrue(refused(feeding).startsWith("f.csv: has no header"));
        }
    }
}
