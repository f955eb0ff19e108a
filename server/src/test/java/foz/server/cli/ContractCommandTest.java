package foz.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import foz.server.embedded.EmbeddedPostgres;
import foz.server.embedded.Home;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `foz contract`, run as a user runs it.
class ContractCommandTest {

    private static final String BEFORE =
            """
            apiVersion: v3.1.0
            kind: DataContract
            id: test
            version: 1.0.0
            status: active
            servers:
              - {server: erp, type: postgres, host: localhost, port: 5432, database: erp, schema: public}
            schema:
              - name: product
                logicalType: object
                customProperties:
                  - {property: foz.capture, value: {pollMs: 1000}}
                properties:
                  - {name: id, logicalType: integer, physicalType: integer, primaryKey: true, primaryKeyPosition: 1}
                  - {name: name, logicalType: string, physicalType: varchar(20)}
            """;
    private static final String NEW_COLUMN =
            "      - {name: price, logicalType: number, physicalType: 'numeric(10,2)'}\n";

    @TempDir static Path folder = Path.of("");

    @SuppressWarnings("NullAway.Init")
    private static EmbeddedPostgres postgres;

    @BeforeAll
    static void start() throws SQLException {
        postgres =
                new EmbeddedPostgres(
                        Home.find(),
                        "test",
                        folder.resolve("pg"),
                        folder.resolve("pg.log"),
                        Home.freePort(),
                        "secret",
                        () -> {});
        postgres.role("reader", "readersecret");
        postgres.database("shop", "postgres");
        postgres.database("locked", "postgres");
        try (Connection connection = postgres.connect("locked");
                Statement statement = connection.createStatement()) {
            statement.execute("REVOKE CONNECT ON DATABASE locked FROM PUBLIC");
        }
        try (Connection connection = postgres.connect("shop");
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE product (id integer PRIMARY KEY, name text)");
        }
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    private static FozProcess propose(String jdbc, String password, String... more) {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "contract",
                                "propose",
                                "--jdbc",
                                jdbc,
                                "--user",
                                "reader",
                                "--password",
                                password));
        arguments.addAll(List.of(more));
        return FozProcess.foz(arguments.toArray(new String[0]));
    }

    private static void expect(int code, String word, FozProcess ended) {
        assertEquals(code, ended.code(), ended.output());
        assertTrue(ended.output().contains(word), ended.output());
    }

    @Test
    void proposeSaysWhyADatabaseRefuses() {
        String shop = postgres.jdbcUrl("shop");
        expect(0, "name: product", propose(shop, "readersecret"));
        expect(
                69,
                "does not answer",
                propose("jdbc:postgresql://127.0.0.1:" + Home.freePort() + "/shop", "x"));
        expect(2, "refuses the user or the password", propose(shop, "wrong"));
        expect(2, "refuses the user or the password", propose(shop, ""));
        expect(2, "no such database", propose(postgres.jdbcUrl("nosuch"), "readersecret"));
        expect(2, "grant CONNECT", propose(postgres.jdbcUrl("locked"), "readersecret"));
        expect(
                2,
                "there is no schema sales; name one of",
                propose(shop, "readersecret", "--schema", "sales"));
        expect(2, "holds no such table", propose(shop, "readersecret", "--include", "orders*"));
        expect(2, "no driver here takes", propose("jdbc:nosuch://db/shop", "x"));
    }

    private static FozProcess diff(String after, String... more) throws IOException {
        Path old = folder.resolve("before.odcs.yaml");
        Path now = folder.resolve("after.odcs.yaml");
        Files.writeString(old, BEFORE);
        Files.writeString(now, after);
        List<String> arguments =
                new ArrayList<>(List.of("contract", "diff", old.toString(), now.toString()));
        arguments.addAll(List.of(more));
        return FozProcess.foz(arguments.toArray(new String[0]));
    }

    @Test
    void diffEndsWithOneWhenADifferenceBreaksReaders() throws IOException {
        expect(0, "no difference", diff(BEFORE));
        expect(0, "backward  product.price: the column is new", diff(BEFORE + NEW_COLUMN));
        String narrowed =
                BEFORE.replace(
                        "physicalType: integer, primaryKey", "physicalType: text, primaryKey");
        expect(1, "breaking  product.id: the type bigint became text", diff(narrowed));
        expect(
                1,
                "\"breaking\" : true",
                diff(BEFORE.replace("server: erp,", "server: other,"), "--json"));
        expect(2, "no primary key", diff(BEFORE.replace(", primaryKey: true", "")));
    }
}
