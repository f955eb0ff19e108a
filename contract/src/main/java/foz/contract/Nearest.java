package foz.contract;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/// Finds the word that somebody meant.
final class Nearest {

    private Nearest() {}

    /// The nearest of `words`, if it is near enough to be what was meant.
    static Optional<String> of(String written, Collection<String> words) {
        return words.stream()
                .filter(word -> close(written, word))
                .min(
                        Comparator.comparingInt(
                                        (String word) -> distance(plain(written), plain(word)))
                                .thenComparing(Comparator.naturalOrder()));
    }

    /// Whether one is a slip of the other: one edit in three letters, case and separators aside.
    static boolean close(String written, String word) {
        String a = plain(written);
        String b = plain(word);
        int longest = Math.max(a.length(), b.length());
        return longest <= 64 && distance(a, b) <= Math.max(1, longest / 3) && longest > 2;
    }

    private static String plain(String word) {
        return word.toLowerCase(Locale.ROOT).replace("_", "").replace("-", "");
    }

    /// Levenshtein distance in characters.
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substitute = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substitute, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
