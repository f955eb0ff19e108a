package foz.contract;

import foz.value.ColumnType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// One data product, as Foz uses it: read from an ODCS v3.1 document by [ContractReader].
///
/// @param source name of the legacy system that holds the captured tables: the first of ODCS's
///   `servers`
/// @param buckets what devices share, by `foz.buckets`
public record Contract(
        String id,
        String name,
        String version,
        String status,
        String source,
        List<Bucket> buckets,
        List<Table> tables) {

    public Contract {
        buckets = List.copyOf(buckets);
        tables = List.copyOf(tables);
    }

    public Optional<Table> table(String tableName) {
        return tables.stream().filter(table -> table.name().equals(tableName)).findFirst();
    }

    /// The tables that an agent captures from the source.
    public List<Table> captured() {
        return tables.stream().filter(table -> table.capture().isPresent()).toList();
    }

    /// The column that names a row of a keyless table: the last one, made of the row's content.
    public static final String ROW = "foz_row";

    /// A part of the tenant's rows that a set of devices shares.
    ///
    /// @param claim the token's claim whose value parts the bucket; empty for one bucket shared by
    ///   all
    /// @param priority 0 (first) to 3
    public record Bucket(String name, int priority, Optional<String> claim) {}

    /// @param name in the replica, on devices and in the API
    /// @param physicalName in the source
    public record Table(
            String name,
            String physicalName,
            List<Column> columns,
            Optional<Capture> capture,
            List<SyncScope> sync,
            Optional<CommandSpec> command,
            TableQuality quality) {

        public Table {
            columns = List.copyOf(columns);
            sync = List.copyOf(sync);
        }

        /// A table without rules of quality.
        public Table(
                String name,
                String physicalName,
                List<Column> columns,
                Optional<Capture> capture,
                List<SyncScope> sync,
                Optional<CommandSpec> command) {
            this(name, physicalName, columns, capture, sync, command, TableQuality.NONE);
        }

        public Optional<Column> column(String columnName) {
            return columns.stream().filter(column -> column.name().equals(columnName)).findFirst();
        }

        /// Whether the source has no key for it: rows are told apart by their content, and equal
        /// ones by being counted.
        public boolean isKeyless() {
            return columns.getLast().name().equals(ROW);
        }

        /// The columns that the source has.
        public List<Column> sourceColumns() {
            return isKeyless() ? columns.subList(0, columns.size() - 1) : columns;
        }

        /// The primary key's columns in their order; never empty.
        public List<Column> key() {
            List<Column> key =
                    new ArrayList<>(columns.stream().filter(c -> c.keyPosition() > 0).toList());
            key.sort(Comparator.comparingInt(Column::keyPosition));
            return key;
        }

        public List<Column> synced() {
            return columns.stream().filter(Column::synced).toList();
        }
    }

    /// @param label for people: ODCS's `businessName`, or the name
    /// @param keyPosition from 1 within the primary key; 0 outside it
    /// @param synced whether devices receive it
    /// @param minimumExclusive a value must be above it, when given
    /// @param reference the row that the value names
    /// @param clean what is done with its text on the way, in this order
    /// @param object whether the value goes to the object store, by `foz.object`: the replica and
    ///   devices hold the text `sha256:<64 hexadecimal digits>:<bytes>` in its place
    public record Column(
            String name,
            String physicalName,
            String label,
            ColumnType type,
            boolean required,
            int keyPosition,
            Optional<String> classification,
            boolean synced,
            Optional<java.math.BigDecimal> minimumExclusive,
            Optional<Reference> reference,
            List<CleanStep> clean,
            boolean object) {

        public Column {
            clean = List.copyOf(clean);
        }

        /// The column as the replica and devices hold it: of an object they hold the reference.
        public Column held() {
            return object
                    ? new Column(
                            name,
                            physicalName,
                            label,
                            ColumnType.text(),
                            required,
                            keyPosition,
                            classification,
                            synced,
                            minimumExclusive,
                            reference,
                            clean,
                            true)
                    : this;
        }

        /// A column whose values are taken as they come.
        public Column(
                String name,
                String physicalName,
                String label,
                ColumnType type,
                boolean required,
                int keyPosition,
                Optional<String> classification,
                boolean synced,
                Optional<java.math.BigDecimal> minimumExclusive,
                Optional<Reference> reference) {
            this(
                    name,
                    physicalName,
                    label,
                    type,
                    required,
                    keyPosition,
                    classification,
                    synced,
                    minimumExclusive,
                    reference,
                    List.of(),
                    false);
        }
    }

    /// @param rules of the table and of its columns
    /// @param dependencies see [Dependency]
    public record TableQuality(
            List<QualityRule> rules,
            Optional<Deduplication> deduplicate,
            List<Dependency> dependencies) {

        public static final TableQuality NONE =
                new TableQuality(List.of(), Optional.empty(), List.of());

        public TableQuality {
            rules = List.copyOf(rules);
            dependencies = List.copyOf(dependencies);
        }
    }

    /// Rows that agree in `from` agree in `to`: one item of `foz.dependencies`. What breaks it is
    /// proposed for correction.
    public record Dependency(List<String> from, List<String> to) {
        public Dependency {
            from = List.copyOf(from);
            to = List.copyOf(to);
        }
    }

    public record Reference(String table, String column) {}

    /// How changes are found.
    public enum Way {
        /// In the source's own log; where the source does not give it, by stamp or compare.
        LOG,
        /// By a column that the source sets at each change, and by compare now and then.
        STAMP,
        /// In a journal that triggers at the source write, and by compare now and then; where it is
        /// not installed, by stamp or compare.
        JOURNAL,
        /// By comparing the whole table with what was sent.
        COMPARE
    }

    /// How an agent finds changes.
    ///
    /// @param stamp column that the source sets at each change; empty: compare only
    /// @param pollMs between two looks by stamp or journal, or by compare where there is neither
    /// @param compareMs between two compares of the whole table where there is a stamp or a journal
    /// @param overlapMs how far each look by stamp goes back before the last one: longer than the
    ///   longest transaction
    public record Capture(
            Optional<String> stamp, long pollMs, long compareMs, long overlapMs, Way way) {}

    /// In which bucket a table's rows lie.
    public sealed interface SyncScope {
        String bucket();

        /// All rows, in one shared bucket.
        record Shared(String bucket) implements SyncScope {}

        /// Each row in the bucket named by one of its columns.
        record ByColumn(String bucket, String column) implements SyncScope {}

        /// Each row where the row that it references lies.
        ///
        /// @param column of this table
        /// @param parent the referenced table, which must have a scope in the same bucket
        /// @param parentColumn of the referenced table
        record Through(String bucket, String column, String parent, String parentColumn)
                implements SyncScope {}
    }
}
