package foz.agent.sqlserver;

import foz.agent.SettingsException;
import foz.agent.SourceType;
import foz.contract.Contract.Column;
import foz.contract.Contract.Table;
import foz.value.ColumnType;
import java.util.Locale;

/// A column's type in SQL Server, as far as its values are read and hashed differently.
///
/// @param length bytes of TEXT and BINARY, double bytes of NATIONAL_TEXT, digits of DECIMAL
/// @param scale of DECIMAL
/// @param collation of TEXT; empty where it is not known
record SqlserverType(Kind kind, int length, int scale, String collation) {

    enum Kind {
        INTEGER,
        DECIMAL,
        MONEY,
        BIT,
        FLOAT,
        REAL,
        TEXT,
        NATIONAL_TEXT,
        /// Without a bound, of one byte a character or two; XML and JSON too.
        LARGE_TEXT,
        DATE,
        TIME,
        DATETIME,
        SMALLDATETIME,
        DATETIME2,
        DATETIMEOFFSET,
        BINARY,
        LARGE_BINARY,
        /// Of the server's own making, as bytes.
        SPATIAL,
        ROWVERSION,
        UUID,
        VARIANT,
        HIERARCHY
    }

    private static final int TEXT_MAX = 8_000;
    private static final int NATIONAL_MAX = 4_000;

    static SqlserverType of(Kind kind) {
        return new SqlserverType(kind, 0, 0, "");
    }

    /// @throws SettingsException for a type whose values no SELECT can compare
    static SqlserverType of(SourceType found, Table table, Column column, String collation) {
        String name = found.name().toLowerCase(Locale.ROOT).replaceAll("[\\[\\]\"()]", "");
        return switch (name.replaceFirst("^.*\\.", "").replace(" identity", "").strip()) {
            case "tinyint", "smallint", "int", "bigint" -> of(Kind.INTEGER);
            case "decimal", "numeric" ->
                    new SqlserverType(Kind.DECIMAL, found.precision(), found.scale(), "");
            case "money", "smallmoney" -> of(Kind.MONEY);
            case "bit" -> of(Kind.BIT);
            case "float" -> of(Kind.FLOAT);
            case "real" -> of(Kind.REAL);
            case "char", "varchar" ->
                    found.precision() > TEXT_MAX
                            ? of(Kind.LARGE_TEXT)
                            : new SqlserverType(Kind.TEXT, found.precision(), 0, collation);
            case "nchar", "nvarchar", "sysname" ->
                    found.precision() > NATIONAL_MAX
                            ? of(Kind.LARGE_TEXT)
                            : new SqlserverType(Kind.NATIONAL_TEXT, found.precision(), 0, "");
            case "text", "ntext", "xml", "json" -> of(Kind.LARGE_TEXT);
            case "date" -> of(Kind.DATE);
            case "time" -> of(Kind.TIME);
            case "datetime" -> of(Kind.DATETIME);
            case "smalldatetime" -> of(Kind.SMALLDATETIME);
            case "datetime2" -> of(Kind.DATETIME2);
            case "datetimeoffset" -> of(Kind.DATETIMEOFFSET);
            case "binary", "varbinary" ->
                    found.precision() > TEXT_MAX
                            ? of(Kind.LARGE_BINARY)
                            : new SqlserverType(Kind.BINARY, found.precision(), 0, "");
            case "image" -> of(Kind.LARGE_BINARY);
            case "geometry", "geography" -> of(Kind.SPATIAL);
            case "timestamp", "rowversion" -> of(Kind.ROWVERSION);
            case "uniqueidentifier" -> of(Kind.UUID);
            case "sql_variant" -> of(Kind.VARIANT);
            case "hierarchyid" -> of(Kind.HIERARCHY);
            case String _ ->
                    throw new SettingsException(
                            "the column '%s' of '%s' is a %s, which Foz does not know how to compare; leave the column out of the contract"
                                    .formatted(
                                            column.physicalName(),
                                            table.physicalName(),
                                            found.name()));
        };
    }

    /// What a column most likely is, by its contract alone: for statements about a table that was
    /// not looked at.
    static SqlserverType likely(ColumnType type) {
        return switch (type.kind()) {
            case INTEGER -> of(Kind.INTEGER);
            case DECIMAL -> new SqlserverType(Kind.DECIMAL, 38, Math.max(type.scale(), 0), "");
            case FLOAT -> of(Kind.FLOAT);
            case TEXT -> new SqlserverType(Kind.NATIONAL_TEXT, NATIONAL_MAX, 0, "");
            case JSON -> of(Kind.LARGE_TEXT);
            case BOOLEAN -> of(Kind.BIT);
            case DATE -> of(Kind.DATE);
            case TIME -> of(Kind.TIME);
            case TIMESTAMP -> of(Kind.DATETIME2);
            case TIMESTAMP_WITH_ZONE -> of(Kind.DATETIMEOFFSET);
            case BYTES -> of(Kind.LARGE_BINARY);
            case UUID -> of(Kind.UUID);
        };
    }
}
