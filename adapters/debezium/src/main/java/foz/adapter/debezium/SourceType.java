package foz.adapter.debezium;

import java.util.Locale;
import java.util.Map;
import org.apache.kafka.connect.data.Schema;

/// A column's type at the source.
///
/// @param name in upper case, without length
/// @param length -1 where it is not known
/// @param meaning what Debezium's number or text stands for, such as `io.debezium.time.Date`; empty
///   where it stands for itself, or is not known
record SourceType(String name, long length, String meaning) {

    private static final String NAME = "__debezium.source.column.type";
    private static final String LENGTH = "__debezium.source.column.length";

    SourceType {
        int bracket = name.indexOf('(');
        name = (bracket < 0 ? name : name.substring(0, bracket)).strip().toUpperCase(Locale.ROOT);
    }

    /// As Debezium passes it on with a column's schema.
    static SourceType of(Schema schema) {
        Map<String, String> parameters = schema.parameters();
        String meaning = schema.name() == null ? "" : schema.name();
        return parameters == null
                ? new SourceType("", -1, meaning)
                : new SourceType(
                        parameters.getOrDefault(NAME, ""),
                        Long.parseLong(parameters.getOrDefault(LENGTH, "-1")),
                        meaning);
    }
}
