package foz.server.quality;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import foz.contract.Contract.Column;
import foz.contract.Contract.Table;
import foz.contract.ContractReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CleanerTest {

    private static Table table(String clean) {
        return ContractReader.read(
                        """
                        apiVersion: v3.1.0
                        kind: DataContract
                        id: test
                        version: 1.0.0
                        status: active
                        customProperties:
                          - {property: foz.mappings, value: {units: {CX: caixa, UN: unidade}}}
                          - {property: foz.lists, value: {colours: [Azul, Vermelho, Verde]}}
                        schema:
                          - name: t
                            logicalType: object
                            customProperties:
                              - {property: foz.capture, value: {}}
                            properties:
                              - {name: id, logicalType: integer, primaryKey: true}
                              - name: x
                                logicalType: string
                                customProperties:
                                  - {property: foz.clean, value: %s}
                              - name: uf
                                logicalType: string
                                customProperties:
                                  - {property: foz.clean, value: [trim, upper]}
                        """
                                .formatted(clean))
                .tables()
                .getFirst();
    }

    private static @Nullable String run(
            String clean, @Nullable String value, String uf, List<Cleaned> into) {
        Cleaner cleaner = Cleaner.of(table(clean).columns()).orElseThrow();
        @Nullable String[] row = {"1", value, uf};
        into.addAll(cleaner.clean(row));
        return row[1];
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "[trim]|  a b |a b",
                "[trim, collapse]|\u00a0a\u00a0 b\t|a b",
                "[upper]|ação|AÇÃO",
                "[title]|SÃO JOÃO DA BOA VISTA|São João da Boa Vista",
                "[title]|d'ávila & filhos|D'Ávila & Filhos",
                "[nfc]|Sa\u0303o|São",
                "[ascii]|Conceição|Conceicao",
                "[mojibake]|SÃ£o JoÃ£o|São João",
                "[mojibake]|São Âncora|São Âncora",
                "[digits]|a1-2.3|123",
                "[cnpj]|11.222.333/0001-81|11222333000181",
                "[cnpj]|12.abc.345/01de-35|12ABC34501DE35",
                "[cnpj]|11.222.333/0001-82|11.222.333/0001-82",
                "[cpf]|529.982.247-25|52998224725",
                "[cep]|01.310-100|01310100",
                "[cep]|1310-100|01310100",
                "[cep]|310-100|310-100",
                "[phone]|1234|1234",
                "[phone]|(11) 98765-4321|+5511987654321",
                "[phone]|11 3333-4444 ramal 5|11 3333-4444 ramal 5",
                "[{phone: US}]|(650) 253-0000|+16502530000",
                "[{date: [dd/MM/yyyy, yyyyMMdd]}]|31/12/2025|2025-12-31",
                "[{date: [dd/MM/yyyy, yyyyMMdd]}]|20251231|2025-12-31",
                "[{date: [dd/MM/yyyy]}]|31/02/2025|31/02/2025",
                "[{map: units}]|CX|caixa",
                "[{map: {S: sim}}]|S|sim",
                "[{map: {S: sim}}]|N|N",
                "[{correct: {list: colours, threshold: 0.8}}]|vermlho|Vermelho",
                "[{correct: {list: colours, threshold: 0.95}}]|vermlho|vermlho",
            })
    void aStepBringsATextToItsForm(String clean, String text, String expected) {
        assertEquals(expected, run(clean, text, "SP", new ArrayList<>()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sao paulo|sp|São Paulo",
                "sao paluo|SP|São Paulo",
                "RIBEIRAO PRETP|SP|Ribeirão Preto",
                "s jose do rio preto|SP|São José do Rio Preto",
                "lages - sc|SC|Lages",
                "novo hamburgo, rio grande do sul, brasil|RS|Novo Hamburgo",
                "picarras|SC|Balneário Piçarras",
                // A town of another state: the town may be right and the state wrong.
                "curitiba|SP|curitiba",
                "aguas claras df|SP|aguas claras df",
                "centro|MG|centro",
                "vendas@example.com|PR|vendas@example.com",
                "4482255|RJ|4482255",
            })
    void aTownIsCorrectedWhereOneIsMeantAndLeftWhereThatIsNotSure(
            String town, String uf, String expected) {
        assertEquals(
                expected,
                run("[{correct: {list: municipalities, by: uf}}]", town, uf, new ArrayList<>()));
    }

    @Test
    void eachChangeNamesItsStepsTheOriginalAndTheConfidence() {
        List<Cleaned> changes = new ArrayList<>();
        run(
                "[trim, collapse, {correct: {list: municipalities, by: uf}}, upper]",
                " sao  paluo",
                " sp",
                changes);
        assertEquals(new Cleaned("uf", "trim, upper", " sp", "SP", 1), changes.get(0));
        Cleaned town = changes.get(1);
        assertEquals(
                new Cleaned(
                        "x",
                        "trim, collapse, correct municipalities, upper",
                        " sao  paluo",
                        "SÃO PAULO",
                        town.confidence()),
                town);
        assertTrue(town.confidence() >= 0.85 && town.confidence() < 1, town.toString());
    }

    @Test
    void whatIsNullOrGoodStaysAndLeavesNoTrace() {
        List<Cleaned> changes = new ArrayList<>();
        assertEquals(null, run("[trim]", null, "SP", changes));
        assertEquals("a", run("[trim]", "a", "SP", changes));
        assertEquals(List.of(), changes);
    }

    @Test
    void rowsThatDoNotCarryAColumnAreCleanedAsFarAsTheyGo() {
        List<Column> columns = table("[{correct: {list: municipalities, by: uf}}]").columns();
        Cleaner withoutState = Cleaner.of(List.of(columns.get(0), columns.get(1))).orElseThrow();
        @Nullable String[] row = {"1", "sao pauloo"};
        withoutState.clean(row);
        assertArrayEquals(new String[] {"1", "São Paulo"}, row);
        assertEquals(Optional.empty(), Cleaner.of(List.of(columns.get(0))));
        @Nullable String[] absent = {"1", "sao pauloo", " sp"};
        Cleaner.of(columns).orElseThrow().clean(absent, position -> position == 2);
        assertArrayEquals(new String[] {"1", "São Paulo", " sp"}, absent);
    }
}
