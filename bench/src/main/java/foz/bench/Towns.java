package foz.bench;

import foz.contract.Contract.Column;
import foz.server.quality.Cleaner;
import java.io.IOException;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// Correction of towns' names.
final class Towns {

    private static final List<String> CONTRACT =
            List.of(
                    "{name: id, logicalType: integer, primaryKey: true}",
                    "{name: town, logicalType: string, customProperties: [{property: foz.clean, value:"
                            + " [mojibake, trim, {correct: {list: municipalities, by: state, threshold: 0.85}}]}]}",
                    "{name: state, logicalType: string, customProperties: [{property: foz.clean, value: [trim, upper]}]}");

    /// What the towns typed by sellers mean, where they are no name of their state: read off each
    /// row's postal code by hand. Names that are right for another state stand for themselves (the
    /// state is what is wrong); `?` could not be told.
    private static final String SELLERS =
            """
            4482255|Rio de Janeiro
            aguas claras df|Brasília
            bahia|Paulo Afonso
            castro pires|Teófilo Otoni
            centro|Pará de Minas
            gama|Brasília
            minas gerais|?
            parana|Maringá
            pirituba|São Paulo
            santa catarina|Palhoça
            sbc|São Bernardo do Campo
            sbc/sp|São Bernardo do Campo
            sp / sp|São Paulo
            sp|?
            vendas@creditparts.com.br|Maringá
            vicente de carvalho|Guarujá
            andira-pr|Andirá
            angra dos reis rj|Angra dos Reis
            ao bernardo do campo|São Bernardo do Campo
            arraial d'ajuda (porto seguro)|Porto Seguro
            auriflama/sp|Auriflama
            balenario camboriu|Balneário Camboriú
            barbacena/ minas gerais|Barbacena
            belo horizont|Belo Horizonte
            brasilia df|Brasília
            carapicuiba / sao paulo|Carapicuíba
            cariacica / es|Cariacica
            cascavael|Cascavel
            floranopolis|Florianópolis
            garulhos|Guarulhos
            jacarei / sao paulo|Jacareí
            juzeiro do norte|Juazeiro do Norte
            lages - sc|Lages
            maua/sao paulo|Mauá
            mogi das cruses|Mogi das Cruzes
            mogi das cruzes / sp|Mogi das Cruzes
            novo hamburgo, rio grande do sul, brasil|Novo Hamburgo
            paincandu|Paiçandu
            picarras|Balneário Piçarras
            pinhais/pr|Pinhais
            portoferreira|Porto Ferreira
            ribeirao preto / sao paulo|Ribeirão Preto
            ribeirao pretp|Ribeirão Preto
            riberao preto|Ribeirão Preto
            rio de janeiro / rio de janeiro|Rio de Janeiro
            rio de janeiro \\rio de janeiro|Rio de Janeiro
            rio de janeiro, rio de janeiro, brasil|Rio de Janeiro
            robeirao preto|Ribeirão Preto
            s jose do rio preto|São José do Rio Preto
            sando andre|Santo André
            santo andre/sao paulo|Santo André
            sao bernardo do capo|São Bernardo do Campo
            sao jose do rio pret|São José do Rio Preto
            sao jose dos pinhas|São José dos Pinhais
            sao miguel d'oeste|São Miguel do Oeste
            sao paluo|São Paulo
            sao paulo - sp|São Paulo
            sao paulo / sao paulo|São Paulo
            sao paulo sp|São Paulo
            sao paulop|São Paulo
            sao pauo|São Paulo
            sao sebastiao da grama/sp|São Sebastião da Grama
            scao jose do rio pardo|São José do Rio Pardo
            tabao da serra|Taboão da Serra
            """;

    private final DataSets data;
    private final Cleaner cleaner;
    private final Set<String> names = new HashSet<>();
    private final List<String[]> towns = new ArrayList<>();

    Towns(DataSets data) throws IOException {
        this.data = data;
        List<Column> columns = Contracts.table(CONTRACT, "").columns();
        cleaner = Cleaner.of(columns).orElseThrow();
        Map<String, String> states = new HashMap<>();
        body("br/estados.csv").forEach(row -> states.put(row.get(0), row.get(1)));
        for (List<String> row : body("br/municipios.csv")) {
            String state = states.getOrDefault(row.get(5), "");
            names.add(state + "/" + plain(row.get(1)));
            towns.add(new String[] {row.get(1), state});
        }
    }

