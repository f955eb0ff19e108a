package foz.contract;

import java.sql.Types;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// A guess at how confidential a column is, by its name and by a few of its values.
///
/// @param level one of public, internal, confidential, restricted
/// @param reason empty where nothing was found and the level is the usual one
/// @param leftOut whether the column must not be captured at all
record Classification(String level, Optional<String> reason, boolean leftOut) {

    /// Levels and words, as data: `sort | level | shortest length | words | beginnings`. A word
    /// must be a whole part of the column's name (parts are set off by `_`, case or digits); a
    /// beginning may be continued in the same part, as in CEPENT or TELEFONE1. Words joined by `+`
    /// must all be there.
    private static final List<Sort> SORTS =
            """
            CPF | restricted | 9 | cpf numcpf nrcpf | cpf
            CNPJ or CPF | restricted | 9 | cnpjcpf cgccpf cgcent cgccli cgccliente cgcpessoa cpf+cnpj | cgccpf cnpjcpf
            identity document | restricted | 5 | rg cnh ssn passport passaporte nis pis pasep titulo+eleitor numero+identidade | passaport cartaosus
            bank account or card | restricted | 6 | iban conta+corrente conta+bancaria numero+cartao num+cartao card+number cardnumber cc+number creditcard credit+card+number bank+account chave+pix pix | numcartao nrocartao
            health, faith or origin | restricted | 1 | religiao religion raca etnia ethnicity race+ethnicity blood+type tipo+sanguineo diagnostico diagnosis cid10 biometria | sanguine
            CNPJ | internal | 12 | cnpj cgc numcnpj nrcnpj | cnpj cgc
            e-mail | confidential | 6 | email mail correio+eletronico | email
            phone | confidential | 8 | phone mobile cellphone telephone fax tel cel celular fone telefone whatsapp ddd+numero | telefon fone telent telcob telcom telres telcel celular phone fax
            person's name | confidential | 3 | nome+completo nome+mae nome+pai first+name last+name full+name middle+name surname sobrenome firstname lastname fullname contact+name nome+contato contato nomemae nomepai nome+social | sobrenom
            network address | confidential | 7 | ip+address ipaddress endereco+ip mac+address | ipaddr
            address | confidential | 5 | address street endereco logradouro bairro cep zipcode zip+code postal+code postcode | endere enderent endercob enderco bairro cepent cepcob cepcom logradouro
            position | confidential | 4 | latitude longitude lat+lng geolocation | latitud longitud
            birth | confidential | 4 | nascimento birthdate birthday dob birth+date date+birth data+nasc dt+nasc dtnasc | nascimento dtnasc datanasc
            sex or marital status | confidential | 1 | sexo gender marital+status estado+civil estadocivil | estadociv
            income | confidential | 4 | salario salary renda income wage | salari
            """
                    .lines()
                    .map(Sort::parse)
                    .toList();

    /// Parts of a name that make a column tell something about a datum and not the datum itself, as
    /// in email_verified, phone_type, address_id.
    private static final Set<String> ABOUT =
            Set.of(
                    ("verified verificado verificada valid valido validado confirmed confirmado status"
                                    + " type tipo flag count qtd qtde sent enviado envia enviar opt template"
                                    + " subject assunto format mask mascara required idx enabled ativo permite usa"
                                    + " obrigatorio updated changed at")
                            .split(" ", -1));

    private static final Set<String> CODES = Set.of("CPF", "CNPJ", "CNPJ or CPF");

    /// Such parts too, but beside those that are themselves codes.
    private static final Set<String> CODE = Set.of("id", "cod", "codigo", "code");

    private static final Pattern SECRET =
            Pattern.compile(
                    "senha\\w*|\\w*senha(?<!desenha|resenha)|\\w*password\\w*|\\w*passwd\\w*|\\w*passphrase\\w*|pwd\\w*"
                            + "|\\w*pwd|secret|secrets|segredo|\\w*token|tokens|hash|\\w*hash|salt|apikey|cvv2?|cvc2?"
                            + "|credential\\w*|credencia(l|is)|otp|totp");
    private static final List<List<String>> SECRET_PAIRS =
            List.of(
                    List.of("api", "key"),
                    List.of("private", "key"),
                    List.of("secret", "key"),
                    List.of("access", "key"),
                    List.of("chave", "privada"),
                    List.of("chave", "api"));

    /// Tables whose plain "name" is a person's.
    private static final Pattern PEOPLE =
            Pattern.compile(
                    "(?i).*(client|customer|pessoa|person|people|employee|funcionari|usuari|user|contact|contato"
                            + "|vendedor|patient|paciente|socio|member|aluno|student).*");

