package foz.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import foz.contract.CleanStep.Form;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QualityReaderTest {

    private static Contract.Table read(String table, String column) {
        return ContractReader.read(
                        """
                        apiVersion: v3.1.0
                        kind: DataContract
                        id: quality
                        version: 1.0.0
                        status: active
                        customProperties:
                          - {property: foz.mappings, value: {units: {CX: caixa}}}
                          - {property: foz.lists, value: {colours: [Azul]}}
                        schema:
                          - name: t
                            logicalType: object
                            customProperties:
                              - {property: foz.capture, value: {}}
                        %s
                            properties:
                              - {name: id, logicalType: string, primaryKey: true}
                              - {name: uf, logicalType: string}
                              - {name: n, logicalType: integer}
                              - name: x
                                logicalType: string
                        %s
                        """
                                .formatted(table.indent(6), column.indent(8)))
                .tables()
                .getFirst();
    }

    @Test
    void readsTheStepsOfACleaningInTheirOrder() {
        Contract.Table table =
                read(
                        "",
                        """
                        customProperties:
                          - property: foz.clean
                            value:
                              - trim
                              - cnpj
                              - phone
                              - {date: [dd/MM/yyyy]}
                              - {map: units}
                              - {correct: {list: municipalities, by: UF, threshold: 0.9}}
                        """);
        assertEquals(
                List.of(
                        new CleanStep.Standard(Form.TRIM),
                        new CleanStep.Standard(Form.CNPJ),
                        new CleanStep.Phone("BR"),
                        new CleanStep.Date(List.of("dd/MM/yyyy")),
                        new CleanStep.Mapped("units", Map.of("CX", "caixa")),
                        new CleanStep.Correct("municipalities", List.of(), Optional.of("uf"), 0.9)),
                table.column("x").orElseThrow().clean());
    }

    @Test
    void readsRulesOfTableAndColumnWithTheirSeverity() {
        Contract.Table table =
                read(
                        "",
                        """
                        quality:
                          - {metric: invalidValues, mustBe: 0, severity: error, arguments: {validValues: [a, b]}}
                          - {type: sql, query: 'SELECT 1', mustBeBetween: [1, 2.5], name: one}
                          - {type: text, description: for people}
                        """);
        List<QualityRule> rules = table.quality().rules();
        assertEquals(2, rules.size());
        assertEquals("t.x invalidValues", rules.get(0).name());
        assertTrue(rules.get(0).error() && rules.get(0).bound().none());
        assertEquals(Optional.of("x"), rules.get(1).column());
        assertTrue(rules.get(1).bound().holds(new BigDecimal("2.5")));
        assertEquals("must be between 1 and 2.5", rules.get(1).bound().toString());
    }

    @Test
    void readsDeduplicationAndDependencies() {
        Contract.Table table =
                read(
                        """
                        - property: foz.deduplicate
                          value:
                            block: [uf, sound(x) + prefix(uf 1)]
                            compare: [{column: x, how: words, weight: 2}]
                            weights: learned
                            threshold: 0.8
                            survivor: {prefer: newest, column: n}
                            merge: {x: longest}
                        - {property: foz.dependencies, value: [{from: [uf], to: [x, n]}]}
                        """,
                        "");
        Deduplication rule = table.quality().deduplicate().orElseThrow();
        assertEquals(2, rule.block().size());
        assertEquals(
                new Deduplication.Part(Deduplication.Take.PREFIX, "uf", 1),
                rule.block().get(1).parts().get(1));
        assertEquals(Map.of("x", Deduplication.Merge.LONGEST), rule.merge());
        assertTrue(rule.learned());
        assertEquals(
                List.of(new Contract.Dependency(List.of("uf"), List.of("x", "n"))),
                table.quality().dependencies());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[tirm]|the step 'tirm' is not known|use trim, collapse",
                "[{map: nothing}]|the mapping table 'nothing' is not declared|declare it in foz.mappings",
                "[{date: [zz/QQQQQQ]}]|is not a pattern of a date|write one such as dd/MM/yyyy",
                "[{correct: {list: planets}}]|'planets' is no list|use municipalities",
                "[{correct: {list: colours, threshold: 2}}]|'2' is not a share|above 0, up to 1",
                "[{correct: {list: municipalities, by: state}}]|names 'state', which is no column|name a column",
            })
    void namesWhatIsWrongWithAStepAndTheRemedy(String clean, String wrong, String remedy) {
        refused(
                "",
                "customProperties: [{property: foz.clean, value: " + clean + "}]",
                wrong,
                remedy);
    }

    @Test
    void refusesToCleanKeysAndWhatIsNoText() {
        ContractException refused =
                assertThrows(
                        ContractException.class,
                        () ->
                                ContractReader.read(
                                        """
                                        apiVersion: v3.1.0
                                        kind: DataContract
                                        id: quality
                                        version: 1.0.0
                                        status: active
                                        schema:
                                          - name: t
                                            logicalType: object
                                            customProperties:
                                              - {property: foz.capture, value: {}}
                                            properties:
                                              - name: id
                                                logicalType: string
                                                primaryKey: true
                                                customProperties: [{property: foz.clean, value: [trim]}]
                                              - name: n
                                                logicalType: integer
                                                customProperties: [{property: foz.clean, value: [trim]}]
                                        """));
        String problems = refused.problems().toString();
        assertTrue(problems.contains("'t.id', which is part of the key"), problems);
        assertTrue(problems.contains("'t.n', whose type is integer"), problems);
    }

    @Test
    void namesWhatIsWrongWithARuleOrADeduplication() {
        refused(
                "",
                "quality: [{type: sql, query: 'SELECT 1', mustBe: high}]",
                "'high' is not a number",
                "write a number");
        refused(
                "",
                "quality: [{metric: invalidValues, mustBe: 0, arguments: {pattern: '['}}]",
                "'[' is not a regular expression",
                "correct it");
        refused(
                "- {property: foz.deduplicate, value: {block: [soundex(x)], compare: [{column: x}]}}",
                "",
                "'soundex(x)' is not part of a key",
                "write column, prefix(column 3)");
        refused(
                "- {property: foz.deduplicate, value: {block: [y], compare: [{column: x, how: magic}]}}",
                "",
                "'magic' is not known here",
                "use one of exact, name, words");
        refused(
                "- {property: foz.dependencies, value: [{from: [uf], to: [y]}]}",
                "",
                "foz.dependencies names 'y', which is no column of 't'",
                "name a column");
    }

    @Test
    void aChangeOfCleaningOrRulesIsShownAndBreaksNobody() {
        Contract.Table before = read("", "");
        Contract.Table after =
                read(
                        "",
                        """
                        customProperties: [{property: foz.clean, value: [trim]}]
                        quality: [{metric: nullValues, mustBe: 0}]
                        """);
        List<ContractDiff.Difference> differences =
                ContractDiff.between(contract(before), contract(after));
        assertEquals(
                List.of("t.x", "t"),
                differences.stream().map(ContractDiff.Difference::where).toList());
        assertTrue(differences.stream().noneMatch(ContractDiff.Difference::breaking));
    }

    private static Contract contract(Contract.Table table) {
        return new Contract("id", "name", "1", "active", "erp", List.of(), List.of(table));
    }

    private static void refused(String table, String column, String wrong, String remedy) {
        ContractException refused =
                assertThrows(ContractException.class, () -> read(table, column));
        String problems = refused.problems().toString();
        assertTrue(problems.contains(wrong), problems);
        assertTrue(problems.contains(remedy), problems);
    }
}
