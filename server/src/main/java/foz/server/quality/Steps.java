package foz.server.quality;

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.Phonenumber.PhoneNumber;
import foz.contract.CleanStep;
import foz.contract.CleanStep.Form;
import foz.contract.Contract.Column;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.time.format.ResolverStyle;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Makes steps that run from steps that a contract declares.
final class Steps {

    private record Plain(String rule, UnaryOperator<String> form) implements Step {
        @Override
        public Outcome run(String text, @Nullable String[] values, IntPredicate absent) {
            return new Outcome(form.apply(text), 1);
        }
    }

    private record Corrected(String rule, NameList list, int by, double threshold) implements Step {
        @Override
        public Outcome run(String text, @Nullable String[] values, IntPredicate absent) {
            String state = by < 0 || absent.test(by) ? null : values[by];
            NameList.Found found = list.find(text, state == null ? "" : state);
            return found.confidence() >= threshold
                    ? new Outcome(found.name(), found.confidence())
                    : new Outcome(text, 1);
        }
    }

    private Steps() {}

    static Step of(CleanStep step, List<Column> columns) {
        return switch (step) {
            case CleanStep.Standard(Form form) -> new Plain(step.rule(), form(form));
            case CleanStep.Phone(String region) ->
                    new Plain(step.rule(), text -> phone(text, region));
            case CleanStep.Date(List<String> patterns) -> {
                List<DateTimeFormatter> formats = patterns.stream().map(Steps::format).toList();
                yield new Plain(step.rule(), text -> date(text, formats));
            }
            case CleanStep.Mapped(String _, Map<String, String> entries) ->
                    new Plain(step.rule(), text -> entries.getOrDefault(text, text));
            case CleanStep.Correct correct ->
                    new Corrected(
                            step.rule(),
                            NameList.of(correct),
                            correct.by().map(name -> position(columns, name)).orElse(-1),
                            correct.threshold());
        };
    }

    /// Where a column stands in the rows, or -1 where they do not carry it.
    private static int position(List<Column> columns, String name) {
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).name().equals(name)) {
                return i;
            }
        }
        return -1;
    }

    private static UnaryOperator<String> form(Form form) {
        return switch (form) {
            case TRIM -> Forms::trim;
            case COLLAPSE -> Forms::collapse;
            case UPPER -> text -> text.toUpperCase(Locale.ROOT);
            case LOWER -> text -> text.toLowerCase(Locale.ROOT);
            case TITLE -> Forms::title;
            case NFC -> Forms::nfc;
            case ASCII -> Forms::ascii;
            case MOJIBAKE -> Forms::mojibake;
            case DIGITS -> Forms::digits;
            case CNPJ -> Forms::cnpj;
            case CPF -> Forms::cpf;
            case CEP -> Forms::cep;
        };
    }

    /// The number in E.164 where it is one that can be dialled; extensions would be lost, so that
    /// numbers with one stay.
    private static String phone(String text, String region) {
        PhoneNumberUtil numbers = PhoneNumberUtil.getInstance();
        try {
            PhoneNumber number = numbers.parse(text, region);
            return numbers.isValidNumber(number) && !number.hasExtension()
                    ? numbers.format(number, PhoneNumberUtil.PhoneNumberFormat.E164)
                    : text;
        } catch (NumberParseException _) {
            return text;
        }
    }

    private static DateTimeFormatter format(String pattern) {
        return new DateTimeFormatterBuilder()
                .parseCaseInsensitive()
                .appendPattern(pattern.replace('y', 'u'))
                .toFormatter(Locale.ROOT)
                .withResolverStyle(ResolverStyle.STRICT);
    }

    private static String date(String text, List<DateTimeFormatter> formats) {
        for (DateTimeFormatter format : formats) {
            try {
                return LocalDate.parse(text, format).toString();
            } catch (DateTimeParseException _) {
                // The next pattern may fit.
            }
        }
        return text;
    }
}
