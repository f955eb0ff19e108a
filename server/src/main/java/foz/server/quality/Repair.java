package foz.server.quality;

import foz.contract.Contract.Dependency;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Proposes corrections of values that break a dependency or are a rare misspelling of a frequent
/// one. It sees the whole table, and changes nothing.
///
/// A value's rivals are those of the rows that agree in what the column depends on; each has the
/// share of those rows that hold it. The first rival is proposed when the value itself has fewer;
/// its confidence is that share, less where the two are unlike and the value stands in many rows.
/// Words of a column's texts are corrected likewise, where one is rare and a near one frequent.
public final class Repair {

    /// @param rule what the proposal follows from
    public record Proposal(
            int row,
            String column,
            String original,
            String value,
            String rule,
            double confidence) {}

    private static final int PASSES = 3;
    private static final int RARE_MAX = 2;
    private static final int FREQUENT_TIMES = 8;
    private static final double WORD_SIMILARITY_MIN = 0.6;

    private final List<Dependency> dependencies;
    private final Map<String, @Nullable String[]> columns = new LinkedHashMap<>();
    private final Map<String, Proposal> proposals = new LinkedHashMap<>();
    private final Map<String, Map<String, Integer>> typical = new HashMap<>();
    private final TableRows rows;
    private final double threshold;

    private Repair(List<Dependency> dependencies, TableRows rows, double threshold) {
        this.dependencies = dependencies;
        this.rows = rows;
        this.threshold = threshold;
        rows.columns().forEach((name, values) -> columns.put(name, values.clone()));
    }

    /// @param threshold of confidence, from 0 to 1
    public static List<Proposal> propose(
            List<Dependency> dependencies, TableRows rows, double threshold) {
        Repair repair = new Repair(dependencies, rows, threshold);
        for (int pass = 0; pass < PASSES; pass++) {
            repair.byDependency();
            repair.bySpelling();
        }
        return repair.proposals.values().stream()
                .filter(proposal -> !proposal.original().equals(proposal.value()))
                .toList();
    }

    private @Nullable String[] column(String name) {
        return Optional.ofNullable(columns.get(name))
                .orElseThrow(() -> new IllegalArgumentException("no column " + name));
    }

    private void byDependency() {
        Set<String> dependent = new LinkedHashSet<>();
        dependencies.forEach(dependency -> dependent.addAll(dependency.to()));
        Map<String, List<Proposal>> found = new LinkedHashMap<>();
        for (String name : dependent) {
            found.put(name, broken(name));
        }
        found.values().forEach(each -> each.forEach(this::take));
    }

    private record Vote(double share, int rows) {}

    private List<Proposal> broken(String name) {
        @Nullable String[] values = column(name);
        Map<String, Integer> all = counts(values);
        List<Map<String, Map<String, Integer>>> groups = new ArrayList<>();
        List<String[]> keys = new ArrayList<>();
        for (Dependency dependency : dependencies) {
            if (dependency.to().contains(name)) {
                String[] key = keys(dependency.from());
                keys.add(key);
                groups.add(groups(key, values));
            }
        }
        List<Proposal> found = new ArrayList<>();
        for (int row = 0; row < values.length; row++) {
            String value = values[row];
            if (value != null) {
                Map<String, Vote> votes = votes(row, value, keys, groups);
                proposal(row, name, value, votes, all).ifPresent(found::add);
            }
        }
        return found;
    }

    private static Map<String, Vote> votes(
            int row,
            String value,
            List<String[]> keys,
            List<Map<String, Map<String, Integer>>> groups) {
        Map<String, Vote> votes = new HashMap<>();
        int voters = 0;
        for (int d = 0; d < keys.size(); d++) {
            Map<String, Integer> group = groups.get(d).getOrDefault(keys.get(d)[row], Map.of());
            int others = group.values().stream().mapToInt(Integer::intValue).sum() - 1;
            if (others < 1) {
                continue;
            }
            voters++;
            group.forEach((rival, count) -> {
                int held = rival.equals(value) ? count - 1 : count;
                votes.merge(
                        rival,
                        new Vote((double) held / others, held),
                        (a, b) -> new Vote(a.share() + b.share(), a.rows() + b.rows()));
            });
        }
        int all = Math.max(1, voters);
        votes.replaceAll((_, vote) -> new Vote(vote.share() / all, vote.rows()));
        return votes;
    }

    private Optional<Proposal> proposal(
            int row, String name, String value, Map<String, Vote> votes, Map<String, Integer> all) {
        String best = value;
        double most = votes.getOrDefault(value, new Vote(0, 0)).share();
        for (Map.Entry<String, Vote> vote : votes.entrySet()) {
            if (vote.getValue().share() > most) {
                most = vote.getValue().share();
                best = vote.getKey();
            }
        }
        if (best.equals(value)) {
            return Optional.empty();
        }
        if (votes.get(best) instanceof Vote(double _, int held)
                && held == 1
                && typical(name, best) <= typical(name, value)) {
            // One row against one: the likelier text is taken for right.
            return Optional.empty();
        }
        double alike = Spelling.similarity(value, best, 0);
        boolean rare = all.getOrDefault(value, 0) <= RARE_MAX;
        double confidence = most * (rare ? 0.7 + 0.3 * alike : alike);
        return confidence >= threshold
                ? Optional.of(new Proposal(row, name, value, best, "dependency", confidence))
                : Optional.empty();
    }

