package foz.agent.oracle;

import foz.agent.SettingsException;
import foz.agent.SourceType;
import foz.contract.Contract.Column;
import foz.contract.Contract.Table;
import foz.value.ColumnType;

/// A column's type in Oracle, as far as its values are read and hashed differently.
///
/// @param bytesMax of a value; only for TEXT, NATIONAL_TEXT and RAW
record OracleType(Kind kind, int bytesMax) {

    enum Kind {
        NUMBER,
        BINARY_FLOAT,
        BINARY_DOUBLE,
        TEXT,
        NATIONAL_TEXT,
        CLOB,
        DATE,
        TIMESTAMP,
        /// With a zone, its own or the session's: an instant.
        INSTANT,
        YEARS_TO_MONTHS,
        DAYS_TO_SECONDS,
        RAW,
        BLOB,
        XML,
        JSON,
        BOOLEAN,
        ROW_ID
    }

    /// Of a character in AL32UTF8, Oracle's own character set of most bytes.
    private static final int CHARACTER_BYTES = 4;

    private static final int TEXT_BYTES_MAX = 32_767;

    static OracleType of(Kind kind) {
        return new OracleType(kind, 0);
    }

    /// @throws SettingsException for a type whose values no SELECT can compare
    static OracleType of(SourceType found, Table table, Column column) {
        return switch (found.name().replaceAll("\\(.*?\\)", "").replaceFirst("^.*\\.", "")) {
            case "NUMBER", "FLOAT" -> of(Kind.NUMBER);
            case "BINARY_FLOAT" -> of(Kind.BINARY_FLOAT);
            case "BINARY_DOUBLE" -> of(Kind.BINARY_DOUBLE);
            case "VARCHAR2", "CHAR" -> text(Kind.TEXT, found.precision());
            case "NVARCHAR2", "NCHAR" -> text(Kind.NATIONAL_TEXT, found.precision());
            case "CLOB", "NCLOB" -> of(Kind.CLOB);
            case "DATE" -> of(Kind.DATE);
            case "TIMESTAMP" -> of(Kind.TIMESTAMP);
            case "TIMESTAMP WITH TIME ZONE", "TIMESTAMP WITH LOCAL TIME ZONE" -> of(Kind.INSTANT);
            case "INTERVALYM" -> of(Kind.YEARS_TO_MONTHS);
            case "INTERVALDS" -> of(Kind.DAYS_TO_SECONDS);
            case "RAW" -> new OracleType(Kind.RAW, bounded(found.precision()));
            case "BLOB" -> of(Kind.BLOB);
            case "XMLTYPE" -> of(Kind.XML);
            case "JSON" -> of(Kind.JSON);
            case "BOOLEAN" -> of(Kind.BOOLEAN);
            case "ROWID" -> of(Kind.ROW_ID);
            case String _ ->
                    throw new SettingsException(
                            "the column '%s' of '%s' is a %s, which no expression of Oracle's SQL compares; leave the column out of the contract"
                                    .formatted(
                                            column.physicalName(),
                                            table.physicalName(),
                                            found.name()));
        };
    }

    private static OracleType text(Kind kind, int characters) {
        int bytes = characters > TEXT_BYTES_MAX / CHARACTER_BYTES ? 0 : characters;
        return new OracleType(kind, bounded(bytes * CHARACTER_BYTES));
    }

    private static int bounded(int bytes) {
        return bytes > 0 && bytes <= TEXT_BYTES_MAX ? bytes : TEXT_BYTES_MAX;
    }

    /// What a column most likely is, by its contract alone: for statements about a table that was
    /// not looked at.
    static OracleType likely(ColumnType type) {
        return switch (type.kind()) {
            case INTEGER, DECIMAL -> of(Kind.NUMBER);
            case FLOAT -> of(Kind.BINARY_DOUBLE);
            case TEXT, UUID -> text(Kind.TEXT, type.precision());
            case JSON -> of(Kind.CLOB);
            case BOOLEAN -> of(Kind.BOOLEAN);
            case DATE -> of(Kind.DATE);
            case TIME -> text(Kind.TEXT, 0);
            case TIMESTAMP -> of(type.precision() == 0 ? Kind.DATE : Kind.TIMESTAMP);
            case TIMESTAMP_WITH_ZONE -> of(Kind.INSTANT);
            case BYTES -> of(Kind.BLOB);
        };
    }
}
