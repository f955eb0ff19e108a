package foz.adapter.camel;

import foz.agent.FeedException;
import foz.agent.RowSink;
import foz.contract.Contract.Column;
import foz.contract.Contract.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Makes rows of the contract out of rows of the source.
final class RowMapper {

    private record Cell(Column column, String field, Canonical canonical) {}

    private final FeedSpec feed;
    private final List<Cell> cells = new ArrayList<>();

    RowMapper(Table table, FeedSpec feed, List<String> nulls) {
        this.feed = feed;
        for (Column column : table.columns()) {
            FeedSpec.Mapped mapped =
                    Optional.ofNullable(feed.columns().get(column.name()))
                            .orElse(new FeedSpec.Mapped(column.physicalName(), feed.values()));
            cells.add(
                    new Cell(
                            column,
                            mapped.field(),
                            new Canonical(column.type(), mapped.values(), nulls)));
        }
    }

    /// Hands one row on.
    ///
    /// @return its values
    /// @throws FeedException naming document, place and field
    @Nullable String[] map(Document document, RowText row, RowSink sink) {
        boolean gone =
                feed.gone()
                        .map(when -> when.texts().contains(String.valueOf(row.get(when.field()))))
                        .orElse(false);
        @Nullable String[] values = new @Nullable String[cells.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = value(document, row, cells.get(i));
        }
        if (gone) {
            sink.gone(values);
        } else {
            sink.row(values);
        }
        return values;
    }

    private static @Nullable String value(Document document, RowText row, Cell cell) {
        String raw = row.get(cell.field());
        try {
            String value = cell.canonical().of(raw);
            if (value == null && cell.column().keyPosition() > 0) {
                throw new IllegalArgumentException("has no value, and is of the key");
            }
            return value;
        } catch (IllegalArgumentException e) {
            throw new FeedException(
                    "%s, %s, field '%s': '%s' %s; correct the source, or the column '%s' of the feed"
                            .formatted(
                                    document.name(),
                                    row.place(),
                                    cell.field(),
                                    raw,
                                    e.getMessage(),
                                    cell.column().name()),
                    e);
        }
    }
}
