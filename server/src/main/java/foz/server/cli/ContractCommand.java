package foz.server.cli;

import foz.contract.Contract;
import foz.contract.ContractDiff;
import foz.contract.ContractException;
import foz.contract.ContractReader;
import foz.contract.Problem;
import foz.contract.Proposal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `foz contract`: checks contracts, proposes one from a live schema, and says what a change means.
@Command(
        name = "contract",
        mixinStandardHelpOptions = true,
        description = "Checks, proposes and compares data contracts (ODCS v3.1).",
        subcommands = {
            ContractCommand.Validate.class,
            ContractCommand.Propose.class,
            ContractCommand.Diff.class
        })
final class ContractCommand {

    @Command(
            name = "validate",
            exitCodeList = "1:a contract has a problem",
            mixinStandardHelpOptions = true,
            description = "Checks contracts; prints each problem with its line and its remedy.")
    static final class Validate implements Callable<Integer> {
        @Parameters(arity = "1..*", paramLabel = "FILE")
        private List<Path> files = List.of();

        @Option(names = "--json", description = "Prints JSON.")
        private boolean json;

        record Checked(String file, List<Problem> problems) {}

        @Override
        public Integer call() throws IOException {
            int code = 0;
            for (Path file : files) {
                List<Problem> problems = problems(file);
                code = problems.isEmpty() ? code : Cli.EXIT_FOUND;
                if (json) {
                    Cli.printJson(new Checked(file.toString(), problems));
                } else if (problems.isEmpty()) {
                    Cli.print(file + ": good");
                } else {
                    problems.forEach(problem -> Cli.print(file + ": " + problem));
                }
            }
            return code;
        }

        private static List<Problem> problems(Path file) throws IOException {
            try {
                ContractReader.read(Files.readString(file));
                return List.of();
            } catch (ContractException e) {
                return e.problems();
            }
        }
    }

    @Command(
            name = "propose",
            exitCodeList = "69:the database does not answer",
            mixinStandardHelpOptions = true,
            description =
                    "Writes a contract from a live schema, for a person to review. Reads only, and little.")
    static final class Propose implements Callable<Integer> {
        @Option(names = "--jdbc", required = true, paramLabel = "URL", description = "JDBC URL.")
        private String jdbc = "";

        @Option(names = "--user", paramLabel = "NAME", description = "Its user.")
        private String user = "";

        @Option(
                names = "--password",
                paramLabel = "TEXT",
                interactive = true,
                arity = "0..1",
                description = "Its password; asked for when no text follows.")
        private String password = "";

        @Option(names = "--schema", paramLabel = "NAME", description = "Default: the user's own.")
        private @Nullable String schema;

        @Option(
                names = "--include",
                paramLabel = "GLOB",
                description = "Tables to take; repeatable.")
        private List<String> include = List.of();

        @Option(names = "--exclude", paramLabel = "GLOB", description = "Tables to leave out.")
        private List<String> exclude = List.of();

        @Option(
                names = "--sample",
                paramLabel = "ROWS",
                defaultValue = "200",
                description =
                        "Rows read to classify columns; 0 reads none. Default: ${DEFAULT-VALUE}.")
        private int sample;

        @Option(names = "--views", description = "Takes views too.")
        private boolean views;

        @Option(
                names = "--log",
                description =
                        "Tables are captured by the source's log where it gives them: within a second, deletes included, for rights beyond SELECT.")
        private boolean log;

        @Option(names = "--name", paramLabel = "TEXT", description = "Name of the data product.")
        private @Nullable String name;

        @Option(names = "--domain", paramLabel = "TEXT", description = "Its domain.")
        private @Nullable String domain;

        @Option(names = "--output", paramLabel = "FILE", description = "Default: standard output.")
        private @Nullable Path output;

        @Override
        public Integer call() throws IOException {
            String yaml;
            try (Connection connection = SqlFault.open(jdbc, user, password)) {
                yaml =
                        Proposal.propose(
                                connection,
                                new Proposal.Options(
                                        schema, include, exclude, sample, views, log, domain,
                                        name));
            } catch (SQLException e) {
                throw SqlFault.of(e, jdbc);
            }
            Path file = output;
            if (file == null) {
                Cli.print(yaml);
            } else {
                Files.writeString(file, yaml);
                Cli.print(
                        "written to " + file + "; review it, then: foz contract validate " + file);
            }
            return 0;
        }
    }

    @Command(
            name = "diff",
            exitCodeList = "1:a difference breaks who reads the data",
            mixinStandardHelpOptions = true,
            description =
                    "Says what changes from one contract to the next, and whether it breaks who reads the data.")
    static final class Diff implements Callable<Integer> {
        @Parameters(index = "0", paramLabel = "BEFORE")
        private Path before = Path.of("");

        @Parameters(index = "1", paramLabel = "AFTER")
        private Path after = Path.of("");

        @Option(names = "--json", description = "Prints JSON.")
        private boolean json;

        @Override
        public Integer call() throws IOException {
            Contract old = ContractReader.read(Files.readString(before));
            Contract now = ContractReader.read(Files.readString(after));
            List<ContractDiff.Difference> differences = ContractDiff.between(old, now);
            if (json) {
                Cli.printJson(differences);
            } else if (differences.isEmpty()) {
                Cli.print("no difference");
            } else {
                differences.forEach(difference -> Cli.print(difference.toString()));
            }
            return differences.stream().anyMatch(ContractDiff.Difference::breaking)
                    ? Cli.EXIT_FOUND
                    : 0;
        }
    }
}
