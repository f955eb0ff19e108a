package foz.server.quality;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How alike the values of one column are in two rows, from 0 to 1; NaN where one has none.
interface Likeness {

    double of(int row, int other);

    /// Likeness of one column's values, made ready once.
    static Likeness of(foz.contract.Deduplication.How how, @Nullable String[] values) {
        return switch (how) {
            case EXACT -> exact(plain(values));
            case NAME -> names(plain(values));
            case WORDS -> new Words(bags(values, Likeness::words), true);
            case TRIGRAMS -> new Words(bags(values, Likeness::trigrams), false);
            case CODES -> new Words(bags(values, Likeness::codes), false);
            case NUMBER -> numbers(values);
            case DATE -> dates(values);
        };
    }

    private static @Nullable String[] plain(@Nullable String[] values) {
        @Nullable String[] plain = new @Nullable String[values.length];
        for (int i = 0; i < values.length; i++) {
            String value = values[i];
            String text = value == null ? "" : Places.plain(value);
            plain[i] = text.isEmpty() ? null : text;
        }
        return plain;
    }

    private static Likeness exact(@Nullable String[] values) {
        return (row, other) -> {
            String a = values[row];
            String b = values[other];
            return a == null || b == null ? Double.NaN : a.equals(b) ? 1 : 0;
        };
    }

    private static Likeness names(@Nullable String[] values) {
        return (row, other) -> {
            String a = values[row];
            String b = values[other];
            return a == null || b == null ? Double.NaN : JaroWinkler.of(a, b);
        };
    }

    private static Likeness numbers(@Nullable String[] values) {
        double[] numbers = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            numbers[i] = number(values[i]);
        }
        return (row, other) -> {
            double a = numbers[row];
            double b = numbers[other];
            double larger = Math.max(Math.abs(a), Math.abs(b));
            return larger == 0 ? 1 : Math.max(0, 1 - Math.abs(a - b) / larger);
        };
    }

    private static double number(@Nullable String value) {
        if (value == null) {
            return Double.NaN;
        }
        StringBuilder digits = new StringBuilder();
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (Forms.digit(c) || c == '.' || (c == '-' && digits.isEmpty())) {
                digits.append(c);
            }
        }
        try {
            return new BigDecimal(digits.toString(), MathContext.DECIMAL64).doubleValue();
        } catch (NumberFormatException _) {
            return Double.NaN;
        }
    }

    /// Digits alone are compared, so that any one form of dates will do: 1 for the same, less for
    /// each digit that differs or is swapped with its neighbour.
    private static Likeness dates(@Nullable String[] values) {
        @Nullable String[] digits = new @Nullable String[values.length];
        for (int i = 0; i < values.length; i++) {
            String value = values[i];
            String text = value == null ? "" : Forms.digits(value);
            digits[i] = text.isEmpty() ? null : text;
        }
        return (row, other) -> {
            String a = digits[row];
            String b = digits[other];
            return a == null || b == null
                    ? Double.NaN
                    : a.equals(b) ? 1 : Spelling.similarity(a, b, 0);
        };
    }

    interface Split {
        List<String> of(String value);
    }

    private static List<List<String>> bags(@Nullable String[] values, Split split) {
        List<List<String>> bags = new ArrayList<>();
        for (String value : values) {
            bags.add(value == null ? List.of() : split.of(value));
        }
        return bags;
    }

    static List<String> words(String value) {
        String plain = Places.plain(value);
        return plain.isEmpty() ? List.of() : List.of(plain.split(" ", -1));
    }

    private static List<String> trigrams(String value) {
        String padded = " " + Places.plain(value) + " ";
        List<String> grams = new ArrayList<>();
        for (int i = 0; i + 3 <= padded.length() && padded.length() > 3; i++) {
            grams.add(padded.substring(i, i + 3));
        }
        return grams;
    }

    /// Words that hold a digit, written together: `PSLX350H`, `AM-53BK` as `am53bk`.
    static List<String> codes(String value) {
        List<String> codes = new ArrayList<>();
        for (String word : value.toLowerCase(Locale.ROOT).split("[\\s,;()/\"']+", -1)) {
            StringBuilder code = new StringBuilder();
            boolean digit = false;
            for (int i = 0; i < word.length(); i++) {
                char c = word.charAt(i);
                if (Character.isLetterOrDigit(c)) {
                    code.append(c);
                    digit |= Forms.digit(c);
                }
            }
            if (digit && code.length() >= 4) {
                codes.add(code.toString());
            }
        }
        return codes;
    }

    /// Cosine of bags of words, each word by how rare it is.
    final class Words implements Likeness {
        private static final double NEARLY = 0.9;

        private final String[][] words;
        private final double[][] weights;
        private final boolean soft;

        /// @param soft whether words that nearly agree count too
        Words(List<List<String>> bags, boolean soft) {
            this.soft = soft;
            Map<String, Integer> rows = new HashMap<>();
            for (List<String> bag : bags) {
                bag.stream().distinct().forEach(word -> rows.merge(word, 1, Integer::sum));
            }
            words = new String[bags.size()][];
            weights = new double[bags.size()][];
            for (int i = 0; i < words.length; i++) {
                Map<String, Integer> counts = new LinkedHashMap<>();
                bags.get(i).stream().sorted().forEach(word -> counts.merge(word, 1, Integer::sum));
                words[i] = counts.keySet().toArray(new String[0]);
                weights[i] = weights(words[i], counts, rows, bags.size());
            }
        }

        private static double[] weights(
                String[] words, Map<String, Integer> counts, Map<String, Integer> rows, int size) {
            double[] weights = new double[words.length];
            double square = 0;
            for (int j = 0; j < words.length; j++) {
                double rare = Math.log(1 + (double) size / rows.getOrDefault(words[j], 1));
                weights[j] = rare * (1 + Math.log(counts.getOrDefault(words[j], 1)));
                square += weights[j] * weights[j];
            }
            double length = Math.sqrt(square);
            for (int j = 0; j < words.length; j++) {
                weights[j] /= length;
            }
            return weights;
        }

        @Override
        public double of(int row, int other) {
            String[] a = words[row];
            String[] b = words[other];
            if (a.length == 0 || b.length == 0) {
                return Double.NaN;
            }
            double sum = 0;
            boolean[] used = new boolean[b.length];
            boolean[] met = new boolean[a.length];
            int j = 0;
            for (int i = 0; i < a.length; i++) {
                while (j < b.length && b[j].compareTo(a[i]) < 0) {
                    j++;
                }
                if (j < b.length && b[j].equals(a[i])) {
                    sum += weights[row][i] * weights[other][j];
                    used[j] = true;
                    met[i] = true;
                }
            }
            return Math.min(1, soft ? sum + nearly(row, other, met, used) : sum);
        }

        private double nearly(int row, int other, boolean[] met, boolean[] used) {
            double sum = 0;
            for (int i = 0; i < met.length; i++) {
                int best = -1;
                double most = NEARLY;
                for (int j = 0; !met[i] && j < used.length; j++) {
                    if (!used[j] && words[row][i].length() > 2 && words[other][j].length() > 2) {
                        double near = JaroWinkler.of(words[row][i], words[other][j]);
                        if (near >= most) {
                            most = near;
                            best = j;
                        }
                    }
                }
                if (best >= 0) {
                    used[best] = true;
                    sum += most * weights[row][i] * weights[other][best];
                }
            }
            return sum;
        }
    }
}
