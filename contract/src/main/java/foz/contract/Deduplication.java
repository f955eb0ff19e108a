package foz.contract;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Which rows of a table are the same thing: `foz.deduplicate`.
///
/// @param between column that names where a row came from: only rows of different values are
///   compared, and each row matches at most one of another
/// @param block keys: rows that agree in one of them are compared
/// @param threshold of the score, from 0 to 1, above which two rows are one thing
/// @param learned whether the columns' weights are learned from the rows themselves
public record Deduplication(
        Optional<String> between,
        List<Key> block,
        List<Comparison> compare,
        double threshold,
        boolean learned,
        Survivor survivor,
        Map<String, Merge> merge) {

    public Deduplication {
        block = List.copyOf(block);
        compare = List.copyOf(compare);
        merge = Map.copyOf(merge);
    }

    /// Parts that must agree together.
    public record Key(List<Part> parts) {
        public Key {
            parts = List.copyOf(parts);
        }
    }

    /// @param length characters taken, for PREFIX
    public record Part(Take take, String column, int length) {}

    public enum Take {
        VALUE,
        PREFIX,
        SOUND,
        /// Each word makes a key of its own.
        WORDS
    }

    public enum How {
        EXACT,
        /// Letters, by Jaro and Winkler.
        NAME,
        /// Words by how rare they are, in any order; words that nearly agree count too.
        WORDS,
        /// Runs of three letters by how rare they are.
        TRIGRAMS,
        /// Words that hold digits, as models and part numbers do.
        CODES,
        NUMBER,
        DATE
    }

    /// @param weight of this column against the others, where weights are not learned
    public record Comparison(String column, How how, double weight) {}

    /// Which row stands for the others.
    ///
    /// @param column for NEWEST its time; for ORDER what `order` lists
    public record Survivor(Prefer prefer, Optional<String> column, List<String> order) {
        public Survivor {
            order = List.copyOf(order);
        }
    }

    public enum Prefer {
        /// The row with the fewest empty columns.
        COMPLETE,
        /// The row with the latest value in a column.
        NEWEST,
        /// The row whose column stands first in a list.
        ORDER
    }

    /// Where a column of the survivors' view comes from.
    public enum Merge {
        /// The survivor, or, where that has none, the first duplicate that has a value.
        FILL,
        LONGEST,
        MOST_FREQUENT
    }
}
