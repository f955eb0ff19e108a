package foz.adapter.debezium;

import foz.adapter.debezium.Conversion.Value;
import foz.agent.KeyHash;
import foz.agent.LogContext;
import foz.contract.Contract.Column;
import foz.contract.Contract.Table;
import foz.wire.Change;
import foz.wire.ChangeBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.jspecify.annotations.Nullable;

/// The changes of one captured table. A row with a value that Debezium does not have, or would give
/// otherwise than a SELECT does, is read again.
final class TableRows {

    private static final Value ABSENT_BYTES =
            Texts.bytes(Settings.ABSENT.getBytes(StandardCharsets.UTF_8));

    private final Table table;
    private final Database database;
    private final LogContext context;
    private final Change.TableHeader header;
    private @Nullable Schema schema;
    private Field[] fields = {};
    private Conversion[] conversions = {};
    private long generation;

    TableRows(Table table, Database database, LogContext context) {
        this.table = table;
        this.database = database;
        this.context = context;
        this.header =
                new Change.TableHeader(
                        table.name(),
                        table.columns().stream().map(Column::name).toList(),
                        table.key().stream().map(table.columns()::indexOf).toList());
    }

    Table table() {
        return table;
    }

    /// Adds a change of Debezium's envelope.
    void take(Struct value, long transaction, ChangeBuffer to) throws SQLException {
        try {
            switch (value.getString("op")) {
                case "t" -> empty(to);
                case "d" -> delete(key(value.getStruct("before")), transaction, to);
                case "c", "r" -> upsert(value.getStruct("after"), transaction, to);
                case "u" -> {
                    Struct before = value.getStruct("before");
                    Struct after = value.getStruct("after");
                    if (before != null) {
                        List<String> key = key(before);
                        if (!key.equals(key(after))) {
                            delete(key, transaction, to);
                        }
                    }
                    upsert(after, transaction, to);
                }
                default -> {
                    // A logical message is no change of rows.
                }
            }
        } catch (UnreadableException e) {
            context.pause(
                    table,
                    String.valueOf(e.getMessage()),
                    "let the contract say what the source has, or capture the table by compare");
        }
    }

    /// A change that cannot be told.
    private static final class UnreadableException extends RuntimeException {
        UnreadableException(String message) {
            super(message);
        }
    }

    private void learn(Schema found) {
        if (found.equals(schema)) {
            return;
        }
        Field[] places = new Field[table.columns().size()];
        Conversion[] each = new Conversion[places.length];
        for (int i = 0; i < places.length; i++) {
            Column column = table.columns().get(i);
            places[i] = field(found, column);
            each[i] = database.conversion(SourceType.of(places[i].schema()), column);
        }
        fields = places;
        conversions = each;
        schema = found;
    }

    private static Field field(Schema schema, Column column) {
        return schema.fields().stream()
                .filter(field -> field.name().equalsIgnoreCase(column.physicalName()))
                .findFirst()
                .orElseThrow(() ->
                        new UnreadableException(
                                "the source has no column '%s' in it"
                                        .formatted(column.physicalName())));
    }

    private Value value(Struct row, int column) {
        Object value = row.getWithoutDefault(fields[column].name());
        return isAbsent(value) ? Value.UNSURE : conversions[column].of(value);
    }

    private static boolean isAbsent(@Nullable Object value) {
        return switch (value) {
            case String text -> text.equals(Settings.ABSENT);
            case List<?> list -> list.size() == 1 && isAbsent(list.getFirst());
            case null -> false;
            default -> Texts.bytes(value).equals(ABSENT_BYTES);
        };
    }

    private List<String> key(@Nullable Struct row) {
        if (row == null) {
            throw new UnreadableException("the log does not tell its rows before a change");
        }
        learn(row.schema());
        List<String> key = new ArrayList<>();
        for (int place : header.key()) {
            Value value = value(row, place);
            if (!value.sure() || value.text() == null) {
                throw new UnreadableException(
                        "Debezium does not give its key '%s' as a SELECT does"
                                .formatted(table.columns().get(place).name()));
            }
            key.add(value.text());
        }
        return key;
    }

    private void upsert(@Nullable Struct row, long transaction, ChangeBuffer to)
            throws SQLException {
        List<String> key = key(row);
        if (row == null || context.isKnown(table, transaction, KeyHash.of(key))) {
            return;
        }
        @Nullable String[] values = new @Nullable String[fields.length];
        for (int i = 0; i < values.length; i++) {
            Value value = value(row, i);
            if (!value.sure()) {
                context.reread(table, transaction, key, to);
                return;
            }
            values[i] = value.text();
        }
        to.upsert(header);
        for (String value : values) {
            to.text(value);
        }
    }

    private void delete(List<String> key, long transaction, ChangeBuffer to) {
        if (context.isKnown(table, transaction, KeyHash.of(key))) {
            return;
        }
        to.delete(header);
        for (int i = 0; i < fields.length; i++) {
            int place = header.key().indexOf(i);
            to.text(place < 0 ? null : key.get(place));
        }
    }

    private void empty(ChangeBuffer to) {
        generation = Math.max(generation + 1, System.currentTimeMillis());
        to.add(header, new Change.SnapshotBegin(table.name(), generation));
        to.add(header, new Change.SnapshotEnd(table.name(), generation));
        context.emptied(table);
    }
}
