package foz.value;

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

        Kind(String english) {
            this.english = english;
        }
    }

    static ValueProblem of(Kind kind) {
        return new ValueProblem(kind, 0);
    }

    @Override
    public String toString() {
        return kind.english.formatted(bound);
    }
}
