package foz.agent.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import foz.contract.Contract;
import foz.contract.ContractReader;
import foz.contract.ScratchPostgres;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Hashes against the texts that they stand for, on a real PostgreSQL.
class RowHashTest {

    /// Of each type values that are easily taken for one another.
    private static final Map<String, List<String>> VALUES = new LinkedHashMap<>();

    static {
        VALUES.put("smallint", List.of("1", "-1"));
        VALUES.put("integer", List.of("0", "1", "-1"));
        VALUES.put("bigint", List.of("0", "9223372036854775807", "-9223372036854775808"));
        VALUES.put("numeric", List.of("1", "1.0", "1.00", "NaN", "Infinity"));
        VALUES.put("numeric(10,2)", List.of("1", "1.01", "-1"));
        VALUES.put("real", List.of("0", "-0", "1", "NaN"));
        VALUES.put("double precision", List.of("0", "-0", "1e-300", "NaN"));
        VALUES.put("text", List.of("", "a", "A", "a ", "á", " a"));
        VALUES.put("varchar(9)", List.of("", "a", "A", "a "));
        VALUES.put("text COLLATE loose", List.of("a", "A", "á"));
        VALUES.put("char(4)", List.of("a", "A", "ab"));
        VALUES.put("boolean", List.of("t", "f"));
        VALUES.put("date", List.of("2026-11-24", "infinity", "0044-03-15 BC"));
        VALUES.put("time", List.of("00:00", "24:00", "12:00:00.000001"));
        VALUES.put("timetz", List.of("12:00+00", "13:00+01"));
        VALUES.put("timestamp", List.of("2026-11-24 10:00", "2026-11-24 10:00:00.000001"));
        VALUES.put("timestamptz", List.of("2026-11-24 10:00+00", "2026-11-24 10:00+01"));
        VALUES.put("interval", List.of("1 mon", "30 days", "720:00:00"));
        VALUES.put("bytea", List.of("\\x", "\\x00", "\\x0000"));
        VALUES.put("uuid", List.of("123e4567-e89b-12d3-a456-426614174000"));
        VALUES.put("json", List.of("{\"a\":1}", "{\"a\": 1}"));
        VALUES.put("jsonb", List.of("1.0", "1.00"));
        VALUES.put("numeric[]", List.of("{1.0}", "{1.00}", "{NULL}", "{}"));
        VALUES.put("text[]", List.of("{NULL}", "{\"NULL\"}", "{\"\"}"));
        VALUES.put("inet", List.of("10.0.0.1", "10.0.0.1/24"));
        VALUES.put("bit(3)", List.of("000", "001"));
        VALUES.put("money", List.of("1", "-1"));
    }

    @SuppressWarnings("NullAway.Init")
    private static ScratchPostgres postgres;

    @BeforeAll
    static void start() {
        postgres = ScratchPostgres.start();
    }

    @AfterAll
    static void stop() {
        if (postgres != null) {
            postgres.close();
        }
    }

    private static Contract.Table table(int columns) {
        StringBuilder yaml =
                new StringBuilder(
                        """
                        apiVersion: v3.1.0
                        kind: DataContract
                        id: hash
                        version: 1.0.0
                        status: active
                        schema:
                          - name: odd
                            logicalType: object
                            customProperties:
                              - {property: foz.capture, value: {pollMs: 1000}}
                            properties:
                              - {name: id, logicalType: integer, physicalType: bigint, primaryKey: true, primaryKeyPosition: 1}
                        """);
        for (int i = 0; i < columns; i++) {
            yaml.append("      - {name: c%d, logicalType: string}%n".formatted(i));
        }
        return ContractReader.read(yaml.toString()).captured().getFirst();
    }

    private static List<Long> hashes(Connection connection, String hash) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery("SELECT " + hash + " FROM odd ORDER BY id")) {
            List<Long> hashes = new ArrayList<>();
            while (rows.next()) {
                hashes.add(rows.getLong(1));
            }
            return hashes;
        }
    }

    @Test
    void valuesThatDifferInTheirTextDifferInTheirHash() throws Exception {
        try (Connection connection = postgres.create("hashes", "SELECT 1");
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level1', deterministic = false)");
            List<String> types = List.copyOf(VALUES.keySet());
            statement.execute(
                    "CREATE TABLE odd (id bigint PRIMARY KEY, "
                            + types.stream()
                                    .map(type -> "c" + types.indexOf(type) + " " + type)
                                    .collect(Collectors.joining(", "))
                            + ")");
            statement.execute("INSERT INTO odd (id) VALUES (1)");
            Contract.Table table = table(types.size());
            RowHash hash = RowHash.of(connection, table);
            for (String type : types) {
                String column = "c" + types.indexOf(type);
                List<Long> seen = new ArrayList<>(hashes(connection, hash.of(table.columns())));
                List<String> values = VALUES.getOrDefault(type, List.of());
                for (String value : values) {
                    statement.execute("UPDATE odd SET %s = '%s'".formatted(column, value));
                    seen.addAll(hashes(connection, hash.of(table.columns())));
                }
                assertEquals(
                        values.size() + 1, new HashSet<>(seen).size(), () -> type + ": " + values);
            }
        }
    }

    @Test
    void rowsThatExchangeAValueChangeTheSumOfBoth() throws Exception {
        try (Connection connection = postgres.create("exchange", "SELECT 1");
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE odd (id bigint PRIMARY KEY, c0 integer, c1 integer)");
            statement.execute("INSERT INTO odd VALUES (1, 10, 7), (2, 20, 8)");
            Contract.Table table = table(2);
            String sum = "bit_xor(" + RowHash.of(connection, table).of(table.columns()) + ")";
            String sql = "SELECT " + sum + " FROM odd";
            long before = number(statement, sql);
            statement.execute("UPDATE odd SET c0 = 30 - c0");
            assertNotEquals(before, number(statement, sql), "within a column");
            statement.execute("UPDATE odd SET c0 = 30 - c0");
            assertEquals(before, number(statement, sql));
            statement.execute("UPDATE odd SET c0 = c1, c1 = c0");
            assertNotEquals(before, number(statement, sql), "between columns");
        }
    }

    private static long number(Statement statement, String sql) throws SQLException {
        try (ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }
}
