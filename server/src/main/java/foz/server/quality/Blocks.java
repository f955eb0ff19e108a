package foz.server.quality;

import foz.contract.Deduplication;
import foz.contract.Deduplication.Part;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Which rows are compared: those that agree in a key.
final class Blocks {

    /// A key that more rows share tells nothing, and would cost their square.
    private static final int BLOCK_ROWS_MAX = 300;

    private static final int PAIRS_MAX = 50_000_000;
    private static final int SOUND_LENGTH = 4;
    private static final String SOUNDS = "01230120022455012623010202";

    /// @param pairs each as `row << 32 | other`, in order, each once
    /// @param skipped keys that too many rows share
    record Pairs(long[] pairs, int skipped) {}

    private Blocks() {}

    /// @param apart rows with the same text here are not compared
    /// @throws IllegalStateException when the keys make more than 50 million pairs
    static Pairs of(
            TableRows rows, List<Deduplication.Key> keys, Optional<@Nullable String[]> apart) {
        Builder builder = new Builder();
        int skipped = 0;
        for (Deduplication.Key key : keys) {
            for (List<Integer> block : blocks(rows, key).values()) {
                if (block.size() > BLOCK_ROWS_MAX) {
                    skipped++;
                } else {
                    builder.add(block, apart);
                }
            }
        }
        return new Pairs(builder.pairs(), skipped);
    }

    private static final class Builder {
        private long[] pairs = new long[1 << 12];
        private int size;

        void add(List<Integer> block, Optional<@Nullable String[]> apart) {
            for (int i = 0; i < block.size(); i++) {
                for (int j = i + 1; j < block.size(); j++) {
                    int row = block.get(i);
                    int other = block.get(j);
                    if (apart.isEmpty() || !same(apart.get(), row, other)) {
                        add((long) row << 32 | other);
                    }
                }
            }
        }

        private void add(long pair) {
            if (size == pairs.length) {
                size = distinct(pairs, size);
                if (size > PAIRS_MAX) {
                    throw new IllegalStateException(
                            "the keys of foz.deduplicate.block make more than "
                                    + PAIRS_MAX
                                    + " pairs; narrow them");
                }
                pairs = Arrays.copyOf(pairs, Math.max(pairs.length, size * 2));
            }
            pairs[size++] = pair;
        }

        long[] pairs() {
            return Arrays.copyOf(pairs, distinct(pairs, size));
        }
    }

    private static boolean same(@Nullable String[] values, int row, int other) {
        return java.util.Objects.equals(values[row], values[other]);
    }

    private static int distinct(long[] pairs, int size) {
        Arrays.sort(pairs, 0, size);
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (i == 0 || pairs[i] != pairs[i - 1]) {
                pairs[kept++] = pairs[i];
            }
        }
        return kept;
    }

    private static Map<String, List<Integer>> blocks(TableRows rows, Deduplication.Key key) {
        Map<String, List<Integer>> blocks = new HashMap<>();
        for (int row = 0; row < rows.size(); row++) {
            for (String text : keysOf(rows, key, row)) {
                blocks.computeIfAbsent(text, _ -> new ArrayList<>()).add(row);
            }
        }
        return blocks;
    }

    private static List<String> keysOf(TableRows rows, Deduplication.Key key, int row) {
        List<String> texts = List.of("");
        for (Part part : key.parts()) {
            String value = rows.column(part.column())[row];
            List<String> taken = value == null ? List.of() : taken(part, value);
            List<String> longer = new ArrayList<>();
            for (String text : texts) {
                taken.forEach(each -> longer.add(text + "\u0000" + each));
            }
            texts = longer;
        }
        return texts;
    }

    private static List<String> taken(Part part, String value) {
        String plain = Places.plain(value);
        if (plain.isEmpty()) {
            return List.of();
        }
        return switch (part.take()) {
            case VALUE -> List.of(plain);
            case PREFIX -> List.of(plain.substring(0, Math.min(plain.length(), part.length())));
            case SOUND -> List.of(sound(plain));
            case WORDS -> Likeness.words(value).stream().distinct().toList();
        };
    }

    /// Soundex.
    static String sound(String plain) {
        StringBuilder code = new StringBuilder();
        char last = '0';
        String letters = plain.toUpperCase(Locale.ROOT);
        for (int i = 0; i < letters.length(); i++) {
            char c = letters.charAt(i);
            if (c < 'A' || c > 'Z') {
                continue;
            }
            char sound = SOUNDS.charAt(c - 'A');
            if (code.isEmpty()) {
                code.append(c);
            } else if (sound != '0' && sound != last) {
                code.append(sound);
            }
            if (c != 'H' && c != 'W') {
                last = sound;
            }
            if (code.length() == SOUND_LENGTH) {
                break;
            }
        }
        return code.toString();
    }
}
