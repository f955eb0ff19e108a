package foz.adapter.debezium;

import foz.agent.LogContext;
import foz.contract.Contract;
import foz.contract.Contract.Table;
import foz.contract.ContractReader;
import foz.wire.BatchReader;
import foz.wire.BatchWriter;
import foz.wire.Change;
import foz.wire.ChangeBuffer;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.jspecify.annotations.Nullable;

/// A table's changes as Debezium tells them, and what becomes of them.
final class Told implements LogContext {

    private final Table table;
    private final TableRows rows;
    private final Schema row;
    private final Schema envelope;
    private final ChangeBuffer changes = new ChangeBuffer();
    final List<String> reread = new ArrayList<>();
    final List<String> pauses = new ArrayList<>();
    final List<String> emptied = new ArrayList<>();
    final List<String> stale = new ArrayList<>();
    int altered;

    /// A column as Debezium's schema has it.
    ///
    /// @param type at the source, as Debezium propagates it
    record Column(String name, String type, long length, Schema schema) {}

    /// @param contract `name type` each; the first is the key
    Told(Database database, List<String> contract, List<Column> columns) {
        this.table = table("item", contract);
        this.rows = new TableRows(table, database, this);
        SchemaBuilder built = SchemaBuilder.struct().optional();
        for (Column column : columns) {
            SchemaBuilder field = copy(column.schema());
            field.parameter("__debezium.source.column.type", column.type());
            if (column.length() >= 0) {
                field.parameter("__debezium.source.column.length", Long.toString(column.length()));
            }
            built.field(column.name(), field.build());
        }
        this.row = built.build();
        this.envelope =
                SchemaBuilder.struct()
                        .field("op", Schema.STRING_SCHEMA)
                        .field("before", row)
                        .field("after", row)
                        .build();
    }

    private static SchemaBuilder copy(Schema schema) {
        SchemaBuilder copy = new SchemaBuilder(schema.type()).optional();
        if (schema.name() != null) {
            copy.name(schema.name());
        }
        if (schema.type() == Schema.Type.STRUCT) {
            schema.fields().forEach(field -> copy.field(field.name(), field.schema()));
        }
        return copy;
    }

    static Table table(String name, List<String> columns) {
        StringBuilder yaml =
                new StringBuilder(
                        """
                        apiVersion: v3.1.0
                        kind: DataContract
                        id: told
                        version: 1.0.0
                        status: active
                        schema:
                          - name: %s
                            logicalType: object
                            customProperties:
                              - {property: foz.capture, value: {way: log}}
                            properties:
                        """
                                .formatted(name));
        for (int i = 0; i < columns.size(); i++) {
            String[] parts = columns.get(i).split(" ", 2);
            yaml.append(
                    "      - {name: %s, logicalType: string, physicalType: '%s'%s}%n"
                            .formatted(
                                    parts[0],
                                    parts[1],
                                    i == 0 ? ", primaryKey: true, primaryKeyPosition: 1" : ""));
        }
        Contract contract = ContractReader.read(yaml.toString());
        return contract.tables().getFirst();
    }

    Table table() {
        return table;
    }

    /// Of a column in the changes.
    Schema schema(String column) {
        return row.field(column).schema();
    }

    Struct row(@Nullable Object... values) {
        Struct struct = new Struct(row);
        List<Field> fields = row.fields();
        for (int i = 0; i < fields.size(); i++) {
            struct.put(fields.get(i), values[i]);
        }
        return struct;
    }

    void tell(String op, @Nullable Struct before, @Nullable Struct after) {
        try {
            rows.take(
                    new Struct(envelope).put("op", op).put("before", before).put("after", after),
                    1,
                    changes);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /// What was told so far, a line for each change.
    List<String> changes() {
        BatchWriter writer = new BatchWriter();
        for (int i = 0; i < changes.items(); i++) {
            writer.add(changes, i);
        }
        List<String> lines = new ArrayList<>();
        BatchReader reader = BatchReader.open(writer.finish());
        for (Optional<Change> next = reader.next(); next.isPresent(); next = reader.next()) {
            switch (next.get()) {
                case Change.Upsert(String[] values, List<Integer> absent) -> {
                    if (!absent.isEmpty()) {
                        throw new AssertionError("absent " + absent);
                    }
                    lines.add("upsert " + line(values));
                }
                case Change.Delete(String[] values) -> lines.add("delete " + line(values));
                case Change.TableHeader _ -> {
                    // One table.
                }
                case Change other -> lines.add(other.getClass().getSimpleName());
            }
        }
        changes.clear();
        return lines;
    }

    private static String line(@Nullable String[] values) {
        return Arrays.stream(values)
                .map(value -> Objects.requireNonNullElse(value, "∅"))
                .collect(Collectors.joining("|"));
    }

    @Override
    public int partBytes() {
        return 1 << 20;
    }

    @Override
    public boolean isKnown(Table of, long transaction, long keyHash) {
        return false;
    }

    @Override
    public boolean isPaused(Table of) {
        return false;
    }

    @Override
    public boolean mustBeWhole(Table of) {
        return false;
    }

    @Override
    public void reread(Table of, long transaction, List<String> key, ChangeBuffer to) {
        reread.add(String.join("/", key));
    }

    @Override
    public void emptied(Table of) {
        emptied.add(of.name());
    }

    @Override
    public void stale(Table of) {
        stale.add(of.name());
    }

    @Override
    public void altered() {
        altered++;
    }

    @Override
    public void pause(Table of, String what, String remedy) {
        pauses.add(what);
    }

    @Override
    public void note(Table of, String what) {}
}
