package foz.contract;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What is done with a column's text on its way into the replica: one item of `foz.clean`. Steps
/// run in the contract's order. One that does not fit the text leaves it as it is.
public sealed interface CleanStep {

    /// As the trace names it.
    String rule();

    /// Forms that need nothing but the text.
    enum Form {
        /// White space at both ends goes.
        TRIM,
        /// White space within becomes one blank.
        COLLAPSE,
        UPPER,
        LOWER,
        /// `SAO JOAO DA BOA VISTA` becomes `Sao Joao da Boa Vista`.
        TITLE,
        /// Unicode's composed form.
        NFC,
        /// Letters lose their accents.
        ASCII,
        /// UTF-8 that was read as Windows-1252 is read right: `SÃ£o` becomes `São`.
        MOJIBAKE,
        /// Digits alone stay.
        DIGITS,
        /// 14 characters without punctuation, if its check digits are right.
        CNPJ,
        /// 11 digits without punctuation, if its check digits are right.
        CPF,
        /// 8 digits without punctuation.
        CEP
    }

    record Standard(Form form) implements CleanStep {
        @Override
        public String rule() {
            return form.name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /// E.164, as in `+551140041234`.
    ///
    /// @param region ISO 3166 code of the country of numbers without one
    record Phone(String region) implements CleanStep {
        @Override
        public String rule() {
            return "phone";
        }
    }

    /// ISO 8601.
    ///
    /// @param patterns of the texts that come, in Java's letters, as in `dd/MM/yyyy`
    record Date(List<String> patterns) implements CleanStep {
        public Date {
            patterns = List.copyOf(patterns);
        }

        @Override
        public String rule() {
            return "date";
        }
    }

    /// One code for another ("de-para").
    ///
    /// @param name of the mapping table; empty for one written in place
    record Mapped(String name, Map<String, String> entries) implements CleanStep {
        public Mapped {
            entries = Map.copyOf(entries);
        }

        @Override
        public String rule() {
            return name.isEmpty() ? "map" : "map " + name;
        }
    }

    /// A name as a list writes it.
    ///
    /// @param list `municipalities`, or one declared in `foz.lists`
    /// @param names of the list, where the contract declares it
    /// @param by column that holds the Brazilian state's two letters
    /// @param threshold confidence below which nothing is changed, above 0 and up to 1
    record Correct(String list, List<String> names, Optional<String> by, double threshold)
            implements CleanStep {

        /// The list of IBGE, known to Foz itself.
        public static final String MUNICIPALITIES = "municipalities";

        public Correct {
            names = List.copyOf(names);
        }

        @Override
        public String rule() {
            return "correct " + list;
        }
    }
}