    private List<List<String>> body(String file) throws IOException {
        List<List<String>> rows = data.table(file, ',');
        return rows.subList(1, rows.size());
    }

    /// Small letters and digits without accents: what a name is, however it is written.
    private static String plain(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFD)
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9]+", "");
    }

    private String cleaned(String town, String state) {
        @Nullable String[] row = {"1", town, state};
        cleaner.clean(row);
        return String.valueOf(row[1]);
    }

    /// Counts one value: a correction is what makes it another name, and right where that is the
    /// true one.
    private static Figures add(Figures sum, String before, String after, String truth) {
        boolean wrong = !plain(before).equals(plain(truth));
        boolean changed = !plain(before).equals(plain(after));
        boolean right = changed && plain(after).equals(plain(truth));
        return new Figures(
                sum.found() + (changed ? 1 : 0),
                sum.right() + (right ? 1 : 0),
                sum.truth() + (wrong ? 1 : 0));
    }

    /// Old, short and wrong names of towns, with the state.
    ///
    /// @param all with the labels, too, that take a town's very name for another town's
    Figures synonyms(boolean all) throws IOException {
        Figures sum = new Figures(0, 0, 0);
        for (List<String> row : body("br/br-city-synonyms.csv")) {
            String state = row.get(2);
            if (all || !names.contains(state + "/" + plain(row.get(0)))) {
                // Labels are without small words: they are left out on both sides.
                String after = cleaned(row.get(0), state);
                boolean changed = !plain(row.get(0)).equals(plain(after));
                boolean right = bare(after).equals(bare(row.get(3).replace('.', ' ')));
                sum =
                        new Figures(
                                sum.found() + (changed ? 1 : 0),
                                sum.right() + (right && changed ? 1 : 0),
                                sum.truth() + 1);
            }
        }
        return sum;
    }

    private static String bare(String name) {
        return plain(name.replaceAll("(?iu)\\b(?:d|de|da|do|das|dos|e)\\b", " "));
    }

    /// Towns as 3,095 sellers typed them.
    Figures sellers() throws IOException {
        Map<String, String> truths = new HashMap<>();
        SELLERS.lines()
                .map(line -> line.split("\\|", 2))
                .forEach(pair -> truths.put(pair[0], pair[1]));
        Figures sum = new Figures(0, 0, 0);
        for (List<String> row : body("br/olist_sellers_dataset.csv")) {
            String town = row.get(2);
            sum = add(sum, town, cleaned(town, row.get(3)), truths.getOrDefault(town, town));
        }
        return sum;
    }

    /// Every town's name, half of them with one or two slips of the pen.
    Figures generated() {
        SplittableRandom random = new SplittableRandom(20261125);
        Figures sum = new Figures(0, 0, 0);
        for (String[] town : towns) {
            String typed = random.nextBoolean() ? town[0] : slip(town[0], random);
            sum = add(sum, typed, cleaned(typed, town[1]), town[0]);
        }
        return sum;
    }

    /// Microseconds that one row takes, of sellers' rows again and again.
    double rowMicros() throws IOException {
        List<List<String>> rows = body("br/olist_sellers_dataset.csv");
        long start = 0;
        int timed = 0;
        for (int round = 0; round < 200; round++) {
            if (round == 50) {
                start = System.nanoTime();
            }
            for (List<String> row : rows) {
                cleaned(row.get(2), row.get(3));
                timed += start == 0 ? 0 : 1;
            }
        }
        return (System.nanoTime() - start) / 1e3 / timed;
    }

    private static String slip(String name, SplittableRandom random) {
        StringBuilder typed = new StringBuilder(name.toLowerCase(Locale.ROOT));
        int slips = name.length() > 12 && random.nextInt(3) == 0 ? 2 : 1;
        for (int i = 0; i < slips; i++) {
            int at = random.nextInt(typed.length() - 1);
            char letter = (char) ('a' + random.nextInt(26));
            switch (random.nextInt(4)) {
                case 0 -> typed.deleteCharAt(at);
                case 1 -> typed.insert(at, letter);
                case 2 -> typed.setCharAt(at, letter);
                default -> {
                    char first = typed.charAt(at);
                    typed.setCharAt(at, typed.charAt(at + 1));
                    typed.setCharAt(at + 1, first);
                }
            }
        }
        return typed.toString();
    }
}