    /// How usual the runs of three letters in a text are among the column's values: the mean of the
    /// logarithms of their counts.
    private double typical(String name, String text) {
        Map<String, Integer> runs =
                typical.computeIfAbsent(
                        name,
                        key -> {
                            Map<String, Integer> counted = new HashMap<>();
                            for (String value : rows.column(key)) {
                                if (value != null) {
                                    runs(value).forEach(run -> counted.merge(run, 1, Integer::sum));
                                }
                            }
                            return counted;
                        });
        return runs(text).stream()
                .mapToDouble(run -> Math.log(runs.getOrDefault(run, 1)))
                .average()
                .orElse(0);
    }

    private static List<String> runs(String text) {
        String padded = "^" + text + "$";
        List<String> runs = new ArrayList<>();
        for (int i = 0; i + 3 <= padded.length(); i++) {
            runs.add(padded.substring(i, i + 3));
        }
        return runs;
    }

    private String[] keys(List<String> from) {
        String[] keys = new String[rows.size()];
        for (int row = 0; row < keys.length; row++) {
            StringBuilder key = new StringBuilder();
            for (String name : from) {
                key.append(column(name)[row]).append('\u0000');
            }
            keys[row] = key.toString();
        }
        return keys;
    }

    private static Map<String, Map<String, Integer>> groups(
            String[] keys, @Nullable String[] values) {
        Map<String, Map<String, Integer>> groups = new HashMap<>();
        for (int row = 0; row < keys.length; row++) {
            String value = values[row];
            if (value != null) {
                groups.computeIfAbsent(keys[row], _ -> new HashMap<>())
                        .merge(value, 1, Integer::sum);
            }
        }
        return groups;
    }

    private static Map<String, Integer> counts(@Nullable String[] values) {
        Map<String, Integer> counts = new HashMap<>();
        for (String value : values) {
            if (value != null) {
                counts.merge(value, 1, Integer::sum);
            }
        }
        return counts;
    }

    /// Takes a proposal as the value for the passes that follow.
    private void take(Proposal proposal) {
        column(proposal.column())[proposal.row()] = proposal.value();
        proposals.merge(
                proposal.column() + "/" + proposal.row(),
                proposal,
                (first, next) ->
                        new Proposal(
                                first.row(),
                                first.column(),
                                first.original(),
                                next.value(),
                                next.rule(),
                                Math.min(first.confidence(), next.confidence())));
    }

    private void bySpelling() {
        for (String name : columns.keySet()) {
            @Nullable String[] values = column(name);
            Map<String, Integer> words = new HashMap<>();
            for (String value : values) {
                for (String word : value == null ? List.<String>of() : words(value)) {
                    words.merge(word, 1, Integer::sum);
                }
            }
            Map<String, Optional<String>> known = new HashMap<>();
            for (int row = 0; row < values.length; row++) {
                String value = values[row];
                if (value != null) {
                    respelled(row, name, value, words, known).ifPresent(this::take);
                }
            }
        }
    }

    private static List<String> words(String value) {
        return List.of(value.split(" ", -1));
    }

    private Optional<Proposal> respelled(
            int row,
            String name,
            String value,
            Map<String, Integer> words,
            Map<String, Optional<String>> known) {
        List<String> spelled = new ArrayList<>();
        double confidence = 1;
        for (String word : words(value)) {
            String right = known.computeIfAbsent(word, key -> frequent(key, words)).orElse(word);
            spelled.add(right);
            if (!right.equals(word)) {
                confidence = Math.min(confidence, Spelling.similarity(word, right, 0));
            }
        }
        String text = String.join(" ", spelled);
        return text.equals(value) || confidence < WORD_SIMILARITY_MIN
                ? Optional.empty()
                : Optional.of(new Proposal(row, name, value, text, "spelling", confidence));
    }

    /// The frequent word that a rare one is meant to be, if one alone is near. Numbers and codes
    /// are not misspelt: one is as good as another.
    private static Optional<String> frequent(String word, Map<String, Integer> words) {
        int count = words.getOrDefault(word, 0);
        if (count > RARE_MAX || word.length() < 3 || word.chars().anyMatch(Character::isDigit)) {
            return Optional.empty();
        }
        String best = "";
        double first = 0;
        double second = 0;
        for (Map.Entry<String, Integer> other : words.entrySet()) {
            if (other.getValue() >= FREQUENT_TIMES * count
                    && other.getKey().length() == word.length()) {
                double alike = Spelling.similarity(word, other.getKey(), 0);
                if (alike > first) {
                    second = first;
                    first = alike;
                    best = other.getKey();
                } else {
                    second = Math.max(second, alike);
                }
            }
        }
        return first >= WORD_SIMILARITY_MIN && second < first
                ? Optional.of(best)
                : Optional.empty();
    }
}
