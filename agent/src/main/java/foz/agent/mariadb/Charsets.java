package foz.agent.mariadb;

import java.nio.charset.Charset;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The character sets of a server's collations, by the collations' numbers, as the binlog names
/// them.
final class Charsets {

    /// By MariaDB's names. Its latin1 is Microsoft's.
    private static final Map<String, String> NAMES =
            Map.ofEntries(
                    Map.entry("utf8mb4", "UTF-8"),
                    Map.entry("utf8mb3", "UTF-8"),
                    Map.entry("utf8", "UTF-8"),
                    Map.entry("ascii", "US-ASCII"),
                    Map.entry("latin1", "windows-1252"),
                    Map.entry("latin2", "ISO-8859-2"),
                    Map.entry("latin5", "ISO-8859-9"),
                    Map.entry("latin7", "ISO-8859-13"),
                    Map.entry("cp1250", "windows-1250"),
                    Map.entry("cp1251", "windows-1251"),
                    Map.entry("cp1256", "windows-1256"),
                    Map.entry("cp1257", "windows-1257"),
                    Map.entry("cp850", "IBM850"),
                    Map.entry("cp852", "IBM852"),
                    Map.entry("cp866", "IBM866"),
                    Map.entry("greek", "ISO-8859-7"),
                    Map.entry("hebrew", "ISO-8859-8"),
                    Map.entry("koi8r", "KOI8-R"),
                    Map.entry("koi8u", "KOI8-U"),
                    Map.entry("ucs2", "UTF-16BE"),
                    Map.entry("utf16", "UTF-16BE"),
                    Map.entry("utf16le", "UTF-16LE"),
                    Map.entry("utf32", "UTF-32BE"),
                    Map.entry("gbk", "GBK"),
                    Map.entry("gb2312", "GB2312"),
                    Map.entry("big5", "Big5"),
                    Map.entry("sjis", "windows-31j"),
                    Map.entry("cp932", "windows-31j"),
                    Map.entry("ujis", "EUC-JP"),
                    Map.entry("eucjpms", "EUC-JP"),
                    Map.entry("euckr", "x-windows-949"),
                    Map.entry("tis620", "TIS-620"));

    private final Map<Integer, String> names;

    private Charsets(Map<Integer, String> names) {
        this.names = Map.copyOf(names);
    }

    static Charsets of(Connection connection) throws SQLException {
        Map<Integer, String> names = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery(
                                """
                                SELECT ID, CHARACTER_SET_NAME
                                FROM information_schema.COLLATION_CHARACTER_SET_APPLICABILITY WHERE ID IS NOT NULL
                                """)) {
            while (rows.next()) {
                names.put(rows.getInt(1), rows.getString(2));
            }
        }
        return new Charsets(names);
    }

    /// @return null for bytes
    /// @throws BinlogValue.UnreadableException for one that Java has not
    @Nullable Charset of(int collation) {
        String name = names.getOrDefault(collation, "of collation " + collation);
        if (name.equals("binary")) {
            return null;
        }
        String java = NAMES.get(name);
        if (java == null) {
            throw new BinlogValue.UnreadableException(
                    "the character set '%s' is not known here".formatted(name));
        }
        return Charset.forName(java);
    }
}