    private static final Pattern EMAIL =
            Pattern.compile("[^@\\s]{1,64}@[A-Za-z0-9-]{1,63}(\\.[A-Za-z0-9-]{1,63})+");
    private static final Pattern PHONE =
            Pattern.compile(
                    "\\+\\d{2,3}[ -]?\\(?\\d{2,3}\\)?[ -]?\\d{4,5}[ -]?\\d{4}|\\(\\d{2,3}\\) ?9?\\d{4}[ -]?\\d{4}");

    /// Fewer distinct values prove nothing: one random number in a hundred passes two check digits.
    private static final int DISTINCT_MIN = 20;

    private static final double SHARE_MIN = 0.9;

    private static final List<String> LEVELS =
            List.of("public", "internal", "confidential", "restricted");

    private record Sort(
            String name,
            String level,
            int lengthMin,
            List<Set<String>> words,
            List<String> starts) {

        static Sort parse(String line) {
            List<String> cells = Arrays.stream(line.split("\\|", -1)).map(String::strip).toList();
            return new Sort(
                    cells.get(0),
                    cells.get(1),
                    Integer.parseInt(cells.get(2)),
                    Arrays.stream(cells.get(3).split(" ", -1))
                            .map(word -> Set.of(word.split("\\+", -1)))
                            .toList(),
                    List.of(cells.get(4).split(" ", -1)));
        }

        boolean names(List<String> parts) {
            return words.stream().anyMatch(parts::containsAll)
                    || starts.stream()
                            .anyMatch(start -> parts.stream().anyMatch(p -> p.startsWith(start)));
        }
    }

    /// What the values say, unless the name says that others may be there that weigh more.
    static Classification of(String table, SourceTable.Column column) {
        Optional<Classification> secret = secret(column);
        if (secret.isPresent()) {
            return secret.get();
        }
        Optional<Classification> values = byValues(column);
        Optional<Classification> name = byName(table, column);
        return values.filter(guess ->
                        name.isEmpty()
                                || LEVELS.indexOf(guess.level())
                                        >= LEVELS.indexOf(name.get().level()))
                .or(() -> name)
                .orElse(new Classification("internal", Optional.empty(), false));
    }

    /// A password or another secret, by name alone: its values are not even looked at.
    static Optional<Classification> secret(SourceTable.Column column) {
        List<String> parts = parts(column.name());
        boolean named =
                parts.stream().anyMatch(part -> SECRET.matcher(part).matches())
                        || SECRET_PAIRS.stream().anyMatch(parts::containsAll)
                        || SECRET.matcher(String.join("", parts)).matches();
        boolean counted = parts.contains("count") || parts.contains("qtd");
        return named && !counted && !isTime(column) && !isFlag(column)
                ? Optional.of(
                        new Classification(
                                "restricted",
                                Optional.of(
                                        "name \"%s\" → restricted; left out of capture"
                                                .formatted(column.name())),
                                true))
                : Optional.empty();
    }

    private static Optional<Classification> byValues(SourceTable.Column column) {
        List<String> values = column.samples().stream().filter(v -> !v.isBlank()).toList();
        if (new HashSet<>(values).size() < DISTINCT_MIN || isTime(column) || isFlag(column)) {
            return Optional.empty();
        }
        double persons = share(values, value -> strictCpf(column, value));
        double companies = share(values, value -> strictCnpj(column, value));
        if (persons + companies >= SHARE_MIN && persons > 0.02) {
            return values(
                    persons >= SHARE_MIN ? "CPF" : "CPF or CNPJ",
                    "restricted",
                    persons + companies);
        } else if (companies >= SHARE_MIN) {
            return values("CNPJ", "internal", companies);
        }
        double goods = share(values, CheckDigits::gtin);
        double cards = share(values, CheckDigits::card);
        if (cards >= SHARE_MIN && cards >= goods) {
            return values("payment card", "restricted", cards);
        } else if (goods >= SHARE_MIN && values.stream().anyMatch(v -> v.length() > 8)) {
            return values("EAN of goods", "public", goods);
        }
        double mails = share(values, value -> EMAIL.matcher(value).matches());
        if (mails >= SHARE_MIN) {
            return values("e-mail", "confidential", mails);
        }
        double phones = share(values, value -> PHONE.matcher(value).matches());
        return phones >= SHARE_MIN ? values("phone", "confidential", phones) : Optional.empty();
    }

    /// Where the column is a number, leading zeros are lost and shorter values count.
    private static boolean strictCpf(SourceTable.Column column, String value) {
        return (isNumber(column) || value.replaceAll("\\D", "").length() == 11)
                && CheckDigits.cpf(value);
    }

    private static boolean strictCnpj(SourceTable.Column column, String value) {
        return (isNumber(column) || value.replaceAll("[./ -]", "").length() == 14)
                && CheckDigits.cnpj(value);
    }

