package foz.contract;

import java.sql.Types;
import java.util.Locale;

/// ODCS's logical type of a source's column.
final class LogicalType {

    private LogicalType() {}

    static String of(SourceTable.Column column) {
        String physical = column.physicalType().toLowerCase(Locale.ROOT);
        if (physical.endsWith("[]")) {
            return "array";
        } else if (physical.startsWith("json")) {
            return "object";
        }
        return switch (column.jdbcType()) {
            case Types.BOOLEAN -> "boolean";
            case Types.BIT -> column.length() <= 1 ? "boolean" : "string";
            case Types.TINYINT, Types.SMALLINT, Types.INTEGER, Types.BIGINT -> "integer";
            case Types.NUMERIC, Types.DECIMAL ->
                    column.length() > 0 && column.scale() == 0 && physical.contains("(")
                            ? "integer"
                            : "number";
            case Types.REAL, Types.FLOAT, Types.DOUBLE -> "number";
            case Types.DATE -> "date";
            case Types.TIME, Types.TIME_WITH_TIMEZONE -> "time";
            case Types.TIMESTAMP, Types.TIMESTAMP_WITH_TIMEZONE -> "timestamp";
            default -> physical.startsWith("timestamp with") ? "timestamp" : "string";
        };
    }
}
