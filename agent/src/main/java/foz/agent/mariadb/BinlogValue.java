package foz.agent.mariadb;

import foz.agent.mariadb.BinlogTable.Column;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// One value of a row in the binlog, as the text that a SELECT of [MariadbDialect] gives. The
/// formats are those of MariaDB's `Field::pack` (`sql/field.cc`, `strings/decimal.c`,
/// `sql/compat56.cc`).
final class BinlogValue {

    private static final int[] DECIMAL_BYTES = {0, 1, 1, 2, 2, 3, 3, 4, 4, 4};
    private static final int GROUP = 9;
    private static final DateTimeFormatter SECONDS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private BinlogValue() {}

    /// A value that cannot be told as it is.
    static final class UnreadableException extends RuntimeException {
        UnreadableException(String message) {
            super(message);
        }
    }

    /// @param dataType the column's type as the source's catalogue names it
    static String read(BinlogReader in, Column column, String dataType) {
        return switch (column.type()) {
            case BinlogTable.TINY -> integer(in.little(1), 1, column.unsigned());
            case BinlogTable.SHORT -> integer(in.little(2), 2, column.unsigned());
            case BinlogTable.INT24 -> integer(in.little(3), 3, column.unsigned());
            case BinlogTable.LONG -> integer(in.little(4), 4, column.unsigned());
            case BinlogTable.LONGLONG -> integer(in.little(8), 8, column.unsigned());
            case BinlogTable.FLOAT -> number(Float.intBitsToFloat((int) in.little(4)));
            case BinlogTable.DOUBLE -> number(Double.longBitsToDouble(in.little(8)));
            case BinlogTable.DECIMAL -> decimal(in, column.first(), column.second());
            case BinlogTable.DATE -> date(in.little(3));
            case BinlogTable.YEAR -> year(in.unsignedByte());
            case BinlogTable.TIME2 -> time(in, column.first());
            case BinlogTable.DATETIME2 -> datetime(in, column.first());
            case BinlogTable.TIMESTAMP2 -> timestamp(in, column.first());
            case BinlogTable.BIT -> bits(in, column.first(), column.second());
            case BinlogTable.ENUM -> word(in, column);
            case BinlogTable.SET -> words(in, column);
            case BinlogTable.STRING -> fixed(in, column, dataType);
            case BinlogTable.VARCHAR, BinlogTable.VAR_STRING -> {
                int max = column.first() | column.second() << 8;
                yield text(in.bytes((int) in.little(max > 255 ? 2 : 1)), column.charset());
            }
            case BinlogTable.TINY_BLOB,
                    BinlogTable.BLOB,
                    BinlogTable.MEDIUM_BLOB,
                    BinlogTable.LONG_BLOB ->
                    text(in.bytes((int) in.little(column.first())), column.charset());
            case BinlogTable.GEOMETRY -> hex(in.bytes((int) in.little(column.first())));
            default ->
                    throw new UnreadableException(
                            "its column '%s' is logged in a form (%d) that is not read"
                                    .formatted(column.name(), column.type()));
        };
    }

    private static String integer(long value, int bytes, boolean unsigned) {
        if (unsigned) {
            return Long.toUnsignedString(value);
        }
        int unused = Long.SIZE - 8 * bytes;
        return Long.toString(value << unused >> unused);
    }

    /// As `my_gcvt` writes it: digits as few as tell the number, and an exponent where the point
    /// stands more than 15 places away.
    static String number(double value) {
        if (value == 0) {
            return 1 / value < 0 ? "-0" : "0";
        }
        BigDecimal exact = new BigDecimal(Double.toString(Math.abs(value))).stripTrailingZeros();
        String digits = exact.unscaledValue().toString();
        int point = digits.length() - exact.scale();
        String text;
        if (point < -14 || point > 15) {
            text =
                    digits.charAt(0)
                            + (digits.length() > 1 ? "." + digits.substring(1) : "")
                            + "e"
                            + (point - 1);
        } else {
            text = exact.toPlainString();
        }
        return value < 0 ? "-" + text : text;
    }

