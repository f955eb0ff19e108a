package foz.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProposalTextTest {

    @Test
    void addressesHoldNoUserAndNoPassword() {
        List<String> urls =
                List.of(
                        "jdbc:postgresql://u:geheim@db.example:6432/shop?user=u&password=geheim",
                        "jdbc:mysql://u:geheim@db.example:3307/shop?password=geheim",
                        "jdbc:mariadb://db.example/shop?user=u&password=geheim",
                        "jdbc:oracle:thin:u/geheim@//db.example:1522/shop",
                        "jdbc:oracle:thin:u/geheim@db.example:1522:shop",
                        "jdbc:sqlserver://db.example:1433;databaseName=shop;user=u;password=geheim",
                        "jdbc:h2:mem:shop;PASSWORD=geheim",
                        "jdbc:oracle:thin:u/geheim@(DESCRIPTION=(ADDRESS=(HOST=db.example)))");
        List<String> types =
                List.of(
                        "postgres",
                        "mysql",
                        "mysql",
                        "oracle",
                        "oracle",
                        "sqlserver",
                        "custom",
                        "custom");
        for (int i = 0; i < urls.size(); i++) {
            SourceAddress address = SourceAddress.of(urls.get(i), Optional.empty(), "app");
            assertEquals(types.get(i), address.type());
            assertFalse(address.toString().contains("geheim"), address.toString());
            if (!address.type().equals("custom")) {
                assertEquals("db.example", address.fields().get("host"));
                assertTrue(address.fields().containsValue("shop"), address.toString());
            }
        }
    }

    @Test
    void textReadsBackAsItWas() {
        for (String text :
                List.of(
                        "",
                        " ",
                        "true",
                        "NO",
                        "null",
                        "~",
                        "1",
                        "1e3",
                        "0x1",
                        "a: b",
                        "a #b",
                        "- a",
                        "[a]",
                        "{a}",
                        "'",
                        "\"",
                        "a'b",
                        "é ✓ 🐘",
                        "a\nb",
                        "\t",
                        "\u0085\u2028\uFEFF",
                        "*a",
                        "&a",
                        "!a",
                        "%a",
                        "@a",
                        "`a",
                        "a,b",
                        "text[]",
                        "a b",
                        "a  b",
                        "numeric(6,0)",
                        "? a",
                        "a:",
                        ".inf",
                        "---",
                        "...",
                        "\u0000x")) {
            String document =
                    new YamlText()
                            .put("value", text)
                            .put("list", List.of(text, text), "comment\n: x")
                            .toString();
            Yaml.Mapping read = (Yaml.Mapping) Yaml.parse(document);
            assertEquals(Optional.of(text), read.text("value"), document);
            assertEquals(
                    List.of(Optional.of(text), Optional.of(text)),
                    read.list("list").stream().map(Yaml::asText).toList(),
                    document);
        }
    }
}
