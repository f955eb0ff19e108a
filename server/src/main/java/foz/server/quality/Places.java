package foz.server.quality;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// How Brazilian places are written by hand.
final class Places {

    private static final Set<String> SMALL = Set.of("de", "da", "do", "das", "dos", "d", "e");

    private static final Map<String, List<String>> SHORT =
            Map.ofEntries(
                    Map.entry("s", List.of("sao", "santo", "santa")),
                    Map.entry("sta", List.of("santa")),
                    Map.entry("sto", List.of("santo")),
                    Map.entry("st", List.of("santo", "santa")),
                    Map.entry("pres", List.of("presidente")),
                    Map.entry("gov", List.of("governador")),
                    Map.entry("sen", List.of("senador")),
                    Map.entry("dep", List.of("deputado")),
                    Map.entry("cel", List.of("coronel")),
                    Map.entry("mal", List.of("marechal")),
                    Map.entry("gen", List.of("general")),
                    Map.entry("ten", List.of("tenente")),
                    Map.entry("cap", List.of("capitao")),
                    Map.entry("eng", List.of("engenheiro")),
                    Map.entry("dr", List.of("doutor")),
                    Map.entry("pe", List.of("padre")),
                    Map.entry("fr", List.of("frei")),
                    Map.entry("n", List.of("nossa", "nova", "novo")),
                    Map.entry("sra", List.of("senhora")),
                    Map.entry("sr", List.of("senhor")),
                    Map.entry("d", List.of("dom", "dona")),
                    Map.entry("prof", List.of("professor")),
                    Map.entry("cons", List.of("conselheiro")),
                    Map.entry("vl", List.of("vila")),
                    Map.entry("b", List.of("bom", "boa", "barra")),
                    Map.entry("r", List.of("rio", "ribeirao")),
                    Map.entry("sl", List.of("sul")));

    private static final Map<String, String> STATES =
            Map.ofEntries(
                    Map.entry("acre", "AC"),
                    Map.entry("alagoas", "AL"),
                    Map.entry("amapa", "AP"),
                    Map.entry("amazonas", "AM"),
                    Map.entry("bahia", "BA"),
                    Map.entry("ceara", "CE"),
                    Map.entry("distrito federal", "DF"),
                    Map.entry("espirito santo", "ES"),
                    Map.entry("goias", "GO"),
                    Map.entry("maranhao", "MA"),
                    Map.entry("mato grosso", "MT"),
                    Map.entry("mato grosso do sul", "MS"),
                    Map.entry("minas gerais", "MG"),
                    Map.entry("para", "PA"),
                    Map.entry("paraiba", "PB"),
                    Map.entry("parana", "PR"),
                    Map.entry("pernambuco", "PE"),
                    Map.entry("piaui", "PI"),
                    Map.entry("rio de janeiro", "RJ"),
                    Map.entry("rio grande do norte", "RN"),
                    Map.entry("rio grande do sul", "RS"),
                    Map.entry("rondonia", "RO"),
                    Map.entry("roraima", "RR"),
                    Map.entry("santa catarina", "SC"),
                    Map.entry("sao paulo", "SP"),
                    Map.entry("sergipe", "SE"),
                    Map.entry("tocantins", "TO"));

    private Places() {}

    /// Small letters and digits without accents, words with one blank between.
    static String plain(String text) {
        String letters = Forms.ascii(text).toLowerCase(Locale.ROOT);
        StringBuilder built = new StringBuilder(letters.length());
        for (int i = 0; i < letters.length(); i++) {
            char c = letters.charAt(i);
            if ((c >= 'a' && c <= 'z') || Forms.digit(c)) {
                built.append(c);
            } else if (!built.isEmpty() && built.charAt(built.length() - 1) != ' ') {
                built.append(' ');
            }
        }
        return built.toString().strip();
    }

    /// Without blanks and small words.
    static String compact(String plain) {
        StringBuilder built = new StringBuilder(plain.length());
        for (String word : plain.split(" ", -1)) {
            if (!SMALL.contains(word)) {
                built.append(word);
            }
        }
        return built.toString();
    }

    static Set<String> words(String plain) {
        Set<String> words = new LinkedHashSet<>();
        for (String word : plain.split(" ", -1)) {
            if (!SMALL.contains(word) && !word.isEmpty()) {
                words.add(word);
            }
        }
        return words;
    }

    /// The plain parts of a text that has a state or more beside the name: `maua/sao paulo`, `lages
    /// - sc`, `brasilia df`. The first is the name, as far as one can tell.
    static List<String> pieces(String text, Set<String> states) {
        List<String> pieces = new ArrayList<>();
        for (String piece : text.split("[/\\\\,()\\-;|]", -1)) {
            String plain = withoutState(plain(piece), states);
            if (!plain.isEmpty() && !plain.equals("brasil")) {
                pieces.add(plain);
            }
        }
        if (pieces.size() > 1) {
            // A state that stands by itself is no part of the name.
            pieces.subList(1, pieces.size())
                    .removeIf(piece ->
                            STATES.containsKey(piece)
                                    || states.contains(piece.toUpperCase(Locale.ROOT)));
        }
        return pieces;
    }

    private static String withoutState(String plain, Set<String> states) {
        int blank = plain.lastIndexOf(' ');
        return blank > 0 && states.contains(plain.substring(blank + 1).toUpperCase(Locale.ROOT))
                ? plain.substring(0, blank)
                : plain;
    }

    /// Whether the text is nothing but a state, or names another state than `state`.
    static boolean names(String text, Set<String> states, String state) {
        String plain = plain(text);
        if (STATES.containsKey(plain) || states.contains(plain.toUpperCase(Locale.ROOT))) {
            return true;
        }
        int blank = plain.lastIndexOf(' ');
        Optional<String> last =
                blank < 0
                        ? Optional.empty()
                        : Optional.of(plain.substring(blank + 1).toUpperCase(Locale.ROOT))
                                .filter(states::contains);
        return last.isPresent() && !last.get().equals(state) && states.contains(state);
    }

    /// The texts that an abbreviated one may stand for; empty where it has no abbreviation.
    static List<String> expansions(String plain) {
        List<String> texts = List.of("");
        boolean any = false;
        for (String word : plain.split(" ", -1)) {
            List<String> longer = SHORT.getOrDefault(word, List.of(word));
            any |= SHORT.containsKey(word);
            List<String> next = new ArrayList<>();
            for (String text : texts) {
                for (String each : longer) {
                    next.add(text.isEmpty() ? each : text + " " + each);
                }
            }
            texts = next.size() > 30 ? next.subList(0, 30) : next;
        }
        return any ? List.copyOf(texts) : List.of();
    }
}
