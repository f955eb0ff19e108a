package foz.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ProposalTest {

    private static final String LONG_NAME =
            "a_very_long_column_name_of_exactly_sixty_characters_it_is_so";

    private static final String HOSTILE =
            """
            CREATE TABLE "Cliente Final" (
              "Código" numeric(6,0) PRIMARY KEY, "Nome" varchar(40) NOT NULL, "nome" varchar(40),
              "NOME" varchar(40), documento varchar(18), "CGC" char(14), email varchar(60),
              "SENHA_WEB" varchar(20), api_token text, "order" integer, "select" boolean,
              "quo""ted" text, "dot.ted" text, "%s" text, "1st" integer, "_x" integer, "yes" text,
              total numeric(12,2), dobro numeric GENERATED ALWAYS AS (total * 2) STORED,
              etiquetas text[], dados jsonb, foto bytea, chave uuid, inicio time, bits bit(8),
              "DTULTALTER" timestamp(0), criado_em timestamptz, sem_limite varchar, dia date,
              letra char(1), marca double precision, livre numeric);
            COMMENT ON TABLE "Cliente Final" IS E'Quem compra: "tudo" # ou nada\\nem duas linhas';
            COMMENT ON COLUMN "Cliente Final"."Nome" IS 'true';
            CREATE TABLE "order" (a integer NOT NULL, b integer NOT NULL, PRIMARY KEY (b, a));
            CREATE TABLE "group" (
              id bigserial PRIMARY KEY, oa integer, ob integer, cli numeric(6,0) REFERENCES "Cliente Final",
              parent bigint REFERENCES "group", updated_at timestamptz NOT NULL DEFAULT now(),
              FOREIGN KEY (ob, oa) REFERENCES "order" (b, a));
            CREATE TABLE sem_chave (a integer, b text);
            CREATE TABLE preco (
              prod integer PRIMARY KEY, "DTULTALTPVENDA" timestamp(0), created_at timestamp, update_count integer,
              "DTULTCOMP" timestamp, last_update date);
            CREATE TABLE com_unico (
              x integer NOT NULL, y integer NOT NULL, z integer, w integer NOT NULL,
              CONSTRAINT dois UNIQUE (x, y), CONSTRAINT nulavel UNIQUE (z));
            CREATE UNIQUE INDEX parcial ON com_unico (w) WHERE z IS NULL;
            CREATE UNIQUE INDEX expressao ON com_unico ((w + 1));
            CREATE TABLE token_chave (token varchar(40) PRIMARY KEY, valor integer);
            CREATE TABLE vazia ();
            CREATE TABLE particionada (id integer NOT NULL, d date NOT NULL) PARTITION BY RANGE (d);
            CREATE TABLE particionada_2026 PARTITION OF particionada FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
            CREATE VIEW visao AS SELECT a, b FROM sem_chave;
            CREATE SCHEMA outro;
            CREATE TABLE outro.alheia (id integer PRIMARY KEY);
            CREATE TABLE "T" (id integer PRIMARY KEY, alheia integer REFERENCES outro.alheia);
            CREATE TABLE "t" (id integer PRIMARY KEY);
            CREATE TABLE likeXname (id integer PRIMARY KEY);
            CREATE TABLE like_name (id integer PRIMARY KEY, so_aqui integer);
            """
                    .formatted(LONG_NAME);

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

    private static Proposal.Options options(int sampleRows, boolean views) {
        return new Proposal.Options(
                null, List.of(), List.of(), sampleRows, views, false, null, null);
    }

    private static Connection hostile(String database) throws SQLException {
        Connection connection = postgres.create(database, HOSTILE);
        try (PreparedStatement insert =
                connection.prepareStatement(
                        "INSERT INTO \"Cliente Final\" (\"Código\", \"Nome\", documento, \"CGC\", email,"
                                + " \"SENHA_WEB\") VALUES (?, 'Ana', ?, ?, 'ana@example.com', 'geheim')")) {
            for (int i = 1; i <= 60; i++) {
                String cpf = ClassificationTest.cpf(100_000_000L + 37L * i);
                insert.setInt(1, i);
                insert.setString(
                        2,
                        i % 2 == 0 ? cpf : cpf.replaceFirst("(...)(...)(...)(..)", "$1.$2.$3-$4"));
                insert.setString(3, ClassificationTest.cnpj("1A2B3C4D%04d".formatted(i)));
                insert.addBatch();
            }
            insert.executeBatch();
        }
        return connection;
    }

    private static Yaml.Mapping parse(String text) {
        Yaml document = Yaml.parse(text);
        assertEquals(List.of(), Odcs.check(document));
        return (Yaml.Mapping) document;
    }

    private static Yaml.Mapping named(List<Yaml> list, String key, String value) {
        return (Yaml.Mapping)
                list.stream()
                        .filter(item -> ((Yaml.Mapping) item).text(key).equals(Optional.of(value)))
                        .findFirst()
                        .orElseThrow(() -> new AssertionError("no " + key + " " + value));
    }

    private static Yaml.Mapping table(Yaml.Mapping contract, String physicalName) {
        return named(contract.list("schema"), "physicalName", physicalName);
    }

    private static Yaml.Mapping column(Yaml.Mapping table, String physicalName) {
        return named(table.list("properties"), "physicalName", physicalName);
    }

    private static String custom(Yaml.Mapping node, String property) {
        Yaml value =
                named(node.list("customProperties"), "property", property)
                        .get("value")
                        .orElseThrow();
        return value instanceof Yaml.Scalar scalar
                ? Yaml.asText(scalar).orElse("")
                : YamlMutator.Json.write(value);
    }

    private static List<String> texts(Yaml.Mapping node, String list, String key) {
        return node.list(list).stream()
                .map(item -> ((Yaml.Mapping) item).text(key).orElse(""))
                .toList();
    }

    @Test
    void proposesNorthwindAsItIs() throws SQLException, IOException {
        Path file =
                Path.of(
                        System.getProperty("foz.root", ".."),
                        "../shared/data/northwind/northwind.sql");
        assumeTrue(Files.exists(file), () -> file + " is not here");
        try (Connection connection = postgres.create("northwind", Files.readString(file))) {
            String text = Proposal.propose(connection, Proposal.Options.defaults());
            Yaml.Mapping contract = parse(text);
            assertEquals(14, contract.list("schema").size());
            Yaml.Mapping details = table(contract, "order_details");
            assertEquals(Optional.of("1"), column(details, "order_id").text("primaryKeyPosition"));
            assertEquals(
                    Optional.of("2"), column(details, "product_id").text("primaryKeyPosition"));
            assertEquals(
                    List.of("orders.order_id"),
                    texts(column(details, "order_id"), "relationships", "to"));
            assertEquals(Optional.empty(), column(details, "discount").text("primaryKey"));
            Yaml.Mapping employees = table(contract, "employees");
            assertEquals(
                    List.of("employees.employee_id"),
                    texts(column(employees, "reports_to"), "relationships", "to"));
            assertEquals(
                    Optional.of("confidential"),
                    column(employees, "home_phone").text("classification"));
            assertEquals(
                    Optional.of("varchar(15)"),
                    column(table(contract, "categories"), "category_name").text("physicalType"));
            long relationships =
                    contract.list("schema").stream()
                            .flatMap(t -> ((Yaml.Mapping) t).list("properties").stream())
                            .mapToLong(c -> ((Yaml.Mapping) c).list("relationships").size())
                            .sum();
            assertEquals(13, relationships);
            assertEquals("{\"pollMs\": 5000}", custom(details, "foz.capture"));
            assertEquals(text, Proposal.propose(connection, Proposal.Options.defaults()));
            Contract read = ContractReader.read(text);
            assertEquals(14, read.captured().size());
        }
    }

    @Test
    void namesAreValidAndUniqueWhateverTheSourceCallsThem() throws SQLException {
        try (Connection connection = hostile("names")) {
            Yaml.Mapping contract = parse(Proposal.propose(connection, options(0, true)));
            Set<String> tables = new HashSet<>();
            for (Yaml item : contract.list("schema")) {
                Yaml.Mapping table = (Yaml.Mapping) item;
                assertTrue(tables.add(table.text("name").orElseThrow()));
                Set<String> columns = new HashSet<>();
                for (String name : texts(table, "properties", "name")) {
                    assertTrue(name.matches("[a-z][a-z0-9_]{0,58}"), name);
                    assertTrue(columns.add(name), name);
                }
            }
            Yaml.Mapping client = table(contract, "Cliente Final");
            assertEquals(Optional.of("cliente_final"), client.text("name"));
            assertEquals(Optional.of("codigo"), column(client, "Código").text("name"));
            assertEquals(Optional.of("nome_2"), column(client, "nome").text("name"));
            assertEquals(Optional.of("c_1st"), column(client, "1st").text("name"));
            assertEquals(Optional.of("yes"), column(client, "yes").text("name"));
            assertEquals(Optional.of("quo_ted"), column(client, "quo\"ted").text("name"));
            assertTrue(column(client, LONG_NAME).text("name").orElseThrow().length() <= 59);
            assertEquals(Optional.of("true"), column(client, "Nome").text("description"));
            assertTrue(
                    client.text("description")
                            .orElseThrow()
                            .startsWith(
                                    "Quem compra: \"tudo\" # ou nada\nem duas linhas. Left out"));
            assertEquals(
                    List.of("id", "so_aqui"),
                    texts(table(contract, "like_name"), "properties", "name"));
            assertFalse(tables.contains("alheia"));
            assertFalse(tables.contains("particionada_2026"));
            assertTrue(tables.contains("particionada"));
        }
    }

    @Test
    void secretsAreLeftOutAndMentioned() throws SQLException {
        try (Connection connection = hostile("secrets")) {
            String text = Proposal.propose(connection, Proposal.Options.defaults());
            Yaml.Mapping client = table(parse(text), "Cliente Final");
            List<String> columns = texts(client, "properties", "physicalName");
            assertFalse(columns.contains("SENHA_WEB"));
            assertFalse(columns.contains("api_token"));
            assertTrue(
                    client.text("description")
                            .orElseThrow()
                            .endsWith(
                                    "Left out of capture, for their names say that they hold secrets:"
                                            + " SENHA_WEB, api_token."));
            Yaml.Mapping keyless = table(parse(text), "token_chave");
            assertEquals("{\"pollMs\": 5000}", custom(keyless, "foz.capture"));
            assertFalse(text.contains("geheim"));
            assertFalse(text.contains("not-a-secret"));
            assertFalse(text.contains("ana@example.com"));
        }
    }

    @Test
    void columnsKeepTheirTypes() throws SQLException {
        try (Connection connection = hostile("types")) {
            Yaml.Mapping client =
                    table(parse(Proposal.propose(connection, options(0, false))), "Cliente Final");
            List<String> expected =
                    List.of(
                            "Código: integer, numeric(6,0)",
                            "Nome: string, varchar(40)",
                            "CGC: string, char(14)",
                            "order: integer, integer",
                            "select: boolean, boolean",
                            "quo\"ted: string, text",
                            "total: number, numeric(12,2)",
                            "dobro: number, numeric",
                            "etiquetas: array, text[]",
                            "dados: object, jsonb",
                            "foto: string, bytea",
                            "chave: string, uuid",
                            "inicio: time, time",
                            "bits: string, bit(8)",
                            "DTULTALTER: timestamp, timestamp(0)",
                            "criado_em: timestamp, timestamptz",
                            "sem_limite: string, varchar",
                            "dia: date, date",
                            "letra: string, char(1)",
                            "marca: number, double precision",
                            "livre: number, numeric");
            for (String line : expected) {
                String name = line.substring(0, line.indexOf(':'));
                Yaml.Mapping column = column(client, name);
                assertEquals(
                        line,
                        "%s: %s, %s"
                                .formatted(
                                        name,
                                        column.text("logicalType").orElse(""),
                                        column.text("physicalType").orElse("")));
            }
            assertEquals(Optional.of("true"), column(client, "Nome").text("required"));
            assertEquals(Optional.of("false"), column(client, "nome").text("required"));
        }
    }

    @Test
    void keysAreTheSourcesOrAPersonsDecision() throws SQLException {
        try (Connection connection = hostile("keys")) {
            String text = Proposal.propose(connection, options(0, true));
            Yaml.Mapping contract = parse(text);
            Yaml.Mapping order = table(contract, "order");
            assertEquals(Optional.of("2"), column(order, "a").text("primaryKeyPosition"));
            assertEquals(Optional.of("1"), column(order, "b").text("primaryKeyPosition"));
            Yaml.Mapping unique = table(contract, "com_unico");
            assertEquals(Optional.of("true"), column(unique, "x").text("primaryKey"));
            assertEquals(Optional.of("2"), column(unique, "y").text("primaryKeyPosition"));
            assertEquals(Optional.empty(), column(unique, "w").text("primaryKey"));
            assertEquals(
                    "no primary key; part of the unique index dois",
                    custom(column(unique, "x"), "keyReason"));
            assertEquals("{\"pollMs\": 5000}", custom(unique, "foz.capture"));
            for (String name : List.of("sem_chave", "visao", "vazia")) {
                Yaml.Mapping keyless = table(contract, name);
                assertEquals("{\"pollMs\": 5000}", custom(keyless, "foz.capture"));
                assertTrue(
                        keyless.text("description").orElseThrow().contains("a person must decide"));
                assertTrue(
                        assertThrows(ContractException.class, () -> ContractReader.read(text))
                                .problems()
                                .stream()
                                .anyMatch(problem ->
                                        problem.message()
                                                .equals(
                                                        "the table '"
                                                                + name
                                                                + "' has no primary key")),
                        name);
            }
            assertEquals(
                    "{\"stamp\": \"dtultalter\", \"pollMs\": 1000, \"compareMs\": 60000}",
                    custom(table(contract, "Cliente Final"), "foz.capture"));
            assertEquals(
                    "{\"stamp\": \"updated_at\", \"pollMs\": 1000, \"compareMs\": 60000}",
                    custom(table(contract, "group"), "foz.capture"));
            assertEquals(
                    "{\"stamp\": \"dtultaltpvenda\", \"pollMs\": 1000, \"compareMs\": 60000}",
                    custom(table(contract, "preco"), "foz.capture"));
        }
    }

    @Test
    void theLogIsProposedForTablesWithAKeyWhereItIsAskedFor() throws SQLException {
        try (Connection connection = hostile("log")) {
            Yaml.Mapping contract =
                    parse(
                            Proposal.propose(
                                    connection,
                                    new Proposal.Options(
                                            null, List.of(), List.of(), 0, true, true, null,
                                            null)));
            assertEquals(
                    "{\"way\": \"log\", \"stamp\": \"dtultalter\", \"pollMs\": 1000, \"compareMs\": 60000}",
                    custom(table(contract, "Cliente Final"), "foz.capture"));
            assertEquals(
                    "{\"way\": \"log\", \"pollMs\": 5000}",
                    custom(table(contract, "order"), "foz.capture"));
            for (String name : List.of("sem_chave", "visao")) {
                assertEquals("{\"pollMs\": 5000}", custom(table(contract, name), "foz.capture"));
            }
        }
    }

    @Test
    void foreignKeysAreRelationships() throws SQLException {
        try (Connection connection = hostile("links")) {
            Yaml.Mapping contract = parse(Proposal.propose(connection, options(0, false)));
            Yaml.Mapping group = table(contract, "group");
            assertEquals(
                    List.of("cliente_final.codigo"),
                    texts(column(group, "cli"), "relationships", "to"));
            assertEquals(
                    List.of("group.id"), texts(column(group, "parent"), "relationships", "to"));
            assertEquals(
                    "[{\"type\": \"foreignKey\", \"from\": [\"group.ob\", \"group.oa\"],"
                            + " \"to\": [\"order.b\", \"order.a\"]}]",
                    YamlMutator.Json.write(group.get("relationships").orElseThrow()));
            assertEquals(List.of(), column(table(contract, "T"), "alheia").list("relationships"));
            Yaml.Mapping alone =
                    parse(
                            Proposal.propose(
                                    connection,
                                    new Proposal.Options(
                                            null,
                                            List.of("GR?UP"),
                                            List.of(),
                                            0,
                                            false,
                                            false,
                                            null,
                                            null)));
            assertEquals(List.of(), table(alone, "group").list("relationships"));
        }
    }

    @Test
    void personalDataIsSeenByNameAndByValue() throws SQLException {
        try (Connection connection = hostile("personal")) {
            Yaml.Mapping client =
                    table(
                            parse(Proposal.propose(connection, Proposal.Options.defaults())),
                            "Cliente Final");
            assertEquals(
                    Optional.of("restricted"), column(client, "documento").text("classification"));
            assertEquals(
                    "100% of the sampled values are CPF → restricted",
                    custom(column(client, "documento"), "foz.classificationReason"));
            assertEquals(
                    "100% of the sampled values are CNPJ → internal",
                    custom(column(client, "CGC"), "foz.classificationReason"));
            Yaml.Mapping blind =
                    table(parse(Proposal.propose(connection, options(0, false))), "Cliente Final");
            assertEquals(
                    Optional.of("internal"), column(blind, "documento").text("classification"));
            assertEquals(
                    "name \"email\" (e-mail) → confidential",
                    custom(column(blind, "email"), "foz.classificationReason"));
        }
    }

    @Test
    void readsWithoutWritingAndLeavesTheConnectionAsItWas() throws SQLException {
        try (Connection connection = hostile("reading");
                Statement statement = connection.createStatement()) {
            statement.execute(
                    """
                    CREATE SEQUENCE numero;
                    CREATE VIEW traicoeira AS SELECT nextval('numero')::text AS x
                    """);
            table(parse(Proposal.propose(connection, options(10, true))), "traicoeira");
            try (ResultSet rows = statement.executeQuery("SELECT is_called FROM numero")) {
                rows.next();
                assertFalse(rows.getBoolean(1), "a sample has written");
            }
            statement.execute("CREATE ROLE guest LOGIN; GRANT SELECT ON com_unico TO guest");
            statement.execute("SET ROLE guest");
            Yaml.Mapping contract =
                    parse(Proposal.propose(connection, Proposal.Options.defaults()));
            assertTrue(contract.list("schema").size() > 8);
            assertTrue(connection.getAutoCommit());
            assertFalse(connection.isReadOnly());
            statement.execute("RESET ROLE");
            statement.execute("INSERT INTO sem_chave VALUES (1, 'x')");
        }
    }

    @Test
    void choosesSchemaAndTablesAndSaysWhereTheyAre() throws SQLException {
        try (Connection connection = hostile("choice")) {
            Yaml.Mapping contract =
                    parse(
                            Proposal.propose(
                                    connection,
                                    new Proposal.Options(
                                            "outro",
                                            List.of(),
                                            List.of("x*"),
                                            10,
                                            false,
                                            false,
                                            "vendas",
                                            "Meu: contrato")));
            assertEquals(List.of("alheia"), texts(contract, "schema", "name"));
            assertEquals(Optional.of("vendas"), contract.text("domain"));
            assertEquals(Optional.of("Meu: contrato"), contract.text("name"));
            assertEquals(Optional.of("proposed"), contract.text("status"));
            Yaml.Mapping server = (Yaml.Mapping) contract.list("servers").getFirst();
            assertEquals(Optional.of("postgres"), server.text("type"));
            assertEquals(Optional.of("127.0.0.1"), server.text("host"));
            assertEquals(Optional.of("choice"), server.text("database"));
            assertEquals(Optional.of("outro"), server.text("schema"));
            Proposal.Options none =
                    new Proposal.Options(
                            "nowhere", List.of(), List.of(), 10, false, false, null, null);
            assertThrows(ContractException.class, () -> Proposal.propose(connection, none));
        }
    }
}
