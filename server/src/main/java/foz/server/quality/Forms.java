package foz.server.quality;

import foz.contract.CheckDigits;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Locale;
import java.util.Set;

/// Standard forms of texts. Each gives back the very text it got where there is nothing to do.
final class Forms {

    private static final Charset WINDOWS = Charset.forName("windows-1252");
    private static final int CEP_DIGITS = 8;
    private static final int CNPJ_LENGTH = 14;
    private static final int CPF_DIGITS = 11;

    /// Portuguese words that stay small within a name.
    private static final Set<String> SMALL =
            Set.of("da", "das", "de", "do", "dos", "e", "em", "na", "no", "nas", "nos", "com", "a");

    private Forms() {}

    static String trim(String text) {
        int from = 0;
        int to = text.length();
        while (from < to && blank(text.charAt(from))) {
            from++;
        }
        while (to > from && blank(text.charAt(to - 1))) {
            to--;
        }
        return text.substring(from, to);
    }

    static String collapse(String text) {
        StringBuilder built = new StringBuilder(text.length());
        boolean before = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean now = blank(c);
            if (!now) {
                built.append(c);
            } else if (!before) {
                built.append(' ');
            }
            before = now;
        }
        return built.toString();
    }

    /// White space, and the spaces that do not break.
    private static boolean blank(char c) {
        return c <= ' '
                || c == '\u00a0'
                || c == '\u2007'
                || c == '\u202f'
                || c == '\u200b'
                || c == '\ufeff'
                || Character.isWhitespace(c);
    }

    static String title(String text) {
        StringBuilder built = new StringBuilder(text.length());
        int from = 0;
        while (from < text.length()) {
            int to = from;
            while (to < text.length() && Character.isLetterOrDigit(text.charAt(to))) {
                to++;
            }
            String word = text.substring(from, to).toLowerCase(Locale.ROOT);
            boolean small = from > 0 && SMALL.contains(word);
            built.append(small || word.isEmpty() ? word : capital(word));
            if (to < text.length()) {
                built.append(text.charAt(to));
            }
            from = to + 1;
        }
        return built.toString();
    }

    private static String capital(String word) {
        int first = word.offsetByCodePoints(0, 1);
        return word.substring(0, first).toUpperCase(Locale.ROOT) + word.substring(first);
    }

    static String nfc(String text) {
        return ascii7(text) ? text : Normalizer.normalize(text, Normalizer.Form.NFC);
    }

    /// The text without accents; letters that are not letters with an accent stay.
    static String ascii(String text) {
        if (ascii7(text)) {
            return text;
        }
        String apart = Normalizer.normalize(text, Normalizer.Form.NFD);
        StringBuilder built = new StringBuilder(apart.length());
        for (int i = 0; i < apart.length(); i++) {
            if (Character.getType(apart.charAt(i)) != Character.NON_SPACING_MARK) {
                built.append(apart.charAt(i));
            }
        }
        return built.toString();
    }

    static boolean ascii7(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > '\u007f') {
                return false;
            }
        }
        return true;
    }

    /// Text whose UTF-8 bytes were taken for Windows-1252, as it was meant. Only what decodes
    /// without a fault is changed; `São` as it should be does not.
    static String mojibake(String text) {
        if (text.indexOf('Ã') < 0 && text.indexOf('Â') < 0 && text.indexOf('â') < 0) {
            return text;
        }
        try {
            ByteBuffer bytes = WINDOWS.newEncoder().encode(CharBuffer.wrap(text));
            return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException _) {
            return text;
        }
    }

    static String digits(String text) {
        StringBuilder built = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            if (digit(text.charAt(i))) {
                built.append(text.charAt(i));
            }
        }
        return built.toString();
    }

    static String cnpj(String text) {
        String bare = CheckDigits.strip(text).toUpperCase(Locale.ROOT);
        return CheckDigits.cnpj(bare) ? padded(bare, CNPJ_LENGTH) : text;
    }

    static String cpf(String text) {
        String bare = CheckDigits.strip(text);
        return CheckDigits.cpf(bare) ? padded(bare, CPF_DIGITS) : text;
    }

    static String cep(String text) {
        String bare = CheckDigits.strip(text);
        boolean fits = bare.length() == CEP_DIGITS || bare.length() == CEP_DIGITS - 1;
        return fits && bare.chars().allMatch(c -> digit((char) c))
                ? padded(bare, CEP_DIGITS)
                : text;
    }

    private static String padded(String digits, int length) {
        return "0".repeat(length - digits.length()) + digits;
    }

    static boolean digit(char c) {
        return c >= '0' && c <= '9';
    }
}
