package foz.server.command;

import foz.value.ValueProblem;
import java.util.Locale;
import org.springframework.context.MessageSource;

/// Verdicts in the language of whoever asked; Portuguese unless English is asked for.
record Words(MessageSource messages, Locale locale) {

    private static final String VALUE = "verdict.value";
    private static final int REASON = 2;

    static final Locale PORTUGUESE = Locale.of("pt", "BR");

    static Words of(MessageSource messages, Locale asked) {
        return new Words(messages, asked.getLanguage().equals("en") ? Locale.ENGLISH : PORTUGUESE);
    }

    String say(String key, Object... values) {
        Object[] said = values.clone();
        if (key.equals(VALUE)) {
            said[REASON] = reason(String.valueOf(values[REASON]));
        }
        return messages.getMessage(key, said, locale);
    }

    /// The contract's checks give their reason as an English sentence.
    private String reason(String sentence) {
        return ValueProblem.read(sentence)
                .map(problem ->
                        messages.getMessage(
                                key(problem.kind()), new Object[] {problem.bound()}, locale))
                .orElse(sentence);
    }

    static String key(ValueProblem.Kind kind) {
        return "value." + kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
