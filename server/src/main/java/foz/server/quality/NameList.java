package foz.server.quality;

import foz.contract.CleanStep;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/// Names as an authority writes them, and which of them a text typed by hand means.
///
/// Confidence, by how the text was understood: the same letters (1), the same but for blanks and
/// small words (0.99), with the state beside the name (0.98), abbreviated (0.95), part of the only
/// name in the state that has these words (0.9; 0.88 where another state has a place of the very
/// name), and else one less the share of letters that differ; the doubt is less by as much as the
/// next name is farther, up to a half. Where two names are nearly as near, the confidence is a
/// fifth less.
final class NameList {

    /// @param confidence 0 where no name was found
    record Found(String name, double confidence) {
        static final Found NONE = new Found("", 0);
    }

    private record Name(String written, String plain, String compact, Set<String> words) {
        static Name of(String written) {
            String plain = Places.plain(written);
            return new Name(written, plain, Places.compact(plain), Places.words(plain));
        }
    }

    /// Names among which a text is looked for: one state's, or all.
    private static final class Pool {
        private final List<Name> names = new ArrayList<>();
        private final Map<String, List<Name>> plain = new HashMap<>();
        private final Map<String, List<Name>> compact = new HashMap<>();
        private final Map<String, List<Name>> byWord = new HashMap<>();

        void add(Name name) {
            names.add(name);
            plain.computeIfAbsent(name.plain(), _ -> new ArrayList<>()).add(name);
            compact.computeIfAbsent(name.compact(), _ -> new ArrayList<>()).add(name);
            for (String word : name.words()) {
                byWord.computeIfAbsent(word, _ -> new ArrayList<>()).add(name);
            }
        }

        /// The one name of these letters.
        Optional<Name> same(String text) {
            List<Name> found = plain.getOrDefault(text, List.of());
            if (found.isEmpty()) {
                found = compact.getOrDefault(Places.compact(text), List.of());
            }
            return found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
        }

        boolean knows(String text) {
            return plain.containsKey(text) || compact.containsKey(Places.compact(text));
        }

        /// The one name that has all these words.
        Optional<Name> holding(Set<String> words) {
            List<Name> holders = null;
            for (String word : words) {
                List<Name> with = byWord.getOrDefault(word, List.of());
                holders = holders == null ? with : holders.stream().filter(with::contains).toList();
            }
            return holders != null && holders.size() == 1
                    ? Optional.of(holders.getFirst())
                    : Optional.empty();
        }
    }

    private static final int CACHE_MAX = 20_000;
    private static final int PART_LETTERS_MIN = 3;
    private static final double COMPACT = 0.99;
    private static final double WITH_STATE = 0.98;
    private static final double ABBREVIATED = 0.95;
    private static final double PART = 0.9;
    private static final double PART_KNOWN_ELSEWHERE = 0.88;
    private static final double SIMILARITY_MIN = 0.6;
    private static final double MARGIN = 0.05;
    private static final double AMBIGUOUS = 0.8;
    private static final double FAR_AHEAD = 0.5;

    private final Pool all = new Pool();
    private final Map<String, Pool> states = new HashMap<>();
    private final Map<String, Found> cache = new ConcurrentHashMap<>();

    private NameList() {}

    private static final class BuiltIn {
        static final NameList MUNICIPALITIES = municipalities();
    }

    static NameList of(CleanStep.Correct correct) {
        return correct.list().equals(CleanStep.Correct.MUNICIPALITIES)
                ? BuiltIn.MUNICIPALITIES
                : of(correct.names());
    }

    static NameList of(List<String> names) {
        NameList list = new NameList();
        names.forEach(name -> list.all.add(Name.of(name)));
        return list;
    }

    /// Of the names of Brazil's municipalities, by state.
    private static NameList municipalities() {
        NameList list = new NameList();
        try (InputStream in = NameList.class.getResourceAsStream("/quality/municipalities.txt");
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            Pool state = new Pool();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("=")) {
                    state = new Pool();
                    list.states.put(line.substring(1), state);
                } else if (!line.startsWith("#")) {
                    Name name = Name.of(line.substring(line.indexOf(' ') + 1));
                    state.add(name);
                    list.all.add(name);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return list;
    }

    /// The name that a text means.
    ///
    /// @param state two letters, or empty where it is not known
    Found find(String text, String state) {
        String key = state + "/" + text;
        Found known = cache.get(key);
        if (known != null) {
            return known;
        }
        Found found = look(text, state.strip().toUpperCase(Locale.ROOT));
        if (cache.size() >= CACHE_MAX) {
            cache.clear();
        }
        cache.put(key, found);
        return found;
    }

    private Found look(String text, String state) {
        String plain = Places.plain(text);
        if (plain.chars().noneMatch(Character::isLetter)) {
            return Found.NONE;
        }
        Pool pool = states.getOrDefault(state, all);
        Optional<Name> same = pool.same(plain);
        if (same.isPresent()) {
            return new Found(same.get().written(), same.get().plain().equals(plain) ? 1 : COMPACT);
        }
        List<String> pieces = Places.pieces(text, states.keySet());
        List<String> found =
                pieces.stream()
                        .map(pool::same)
                        .flatMap(Optional::stream)
                        .map(Name::written)
                        .distinct()
                        .toList();
        if (found.size() == 1) {
            boolean head = pool.same(pieces.getFirst()).isPresent();
            return new Found(found.getFirst(), head ? WITH_STATE : PART);
        }
        if (found.size() > 1 || Places.names(text, states.keySet(), state)) {
            return Found.NONE;
        }
        return expanded(pool, pieces.isEmpty() ? plain : pieces.getFirst());
    }

    private Found expanded(Pool pool, String plain) {
        for (String long_ : Places.expansions(plain)) {
            Optional<Name> same = pool.same(long_);
            if (same.isPresent()) {
                return new Found(same.get().written(), ABBREVIATED);
            }
        }
        boolean elsewhere = all.knows(plain);
        Set<String> words = Places.words(plain);
        if (words.stream().anyMatch(word -> word.length() >= PART_LETTERS_MIN)) {
            Optional<Name> whole = pool.holding(words);
            if (whole.isPresent() && pool != all) {
                return new Found(whole.get().written(), elsewhere ? PART_KNOWN_ELSEWHERE : PART);
            }
        }
        return elsewhere ? Found.NONE : nearest(pool, plain);
    }

    private static Found nearest(Pool pool, String plain) {
        Name best = null;
        double first = 0;
        double second = 0;
        List<String> texts =
                Stream.concat(Stream.of(plain), Places.expansions(plain).stream())
                        .map(Places::compact)
                        .distinct()
                        .toList();
        for (Name name : pool.names) {
            double similarity = 0;
            for (String text : texts) {
                similarity =
                        Math.max(similarity, Spelling.similarity(text, name.compact(), second));
            }
            if (similarity > first) {
                second = best != null && best.compact().equals(name.compact()) ? second : first;
                first = similarity;
                best = name;
            } else if (similarity > second) {
                second = similarity;
            }
        }
        if (best == null || first < SIMILARITY_MIN) {
            return Found.NONE;
        }
        double margin = first - second;
        return new Found(
                best.written(),
                margin < MARGIN
                        ? first * AMBIGUOUS
                        : 1 - (1 - first) * (1 - Math.min(margin, FAR_AHEAD)));
    }
}
