package foz.agent.mariadb;

import foz.agent.KeyHash;
import foz.agent.LogContext;
import foz.contract.Contract;
import foz.contract.Contract.Table;
import foz.wire.Change;
import foz.wire.ChangeBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The rows of one captured table, as the binlog describes the table now.
final class BinlogRows {

    private final Table table;
    private final BinlogTable logged;
    private final LogContext context;
    private final Change.TableHeader header;

    /// The place in the contract of each column in the log; -1 for others.
    private final int[] places;

    private final String[] dataTypes;

    /// @param dataTypes of the table's columns by their names, as the catalogue has them
    /// @throws BinlogValue.UnreadableException when the log lacks a column of the contract
    BinlogRows(Table table, BinlogTable logged, Map<String, String> dataTypes, LogContext context) {
        this.table = table;
        this.logged = logged;
        this.context = context;
        this.header =
                new Change.TableHeader(
                        table.name(),
                        table.columns().stream().map(Contract.Column::name).toList(),
                        table.key().stream().map(table.columns()::indexOf).toList());
        this.places = new int[logged.columns().size()];
        this.dataTypes = new String[places.length];
        List<String> missing =
                new ArrayList<>(
                        table.columns().stream().map(Contract.Column::physicalName).toList());
        for (int i = 0; i < places.length; i++) {
            String name = logged.columns().get(i).name();
            places[i] = place(name);
            this.dataTypes[i] = dataTypes.getOrDefault(name.toLowerCase(Locale.ROOT), "");
            missing.removeIf(wanted -> wanted.equalsIgnoreCase(name));
        }
        if (!missing.isEmpty()) {
            throw new BinlogValue.UnreadableException(
                    "the source has no column '%s' in it".formatted(String.join("', '", missing)));
        }
    }

    private int place(String name) {
        for (int i = 0; i < table.columns().size(); i++) {
            if (table.columns().get(i).physicalName().equalsIgnoreCase(name)) {
                return i;
            }
        }
        return -1;
    }

    Table table() {
        return table;
    }

    Change.TableHeader header() {
        return header;
    }

    /// Adds an event's rows.
    ///
    /// @param second whether the event is of the second version, with a field more
    void read(Kind kind, byte[] body, boolean second, long transaction, ChangeBuffer to) {
        BinlogReader in = new BinlogReader(body);
        in.skip(8);
        if (second) {
            in.skip((int) in.little(2) - 2);
        }
        int count = in.packed();
        if (count != places.length) {
            throw new BinlogValue.UnreadableException(
                    "its rows have %d columns in the log".formatted(count));
        }
        boolean[] present = in.bits(count);
        boolean[] presentAfter = kind == Kind.UPDATE ? in.bits(count) : present;
        while (in.hasMore()) {
            @Nullable String[] row = row(in, present);
            switch (kind) {
                case INSERT -> upsert(row, transaction, to);
                case DELETE -> delete(row, transaction, to);
                case UPDATE -> {
                    @Nullable String[] after = row(in, presentAfter);
                    if (!key(row).equals(key(after))) {
                        delete(row, transaction, to);
                    }
                    upsert(after, transaction, to);
                }
            }
        }
    }

    /// What an event does with its rows.
    enum Kind {
        INSERT,
        UPDATE,
        DELETE
    }

    private @Nullable String[] row(BinlogReader in, boolean[] present) {
        int given = 0;
        for (boolean each : present) {
            given += each ? 1 : 0;
        }
        if (given != present.length) {
            throw new BinlogValue.UnreadableException("its rows are not logged whole");
        }
        boolean[] nulls = in.bits(given);
        @Nullable String[] values = new @Nullable String[table.columns().size()];
        for (int i = 0; i < places.length; i++) {
            if (!nulls[i]) {
                String value = BinlogValue.read(in, logged.columns().get(i), dataTypes[i]);
                if (places[i] >= 0) {
                    values[places[i]] = canonical(table.columns().get(places[i]), value);
                }
            }
        }
        return values;
    }

    /// As [MariadbDialect#read] gives it.
    private static @Nullable String canonical(Contract.Column column, String value) {
        return switch (column.type().kind()) {
            case TIME, TIMESTAMP, TIMESTAMP_WITH_ZONE -> MariadbDialect.withoutTrailingZeros(value);
            case INTEGER, DECIMAL, FLOAT, TEXT, BOOLEAN, DATE, BYTES, UUID, JSON -> value;
        };
    }

    private List<String> key(@Nullable String[] row) {
        return header.key().stream().map(place -> String.valueOf(row[place])).toList();
    }

    private void upsert(@Nullable String[] row, long transaction, ChangeBuffer to) {
        if (!context.isKnown(table, transaction, KeyHash.of(key(row)))) {
            to.upsert(header);
            for (String value : row) {
                to.text(value);
            }
        }
    }

    private void delete(@Nullable String[] row, long transaction, ChangeBuffer to) {
        if (!context.isKnown(table, transaction, KeyHash.of(key(row)))) {
            to.delete(header);
            for (int i = 0; i < row.length; i++) {
                to.text(header.key().contains(i) ? row[i] : null);
            }
        }
    }
}
