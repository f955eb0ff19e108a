package foz.contract;

import java.util.regex.Pattern;

/// Numbers that prove themselves by check digits.
public final class CheckDigits {

    /// American Express has 15 digits, Diners 14, all others 16 to 19.
    private static final Pattern CARD =
            Pattern.compile(
                    "3[47]\\d{13}|3(?:0[0-5]|[68]\\d)\\d{11}|(?:4\\d|5[0-8]|6\\d|35|2[2-7])\\d{14,17}");

    private CheckDigits() {}

    /// A person's CPF: 11 digits, with or without punctuation; a number column loses leading zeros,
    /// so 9 and 10 digits are filled up. Both digits: weights from 2 upward from the right, mod 11.
    public static boolean cpf(String value) {
        String digits = strip(value);
        if (digits.length() < 9 || digits.length() > 11 || !digits(digits)) {
            return false;
        }
        String full = "0".repeat(11 - digits.length()) + digits;
        return !same(full) && mod11(full, 9, 11) && mod11(full, 10, 11);
    }

    /// A company's CNPJ: 12 digits or capital letters and 2 digits. Each character counts its ASCII
    /// code less 48; weights 2 to 9 from the right, mod 11.
    public static boolean cnpj(String value) {
        String text = strip(value);
        boolean number = text.length() >= 12 && text.length() <= 14 && digits(text);
        if (!number && !lettered(text)) {
            return false;
        }
        String full = "0".repeat(14 - text.length()) + text;
        return !same(full) && mod11(full, 12, 9) && mod11(full, 13, 9);
    }

    /// GTIN-8, 12, 13 or 14 (EAN): weights 3 and 1 in turn from the right, mod 10.
    static boolean gtin(String value) {
        if (!value.matches("\\d{8}|\\d{12,14}") || same(value)) {
            return false;
        }
        int sum = 0;
        for (int i = 0; i < value.length(); i++) {
            int weight = (value.length() - i) % 2 == 0 ? 3 : 1;
            sum += weight * (value.charAt(i) - '0');
        }
        return sum % 10 == 0;
    }

    /// A payment card: 14 to 19 digits, maybe in groups, that begin as the schemes' numbers do and
    /// satisfy Luhn's formula.
    static boolean card(String value) {
        if (!value.matches("\\d[\\d -]{12,22}\\d")) {
            return false;
        }
        String digits = value.replaceAll("[ -]", "");
        if (!CARD.matcher(digits).matches() || same(digits)) {
            return false;
        }
        int sum = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = digits.charAt(digits.length() - 1 - i) - '0';
            int doubled = i % 2 == 0 ? digit : 2 * digit;
            sum += doubled > 9 ? doubled - 9 : doubled;
        }
        return sum % 10 == 0;
    }

    /// Whether the character at `at` is the check digit of those before it, with weights from 2 to
    /// `weightMax`, again and again, from the right.
    private static boolean mod11(String text, int at, int weightMax) {
        int sum = 0;
        for (int i = 0; i < at; i++) {
            int weight = 2 + (at - 1 - i) % (weightMax - 1);
            sum += weight * (text.charAt(i) - '0');
        }
        int rest = sum % 11;
        return text.charAt(at) - '0' == (rest < 2 ? 0 : 11 - rest);
    }

    private static boolean same(String text) {
        return text.chars().distinct().count() == 1;
    }

    /// 12 digits or capital letters, and 2 digits.
    private static boolean lettered(String text) {
        return text.length() == 14
                && text.chars().limit(12).allMatch(c -> digit(c) || (c >= 'A' && c <= 'Z'))
                && digits(text.substring(12));
    }

    private static boolean digits(String text) {
        return text.chars().allMatch(CheckDigits::digit);
    }

    private static boolean digit(int c) {
        return c >= '0' && c <= '9';
    }

    /// The value without the punctuation that people write in such numbers.
    public static String strip(String value) {
        StringBuilder text = new StringBuilder(value.length());
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c != '.' && c != '/' && c != ' ' && c != '-') {
                text.append(c);
            }
        }
        return text.length() == value.length() ? value : text.toString();
    }
}
