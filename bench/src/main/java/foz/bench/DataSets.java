package foz.bench;

import foz.server.quality.TableRows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads labelled public data sets from a folder.
record DataSets(Path folder) {

    /// A text file of lines with one separator, which may stand in quotes; empty cells are absent.
    List<List<String>> table(String file, char separator) throws IOException {
        List<List<String>> rows = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve(file))) {
            if (!line.isBlank()) {
                rows.add(cells(line.replace("\ufeff", ""), separator));
            }
        }
        return rows;
    }

    private static List<String> cells(String line, char separator) {
        List<String> cells = new ArrayList<>();
        StringBuilder cell = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '"' && quoted && i + 1 < line.length() && line.charAt(i + 1) == '"') {
                cell.append('"');
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == separator && !quoted) {
                cells.add(cell.toString().strip());
                cell.setLength(0);
            } else {
                cell.append(c);
            }
        }
        cells.add(cell.toString().strip());
        return cells;
    }

    /// Files with the same columns as one table, with the file's name in the column `origin`.
    TableRows rows(char separator, String... files) throws IOException {
        List<String> keys = new ArrayList<>();
        Map<String, List<String>> columns = new LinkedHashMap<>();
        for (String file : files) {
            List<List<String>> table = table(file, separator);
            List<String> names = table.getFirst();
            for (List<String> row : table.subList(1, table.size())) {
                keys.add(file + "/" + row.getFirst());
                columns.computeIfAbsent("origin", _ -> new ArrayList<>()).add(file);
                for (int i = 0; i < names.size(); i++) {
                    columns.computeIfAbsent(
                                    names.get(i).toLowerCase(java.util.Locale.ROOT),
                                    _ -> new ArrayList<>())
                            .add(i < row.size() ? row.get(i) : "");
                }
            }
        }
        Map<String, @Nullable String[]> arrays = new LinkedHashMap<>();
        columns.forEach((name, values) -> arrays.put(name, absent(values)));
        return new TableRows(keys, arrays);
    }

    private static @Nullable String[] absent(List<String> values) {
        @Nullable String[] cells = new @Nullable String[values.size()];
        Arrays.setAll(cells, i -> values.get(i).isEmpty() ? null : values.get(i));
        return cells;
    }

    /// The pairs of rows that FEBRL made from one record: `rec-7-org` and `rec-7-dup-0`.
    static Set<Long> febrlPairs(TableRows rows) {
        Pattern dash = Pattern.compile("-");
        Map<String, List<Integer>> records = new HashMap<>();
        for (int row = 0; row < rows.keys().size(); row++) {
            String record = dash.split(rows.keys().get(row).replaceFirst(".*/", ""), 0)[1];
            records.computeIfAbsent(record, _ -> new ArrayList<>()).add(row);
        }
        Set<Long> pairs = new HashSet<>();
        records.values().forEach(group -> pairs.addAll(pairs(group)));
        return pairs;
    }

    /// Every two rows of one group.
    static Set<Long> pairs(List<Integer> group) {
        Set<Long> pairs = new HashSet<>();
        for (int i = 0; i < group.size(); i++) {
            for (int j = i + 1; j < group.size(); j++) {
                pairs.add(pair(group.get(i), group.get(j)));
            }
        }
        return pairs;
    }

    static long pair(int row, int other) {
        return (long) Math.min(row, other) << 32 | Math.max(row, other);
    }

    /// The pairs that a file of ids names.
    Set<Long> pairs(TableRows rows, String file, char separator, String left, String right)
            throws IOException {
        Map<String, Integer> places = new HashMap<>();
        for (int row = 0; row < rows.keys().size(); row++) {
            places.put(rows.keys().get(row), row);
        }
        Set<Long> pairs = new HashSet<>();
        List<List<String>> table = table(file, separator);
        for (List<String> ids : table.subList(1, table.size())) {
            pairs.add(
                    pair(
                            place(places, left + "/" + ids.get(0)),
                            place(places, right + "/" + ids.get(1))));
        }
        return pairs;
    }

    private static int place(Map<String, Integer> places, String key) {
        Integer place = places.get(key);
        if (place == null) {
            throw new IllegalStateException("the truth names " + key + ", which is no row");
        }
        return place;
    }
}
