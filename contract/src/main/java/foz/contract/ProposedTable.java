package foz.contract;

import java.sql.Types;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// A source's table as the contract shall name it.
///
/// @param leftOut names in the source of columns that must not be captured
/// @param key by the source's column names, all of them captured; empty where none was found
/// @param stamp the contract's name of the column that the source sets at each change
/// @param links foreign keys between captured columns of proposed tables
record ProposedTable(
        String name,
        SourceTable source,
        List<Column> columns,
        List<String> leftOut,
        Optional<SourceTable.Key> key,
        Optional<String> stamp,
        List<Link> links) {

    private static final int NAME_MAX = 59;

    /// Names of change stamps without separators, the surest first.
    private static final List<Pattern> STAMPS =
            List.of(
                    Pattern.compile(
                            "(dt|dh|data|dthr|datahora)_?ult(ima)?_?(alt|atualiz|modif)\\w*"),
                    Pattern.compile("ultima_?(alter|atualiz|modif)\\w*"),
                    Pattern.compile("(dt|dh|data|dthr|datahora)_?(alter|atualiz|modif)\\w*"),
                    Pattern.compile("(alterad|atualizad|modificad)[oa]_?(em)?"),
                    Pattern.compile("(row_?version|sys_?mod_?stamp|change_?stamp)"),
                    Pattern.compile(
                            "(dt|ts|date|time)?_?(last_?)?(update|updated|modified|changed|modification|change|upd|mod)"
                                    + "_?(at|on|date|time|datetime|ts|timestamp|stamp|dt|utc)?"));

    ProposedTable {
        columns = List.copyOf(columns);
        leftOut = List.copyOf(leftOut);
        links = List.copyOf(links);
    }

    /// @param keyReason why the column is taken for part of the key where no primary key says so
    record Column(
            String name,
            SourceTable.Column source,
            Classification classification,
            Optional<String> keyReason) {}

    /// Columns of this table that name columns of another, pair by pair, all by the contract's
    /// names.
    record Link(List<String> from, String table, List<String> to) {
        Link {
            from = List.copyOf(from);
            to = List.copyOf(to);
        }
    }

    static List<ProposedTable> of(List<SourceTable> sources) {
        Map<String, ProposedTable> byName = new HashMap<>();
        List<ProposedTable> unlinked = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (SourceTable source : sources) {
            ProposedTable table = unlinked(source, unique(name(source.name(), "t"), names));
            unlinked.add(table);
            byName.put(source.name(), table);
        }
        return unlinked.stream().map(table -> table.linked(byName)).toList();
    }

    private static ProposedTable unlinked(SourceTable source, String name) {
        List<String> leftOut = new ArrayList<>();
        List<SourceTable.Column> kept = new ArrayList<>();
        Map<String, Classification> guesses = new HashMap<>();
        for (SourceTable.Column column : source.columns()) {
            Classification guess = Classification.of(source.name(), column);
            guesses.put(column.name(), guess);
            if (guess.leftOut()) {
                leftOut.add(column.name());
            } else {
                kept.add(column);
            }
        }
        Optional<SourceTable.Key> key =
                source.keys().stream()
                        .filter(k -> k.columns().stream().noneMatch(leftOut::contains))
                        .findFirst();
        Set<String> names = new HashSet<>();
        List<Column> columns = new ArrayList<>();
        for (SourceTable.Column column : kept) {
            columns.add(
                    new Column(
                            unique(name(column.name(), "c"), names),
                            column,
                            guesses.getOrDefault(
                                    column.name(),
                                    new Classification("internal", Optional.empty(), false)),
                            keyReason(key, column.name())));
        }
        return new ProposedTable(name, source, columns, leftOut, key, stamp(columns), List.of());
    }

    private static Optional<String> keyReason(Optional<SourceTable.Key> key, String column) {
        return key.filter(found -> found.columns().contains(column))
                .flatMap(SourceTable.Key::index)
                .map(index -> "no primary key; part of the unique index " + index);
    }

    private ProposedTable linked(Map<String, ProposedTable> byName) {
        List<Link> found = new ArrayList<>();
        for (SourceTable.Reference reference : source.references()) {
            ProposedTable target = byName.get(reference.target());
            if (target != null) {
                List<String> from = names(reference.columns());
                List<String> to = target.names(reference.targetColumns());
                if (from.size() == reference.columns().size() && to.size() == from.size()) {
                    found.add(new Link(from, target.name, to));
                }
            }
        }
        return new ProposedTable(name, source, columns, leftOut, key, stamp, found);
    }

    /// The contract's names of some of the source's columns, without those that are left out.
    private List<String> names(List<String> sourceNames) {
        return sourceNames.stream()
                .flatMap(wanted ->
                        columns.stream()
                                .filter(column -> column.source().name().equals(wanted))
                                .map(Column::name))
                .toList();
    }

    private static Optional<String> stamp(List<Column> columns) {
        return columns.stream()
                .filter(column -> holdsInstants(column.source()))
                .filter(column -> rank(column.name()) < STAMPS.size())
                .min(Comparator.comparingInt(column -> rank(column.name())))
                .map(Column::name);
    }

    private static int rank(String name) {
        for (int i = 0; i < STAMPS.size(); i++) {
            if (STAMPS.get(i).matcher(name).matches()) {
                return i;
            }
        }
        return STAMPS.size();
    }

    /// A date without time is too coarse for a stamp; Oracle's DATE has seconds and is a timestamp
    /// in JDBC.
    private static boolean holdsInstants(SourceTable.Column column) {
        return column.jdbcType() == Types.TIMESTAMP
                || column.jdbcType() == Types.TIMESTAMP_WITH_TIMEZONE
                || column.physicalType().toLowerCase(Locale.ROOT).startsWith("rowversion");
    }

    /// A name that the replica and the standard's references accept: a-z, 0-9 and _, at most 59.
    private static String name(String sourceName, String prefix) {
        String plain =
                Normalizer.normalize(sourceName, Normalizer.Form.NFD)
                        .replaceAll("\\p{M}", "")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^a-z0-9_]", "_");
        boolean startsWell = plain.matches("[a-z].*") && !plain.startsWith("foz_");
        String name = startsWell ? plain : prefix + "_" + plain;
        return name.length() <= NAME_MAX
                ? name
                : name.substring(0, NAME_MAX - 9) + "_" + "%08x".formatted(sourceName.hashCode());
    }

    private static String unique(String name, Set<String> taken) {
        String free = name;
        for (int i = 2; !taken.add(free); i++) {
            String suffix = "_" + i;
            free = name.substring(0, Math.min(name.length(), NAME_MAX - suffix.length())) + suffix;
        }
        return free;
    }
}
