package foz.adapter.debezium;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// MySQL's transactions by their global identifiers: `uuid:1-5:7,uuid:tag:1-3`.
///
/// @param ranges of each server and tag, apart from each other and in their order
record GtidSet(Map<String, List<Range>> ranges) implements Place {

    /// From one number to another, both within.
    record Range(long first, long last) {}

    static GtidSet of(String text) {
        Map<String, List<Range>> found = new TreeMap<>();
        for (String each : text.replaceAll("\\s", "").split(",", -1)) {
            String[] parts = each.split(":", -1);
            String of = parts[0];
            for (int i = 1; i < parts.length; i++) {
                if (Character.isDigit(parts[i].charAt(0))) {
                    String[] ends = parts[i].split("-", -1);
                    found.computeIfAbsent(of, _ -> new ArrayList<>())
                            .add(
                                    new Range(
                                            Long.parseLong(ends[0]),
                                            Long.parseLong(ends[ends.length - 1])));
                } else {
                    of = parts[0] + ":" + parts[i];
                }
            }
        }
        found.replaceAll((_, all) -> joined(all));
        return new GtidSet(found);
    }

    private static List<Range> joined(List<Range> ranges) {
        List<Range> all = new ArrayList<>();
        for (Range range :
                ranges.stream().sorted((a, b) -> Long.compare(a.first(), b.first())).toList()) {
            Range before = all.isEmpty() ? null : all.getLast();
            if (before != null && range.first() <= before.last() + 1) {
                all.set(
                        all.size() - 1,
                        new Range(before.first(), Math.max(before.last(), range.last())));
            } else {
                all.add(range);
            }
        }
        return all;
    }

    @Override
    public boolean isWithin(Place other) {
        Map<String, List<Range>> those = ((GtidSet) other).ranges;
        return ranges.entrySet().stream()
                .allMatch(each ->
                        each.getValue().stream()
                                .allMatch(range ->
                                        those.getOrDefault(each.getKey(), List.of()).stream()
                                                .anyMatch(that ->
                                                        that.first() <= range.first()
                                                                && range.last() <= that.last())));
    }

    @Override
    public Place and(Place other) {
        Map<String, List<Range>> all = new TreeMap<>(ranges);
        ((GtidSet) other)
                .ranges.forEach((of, more) ->
                        all.merge(
                                of,
                                more,
                                (a, b) -> {
                                    List<Range> both = new ArrayList<>(a);
                                    both.addAll(b);
                                    return joined(both);
                                }));
        return new GtidSet(all);
    }

    @Override
    public String toString() {
        return ranges.entrySet().stream()
                .map(each ->
                        each.getKey()
                                + each.getValue().stream()
                                        .map(range -> ":" + range.first() + "-" + range.last())
                                        .collect(Collectors.joining()))
                .collect(Collectors.joining(","));
    }
}
