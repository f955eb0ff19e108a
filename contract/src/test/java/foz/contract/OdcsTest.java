package foz.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OdcsTest {

    private static final Path STANDARD =
            Path.of(System.getProperty("foz.root", ".."), "..", "shared", "data", "odcs");

    /// Beside the official examples: every kind of mapping, and every case of it that they lack.
    private static final String EVERYTHING =
            """
            apiVersion: v3.1.0
            kind: DataContract
            id: everything
            version: 1.0.0
            status: draft
            tags: [a]
            description: {purpose: p, anything: 1}
            team:
              - {username: ana, dateIn: 2026-01-01}
            support: [{channel: '#x', customProperties: [{property: a, value: {b: 1}}]}]
            price: {priceAmount: 1.5, priceCurrency: BRL}
            roles: [{role: reader, id: r-1}]
            slaProperties:
              - {property: latency, value: 4, valueExt: null, unit: s}
            servers:
              - {server: a, type: api, location: 'https://example.com'}
              - {server: b, type: athena, stagingDir: 's3://x', schema: s}
              - {server: c, type: azure, location: 'https://x', format: csv}
              - {server: d, type: bigquery, project: p, dataset: d}
              - {server: e, type: clickhouse, host: h, port: 1, database: d}
              - {server: f, type: databricks, catalog: c, schema: s}
              - {server: g, type: denodo, host: h, port: 1}
              - {server: h, type: dremio, host: h, port: 1}
              - {server: i, type: duckdb, database: d}
              - {server: j, type: glue, account: a, database: d}
              - {server: k, type: cloudsql, host: h, port: 1, database: d, schema: s}
              - {server: l, type: db2, host: h, port: 1, database: d}
              - {server: m, type: hive, host: h, database: d}
              - {server: n, type: impala, host: h, database: d}
              - {server: o, type: informix, host: h, database: d}
              - {server: p, type: zen, host: h, database: d}
              - {server: q, type: custom, path: p, stream: s, roles: [{role: r}]}
              - {server: r, type: kafka, host: h}
              - {server: s, type: kinesis, region: r}
              - {server: t, type: local, path: p, format: csv}
              - {server: u, type: mysql, host: h, port: 1, database: d}
              - {server: v, type: oracle, host: h, port: 1521, serviceName: s}
              - {server: w, type: postgresql, host: h, port: 1, database: d, schema: s}
              - {server: x, type: presto, host: h}
              - {server: y, type: pubsub, project: p}
              - {server: z, type: redshift, database: d, schema: s}
              - {server: A, type: s3, location: 's3://b'}
              - {server: B, type: sftp, location: 'sftp://h/p'}
              - {server: C, type: snowflake, account: a, database: d, schema: s}
              - {server: D, type: sqlserver, host: h, database: d, schema: s}
              - {server: E, type: synapse, host: h, port: 1, database: d}
              - {server: F, type: trino, host: h, port: 1, catalog: c, schema: s}
              - {server: G, type: vertica, host: h, port: 1, database: d, schema: s}
            schema:
              - name: orders
                logicalType: object
                relationships:
                  - {from: orders.a, to: customers.a}
                  - {type: foreignKey, from: [orders.a, orders/b], to: [x.yaml#c/a, c.b]}
                quality:
                  - {type: text, description: d}
                  - {description: d, dimension: accuracy}
                  - {type: sql, query: select 1, mustBeBetween: [1, 2.5]}
                  - {type: custom, engine: soda, implementation: {a: 1}}
                  - {type: custom, engine: soda, implementation: text}
                  - {type: library, metric: rowCount, mustNotBe: null}
                  - {metric: nullValues, mustBeLessOrEqualTo: 3, arguments: {unit: percent}}
                  - {metric: nullValues, rule: r, mustBeLessThan: 3.5, type: library}
                properties:
                  - {name: s, logicalType: string, logicalTypeOptions: {minLength: 0, maxLength: 3, pattern: a, format: email}}
                  - {name: d, logicalType: date, logicalTypeOptions: {format: d, minimum: '2026-01-01', exclusiveMaximum: '2027-01-01'}}
                  - {name: t, logicalType: timestamp, logicalTypeOptions: {timezone: true, defaultTimezone: UTC, maximum: x}}
                  - {name: h, logicalType: time, logicalTypeOptions: {timezone: false, minimum: '10:00'}}
                  - {name: i, logicalType: integer, logicalTypeOptions: {multipleOf: 2, maximum: 9, format: u8}}
                  - {name: n, logicalType: number, logicalTypeOptions: {multipleOf: 0.5, exclusiveMinimum: -9, format: f64}}
                  - {name: b, logicalType: boolean, logicalTypeOptions: {anything: 1}, examples: [true, null, [1], {a: 1}]}
                  - name: o
                    logicalType: object
                    logicalTypeOptions: {minProperties: 1, maxProperties: 2, required: [x, y]}
                    properties:
                      - {name: x, logicalType: string}
                      - {name: y, partitioned: true, partitionKeyPosition: 2}
                  - name: l
                    logicalType: array
                    logicalTypeOptions: {minItems: 1, maxItems: 2, uniqueItems: true}
                    items:
                      logicalType: object
                      properties: [{name: q, relationships: [{to: c/d}, {to: [c.d, c.e]}]}]
                  - {name: u, logicalTypeOptions: {}, items: {logicalType: integer}, properties: [{name: k}]}
            """;

    private static Schema official() {
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2019_09)
                .getSchema(standard("odcs-json-schema-v3.1.0.json"));
    }

    private static String standard(String file) {
        Path path = STANDARD.resolve(file);
        assumeTrue(Files.exists(path), () -> "the official file " + path + " is not here");
        try {
            return Files.readString(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @CsvSource({"full-example.odcs.yaml", "postgresql-adventureworks-contract.odcs.yaml"})
    void acceptsTheOfficialExamplesAsTheOfficialSchemaDoes(String file) {
        String text = standard(file);
        Yaml document = Yaml.parse(text);
        assertEquals(List.of(), official().validate(text, InputFormat.YAML));
        assertEquals(
                List.of(), official().validate(YamlMutator.Json.write(document), InputFormat.JSON));
        assertEquals(List.of(), Odcs.check(document));
    }

    @Test
    void acceptsEveryPartOfTheStandard() {
        assertEquals(List.of(), Odcs.check(Yaml.parse(EVERYTHING)));
    }

    @Test
    void judgesEveryMutationAsTheOfficialSchemaDoes() {
        Schema schema = official();
        Yaml vocabulary = Yaml.parse(standard("odcs-json-schema-v3.1.0.json"));
        List<String> keys = new ArrayList<>();
        List<String> words = new ArrayList<>();
        harvest(vocabulary, keys, words);
        long seed = Long.getLong("foz.seed", 20_261_124L);
        int mutations = Integer.getInteger("foz.mutations", 4_000);
        RandomGenerator random = new SplittableRandom(seed);
        YamlMutator mutator = new YamlMutator(random, keys, words);
        Yaml full = Yaml.parse(standard("full-example.odcs.yaml"));
        Yaml large = Yaml.parse(standard("postgresql-adventureworks-contract.odcs.yaml"));
        Yaml everything = Yaml.parse(EVERYTHING);
        assertEquals(
                List.of(), schema.validate(YamlMutator.Json.write(everything), InputFormat.JSON));
        int accepted = 0;
        List<String> differences = new ArrayList<>();
        for (int i = 0; i < mutations; i++) {
            Yaml original =
                    switch (i % 4) {
                        case 0 -> full;
                        case 1 -> oneTable((Yaml.Mapping) large, random);
                        default -> everything;
                    };
            YamlMutator.Mutation mutation = mutator.mutate(original);
            String json = YamlMutator.Json.write(mutation.document());
            boolean official = schema.validate(json, InputFormat.JSON).isEmpty();
            List<Problem> ours = Odcs.check(Yaml.parse(json));
            accepted += official ? 1 : 0;
            if (official != ours.isEmpty()) {
                differences.add(
                        "mutation %d: official %s, ours %s%n  %s"
                                .formatted(
                                        i,
                                        official ? "accepts" : "rejects",
                                        ours,
                                        mutation.what()));
            }
        }
        if (!differences.isEmpty()) {
            fail(
                    "%d differences; repeat with -Dfoz.seed=%d -Dfoz.mutations=%d%n%s"
                            .formatted(
                                    differences.size(),
                                    seed,
                                    mutations,
                                    String.join("\n", differences.stream().limit(20).toList())));
        }
        assertTrue(accepted > mutations / 20, "too few accepted: " + accepted);
        assertTrue(accepted < mutations / 2, "too many accepted: " + accepted);
    }

    /// Each key that the standard has anywhere, put with values of several sorts into each mapping,
    /// and each key of each mapping taken away.
    @Test
    void judgesEveryKeyInEveryMappingAsTheOfficialSchemaDoes() {
        Schema schema = official();
        List<String> keys = new ArrayList<>();
        harvest(Yaml.parse(standard("odcs-json-schema-v3.1.0.json")), keys, new ArrayList<>());
        List<Yaml> values =
                List.of(
                        YamlMutator.scalar("a.b"),
                        YamlMutator.scalar(1L),
                        YamlMutator.list(YamlMutator.scalar(1L), YamlMutator.scalar(1L)),
                        YamlMutator.mapping(Map.of()));
        int tried = 0;
        List<String> differences = new ArrayList<>();
        for (Yaml part : parts((Yaml.Mapping) Yaml.parse(EVERYTHING))) {
            for (Yaml changed : YamlMutator.everyKeyChanged(part, keys, values)) {
                String json = YamlMutator.Json.write(changed);
                boolean official = schema.validate(json, InputFormat.JSON).isEmpty();
                List<Problem> ours = Odcs.check(Yaml.parse(json));
                tried++;
                if (official != ours.isEmpty()) {
                    differences.add((official ? "accepted: " : "rejected: ") + json + " " + ours);
                }
            }
        }
        assertEquals(
                List.of(),
                differences.stream().limit(20).toList(),
                differences.size() + " differences in " + tried);
        assertTrue(tried > 20_000, "only " + tried);
    }

    /// The contract in small ones that hold one server, one column, one rule or one relationship
    /// each.
    private static List<Yaml> parts(Yaml.Mapping contract) {
        List<Yaml> parts = new ArrayList<>();
        Map<String, Yaml> head = new LinkedHashMap<>(contract.entries());
        head.remove("servers");
        head.remove("schema");
        parts.add(YamlMutator.mapping(head));
        Map<String, Yaml> least = new LinkedHashMap<>(head);
        least.keySet().retainAll(List.of("apiVersion", "kind", "id", "version", "status"));
        for (Yaml server : contract.list("servers")) {
            least.put("servers", YamlMutator.list(server));
            parts.add(YamlMutator.mapping(least));
        }
        least.remove("servers");
        Yaml.Mapping table = (Yaml.Mapping) contract.list("schema").getFirst();
        for (String list : List.of("properties", "quality", "relationships")) {
            for (Yaml item : table.list(list)) {
                Map<String, Yaml> entries = new LinkedHashMap<>();
                entries.put("name", YamlMutator.scalar("orders"));
                entries.put(list, YamlMutator.list(item));
                least.put("schema", YamlMutator.list(YamlMutator.mapping(entries)));
                parts.add(YamlMutator.mapping(least));
            }
        }
        return parts;
    }

    private static Yaml oneTable(Yaml.Mapping contract, RandomGenerator random) {
        List<Yaml> tables = contract.list("schema");
        Map<String, Yaml> entries = new LinkedHashMap<>(contract.entries());
        entries.put("schema", YamlMutator.list(tables.get(random.nextInt(tables.size()))));
        return YamlMutator.mapping(entries);
    }

    private static void harvest(Yaml node, List<String> keys, List<String> words) {
        switch (node) {
            case Yaml.Scalar _ -> {}
            case Yaml.Sequence list -> list.items().forEach(item -> harvest(item, keys, words));
            case Yaml.Mapping map ->
                    map.entries()
                            .forEach((key, value) -> {
                                if (key.equals("properties")
                                        && value instanceof Yaml.Mapping properties) {
                                    keys.addAll(properties.entries().keySet());
                                }
                                if (key.equals("enum") && value instanceof Yaml.Sequence list) {
                                    list.items().stream()
                                            .flatMap(item -> Yaml.asText(item).stream())
                                            .forEach(words::add);
                                }
                                harvest(value, keys, words);
                            });
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "version: 1.0.0 | version: 1.0 | line 4, version: '1.0' is not text; put it in quotes: \"\"1.0\"\"",
                "logicalType: integer | logicalType: strng | line 20, schema[0].properties[0].logicalType: 'strng' is not a logicalType; use string; allowed are string, date, timestamp, time, number, integer, object, array, boolean",
                "status: active | stauts: active | line 5, stauts: 'stauts' is not a key here; use status",
                "status: active | \"\" | line 1, status: is missing; write text",
                "port: 5432 | port: '5432' | line 10, servers[0].port: '5432' is not a whole number; remove the quotes",
                "type: postgres | type: postgrs | line 8, servers[0].type: 'postgrs' is not a type of server; use postgres; allowed are api, athena, azure, bigquery, clickhouse, cloudsql, custom, databricks, db2, denodo, dremio, duckdb, glue, hive, impala, informix, kafka, kinesis, local, mysql, oracle, postgres, postgresql, presto, pubsub, redshift, s3, sftp, snowflake, sqlserver, synapse, trino, vertica, zen",
                "type: postgres | type: mysql | line 12, servers[0].schema: 'schema' is not a key here; remove it; it belongs to type: athena or type: cloudsql or type: custom or type: databricks",
                "required: true | required: yes | line 21, schema[0].properties[0].required: 'yes' is not true or false; write true or false, without quotes",
                "required: true | owner: me | line 21, schema[0].properties[0].owner: 'owner' is not a key here; remove it, or write it under customProperties as property and value",
                "mustBe: 0 | mustBee: 0 | line 25, schema[0].properties[0].quality[0].mustBee: 'mustBee' is not a key here; use mustBe",
                "mustBe: 0 | description: d | line 23, schema[0].properties[0].quality[0]: no comparison; write one of mustBe, mustNotBe, mustBeGreaterThan, mustBeGreaterOrEqualTo, mustBeLessThan, mustBeLessOrEqualTo, mustBeBetween, mustNotBeBetween",
                "to: a.b | to: a-b | line 27, schema[0].properties[0].relationships[0].to: 'a-b' is not a reference such as table.column; write a reference such as table.column",
                "to: a.b | {from: a.c, to: a.b} | line 27, schema[0].properties[0].relationships[0].from: 'from' is not a key here; remove it; this column is meant",
                "tags: [x] | tags: x | line 14, tags: 'x' is not a list; write a list, each item after '- '",
                "tags: [x] | tags: | line 14, tags: is empty; write a list, each item after '- '",
                "tags: [x] | team: {members: {username: ana}} | line 14, team.members: is a mapping, not a list; write a list, each item after '- '",
                "logicalType: integer | logicalTypeOptions: {minLength: 1} | line 20, schema[0].properties[0].logicalTypeOptions.minLength: 'minLength' is not a key here; write the logicalType that it belongs to",
            })
    void namesEachWrongThingOnceWithItsRemedy(String from, String to, String expected) {
        assertTrue(SMALL.contains(from), from);
        List<Problem> problems = Odcs.check(Yaml.parse(SMALL.replace(from, to)));
        assertEquals(
                List.of(expected.replace("\"\"", "\"")),
                problems.stream().map(Problem::toString).toList());
    }

    private static final String SMALL =
            """
            apiVersion: v3.1.0
            kind: DataContract
            id: small
            version: 1.0.0
            status: active
            servers:
              - server: main
                type: postgres
                host: localhost
                port: 5432
                database: d
                schema: s
            # Words to find it by
            tags: [x]
            schema:
              - name: a
                logicalType: object
                properties:
                  - name: b
                    logicalType: integer
                    required: true
                    quality:
                      - type: library
                        metric: nullValues
                        mustBe: 0
                    relationships:
                      - to: a.b
            """;

    @Test
    void acceptsTheSmallContract() {
        assertEquals(List.of(), Odcs.check(Yaml.parse(SMALL)));
    }

    @Test
    void listsEveryProblemOfADocumentInItsOrder() {
        List<Problem> problems =
                Odcs.check(Yaml.parse("kind: Contract\nschema:\n  - physicalName: T\n"));
        assertEquals(
                List.of("kind", "schema[0].name", "version", "apiVersion", "id", "status"),
                problems.stream().map(Problem::path).toList());
    }

    @Test
    void refusesADocumentThatIsNoMapping() {
        assertEquals(
                List.of(
                        "line 1: is a list, not a mapping (key: value); write keys with values below it"),
                Odcs.check(Yaml.parse("- a")).stream().map(Problem::toString).toList());
    }

    @Test
    void boundsWhatAnAliasMayExpandTo() {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x, x]\n");
        for (int i = 1; i < 24; i++) {
            bomb.append("a%d: &a%d [*a%d, *a%d]\n".formatted(i, i, i - 1, i - 1));
        }
        try {
            Yaml.parse(bomb.toString());
            fail("the document was expanded");
        } catch (ContractException e) {
            assertEquals(1, e.problems().size());
        }
    }

    @Test
    void readsNumbersOfAnySizeWithoutWritingThemOut() {
        Yaml.Mapping map =
                (Yaml.Mapping)
                        Yaml.parse("a: 1e999999999\nb: 1e2147483647\nc: 12345678901234567890");
        assertEquals("1E+999999999", map.text("a").orElseThrow());
        assertEquals("1E+2147483647", map.text("b").orElseThrow());
        assertEquals("12345678901234567890", map.text("c").orElseThrow());
        assertEquals(6, Odcs.check(map).size() - 2);
    }
}
