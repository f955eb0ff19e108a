package foz.agent.sqlserver;

import foz.agent.CanonicalText;
import foz.value.ColumnType;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A value of SQL Server's as canonical text. Days and times are read as they stand, never as a
/// moment of some zone.
final class SqlserverValue {

    private SqlserverValue() {}

    static @Nullable String read(ResultSet row, int index, SqlserverType type, ColumnType wanted)
            throws SQLException {
        return switch (type.kind()) {
            case INTEGER, DECIMAL, MONEY -> {
                BigDecimal value = row.getBigDecimal(index);
                yield value == null ? null : CanonicalText.decimal(value, wanted);
            }
            case BIT -> {
                boolean value = row.getBoolean(index);
                boolean word = wanted.kind() == ColumnType.Kind.BOOLEAN;
                String text = value ? (word ? "t" : "1") : (word ? "f" : "0");
                yield row.wasNull() ? null : text;
            }
            case FLOAT -> {
                double value = row.getDouble(index);
                yield row.wasNull() ? null : CanonicalText.floating(value);
            }
            case REAL -> {
                float value = row.getFloat(index);
                yield row.wasNull() ? null : CanonicalText.floating(value);
            }
            case DATE ->
                    text(
                            row.getObject(index, LocalDate.class),
                            day -> CanonicalText.day(day.atStartOfDay()));
            case TIME -> text(row.getObject(index, LocalTime.class), CanonicalText::time);
            case DATETIME, SMALLDATETIME, DATETIME2 -> {
                boolean day = wanted.kind() == ColumnType.Kind.DATE;
                yield text(
                        row.getObject(index, LocalDateTime.class),
                        day ? CanonicalText::day : CanonicalText::timestamp);
            }
            case DATETIMEOFFSET ->
                    text(row.getObject(index, LocalDateTime.class), CanonicalText::instant);
            case BINARY, LARGE_BINARY, SPATIAL, ROWVERSION ->
                    text(row.getBytes(index), CanonicalText::bytes);
            case UUID -> text(row.getString(index), value -> value.toLowerCase(Locale.ROOT));
            case TEXT, NATIONAL_TEXT, LARGE_TEXT, VARIANT, HIERARCHY -> row.getString(index);
        };
    }

    private static <T> @Nullable String text(@Nullable T value, Function<T, String> text) {
        return value == null ? null : text.apply(value);
    }
}
