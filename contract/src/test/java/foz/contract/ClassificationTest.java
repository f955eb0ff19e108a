package foz.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.Types;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClassificationTest {

    private static SourceTable.Column text(String name, int length, List<String> samples) {
        return new SourceTable.Column(
                name, Types.VARCHAR, "varchar", length, 0, false, false, "", samples);
    }

    private static SourceTable.Column of(String name, int jdbcType) {
        return new SourceTable.Column(name, jdbcType, "x", 0, 0, false, false, "", List.of());
    }

    private static String level(String table, SourceTable.Column column) {
        return Classification.of(table, column).level();
    }

    @ParameterizedTest
    @CsvSource({
        "cliente, CPF, restricted",
        "cliente, NR_CPF, restricted",
        "cliente, cpfCnpj, restricted",
        "cliente, cnpj_cpf, restricted",
        "cliente, codigo_cnpj, internal",
        "cliente, id_cpf, restricted",
        "pcfilial, CGC, internal",
        "pcclient, CGCENT, restricted",
        "pcclient, EMAIL, confidential",
        "pcclient, EMAILNFE, confidential",
        "pcclient, eMail, confidential",
        "pcclient, TELENT, confidential",
        "pcclient, TELEFONE1, confidential",
        "pcclient, ENDERENT, confidential",
        "pcclient, CEPENT, confidential",
        "pcclient, CLIENTE, confidential",
        "pcclient, endereço, confidential",
        "customers, contact_name, confidential",
        "customers, company_name, internal",
        "products, product_name, internal",
        "products, name, internal",
        "employees, firstName, confidential",
        "cartoes, numero_cartao, restricted",
        "pcclient, CIDADE, internal",
        "telas, tela, internal",
        "pcprodut, DESCRICAO, internal",
        "scenarios, scenario_code, internal",
        "products, code, internal",
        "orders, cor_rgb, internal",
        "users, email_verified, internal",
        "users, email_status, internal",
        "users, phone_type, internal",
        "users, email_template, internal",
    })
    void judgesByNameWithoutASample(String table, String column, String level) {
        assertEquals(level, level(table, text(column, 40, List.of())));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "senha", "SENHA", "SENHA_WEB", "SENHABD", "NOVASENHA", "password", "user_password",
                "passwordHash", "PASSWD", "pwd", "PWD_HASH", "secret", "client_secret", "token",
                "accessToken", "refresh_token", "hash", "api_key", "apiKey", "privateKey", "cvv"
            })
    void leavesSecretsOut(String name) {
        Classification guess = Classification.of("users", text(name, 60, List.of()));
        assertTrue(guess.leftOut());
        assertEquals(
                "name \"" + name + "\" → restricted; left out of capture",
                guess.reason().orElseThrow());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "resenha",
                "desenha",
                "secretaria",
                "hashtag",
                "token_count",
                "desenho",
                "secretary",
                "hashing_notes"
            })
    void doesNotTakeOtherWordsForSecrets(String name) {
        assertFalse(Classification.of("users", text(name, 60, List.of())).leftOut());
    }

    @Test
    void keepsFlagsAndDatesAboutSecretsAndMail() {
        assertFalse(Classification.of("u", of("password_changed_at", Types.TIMESTAMP)).leftOut());
        assertFalse(Classification.of("u", of("senha_expirada", Types.BOOLEAN)).leftOut());
        assertEquals("internal", level("u", of("email", Types.BOOLEAN)));
        assertEquals("internal", level("u", text("ENVIAEMAIL", 1, List.of())));
        assertEquals("internal", level("u", text("EMAIL", 1, List.of())));
        assertTrue(Classification.of("u", of("senha", Types.NUMERIC)).leftOut());
    }

    @Test
    void judgesByCheckDigitsWhereTheNameSaysNothing() {
        List<String> persons = IntStream.range(0, 60).mapToObj(i -> cpf(123_456_789L + i)).toList();
        List<String> companies =
                IntStream.range(0, 60).mapToObj(i -> cnpj("12ABC345%04d".formatted(i))).toList();
        assertEquals("restricted", level("t", text("documento", 18, persons)));
        assertEquals("internal", level("t", text("documento", 18, companies)));
        assertEquals(
                "100% of the sampled values are CNPJ → internal",
                Classification.of("t", text("documento", 18, companies)).reason().orElseThrow());
        assertEquals("restricted", level("pcclient", text("CGCENT", 18, companies)));
        List<String> both = new java.util.ArrayList<>(persons.subList(0, 10));
        both.addAll(companies.subList(0, 50));
        assertEquals("restricted", level("t", text("documento", 18, both)));
    }

    @Test
    void valuesDecideOnlyWhenThereAreManyAndMostPass() {
        List<String> few = IntStream.range(0, 5).mapToObj(i -> cpf(123_456_789L + i)).toList();
        assertEquals("internal", level("t", text("documento", 18, few)));
        List<String> numbers =
                IntStream.range(0, 200).mapToObj(i -> "" + (10_000_000_000L + 7_919L * i)).toList();
        assertEquals("internal", level("t", text("documento", 18, numbers)));
        List<String> codes = IntStream.range(0, 200).mapToObj(i -> "SCN-" + i).toList();
        assertEquals("internal", level("t", text("scenario_code", 18, codes)));
    }

    @Test
    void goodsAreNotPersonal() {
        List<String> goods =
                IntStream.range(0, 60).mapToObj(i -> ean("789100%06d".formatted(i * 7))).toList();
        assertEquals("public", level("t", text("CODAUXILIAR", 20, goods)));
    }

    @Test
    void mailAndPhoneAreSeenByPattern() {
        List<String> mails =
                IntStream.range(0, 30).mapToObj(i -> "p" + i + "@example.com").toList();
        assertEquals("confidential", level("t", text("obs", 60, mails)));
        List<String> phones =
                IntStream.range(0, 30).mapToObj(i -> "(62) 99%03d-%04d".formatted(i, i)).toList();
        assertEquals("confidential", level("t", text("obs", 60, phones)));
    }

    static String cpf(long body) {
        String nine = "%09d".formatted(body);
        return IntStream.range(0, 100)
                .mapToObj(i -> nine + "%02d".formatted(i))
                .filter(CheckDigits::cpf)
                .findFirst()
                .orElseThrow();
    }

    static String cnpj(String body) {
        return IntStream.range(0, 100)
                .mapToObj(i -> body + "%02d".formatted(i))
                .filter(CheckDigits::cnpj)
                .findFirst()
                .orElseThrow();
    }

    private static String ean(String body) {
        return IntStream.range(0, 10)
                .mapToObj(i -> body + i)
                .filter(CheckDigits::gtin)
                .findFirst()
                .orElseThrow();
    }
}
