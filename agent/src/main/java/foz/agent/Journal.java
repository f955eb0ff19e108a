package foz.agent;

import foz.contract.Contract.Table;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/// A table at the source in which triggers write the key of each row that changed. It is a queue: a
/// row that is there is to be looked at, and goes once what it led to is durable. So no order of
/// numbers is relied on, in which transactions do not commit, and nothing tells how far it was
/// read.
///
/// Several agents have a journal each, by [SourceSettings#logName]. Safe for several threads.
public abstract class Journal {

    /// Keys in one statement.
    private static final int NUMBERS_AT_ONCE = 500;

    private static final int HASH_DIGITS = 12;
    private static final JsonMapper JSON = new JsonMapper();
    private static final TypeReference<List<String>> TEXTS = new TypeReference<>() {};

    /// A row that changed, came or went; or that the whole table was emptied.
    ///
    /// @param number of the row, or of its transaction
    /// @param keyHash by [Dialect#keyHash], of the row as it was then
    /// @param key texts that the source reads as the key's values, in the key's order; empty: the
    ///   whole table was emptied
    public record Entry(long number, long keyHash, List<String> key) {
        public Entry {
            key = List.copyOf(key);
        }
    }

    /// Why a table's changes are not journalled.
    ///
    /// @param what in English, a sentence
    /// @param remedy what to do, in English
    public record Fault(String what, String remedy) {}

    /// The journal's name in SQL.
    protected abstract String name();

    /// The column of [Entry#number].
    protected abstract String number();

    /// A predicate that is true for these rows of a table, and beside them at most for others of
    /// the same keys by the same transactions.
    protected abstract String these(List<Entry> entries);

    /// What a DBA runs to have these tables journalled, each statement harmless where it was run
    /// before. Tables that cannot be journalled are left out; [#fault] tells of them.
    ///
    /// @param reader the agent's own connection
    public abstract List<String> script(Connection reader, List<Table> tables) throws SQLException;

    /// What removes triggers that [#script] would not write now, of these tables or of others.
    ///
    /// @param owner a connection that may see the triggers
    public abstract List<String> surplus(Connection owner, Connection reader, List<Table> tables)
            throws SQLException;

    /// What removes the journal and all that belongs to it.
    ///
    /// @param owner a connection that may see the triggers
    public abstract List<String> removal(Connection owner) throws SQLException;

    /// The statements as the engine's own client reads them from a file.
    public abstract List<String> printed(List<String> statements);

    /// Why the table's changes are not journalled now; empty when they are.
    ///
    /// @param reader the agent's own connection; the table was [Dialect#learn]t on it
    public abstract Optional<Fault> fault(Connection reader, Table table) throws SQLException;

    /// What tells a table's rows of the journal from another's.
    protected static long id(String tableName) {
        return KeyHash.of(List.of(tableName));
    }

    /// The table's name as the source has it.
    protected abstract String tableName(Table table);

    /// Some of what waits for the table, the oldest numbers first.
    public List<Entry> read(Connection reader, Table table, int max) throws SQLException {
        String sql =
                "SELECT %1$s, op, hash, row_key FROM %2$s WHERE tab = ? ORDER BY %1$s, hash LIMIT %3$d"
                        .formatted(number(), name(), max);
        List<Entry> entries = new ArrayList<>();
        try (PreparedStatement statement = reader.prepareStatement(sql)) {
            statement.setLong(1, id(tableName(table)));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    entries.add(
                            new Entry(
                                    rows.getLong(1),
                                    rows.getLong(3),
                                    rows.getString(2).equals("T")
                                            ? List.of()
                                            : key(rows.getString(4))));
                }
            }
        }
        return entries;
    }

    private static List<String> key(@Nullable String text) {
        return JSON.readValue(String.valueOf(text), TEXTS);
    }

    /// How many changes of the table wait to be looked at.
    public long waiting(Connection reader, Table table) throws SQLException {
        try (PreparedStatement statement =
                reader.prepareStatement("SELECT count(*) FROM " + name() + " WHERE tab = ?")) {
            statement.setLong(1, id(tableName(table)));
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    /// Removes what was looked at.
    ///
    /// @param writer a connection that commits each statement
    public void remove(Connection writer, Table table, List<Entry> entries) throws SQLException {
        for (int from = 0; from < entries.size(); from += NUMBERS_AT_ONCE) {
            List<Entry> some =
                    entries.subList(from, Math.min(entries.size(), from + NUMBERS_AT_ONCE));
            String sql = "DELETE FROM %s WHERE tab = ? AND %s".formatted(name(), these(some));
            try (PreparedStatement statement = writer.prepareStatement(sql)) {
                statement.setLong(1, id(tableName(table)));
                statement.executeUpdate();
            }
        }
    }

    /// A name of at most so many bytes that ends with the hash of all that it stands for, so that
    /// names which begin alike never meet.
    protected static String fitting(String start, String whole, int bytesMax) {
        String plain = start.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_]+", "_");
        int length = Math.min(plain.length(), bytesMax - HASH_DIGITS - 1);
        return plain.substring(0, length) + "_" + hash(whole);
    }

    private static String hash(String text) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(text.getBytes(StandardCharsets.UTF_8)))
                    .substring(0, HASH_DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The name as it is, or, where it is too long, a shorter one with its hash.
    protected static String fitting(String name, int bytesMax) {
        return name.length() <= bytesMax ? name : fitting(name, name, bytesMax);
    }
}
