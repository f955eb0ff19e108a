package foz.agent.oracle;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// Rows' and keys' hashes as expressions of Oracle's SQL, signed numbers of 64 bits.
///
/// By `STANDARD_HASH` from 12c on. 11g has `ORA_HASH` alone, of 32 bits: two of them with different
/// seeds make one number. Neither takes a LOB, nor is a text above 4000 bytes made on the way:
/// columns go in by bundles, LOBs by pieces.
final class OracleHash {

    /// What a session's SQL certainly takes as a text, whatever `MAX_STRING_SIZE` says.
    private static final int TEXT_BYTES_MAX = 3_900;

    /// Of a column that goes in as it is.
    private static final int PLAIN_BYTES_MAX = 400;

    /// Characters or bytes at once of a LOB; as text no more than [#TEXT_BYTES_MAX].
    private static final int PIECE = 900;

    private static final int DIGEST_BYTES = 64;
    private static final String ALL = "4294967295";

    /// What makes an unsigned number of 64 bits a signed one, with the same low bits.
    static final String HALF = "9223372036854775808";

    private final boolean standard;

    /// @param major Oracle's version
    OracleHash(int major) {
        this.standard = major >= 12;
    }

    /// A part of what is hashed, a text that tells null from any value.
    private record Part(String sql, int bytesMax) {}

    /// @param column as an expression
    record Value(String column, OracleType type) {}

    String of(List<Value> values) {
        return number(bundle(values.stream().map(this::part).toList()));
    }

    /// All of these as one text.
    private String bundle(List<Part> parts) {
        List<List<Part>> bundles = new ArrayList<>();
        int bytes = TEXT_BYTES_MAX + 1;
        for (Part part : parts) {
            if (bytes + part.bytesMax() > TEXT_BYTES_MAX) {
                bundles.add(new ArrayList<>());
                bytes = 0;
            }
            bundles.getLast().add(part);
            bytes += part.bytesMax();
        }
        if (bundles.size() == 1) {
            return parts.stream().map(Part::sql).collect(Collectors.joining(" || "));
        }
        return bundle(
                bundles.stream()
                        .map(each -> new Part(digest(bundle(each)) + " || ','", DIGEST_BYTES + 1))
                        .toList());
    }

    private Part part(Value value) {
        String x = value.column();
        return switch (value.type().kind()) {
            // Every digit, but in a form that depends on the value alone.
            case NUMBER -> ended("TO_CHAR(" + x + ", 'TM9')", 64);
            case DATE -> ended("TO_CHAR(" + x + ", 'SYYYYMMDDHH24MISS')", 16);
            case TIMESTAMP -> ended("TO_CHAR(" + x + ", 'SYYYYMMDDHH24MISSFF9')", 26);
            case INSTANT ->
                    ended("TO_CHAR(SYS_EXTRACT_UTC(" + x + "), 'SYYYYMMDDHH24MISSFF9')", 26);
            case YEARS_TO_MONTHS, DAYS_TO_SECONDS -> ended("TO_CHAR(" + x + ")", 40);
            case BOOLEAN -> ended(OracleSql.bool(x), 1);
            case TEXT ->
                    value.type().bytesMax() <= PLAIN_BYTES_MAX
                            // The length says where it ends, and that it is not null.
                            ? new Part(
                                    "LENGTH(%s) || ':' || %s".formatted(x, x),
                                    value.type().bytesMax() + 6)
                            : digested(x);
            case RAW ->
                    value.type().bytesMax() * 2 <= PLAIN_BYTES_MAX
                            ? ended("RAWTOHEX(" + x + ")", value.type().bytesMax() * 2)
                            : digested(x);
            // In another character set than the rest, so that they cannot become one text.
            case NATIONAL_TEXT, BINARY_FLOAT, BINARY_DOUBLE, ROW_ID -> digested(x);
            case CLOB, XML, JSON -> pieces(OracleSql.large(x, value.type()), "%s");
            case BLOB -> pieces(x, "RAWTOHEX(%s)");
        };
    }

    private static Part ended(String text, int bytesMax) {
        return new Part(text + " || ','", bytesMax + 1);
    }

    private Part digested(String x) {
        return ended("NVL2(%s, %s, NULL)".formatted(x, digest(x)), DIGEST_BYTES);
    }

    private String digest(String x) {
        return standard
                ? "RAWTOHEX(STANDARD_HASH(%s, 'SHA256'))".formatted(x)
                : "ORA_HASH(%s, %s, 0) || '.' || ORA_HASH(%s, %s, 1)".formatted(x, ALL, x, ALL);
    }

    private String number(String x) {
        return "(" + unsigned(x, 16) + " - " + HALF + ")";
    }

    /// @param digits of hexadecimal
    private String unsigned(String x, int digits) {
        return standard
                ? "TO_NUMBER(SUBSTR(RAWTOHEX(STANDARD_HASH(%s, 'SHA256')), 1, %d), '%s')"
                        .formatted(x, digits, "X".repeat(digits))
                : "ORA_HASH(%s, %s, 0) * 4294967296 + ORA_HASH(%s, %s, 1)"
                        .formatted(x, ALL, x, ALL);
    }

    /// Of a LOB: its length, and the sum of its pieces' hashes, each with its place. An empty one
    /// is not null.
    private Part pieces(String x, String asText) {
        String length = "DBMS_LOB.GETLENGTH(" + x + ")";
        String piece =
                "LEVEL || ':' || "
                        + asText.formatted(
                                "DBMS_LOB.SUBSTR(%s, %d, 1 + %d * (LEVEL - 1))"
                                        .formatted(x, PIECE, PIECE));
        return ended(
                "CASE WHEN %s IS NOT NULL THEN TO_CHAR(%s) || ':' || TO_CHAR((SELECT SUM(%s) FROM DUAL CONNECT BY LEVEL <= CEIL(%s / %d))) END"
                        .formatted(x, length, unsigned(piece, 16), length, PIECE),
                64);
    }
}
