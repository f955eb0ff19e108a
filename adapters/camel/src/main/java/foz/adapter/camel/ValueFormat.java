package foz.adapter.camel;

import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// How a source writes values.
///
/// @param decimal what parts the whole from the fraction
/// @param group what parts thousands; empty: nothing
/// @param date patterns of [DateTimeFormatter]; empty: ISO 8601
/// @param timestamp also `epochMs` and `epochS`
/// @param zone in which times without a zone are, where the column wants an instant
/// @param nulls texts that mean no value; empty: as the format has it
/// @param bytes `base64` or `hex`
record ValueFormat(
        String decimal,
        String group,
        String date,
        String time,
        String timestamp,
        Optional<ZoneId> zone,
        Optional<List<String>> nulls,
        List<String> trueTexts,
        List<String> falseTexts,
        String bytes) {

    static final ValueFormat PLAIN =
            new ValueFormat(
                    ".",
                    "",
                    "",
                    "",
                    "",
                    Optional.empty(),
                    Optional.empty(),
                    List.of(),
                    List.of(),
                    "base64");

    ValueFormat {
        nulls = nulls.map(List::copyOf);
        trueTexts = List.copyOf(trueTexts);
        falseTexts = List.copyOf(falseTexts);
    }

    ValueFormat in(ZoneId own) {
        return new ValueFormat(
                decimal,
                group,
                date,
                time,
                timestamp,
                Optional.of(own),
                nulls,
                trueTexts,
                falseTexts,
                bytes);
    }

    /// A date that does not exist is refused rather than moved, and `yyyy` is what people mean by
    /// it.
    ///
    /// @throws IllegalArgumentException when this is no pattern
    static DateTimeFormatter formatter(String pattern) {
        StringBuilder years = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            quoted ^= c == '\'';
            years.append(c == 'y' && !quoted ? 'u' : c);
        }
        return DateTimeFormatter.ofPattern(years.toString(), Locale.ROOT)
                .withResolverStyle(ResolverStyle.STRICT);
    }
}
