package foz.value;

import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Why a text is not a value of a column's type. It prints as an English sentence without its
/// subject.
///
/// @param bound what the type allows, where [Kind] has a bound; else 0
public record ValueProblem(Kind kind, int bound) {

    /// What can be wrong; `%d` is the bound.
    public enum Kind {
        NUL("holds a NUL character, which the replica cannot store"),
        WHOLE_NUMBER("is not a whole number"),
        LONG_RANGE("is outside the 64-bit range"),
        DECIMAL("is not a decimal number"),
        DIGITS("has more than %d digits before the point"),
        NUMBER("is not a number"),
        CHARACTERS("has more than %d characters"),
        BOOLEAN("is not true or false"),
        DATE("is not a date (YYYY-MM-DD)"),
        TIME("is not a time (HH:MM:SS)"),
        TIMESTAMP("is not a timestamp (YYYY-MM-DD HH:MM:SS)"),
        SECOND_FRACTION("has a fraction of a second"),
        SECOND_DIGITS("has more than %d digits of a second"),
        BYTES("is not hexadecimal bytes (\\x...)"),
        UUID("is not a UUID");

        private final String english;
        private final Pattern pattern;

        Kind(String english) {
            this.english = english;
            this.pattern =
                    Pattern.compile(Pattern.quote(english).replace("%d", "\\E(\\d{1,9})\\Q"));
        }

        private Optional<ValueProblem> read(String sentence) {
            Matcher matcher = pattern.matcher(sentence);
            if (!matcher.matches()) {
                return Optional.empty();
            }
            int bound = matcher.groupCount() == 0 ? 0 : Integer.parseInt(matcher.group(1));
            return Optional.of(new ValueProblem(this, bound));
        }
    }

    static ValueProblem of(Kind kind) {
        return new ValueProblem(kind, 0);
    }

    /// The problem that a sentence of [#toString] tells, for who says it in another language.
    public static Optional<ValueProblem> read(String sentence) {
        return Arrays.stream(Kind.values())
                .flatMap(kind -> kind.read(sentence).stream())
                .findFirst();
    }

    @Override
    public String toString() {
        return kind.english.formatted(bound);
    }
}
