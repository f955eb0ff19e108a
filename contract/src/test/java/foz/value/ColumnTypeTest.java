package foz.value;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ColumnTypeTest {

    private static ColumnType of(String physical) {
        return ColumnType.of(Optional.of(physical), Optional.empty());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "numeric(6,0)|numeric(6,0)",
                "NUMBER(10,2)|numeric(10,2)",
                "NUMBER|numeric",
                "numeric(5,-2)|numeric",
                "VARCHAR2(40)|text",
                "varchar2(40 char)|text",
                "character varying(40)|text",
                "timestamp(0) without time zone|timestamp",
                "timestamp with time zone|timestamptz",
                "DATE|date",
                "bigint unsigned|numeric(20,0)",
                "smallint|bigint",
                "double precision|double precision",
                "bytea|bytea",
                "inet|text",
                "integer[]|text",
                "money|text"
            })
    void theReplicaHoldsWhatTheSourceHolds(String physical, String replica) {
        assertEquals(replica, of(physical).replicaType());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "numeric(6,0)|123456|true",
                "numeric(6,0)|1234567|false",
                "numeric(6,2)|9999.999|false",
                "numeric(6,2)|-9999.99|true",
                "numeric(6,2)|12x|false",
                "numeric|NaN|true",
                "bigint|9223372036854775807|true",
                "bigint|9223372036854775808|false",
                "timestamp(0)|2026-11-24 10:00:00|true",
                "timestamp(0)|2026-11-24T10:00:00.5|false",
                "timestamp|2026-11-24 10:00:00.123456|true",
                "timestamp|yesterday|false",
                "date|0044-03-15 BC|true",
                "date|infinity|true",
                "varchar(3)|abc|true",
                "varchar(3)|abcd|false",
                "varchar(1)|🚚|true",
                "boolean|t|true",
                "boolean|yes|false",
                "uuid|123e4567-e89b-12d3-a456-426614174000|true",
                "uuid|123|false",
                "bytea|\\x00ff|true",
                "bytea|00ff|false"
            })
    void valuesAreCheckedByType(String physical, String value, boolean good) {
        assertEquals(
                good,
                of(physical).problem(value).isEmpty(),
                of(physical).problem(value).orElse(""));
    }

    @Test
    void nulIsNamedInEveryType() {
        assertEquals(
                Optional.of("holds a NUL character, which the replica cannot store"),
                ColumnType.text().problem("a\0b"));
    }

    @Test
    void aProblemIsReadBackFromItsSentence() {
        for (ValueProblem.Kind kind : ValueProblem.Kind.values()) {
            String sentence = new ValueProblem(kind, 17).toString();
            assertEquals(
                    Optional.of(sentence), ValueProblem.read(sentence).map(ValueProblem::toString));
            assertEquals(Optional.of(kind), ValueProblem.read(sentence).map(ValueProblem::kind));
        }
        assertEquals(Optional.empty(), ValueProblem.read("is nothing that we know"));
    }
}
