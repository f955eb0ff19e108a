package foz.server.command;

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
}