    private static String decimal(BinlogReader in, int precision, int scale) {
        int whole = precision - scale;
        int size =
                whole / GROUP * 4
                        + DECIMAL_BYTES[whole % GROUP]
                        + scale / GROUP * 4
                        + DECIMAL_BYTES[scale % GROUP];
        byte[] bytes = in.bytes(size);
        boolean negative = (bytes[0] & 0x80) == 0;
        bytes[0] ^= (byte) 0x80;
        if (negative) {
            for (int i = 0; i < size; i++) {
                bytes[i] = (byte) ~bytes[i];
            }
        }
        BinlogReader digits = new BinlogReader(bytes);
        StringBuilder text = new StringBuilder("0");
        group(digits, whole % GROUP, text);
        for (int i = 0; i < whole / GROUP; i++) {
            group(digits, GROUP, text);
        }
        for (int i = 0; i < scale / GROUP; i++) {
            group(digits, GROUP, text);
        }
        group(digits, scale % GROUP, text);
        BigDecimal value = new BigDecimal(new BigInteger(text.toString()), scale);
        return (negative ? value.negate() : value).toPlainString();
    }

    private static void group(BinlogReader in, int digits, StringBuilder to) {
        if (digits > 0) {
            String text = Long.toString(in.big(DECIMAL_BYTES[digits]));
            to.append("0".repeat(digits - text.length())).append(text);
        }
    }

    private static String date(long value) {
        return String.format(
                Locale.ROOT, "%04d-%02d-%02d", value >> 9, value >> 5 & 15, value & 31);
    }

    private static String year(int value) {
        return value == 0 ? "0000" : Integer.toString(1900 + value);
    }

    /// A fraction of so many digits, behind its point.
    private static String fraction(long micros, int digits) {
        return digits == 0
                ? ""
                : "." + String.format(Locale.ROOT, "%06d", micros).substring(0, digits);
    }

    private static long micros(BinlogReader in, int digits) {
        return switch ((digits + 1) / 2) {
            case 1 -> in.big(1) * 10_000;
            case 2 -> in.big(2) * 100;
            case 3 -> in.big(3);
            default -> 0;
        };
    }

    private static String time(BinlogReader in, int digits) {
        int bytes = (digits + 1) / 2;
        long packed = in.big(3 + bytes) - (0x800000L << (8 * bytes));
        long value = Math.abs(packed);
        long seconds = value >> (8 * bytes);
        long rest = value & ((1L << (8 * bytes)) - 1);
        long micros = rest * (bytes == 1 ? 10_000 : bytes == 2 ? 100 : 1);
        return (packed < 0 ? "-" : "")
                + String.format(
                        Locale.ROOT,
                        "%02d:%02d:%02d",
                        seconds >> 12 & 0x3FF,
                        seconds >> 6 & 0x3F,
                        seconds & 0x3F)
                + fraction(micros, digits);
    }

    private static String datetime(BinlogReader in, int digits) {
        long packed = in.big(5) - 0x8000000000L;
        long months = packed >> 22;
        return String.format(
                        Locale.ROOT,
                        "%04d-%02d-%02d %02d:%02d:%02d",
                        months / 13,
                        months % 13,
                        packed >> 17 & 0x1F,
                        packed >> 12 & 0x1F,
                        packed >> 6 & 0x3F,
                        packed & 0x3F)
                + fraction(micros(in, digits), digits);
    }

    private static String timestamp(BinlogReader in, int digits) {
        long seconds = in.big(4);
        long micros = micros(in, digits);
        return (seconds == 0 && micros == 0
                        ? "0000-00-00 00:00:00"
                        : SECONDS.format(Instant.ofEpochSecond(seconds)))
                + fraction(micros, digits);
    }

    private static String bits(BinlogReader in, int bits, int bytes) {
        int width = bytes * 8 + bits;
        String digits = new BigInteger(1, in.bytes((width + 7) / 8)).toString(2);
        return "0".repeat(Math.max(0, width - digits.length())) + digits;
    }

