package foz.contract;

import java.util.List;
import java.util.stream.Collectors;

/// A contract that cannot be used, with everything that is wrong with it.
public final class ContractException extends RuntimeException {

    private final transient List<Problem> problems;

    public ContractException(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    public List<Problem> problems() {
        return problems;
    }
}
