package foz.agent.postgres;

import foz.agent.LogContext;
import foz.contract.Contract.Column;
import foz.contract.Contract.Table;
import foz.wire.Change.TableHeader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The tables of the log, by the number that the source gives them.
///
/// The source describes a table once, and then again only when the table changes. A description
/// that came within a transaction sent before its end counts for that transaction alone until it
/// commits; from then on the source takes it as known.
final class Relations {

    /// A column as the source describes it now.
    private record SourceColumn(String name, boolean identity, int type) {}

    /// @param relation null where the table cannot be captured as it is now
    /// @param arrival when the description came, counted
    private record Described(@Nullable Relation relation, long arrival) {}

    private final Map<Integer, Described> relations = new HashMap<>();
    private final Map<Integer, Table> tables;
    private final LogContext context;

    /// @param tables the tables of the contract by their number in the source
    Relations(Map<Integer, Table> tables, LogContext context) {
        this.tables = Map.copyOf(tables);
        this.context = context;
    }

    /// The relation of this number, where the contract has it.
    @Nullable Relation get(int number) {
        Described described = relations.get(number);
        return described == null ? null : described.relation();
    }

    /// Takes over what a transaction described that has committed now, where nothing newer came.
    void adopt(Relations committed) {
        committed.relations.forEach((number, described) ->
                relations.merge(
                        number,
                        described,
                        (here, there) -> there.arrival() > here.arrival() ? there : here));
    }

    /// Takes a relation message, its kind being read already.
    ///
    /// @param arrival greater than for every message that came before
    void read(ByteBuffer message, long arrival) {
        int number = message.getInt();
        name(message);
        String name = name(message);
        message.get();
        List<SourceColumn> columns = new ArrayList<>();
        for (int left = message.getShort(); left > 0; left--) {
            boolean identity = (message.get() & 1) != 0;
            String column = name(message);
            int type = message.getInt();
            message.getInt();
            columns.add(new SourceColumn(column, identity, type));
        }
        Table table = tables.get(number);
        if (table == null) {
            return;
        }
        relations.put(number, new Described(match(table, name, columns), arrival));
    }

    private @Nullable Relation match(Table table, String name, List<SourceColumn> columns) {
        int[] picked = new int[table.columns().size()];
        for (int i = 0; i < picked.length; i++) {
            Column column = table.columns().get(i);
            picked[i] = place(columns, column);
            if (picked[i] < 0) {
                context.pause(
                        table,
                        "the source's table '%s' has no column '%s' any more"
                                .formatted(name, column.physicalName()),
                        "take the column out of the contract, or give it its new physicalName, and apply it");
                return null;
            }
        }
        int[] key = table.key().stream().mapToInt(column -> place(columns, column)).toArray();
        for (int position : key) {
            if (!columns.get(position).identity()) {
                context.pause(
                        table,
                        "the source no longer tells rows of '%s' apart by '%s'"
                                .formatted(name, columns.get(position).name()),
                        "give the source's table back its primary key, or let foz.capture of the table be compare");
                return null;
            }
        }
        return new Relation(table, header(table), picked, key);
    }

    private static int place(List<SourceColumn> columns, Column column) {
        String name = PostgresDialect.actualName(column.physicalName());
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).name().equals(name)) {
                return i;
            }
        }
        return -1;
    }

    /// All columns of the contract, in its order.
    static TableHeader header(Table table) {
        return new TableHeader(
                table.name(),
                table.columns().stream().map(Column::name).toList(),
                table.key().stream().map(table.columns()::indexOf).toList());
    }

    static String name(ByteBuffer message) {
        int start = message.arrayOffset() + message.position();
        int end = start;
        while (message.array()[end] != 0) {
            end++;
        }
        message.position(message.position() + end - start + 1);
        return new String(message.array(), start, end - start, StandardCharsets.UTF_8);
    }
}
