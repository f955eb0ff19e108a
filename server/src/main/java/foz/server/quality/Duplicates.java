package foz.server.quality;

import foz.contract.Deduplication;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Finds the rows that are one thing.
public final class Duplicates {

    /// Two rows that are one thing, by their place in the table.
    public record Link(int row, int other, double score) {}

    /// @param compared pairs that share a key
    /// @param skipped keys that too many rows share
    public record Found(List<Link> links, long compared, int skipped) {}

    private Duplicates() {}

    public static Found find(Deduplication rule, TableRows rows) {
        Optional<@Nullable String[]> apart = rule.between().map(rows::column);
        Blocks.Pairs pairs = Blocks.of(rows, rule.block(), apart);
        double[] scores = Scores.of(rule, rows, pairs.pairs());
        List<Link> links = new ArrayList<>();
        for (int p = 0; p < scores.length; p++) {
            if (scores[p] >= rule.threshold()) {
                links.add(
                        new Link(
                                (int) (pairs.pairs()[p] >>> 32),
                                (int) pairs.pairs()[p],
                                scores[p]));
            }
        }
        links.sort(Comparator.comparingDouble(Link::score).reversed());
        return new Found(
                rule.between().isPresent() ? oneToOne(links, rows.size()) : links,
                pairs.pairs().length,
                pairs.skipped());
    }

    /// The best links first, each row in one alone.
    private static List<Link> oneToOne(List<Link> links, int rows) {
        boolean[] taken = new boolean[rows];
        List<Link> kept = new ArrayList<>();
        for (Link link : links) {
            if (!taken[link.row()] && !taken[link.other()]) {
                taken[link.row()] = true;
                taken[link.other()] = true;
                kept.add(link);
            }
        }
        return kept;
    }

    /// The group of each row: rows that links join, over however many, have the same.
    public static int[] groups(List<Link> links, int rows) {
        int[] parent = IntStream.range(0, rows).toArray();
        for (Link link : links) {
            int a = root(parent, link.row());
            int b = root(parent, link.other());
            parent[Math.max(a, b)] = Math.min(a, b);
        }
        int[] groups = new int[rows];
        Arrays.setAll(groups, row -> root(parent, row));
        return groups;
    }

    private static int root(int[] parent, int row) {
        int at = row;
        while (parent[at] != at) {
            parent[at] = parent[parent[at]];
            at = parent[at];
        }
        return at;
    }
}
