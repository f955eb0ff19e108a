package foz.agent.mariadb;

import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// A table as the binlog describes it before each of its changes: TABLE_MAP with
/// `binlog_row_metadata = FULL`.
///
/// @param columns in the table's order; empty where the server does not write their names
record BinlogTable(long number, String database, String name, List<Column> columns) {

    static final int TINY = 1;
    static final int SHORT = 2;
    static final int LONG = 3;
    static final int FLOAT = 4;
    static final int DOUBLE = 5;
    static final int LONGLONG = 8;
    static final int INT24 = 9;
    static final int DATE = 10;
    static final int YEAR = 13;
    static final int VARCHAR = 15;
    static final int BIT = 16;
    static final int TIMESTAMP2 = 17;
    static final int DATETIME2 = 18;
    static final int TIME2 = 19;
    static final int BLOB_COMPRESSED = 140;
    static final int VARCHAR_COMPRESSED = 141;
    static final int JSON = 245;
    static final int DECIMAL = 246;
    static final int ENUM = 247;
    static final int SET = 248;
    static final int TINY_BLOB = 249;
    static final int MEDIUM_BLOB = 250;
    static final int LONG_BLOB = 251;
    static final int BLOB = 252;
    static final int VAR_STRING = 253;
    static final int STRING = 254;
    static final int GEOMETRY = 255;

    private static final int SIGNEDNESS = 1;
    private static final int DEFAULT_CHARSET = 2;
    private static final int COLUMN_CHARSET = 3;
    private static final int COLUMN_NAME = 4;
    private static final int SET_VALUES = 5;
    private static final int ENUM_VALUES = 6;
    private static final int ENUM_AND_SET_DEFAULT_CHARSET = 10;
    private static final int ENUM_AND_SET_COLUMN_CHARSET = 11;

    /// A column of it.
    ///
    /// @param type one of the numbers above
    /// @param first,second the type's own two bytes
    /// @param charset of its texts; null for bytes
    /// @param words of ENUM and SET
    record Column(
            String name,
            int type,
            int first,
            int second,
            boolean unsigned,
            @Nullable Charset charset,
            List<byte[]> words) {

        /// Whether the log gives it a collation; geometry has one too.
        boolean isText() {
            return switch (type) {
                case VARCHAR,
                        VAR_STRING,
                        STRING,
                        TINY_BLOB,
                        MEDIUM_BLOB,
                        LONG_BLOB,
                        BLOB,
                        GEOMETRY ->
                        true;
                default -> false;
            };
        }

        /// Whether the log says if it has a sign.
        boolean isNumber() {
            return switch (type) {
                case TINY, SHORT, INT24, LONG, LONGLONG, DECIMAL, FLOAT, DOUBLE, YEAR -> true;
                default -> false;
            };
        }

        boolean isWord() {
            return type == ENUM || type == SET;
        }
    }

    /// @param charsets the character set of a collation's number; null for bytes
    static BinlogTable read(byte[] body, IntFunction<@Nullable Charset> charsets) {
        BinlogReader in = new BinlogReader(body);
        long number = in.little(6);
        in.skip(2);
        String database = in.name(in.unsignedByte());
        in.skip(1);
        String name = in.name(in.unsignedByte());
        in.skip(1);
        int count = in.packed();
        byte[] types = in.bytes(count);
        in.packed();
        List<Column> bare = new ArrayList<>();
        for (byte type : types) {
            bare.add(bare(type & 0xFF, in));
        }
        in.bits(count);
        Extra extra = new Extra();
        while (in.hasMore()) {
            int kind = in.unsignedByte();
            int length = in.packed();
            extra.read(kind, new BinlogReader(in.bytes(length)));
        }
        return new BinlogTable(number, database, name, extra.complete(bare, charsets));
    }

