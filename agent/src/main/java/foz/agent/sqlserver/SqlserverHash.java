package foz.agent.sqlserver;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// Rows' and keys' hashes as expressions of SQL Server's SQL: the first eight bytes of a SHA-256 as
/// a `bigint`. `CHECKSUM` will not do, for it takes many texts for the same.
///
/// Texts go in by their bytes, so that no collation has a say, and columns by bundles, since a text
/// that is not of the slow unbounded type ends at 8000 bytes.
final class SqlserverHash {

    private static final int TEXT_BYTES_MAX = 7_900;

    /// Arguments of `CONCAT`; the server takes 254.
    private static final int PARTS_MAX = 200;

    /// Digits of a column that goes in as it is.
    private static final int PLAIN_DIGITS_MAX = 400;

    private static final int DIGEST_DIGITS = 64;

    private SqlserverHash() {}

    /// A part of what is hashed: a text that null has too, and no value.
    private record Part(String sql, int bytesMax) {}

    /// @param column as an expression
    record Value(String column, SqlserverType type) {}

    static String of(List<Value> values) {
        return "CONVERT(bigint, CONVERT(binary(8), %s))"
                .formatted(sha(bundle(values.stream().map(SqlserverHash::part).toList())));
    }

    private static String sha(String x) {
        return "HASHBYTES('SHA2_256', " + x + ")";
    }

    /// All of these as one text.
    private static String bundle(List<Part> parts) {
        List<List<Part>> bundles = new ArrayList<>();
        int bytes = TEXT_BYTES_MAX + 1;
        for (Part part : parts) {
            if (bytes + part.bytesMax() > TEXT_BYTES_MAX || bundles.getLast().size() == PARTS_MAX) {
                bundles.add(new ArrayList<>());
                bytes = 0;
            }
            bundles.getLast().add(part);
            bytes += part.bytesMax();
        }
        if (bundles.size() > 1) {
            return bundle(bundles.stream().map(each -> digested(bundle(each))).toList());
        }
        return parts.size() == 1
                ? parts.getFirst().sql()
                : parts.stream().map(Part::sql).collect(Collectors.joining(", ", "CONCAT(", ")"));
    }

    private static Part part(Value value) {
        SqlserverType type = value.type();
        String x = value.column();
        return switch (type.kind()) {
            case INTEGER, BIT -> text(20, x, "");
            case DECIMAL -> text(41, x, "");
            case MONEY -> text(41, "CONVERT(decimal(19, 4), " + x + ")", "");
            // With all of its digits.
            case FLOAT, REAL -> text(30, x, ", 3");
            case DATE -> text(10, x, ", 23");
            case TIME -> text(16, x, ", 121");
            case DATETIME, SMALLDATETIME, DATETIME2 -> text(27, x, ", 121");
            case DATETIMEOFFSET -> text(27, SqlserverSql.utc(x), ", 121");
            case UUID -> text(36, x, "");
            case ROWVERSION -> bytes(8, "CONVERT(binary(8), " + x + ")");
            case BINARY -> bytes(type.length(), x);
            case TEXT -> bytes(type.length(), varbinary(type.length(), x));
            case NATIONAL_TEXT -> bytes(2 * type.length(), varbinary(2 * type.length(), x));
            case LARGE_TEXT ->
                    digested("CONVERT(varbinary(max), CONVERT(nvarchar(max), " + x + "))");
            case LARGE_BINARY, SPATIAL -> digested("CONVERT(varbinary(max), " + x + ")");
            case VARIANT ->
                    digested(
                            "CONVERT(nvarchar(100), SQL_VARIANT_PROPERTY(%s, 'BaseType')) + N':' + %s"
                                    .formatted(x, SqlserverSql.variant(x)));
            case HIERARCHY -> digested("CAST(" + x + " AS nvarchar(4000))");
        };
    }

    private static String varbinary(int length, String x) {
        return "CONVERT(varbinary(" + Math.clamp(length, 1, 8_000) + "), " + x + ")";
    }

    private static Part text(int digits, String x, String style) {
        return ended("CONVERT(varchar(" + digits + "), " + x + style + ")", digits);
    }

    private static Part bytes(int length, String x) {
        return 2 * length <= PLAIN_DIGITS_MAX
                ? text(2 * Math.max(length, 1), x, ", 2")
                : digested(x);
    }

    private static Part digested(String x) {
        return text(DIGEST_DIGITS, sha(x), ", 2");
    }

    private static Part ended(String text, int digits) {
        return new Part("ISNULL(" + text + " + ',', 'n,')", digits + 1);
    }
}
