package foz.server.command;

import foz.value.ValueProblem;
import java.util.Locale;
import org.springframework.context.MessageSource;

/// Verdicts in the language of whoever asked; Portuguese unless English is asked for.
record Words(MessageSource messages, Locale locale) {

    static final Locale PORTUGUESE = Locale.of("pt", "BR");

    static Words of(MessageSource messages, Locale asked) {
        return new Words(messages, asked.getLanguage().equals("en") ? Locale.ENGLISH : PORTUGUESE);
    }

    String say(String key, Object... values) {
        return messages.getMessage(key, values, locale);
    }

    String say(ValueProblem problem) {
        return say(key(problem.kind()), problem.bound());
    }

    static String key(ValueProblem.Kind kind) {
        return "value." + kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
