package foz.server.quality;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import foz.contract.CleanStep;
import foz.contract.Deduplication;
import foz.contract.Deduplication.Comparison;
import foz.contract.Deduplication.How;
import foz.contract.Deduplication.Part;
import foz.contract.Deduplication.Prefer;
import foz.contract.Deduplication.Survivor;
import foz.contract.Deduplication.Take;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What `bench quality` measures must not become worse unseen: the quickest of its data.
class LabelledDataTest {

    private static final Path DATA =
            Path.of(System.getProperty("foz.root", ".."), "..", "shared", "data");

    private static List<String> lines(String file) throws IOException {
        Path path = DATA.resolve(file);
        assumeTrue(Files.exists(path), "the labelled data is absent: " + path);
        List<String> lines = Files.readAllLines(path);
        return lines.subList(1, lines.size());
    }

    private static double f1(long right, long found, long truth) {
        return 2.0 * right / (found + truth);
    }

    @Test
    void oldAndShortNamesOfTownsAreUnderstood() throws IOException {
        NameList towns =
                NameList.of(
                        new CleanStep.Correct(
                                CleanStep.Correct.MUNICIPALITIES,
                                List.of(),
                                Optional.empty(),
                                0.85));
        int right = 0;
        int found = 0;
        int truth = 0;
        for (String line : lines("br/br-city-synonyms.csv")) {
            String[] cells = line.split(",", -1);
            NameList.Found town = towns.find(cells[0], cells[2]);
            if (town.confidence() == 1) {
                // A town's own name, which the label takes for another's.
                continue;
            }
            truth++;
            if (town.confidence() >= 0.85) {
                found++;
                right +=
                        Places.compact(Places.plain(town.name()))
                                        .equals(Places.compact(cells[3].replace('.', ' ')))
                                ? 1
                                : 0;
            }
        }
        double figure = f1(right, found, truth);
        assertTrue(figure >= 0.97, "F1 " + figure);
    }

    @Test
    void personsWithSlipsAreFound() throws IOException {
        List<String> names =
                List.of(
                        "given_name",
                        "surname",
                        "street_number",
                        "address_1",
                        "address_2",
                        "suburb",
                        "postcode",
                        "state",
                        "date_of_birth",
                        "soc_sec_id");
        List<String[]> rows =
                lines("dedup/febrl_dataset3.csv").stream()
                        .map(line -> line.split(" *, *", -1))
                        .toList();
        Map<String, @Nullable String[]> columns = new HashMap<>();
        for (int c = 0; c < names.size(); c++) {
            int at = c + 1;
            @Nullable String[] values = new @Nullable String[rows.size()];
            for (int row = 0; row < values.length; row++) {
                String value = rows.get(row)[at];
                values[row] = value.isBlank() ? null : value;
            }
            columns.put(names.get(c), values);
        }
        TableRows table = new TableRows(rows.stream().map(row -> row[0]).toList(), columns);
        Deduplication rule =
                new Deduplication(
                        Optional.empty(),
                        Stream.of("soc_sec_id", "date_of_birth", "postcode", "suburb")
                                .map(name ->
                                        new Deduplication.Key(
                                                List.of(new Part(Take.VALUE, name, 1))))
                                .toList(),
                        names.stream().map(name -> new Comparison(name, How.NAME, 1)).toList(),
                        0.9,
                        true,
                        new Survivor(Prefer.COMPLETE, Optional.empty(), List.of()),
                        Map.of());
        List<Duplicates.Link> links = Duplicates.find(rule, table).links();
        long right =
                links.stream()
                        .filter(link -> person(rows, link.row()).equals(person(rows, link.other())))
                        .count();
        Map<String, Integer> counts = new HashMap<>();
        List<Integer> places = new ArrayList<>();
        for (int row = 0; row < rows.size(); row++) {
            places.add(counts.merge(person(rows, row), 1, Integer::sum) - 1);
        }
        long truth = places.stream().mapToInt(Integer::intValue).sum();
        double figure = f1(right, links.size(), truth);
        assertTrue(figure >= 0.95, "F1 " + figure);
    }

    /// `7` of `rec-7-dup-0`.
    private static String person(List<String[]> rows, int row) {
        String id = rows.get(row)[0];
        return id.substring(4, id.indexOf('-', 4));
    }
}
