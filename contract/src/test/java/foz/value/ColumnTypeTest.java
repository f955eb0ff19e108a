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
                "money|text",
                "interval|text",
                "time with time zone|text",
                "bit(3)|text",
                "tinyblob|bytea",
                "LONG RAW|bytea"
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
                "numeric(6,2)|1.|true",
                "numeric(6,2)|.5|true",
                "numeric(6,2)|1.2.3|false",
                "numeric(6,2)|-|false",
                "numeric(6,2)|999.999|true",
                "numeric(6,2)|12345.00|false",
                "numeric(2,2)|0.5|true",
                "numeric|1e400|true",
                "bigint|1.0|false",
                "bigint|-12|true",
                "timestamp(0)|2026-11-24 10:00:0x|false",
                "timestamp(0)|2026-11-24_10:00:00|false",
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
                of(physical).problem(value).map(ValueProblem::toString).orElse(""));
    }

    @Test
    void nulIsNamedInEveryType() {
        assertEquals(
                Optional.of(ValueProblem.of(ValueProblem.Kind.NUL)),
                ColumnType.text().problem("a\0b"));
    }
}
