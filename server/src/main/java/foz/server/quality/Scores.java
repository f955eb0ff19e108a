package foz.server.quality;

import foz.contract.Deduplication;
import foz.contract.Deduplication.Comparison;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// How likely two rows are one thing, from 0 to 1.
///
/// With given weights it is the weighted mean of how alike the columns are, of those that both rows
/// have. With learned ones it is the probability of Fellegi and Sunter's model: each column agrees
/// at one of some levels; how often it does by chance is counted on pairs drawn at random, how
/// often it does in rows that are one thing is estimated by expectation maximisation over the pairs
/// that share a key; a value that many rows have proves less. (Fellegi, Sunter, "A Theory for
/// Record Linkage", 1969; Winkler on frequencies, 1989.)
final class Scores {

    private static final double[] LEVELS = {0.999, 0.92, 0.85, 0.7};
    private static final int LEVEL_COUNT = LEVELS.length + 1;
    private static final int RANDOM_PAIRS = 300_000;
    private static final int ROUNDS_MAX = 60;
    private static final double CONVERGED = 1e-6;
    private static final double LEAST = 1e-6;
    private static final long SEED = 7;

    private Scores() {}

    static double[] of(Deduplication rule, TableRows rows, long[] pairs) {
        List<Likeness> likeness = new ArrayList<>();
        for (Comparison comparison : rule.compare()) {
            likeness.add(Likeness.of(comparison.how(), rows.column(comparison.column())));
        }
        return rule.learned()
                ? new Learned(rule, rows, likeness).scores(pairs)
                : given(rule, likeness, pairs);
    }

    private static double[] given(Deduplication rule, List<Likeness> likeness, long[] pairs) {
        double[] scores = new double[pairs.length];
        for (int p = 0; p < pairs.length; p++) {
            double sum = 0;
            double weights = 0;
            for (int c = 0; c < likeness.size(); c++) {
                double alike = likeness.get(c).of((int) (pairs[p] >>> 32), (int) pairs[p]);
                if (!Double.isNaN(alike)) {
                    double weight = rule.compare().get(c).weight();
                    sum += weight * alike;
                    weights += weight;
                }
            }
            scores[p] = weights == 0 ? 0 : sum / weights;
        }
        return scores;
    }

    private static final class Learned {
        private final TableRows rows;
        private final List<Likeness> likeness;
        private final double[][] shares;
        private final double[][] chance;
        private final double[][] same;
        private double prior;

        Learned(Deduplication rule, TableRows rows, List<Likeness> likeness) {
            this.rows = rows;
            this.likeness = likeness;
            int columns = likeness.size();
            shares = new double[columns][];
            for (int c = 0; c < columns; c++) {
                shares[c] = shares(rows.column(rule.compare().get(c).column()));
            }
            chance = new double[columns][LEVEL_COUNT];
            same = new double[columns][];
            for (int c = 0; c < columns; c++) {
                same[c] = new double[] {0.7, 0.1, 0.08, 0.07, 0.05};
            }
        }

        /// How large a share of the rows has each row's value.
        private static double[] shares(@Nullable String[] values) {
            Map<String, Integer> counts = new HashMap<>();
            int all = 0;
            for (String value : values) {
                if (value != null) {
                    counts.merge(Places.plain(value), 1, Integer::sum);
                    all++;
                }
            }
            double[] shares = new double[values.length];
            for (int i = 0; i < values.length; i++) {
                String value = values[i];
                shares[i] =
                        value == null
                                ? 1
                                : (double) counts.getOrDefault(Places.plain(value), 1) / all;
            }
            return shares;
        }

        double[] scores(long[] pairs) {
            byte[][] levels = new byte[pairs.length][];
            for (int p = 0; p < pairs.length; p++) {
                levels[p] = levels((int) (pairs[p] >>> 32), (int) pairs[p]);
            }
            countChance();
            learn(levels);
            double[] scores = new double[pairs.length];
            for (int p = 0; p < pairs.length; p++) {
                scores[p] = probability(levels[p], (int) (pairs[p] >>> 32), (int) pairs[p]);
            }
            return scores;
        }

        /// The level of each column, -1 where a row has no value.
        private byte[] levels(int row, int other) {
            byte[] levels = new byte[likeness.size()];
            for (int c = 0; c < levels.length; c++) {
                double alike = likeness.get(c).of(row, other);
                levels[c] = Double.isNaN(alike) ? -1 : level(alike);
            }
            return levels;
        }

        private static byte level(double alike) {
            for (byte level = 0; level < LEVELS.length; level++) {
                if (alike >= LEVELS[level]) {
                    return level;
                }
            }
            return (byte) LEVELS.length;
        }

        private void countChance() {
            SplittableRandom random = new SplittableRandom(SEED);
            for (double[] column : chance) {
                Arrays.fill(column, 1);
            }
            int pairs = rows.size() < 2 ? 0 : RANDOM_PAIRS;
            for (int i = 0; i < pairs; i++) {
                int row = random.nextInt(rows.size());
                int other = random.nextInt(rows.size());
                if (row != other) {
                    byte[] levels = levels(row, other);
                    for (int c = 0; c < levels.length; c++) {
                        if (levels[c] >= 0) {
                            chance[c][levels[c]]++;
                        }
                    }
                }
            }
            for (double[] column : chance) {
                normalise(column);
            }
        }

        private static void normalise(double[] column) {
            double sum = Arrays.stream(column).sum();
            for (int i = 0; i < column.length; i++) {
                column[i] = Math.max(LEAST, column[i] / sum);
            }
        }

        private void learn(byte[][] levels) {
            prior = 0.05;
            for (int round = 0; round < ROUNDS_MAX; round++) {
                double[][] next = new double[same.length][LEVEL_COUNT];
                for (double[] column : next) {
                    Arrays.fill(column, 0.01);
                }
                double total = 0;
                for (byte[] pair : levels) {
                    double matches = sigmoid(logOdds(pair));
                    total += matches;
                    for (int c = 0; c < pair.length; c++) {
                        if (pair[c] >= 0) {
                            next[c][pair[c]] += matches;
                        }
                    }
                }
                double before = prior;
                prior = Math.clamp(total / Math.max(1, levels.length), LEAST, 1 - LEAST);
                for (int c = 0; c < same.length; c++) {
                    normalise(next[c]);
                    same[c] = next[c];
                }
                if (Math.abs(prior - before) < CONVERGED) {
                    break;
                }
            }
        }

        private double logOdds(byte[] pair) {
            double sum = Math.log(prior / (1 - prior));
            for (int c = 0; c < pair.length; c++) {
                if (pair[c] >= 0) {
                    sum += Math.log(same[c][pair[c]] / chance[c][pair[c]]);
                }
            }
            return sum;
        }

        private double probability(byte[] pair, int row, int other) {
            double sum = logOdds(pair);
            for (int c = 0; c < pair.length; c++) {
                if (pair[c] == 0) {
                    // The values agree: by chance they would as often as their value is had.
                    double share = Math.max(shares[c][row], shares[c][other]);
                    sum += Math.log(chance[c][0] / Math.max(share, LEAST)) * FREQUENCY;
                }
            }
            return sigmoid(sum);
        }

        private static final double FREQUENCY = 0.5;

        private static double sigmoid(double logOdds) {
            return 1 / (1 + Math.exp(-logOdds));
        }
    }
}
