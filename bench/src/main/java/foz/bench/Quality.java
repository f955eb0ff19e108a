package foz.bench;

import foz.contract.Contract;
import foz.contract.Contract.Dependency;
import foz.contract.Deduplication;
import foz.server.quality.Duplicates;
import foz.server.quality.Repair;
import foz.server.quality.TableRows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `foz bench quality`: cleaning, correction and deduplication against labelled public data.
@Command(
        name = "quality",
        mixinStandardHelpOptions = true,
        description =
                "Precision, recall and F1 of cleaning and deduplication, with the rules that a contract declares, on labelled data.")
final class Quality implements Callable<Integer> {

    private static final String FEBRL =
            """
            - property: foz.deduplicate
              value:
                %sblock:
                  - soc_sec_id
                  - date_of_birth
                  - surname + given_name
                  - sound(surname) + prefix(given_name 1)
                  - sound(given_name) + prefix(suburb 3)
                  - postcode + prefix(surname 1)
                  - postcode + prefix(given_name 1)
                  - postcode + sound(address_1)
                  - suburb + street_number
                compare:
                  - {column: given_name}
                  - {column: surname}
                  - {column: street_number, how: exact}
                  - {column: address_1}
                  - {column: address_2}
                  - {column: suburb}
                  - {column: postcode, how: date}
                  - {column: state, how: exact}
                  - {column: date_of_birth, how: date}
                  - {column: soc_sec_id, how: date}
                weights: learned
                threshold: 0.9
            """;

    private static final String DBLP_ACM =
            """
            - property: foz.deduplicate
              value:
                between: origin
                block: [words(title)]
                compare:
                  - {column: title, how: words, weight: 3}
                  - {column: authors, how: words, weight: 2}
                  - {column: year, how: exact, weight: 1}
                threshold: 0.7
            """;

    private static final String ABT_BUY =
            """
            - property: foz.deduplicate
              value:
                between: origin
                block: [words(name), words(description)]
                compare:
                  - {column: name, how: words, weight: 2}
                  - {column: name, how: codes, weight: 2}
                  - {column: name, how: trigrams, weight: 1}
                  - {column: description, how: words, weight: 1}
                  - {column: price, how: number, weight: 0.3}
                threshold: 0.1
            """;

    private static final double REPAIR_THRESHOLD = 0.3;
    private static final Pattern PREDICATE = Pattern.compile("(EQ|IQ)\\(t1\\.(\\w+),");

    @Option(
            names = "--data",
            paramLabel = "FOLDER",
            defaultValue = "../shared/data",
            description = "Where br, dedup and cleaning lie. Default: ${DEFAULT-VALUE}.")
    private Path folder = Path.of("");

    private boolean short_;

    @Override
    public Integer call() throws IOException {
        if (!Files.isDirectory(folder)) {
            System.err.println("there is no folder " + folder + "; give --data");
            return 2;
        }
        System.out.println("| data | precision | recall | F1 | goal of F1 | counts |");
        System.out.println("|---|---|---|---|---|---|");
        towns();
        persons();
        links();
        hospital();
        System.out.printf(
                "%ncleaning on the way, a row of three columns with trim, upper and a town's correction: %.1f µs%n",
                new Towns(new DataSets(folder)).rowMicros());
        return short_ ? 1 : 0;
    }

    private void print(String name, Figures figures, double goal) {
        System.out.println(figures.line(name, goal));
        short_ |= figures.f1() < goal;
    }

    private void towns() throws IOException {
        Towns towns = new Towns(new DataSets(folder));
        print("towns: synonyms that are no town's own name", towns.synonyms(false), 0.97);
        print("towns: all synonyms", towns.synonyms(true), 0);
        print("towns: 3,095 sellers", towns.sellers(), 0.97);
        print("towns: slips made by chance", towns.generated(), 0);
    }

    private void persons() throws IOException {
        DataSets data = new DataSets(folder.resolve("dedup"));
        TableRows three = data.rows(',', "febrl_dataset3.csv");
        Duplicates.Found found = Duplicates.find(rule(three, FEBRL.formatted("")), three);
        print("FEBRL 3, rows joined in groups", groups(found, three), 0.95);
        TableRows four = data.rows(',', "febrl_dataset4a.csv", "febrl_dataset4b.csv");
        found = Duplicates.find(rule(four, FEBRL.formatted("between: origin\n    ")), four);
        print("FEBRL 4, one to one", Figures.of(pairs(found), DataSets.febrlPairs(four)), 0.95);
    }