    private static Column bare(int type, BinlogReader in) {
        int first = 0;
        int second = 0;
        int real = type;
        switch (type) {
            case FLOAT,
                    DOUBLE,
                    TINY_BLOB,
                    MEDIUM_BLOB,
                    LONG_BLOB,
                    BLOB,
                    BLOB_COMPRESSED,
                    GEOMETRY,
                    JSON,
                    TIMESTAMP2,
                    DATETIME2,
                    TIME2 ->
                    first = in.unsignedByte();
            case BIT, VARCHAR, VARCHAR_COMPRESSED, VAR_STRING, DECIMAL, STRING, ENUM, SET -> {
                first = in.unsignedByte();
                second = in.unsignedByte();
                if (type == STRING && (first == ENUM || first == SET)) {
                    real = first;
                }
            }
            default -> {
                // The other types have nothing of their own.
            }
        }
        return new Column("", real, first, second, false, null, List.of());
    }

    /// What stands after the columns' types.
    private static final class Extra {
        private byte[] signedness = new byte[0];
        private final List<String> names = new ArrayList<>();
        private final List<List<byte[]>> sets = new ArrayList<>();
        private final List<List<byte[]>> enums = new ArrayList<>();
        private final Collations texts = new Collations();
        private final Collations words = new Collations();

        void read(int kind, BinlogReader in) {
            switch (kind) {
                case SIGNEDNESS -> signedness = in.rest();
                case DEFAULT_CHARSET -> texts.readDefault(in);
                case COLUMN_CHARSET -> texts.readEach(in);
                case COLUMN_NAME -> {
                    while (in.hasMore()) {
                        names.add(in.name(in.packed()));
                    }
                }
                case SET_VALUES -> readWords(in, sets);
                case ENUM_VALUES -> readWords(in, enums);
                case ENUM_AND_SET_DEFAULT_CHARSET -> words.readDefault(in);
                case ENUM_AND_SET_COLUMN_CHARSET -> words.readEach(in);
                default -> {
                    // Keys and kinds of geometry.
                }
            }
        }

        private static void readWords(BinlogReader in, List<List<byte[]>> to) {
            while (in.hasMore()) {
                List<byte[]> words = new ArrayList<>();
                int count = in.packed();
                for (int i = 0; i < count; i++) {
                    words.add(in.bytes(in.packed()));
                }
                to.add(words);
            }
        }

        List<Column> complete(List<Column> bare, IntFunction<@Nullable Charset> charsets) {
            if (names.size() != bare.size()) {
                return List.of();
            }
            List<Column> columns = new ArrayList<>();
            int number = 0;
            int text = 0;
            int word = 0;
            int set = 0;
            int list = 0;
            for (int i = 0; i < bare.size(); i++) {
                Column column = bare.get(i);
                boolean unsigned = false;
                Charset charset = null;
                List<byte[]> values = List.of();
                if (column.isNumber()) {
                    unsigned =
                            signedness.length > number / 8
                                    && (signedness[number / 8] >> (7 - number % 8) & 1) == 1;
                    number++;
                } else if (column.isText()) {
                    charset = charsets.apply(texts.of(text++));
                } else if (column.isWord()) {
                    charset = charsets.apply(words.of(word++));
                    values = column.type() == SET ? sets.get(set++) : enums.get(list++);
                }
                columns.add(
                        new Column(
                                names.get(i),
                                column.type(),
                                column.first(),
                                column.second(),
                                unsigned,
                                charset,
                                values));
            }
            return columns;
        }
    }

    /// The collations of some columns: one for all but a few, or each.
    private static final class Collations {
        private int usual;
        private final Map<Integer, Integer> others = new HashMap<>();
        private final List<Integer> each = new ArrayList<>();

        void readDefault(BinlogReader in) {
            usual = in.packed();
            while (in.hasMore()) {
                int column = in.packed();
                others.put(column, in.packed());
            }
        }

        void readEach(BinlogReader in) {
            while (in.hasMore()) {
                each.add(in.packed());
            }
        }

        int of(int column) {
            return each.isEmpty() ? others.getOrDefault(column, usual) : each.get(column);
        }
    }
}
