package foz.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContractRulesTest {

    private static String contract(String stampType) {
        return """
        apiVersion: v3.1.0
        kind: DataContract
        id: stamps
        version: 1.0.0
        status: active
        schema:
          - name: orders
            logicalType: object
            customProperties:
              - {property: foz.capture, value: {stamp: changed}}
            properties:
              - {name: id, logicalType: integer, primaryKey: true, primaryKeyPosition: 1}
              - {name: changed, logicalType: string, physicalType: '%s'}
        """
                .formatted(stampType);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "timestamp",
                "timestamp(0) without time zone",
                "timestamp with time zone",
                "timestamptz(3)",
                "date",
                "DATE"
            })
    void acceptsAChangeStampThatIsATime(String type) {
        Contract read = ContractReader.read(contract(type));
        assertEquals("changed", read.captured().getFirst().capture().orElseThrow().stamp().get());
    }

    @ParameterizedTest
    @ValueSource(strings = {"bigint", "text", "time", "xid8", "varchar(20)"})
    void refusesAChangeStampOfAnotherTypeAndNamesTableColumnTypeAndRemedy(String type) {
        ContractException refused =
                assertThrows(
                        ContractException.class, () -> ContractReader.read(contract(type)), type);
        String problem = refused.problems().getFirst().toString();
        assertTrue(problem.contains("'orders'"), problem);
        assertTrue(problem.contains("'changed'"), problem);
        assertTrue(
                problem.contains(
                        "whose type is "
                                + (type.equals("bigint")
                                        ? "integer"
                                        : type.equals("time") ? "time" : "text")),
                problem);
        assertTrue(problem.contains("leave stamp out"), problem);
    }

    private static String withObject(String name, String type, String more) {
        return contract("date")
                + """
                      - name: %s
                        logicalType: string
                        physicalType: '%s'
                        customProperties: [{property: foz.object, value: %s}]
                """
                        .formatted(name, type, more);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytea", "clob", "BLOB", "text"})
    void anObjectIsHeldAsTheTextOfItsReference(String type) {
        Contract.Column photo =
                ContractReader.read(withObject("photo", type, "true"))
                        .tables()
                        .getFirst()
                        .column("photo")
                        .orElseThrow();
        assertTrue(photo.object());
        assertEquals("text", photo.held().type().replicaType());
        assertEquals(
                type.toLowerCase(java.util.Locale.ROOT).equals("bytea") || type.equals("BLOB"),
                photo.type().replicaType().equals("bytea"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"integer", "timestamp", "uuid"})
    void refusesAnObjectOfAnotherType(String type) {
        ContractException refused =
                assertThrows(
                        ContractException.class,
                        () -> ContractReader.read(withObject("photo", type, "true")),
                        type);
        String problem = refused.problems().getFirst().toString();
        assertTrue(problem.contains("'orders.photo'"), problem);
        assertTrue(problem.contains("text or bytes"), problem);
    }

    @ParameterizedTest
    @ValueSource(strings = {"yes", "1", "{a: b}"})
    void refusesAnObjectThatIsNeitherTrueNorFalse(String value) {
        ContractException refused =
                assertThrows(
                        ContractException.class,
                        () -> ContractReader.read(withObject("photo", "bytea", value)),
                        value);
        assertTrue(
                refused.problems().getFirst().toString().contains("write true or false"),
                refused.getMessage());
    }

    @Test
    void aColumnThatBecomesAnObjectBreaksItsReaders() {
        var differences =
                ContractDiff.between(
                        ContractReader.read(withObject("photo", "text", "false")),
                        ContractReader.read(withObject("photo", "text", "true")));
        assertEquals(1, differences.size(), differences.toString());
        assertTrue(differences.getFirst().breaking());
        assertEquals("orders.photo", differences.getFirst().where());
    }

    @Test
    void refusesAnObjectInTheKey() {
        ContractException refused =
                assertThrows(
                        ContractException.class,
                        () ->
                                ContractReader.read(
                                        withObject("photo", "text", "true")
                                                + "        primaryKey: true\n"));
        assertTrue(refused.problems().toString().contains("a row is known by"), refused.toString());
    }
}