    private static Optional<Classification> values(String sort, String level, double share) {
        String reason =
                "%d%% of the sampled values are %s → %s"
                        .formatted(Math.round(share * 100), sort, level);
        return Optional.of(new Classification(level, Optional.of(reason), false));
    }

    private static double share(List<String> values, Predicate<String> test) {
        return (double) values.stream().filter(test).count() / values.size();
    }

    private static Optional<Classification> byName(String table, SourceTable.Column column) {
        List<String> parts = parts(column.name());
        if (isBoolean(column) || parts.stream().anyMatch(ABOUT::contains)) {
            return Optional.empty();
        }
        boolean code = parts.stream().anyMatch(CODE::contains);
        Optional<Sort> found =
                SORTS.stream()
                        .filter(sort -> sort.names(parts))
                        .filter(sort -> !code || CODES.contains(sort.name()))
                        .filter(sort -> fits(sort, column))
                        .findFirst();
        if (found.isPresent()) {
            return Optional.of(named(column, found.get().name(), found.get().level()));
        }
        return isPlainName(parts)
                        && isText(column)
                        && column.length() != 1
                        && PEOPLE.matcher(table).matches()
                ? Optional.of(named(column, "person's name", "confidential"))
                : Optional.empty();
    }

    /// `name` or `customer_name`, but not `company_name`.
    private static boolean isPlainName(List<String> parts) {
        Set<String> names = Set.of("nome", "name", "cliente", "fantasia", "razaosocial");
        return parts.stream().anyMatch(names::contains)
                && parts.stream().allMatch(p -> names.contains(p) || PEOPLE.matcher(p).matches());
    }

    private static Classification named(SourceTable.Column column, String sort, String level) {
        return new Classification(
                level,
                Optional.of("name \"%s\" (%s) → %s".formatted(column.name(), sort, level)),
                false);
    }

    /// Whether the column's type can hold such a datum.
    private static boolean fits(Sort sort, SourceTable.Column column) {
        return switch (sort.name()) {
            case "birth" -> isTime(column) || isText(column);
            case "income", "position", "health, faith or origin", "sex or marital status" ->
                    !isTime(column);
            case "e-mail", "person's name", "address", "network address" ->
                    (isText(column) || (sort.name().equals("address") && isNumber(column)))
                            && longEnough(sort, column);
            case String _ -> (isText(column) || isNumber(column)) && longEnough(sort, column);
        };
    }

    private static boolean longEnough(Sort sort, SourceTable.Column column) {
        return column.length() == 0 || column.length() >= sort.lengthMin();
    }

    private static boolean isTime(SourceTable.Column column) {
        return switch (column.jdbcType()) {
            case Types.DATE,
                    Types.TIME,
                    Types.TIMESTAMP,
                    Types.TIME_WITH_TIMEZONE,
                    Types.TIMESTAMP_WITH_TIMEZONE ->
                    true;
            default -> false;
        };
    }

    private static boolean isFlag(SourceTable.Column column) {
        return isBoolean(column) || (isText(column) && column.length() == 1);
    }

    private static boolean isBoolean(SourceTable.Column column) {
        return column.jdbcType() == Types.BOOLEAN || column.jdbcType() == Types.BIT;
    }

    static boolean isNumber(SourceTable.Column column) {
        return switch (column.jdbcType()) {
            case Types.NUMERIC, Types.DECIMAL -> column.scale() <= 0;
            case Types.TINYINT, Types.SMALLINT, Types.INTEGER, Types.BIGINT -> true;
            default -> false;
        };
    }

    static boolean isText(SourceTable.Column column) {
        return switch (column.jdbcType()) {
            case Types.CHAR,
                    Types.VARCHAR,
                    Types.LONGVARCHAR,
                    Types.NCHAR,
                    Types.NVARCHAR,
                    Types.LONGNVARCHAR,
                    Types.CLOB,
                    Types.NCLOB ->
                    true;
            default -> false;
        };
    }

    /// The words of a name, plain and in small letters: `eMail_Cliente2` → e, mail, cliente; and
    /// `email` too, since a part of one or two letters belongs to the next.
    static List<String> parts(String name) {
        String plain = Normalizer.normalize(name, Normalizer.Form.NFD).replaceAll("\\p{M}", "");
        String spaced =
                plain.replaceAll("([a-z])([A-Z])", "$1 $2")
                        .replaceAll("([A-Z])([A-Z][a-z])", "$1 $2")
                        .replaceAll("[^A-Za-z]+", " ")
                        .strip()
                        .toLowerCase(Locale.ROOT);
        List<String> parts = new ArrayList<>();
        String before = "";
        for (String part : spaced.split(" ", -1)) {
            parts.add(part);
            if (before.equals("e")) {
                parts.add(before + part);
            }
            before = part;
        }
        return parts;
    }
}
