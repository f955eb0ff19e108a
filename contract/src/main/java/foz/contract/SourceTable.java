package foz.contract;

import java.util.List;
import java.util.Optional;

/// A table or view as a source's own catalogue describes it, with a few of its rows.
///
/// @param keys the primary key first, then unique indexes without nulls, the smallest first
record SourceTable(
        String name,
        boolean view,
        String remarks,
        List<Column> columns,
        List<Key> keys,
        List<Reference> references) {

    SourceTable {
        columns = List.copyOf(columns);
        keys = List.copyOf(keys);
        references = List.copyOf(references);
    }

    /// @param jdbcType one of [java.sql.Types]
    /// @param physicalType as the source names it, with length or precision
    /// @param length in characters or digits; 0 when unbounded or unknown
    /// @param computed whether the source computes the value
    /// @param samples a few values, none of them null; empty when no sample was taken
    record Column(
            String name,
            int jdbcType,
            String physicalType,
            int length,
            int scale,
            boolean required,
            boolean computed,
            String remarks,
            List<String> samples) {

        Column {
            samples = List.copyOf(samples);
        }

        Column withSamples(List<String> values) {
            return new Column(
                    name,
                    jdbcType,
                    physicalType,
                    length,
                    scale,
                    required,
                    computed,
                    remarks,
                    values);
        }
    }

    /// Columns that identify a row, in the key's order.
    ///
    /// @param index name of the unique index; empty for the primary key
    record Key(Optional<String> index, List<String> columns) {
        Key {
            columns = List.copyOf(columns);
        }
    }

    /// A foreign key: `columns` of this table name `targetColumns` of `target`, pair by pair.
    record Reference(String name, List<String> columns, String target, List<String> targetColumns) {
        Reference {
            columns = List.copyOf(columns);
            targetColumns = List.copyOf(targetColumns);
        }
    }
}