    private static Figures groups(Duplicates.Found found, TableRows rows) {
        int[] groups = Duplicates.groups(found.links(), rows.keys().size());
        Map<Integer, List<Integer>> members = new HashMap<>();
        for (int row = 0; row < groups.length; row++) {
            members.computeIfAbsent(groups[row], _ -> new ArrayList<>()).add(row);
        }
        Set<Long> pairs = new HashSet<>();
        members.values().forEach(group -> pairs.addAll(DataSets.pairs(group)));
        return Figures.of(pairs, DataSets.febrlPairs(rows));
    }

    private void links() throws IOException {
        DataSets data = new DataSets(folder.resolve("dedup"));
        String dblp = "dblpacm_dblp.csv";
        String acm = "dblpacm_acm.csv";
        TableRows papers = data.rows('%', dblp, acm);
        print(
                "DBLP-ACM, one to one",
                Figures.of(
                        pairs(Duplicates.find(rule(papers, DBLP_ACM), papers)),
                        data.pairs(papers, "dblpacm_gt.csv", '%', dblp, acm)),
                0.97);
        String abt = "abtbuy_abt.csv";
        String buy = "abtbuy_buy.csv";
        TableRows offers = data.rows('|', abt, buy);
        print(
                "Abt-Buy, one to one",
                Figures.of(
                        pairs(Duplicates.find(rule(offers, ABT_BUY), offers)),
                        data.pairs(offers, "abtbuy_gt.csv", '|', abt, buy)),
                0);
    }

    private static Set<Long> pairs(Duplicates.Found found) {
        Set<Long> pairs = new HashSet<>();
        found.links().forEach(link -> pairs.add(DataSets.pair(link.row(), link.other())));
        return pairs;
    }

    private static Deduplication rule(TableRows rows, String custom) {
        List<String> columns = new ArrayList<>(List.of("{name: key, primaryKey: true}"));
        rows.columns().keySet().forEach(name -> columns.add("{name: " + name + "}"));
        Contract.Table table = Contracts.table(columns, custom);
        return table.quality().deduplicate().orElseThrow();
    }

    private void hospital() throws IOException {
        DataSets data = new DataSets(folder.resolve("cleaning"));
        TableRows rows = data.rows(',', "hospital.csv");
        Map<String, String> truth = new HashMap<>();
        List<List<String>> cells = data.table("hospital_clean.csv", ',');
        for (List<String> cell : cells.subList(1, cells.size())) {
            truth.put(cell.get(1).toLowerCase(Locale.ROOT) + "/" + cell.get(0), cell.get(2));
        }
        long wrong = 0;
        for (Map.Entry<String, @Nullable String[]> column : rows.columns().entrySet()) {
            for (int row = 0; row < column.getValue().length; row++) {
                String value = column.getValue()[row];
                String right = truth.get(column.getKey() + "/" + row);
                wrong += right == null || right.equals(value == null ? "" : value) ? 0 : 1;
            }
        }
        print("Hospital, constraints as given", repaired(rows, truth, wrong, false), 0);
        print("Hospital, one constraint narrowed", repaired(rows, truth, wrong, true), 0);
    }

    /// @param narrowed whether a measure's average is taken to hang on the state as well, as it
    ///   does: the average of the state
    private Figures repaired(
            TableRows rows, Map<String, String> truth, long wrong, boolean narrowed)
            throws IOException {
        List<Repair.Proposal> proposals =
                Repair.propose(dependencies(narrowed), rows, REPAIR_THRESHOLD);
        long right =
                proposals.stream()
                        .filter(proposal ->
                                proposal.value()
                                        .equals(
                                                truth.get(
                                                        proposal.column() + "/" + proposal.row())))
                        .count();
        return new Figures(proposals.size(), right, wrong);
    }

    private List<Dependency> dependencies(boolean narrowed) throws IOException {
        List<Dependency> dependencies = new ArrayList<>();
        Path file = folder.resolve("cleaning/hospital_constraints.txt");
        for (String line : Files.readAllLines(file)) {
            List<String> from = new ArrayList<>();
            List<String> to = new ArrayList<>();
            Matcher predicate = PREDICATE.matcher(line);
            while (predicate.find()) {
                (predicate.group(1).equals("EQ") ? from : to)
                        .add(predicate.group(2).toLowerCase(Locale.ROOT));
            }
            if (narrowed && to.contains("stateavg")) {
                from.add("state");
            }
            if (!to.isEmpty()) {
                dependencies.add(new Dependency(from, to));
            }
        }
        return dependencies;
    }
}