    private static String word(BinlogReader in, Column column) {
        int index = (int) in.little(column.second());
        // 0: what the column did not take, which reads as the empty text.
        return index == 0 ? "" : text(column.words().get(index - 1), column.charset());
    }

    private static String words(BinlogReader in, Column column) {
        long chosen = in.little(column.second());
        List<String> words = new ArrayList<>();
        for (int i = 0; i < column.words().size(); i++) {
            if ((chosen >> i & 1) == 1) {
                words.add(text(column.words().get(i), column.charset()));
            }
        }
        return String.join(",", words);
    }

    /// CHAR, BINARY, and the types that MariaDB keeps in bytes of a fixed number.
    private static String fixed(BinlogReader in, Column column, String dataType) {
        int length = ((column.first() & 0x30) ^ 0x30) << 4 | column.second();
        byte[] bytes = in.bytes((int) in.little(length > 255 ? 2 : 1));
        return switch (dataType) {
            case "uuid" -> uuid(Arrays.copyOf(bytes, 16));
            case "inet6" -> inet6(Arrays.copyOf(bytes, 16));
            case "inet4" -> inet4(Arrays.copyOf(bytes, 4));
            // The log leaves out the zeros at the end.
            case "binary" -> hex(Arrays.copyOf(bytes, length));
            default -> text(bytes, column.charset());
        };
    }

    /// Versions 1 to 5 are stored with their parts in reverse order, later ones as they are.
    private static String uuid(byte[] stored) {
        int version = stored[8] & 0xFF;
        boolean reversed = (stored[6] & 0x80) != 0 && version > 0 && version < 0x60;
        String digits = HexFormat.of().formatHex(stored);
        if (reversed) {
            digits =
                    digits.substring(24)
                            + digits.substring(20, 24)
                            + digits.substring(16, 20)
                            + digits.substring(12, 16)
                            + digits.substring(0, 12);
        }
        return String.join(
                "-",
                digits.substring(0, 8),
                digits.substring(8, 12),
                digits.substring(12, 16),
                digits.substring(16, 20),
                digits.substring(20));
    }

    private static String inet4(byte[] bytes) {
        return (bytes[0] & 0xFF)
                + "."
                + (bytes[1] & 0xFF)
                + "."
                + (bytes[2] & 0xFF)
                + "."
                + (bytes[3] & 0xFF);
    }

    /// The longest row of zeros left out, and the last four bytes of an IPv4 address with dots.
    private static String inet6(byte[] bytes) {
        int[] parts = new int[8];
        for (int i = 0; i < 8; i++) {
            parts[i] = ((bytes[2 * i] & 0xFF) << 8) | (bytes[2 * i + 1] & 0xFF);
        }
        int start = -1;
        int longest = 0;
        for (int i = 0; i < 8; i++) {
            int end = i;
            while (end < 8 && parts[end] == 0) {
                end++;
            }
            if (end - i > longest) {
                longest = end - i;
                start = i;
            }
            i = Math.max(i, end - 1);
        }
        boolean dotted =
                start == 0
                        && ((longest == 6 && parts[6] != 0)
                                || (longest == 5 && parts[5] == 0xFFFF));
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < (dotted ? 6 : 8); i++) {
            if (i == start) {
                text.append("::");
                i += longest - 1;
            } else {
                if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
                    text.append(':');
                }
                text.append(Integer.toHexString(parts[i]));
            }
        }
        if (dotted) {
            if (text.charAt(text.length() - 1) != ':') {
                text.append(':');
            }
            text.append(inet4(Arrays.copyOfRange(bytes, 12, 16)));
        }
        return text.toString();
    }

    private static String text(byte[] bytes, @Nullable Charset charset) {
        if (charset == null) {
            return hex(bytes);
        }
        try {
            return charset.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new UnreadableException("a text is no " + charset);
        }
    }

    private static String hex(byte[] bytes) {
        return "\\x" + HexFormat.of().formatHex(bytes);
    }
}
