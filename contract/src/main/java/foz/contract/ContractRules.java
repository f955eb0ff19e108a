package foz.contract;

import foz.value.ColumnType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// How the parts of a contract must fit together.
final class ContractRules {

    private static final int STEPS_MAX = 3;
    private static final Set<ColumnType.Kind> STAMPS =
            Set.of(
                    ColumnType.Kind.TIMESTAMP,
                    ColumnType.Kind.TIMESTAMP_WITH_ZONE,
                    ColumnType.Kind.DATE);

    private static final Set<ColumnType.Kind> OBJECTS =
            Set.of(ColumnType.Kind.TEXT, ColumnType.Kind.BYTES);

    private final Contract contract;
    private final Yaml.Mapping root;
    private final List<Problem> problems = new ArrayList<>();

    private ContractRules(Contract contract, Yaml.Mapping root) {
        this.contract = contract;
        this.root = root;
    }

    static List<Problem> check(Contract contract, Yaml.Mapping root) {
        ContractRules rules = new ContractRules(contract, root);
        contract.tables().forEach(rules::table);
        return rules.problems;
    }

    private void table(Contract.Table table) {
        table.capture().flatMap(Contract.Capture::stamp).ifPresent(stamp -> stamp(table, stamp));
        for (Contract.SyncScope scope : table.sync()) {
            scope(table, scope);
        }
        table.command().ifPresent(command -> command(table, command));
        new QualityRules(table, (message, remedy) -> problem(table, message, remedy)).check();
        table.columns().stream()
                .filter(Contract.Column::object)
                .forEach(column -> object(table, column));
    }

    private void object(Contract.Table table, Contract.Column column) {
        String name = table.name() + "." + column.name();
        if (!OBJECTS.contains(column.type().kind())) {
            problem(
                    table,
                    "foz.object of '%s' stands at the type %s"
                            .formatted(name, column.type().kind().name().toLowerCase(Locale.ROOT)),
                    "keep it for columns of text or bytes");
        }
        if (column.keyPosition() > 0) {
            problem(
                    table,
                    "foz.object of '" + name + "' stands at a column of the key",
                    "leave it out: a row is known by its key's own values");
        }
        if (table.capture().isEmpty()) {
            problem(
                    table,
                    "foz.object of '" + name + "' stands in a table that is not captured",
                    "keep it for captured tables");
        }
    }

    private void stamp(Contract.Table table, String name) {
        column(table, name, "foz.capture.stamp");
        table.column(name)
                .map(column -> column.type().kind())
                .filter(kind -> !STAMPS.contains(kind))
                .ifPresent(kind ->
                        problem(
                                table,
                                "foz.capture.stamp of '%s' names '%s', whose type is %s"
                                        .formatted(
                                                table.name(),
                                                name,
                                                kind.name().toLowerCase(Locale.ROOT)),
                                "name a column of type timestamp, timestamp with time zone"
                                        + " or date, or leave stamp out: then rows are"
                                        + " compared"));
    }

    private void scope(Contract.Table table, Contract.SyncScope scope) {
        Optional<Contract.Bucket> bucket =
                contract.buckets().stream()
                        .filter(b -> b.name().equals(scope.bucket()))
                        .findFirst();
        if (bucket.isEmpty()) {
            problem(
                    table,
                    "foz.sync names the bucket '" + scope.bucket() + "', which is not declared",
                    "declare it in foz.buckets");
            return;
        }
        boolean claimed = bucket.get().claim().isPresent();
        switch (scope) {
            case Contract.SyncScope.Shared _ -> {
                if (claimed) {
                    problem(
                            table,
                            "the bucket '" + scope.bucket() + "' is parted by a claim",
                            "say by which column: by, or through");
                }
            }
            case Contract.SyncScope.ByColumn(String _, String column) ->
                    column(table, column, "foz.sync.by");
            case Contract.SyncScope.Through through -> through(table, through);
        }
        if (!claimed && !(scope instanceof Contract.SyncScope.Shared)) {
            problem(
                    table,
                    "the bucket '" + scope.bucket() + "' has no claim",
                    "give the bucket a claim, or leave out by and through");
        }
    }

    private void through(Contract.Table table, Contract.SyncScope.Through through) {
        column(table, through.column(), "foz.sync.column");
        Set<String> seen = new HashSet<>(Set.of(table.name()));
        Contract.SyncScope.Through step = through;
        for (int steps = 1; ; steps++) {
            Optional<Contract.Table> parent = contract.table(step.parent());
            if (parent.isEmpty()) {
                problem(
                        table,
                        "foz.sync goes through '" + step.parent() + "', which is no table",
                        "name a table");
                return;
            }
            column(parent.get(), step.parentColumn(), "foz.sync.through");
            if (!seen.add(step.parent()) || steps > STEPS_MAX) {
                problem(
                        table,
                        "foz.sync goes in a circle or over " + STEPS_MAX + " steps",
                        "shorten it");
                return;
            }
            String bucket = through.bucket();
            Optional<Contract.SyncScope> next =
                    parent.get().sync().stream()
                            .filter(scope -> scope.bucket().equals(bucket))
                            .findFirst();
            if (next.isEmpty()) {
                problem(
                        table,
                        "foz.sync goes through '"
                                + step.parent()
                                + "', which has no scope in the bucket '"
                                + bucket
                                + "'",
                        "give that table a scope in the same bucket");
                return;
            }
            if (!(next.get() instanceof Contract.SyncScope.Through further)) {
                return;
            }
            step = further;
        }
    }

    private void command(Contract.Table table, CommandSpec command) {
        if (table.capture().isPresent()) {
            problem(table, "is both captured and written by a command", "use a table of its own");
        }
        Stream.concat(
                        Stream.of(
                                command.orderingKey(),
                                command.result().state(),
                                command.result().message(),
                                command.result().number(),
                                command.result().code(),
                                command.result().position(),
                                command.result().at()),
                        Stream.of(
                                        command.number().stream(),
                                        command.owner().stream(),
                                        command.claims().keySet().stream(),
                                        command.fill().stream().map(CommandSpec.Fill::column),
                                        command.fill().stream().map(CommandSpec.Fill::by),
                                        command.target().header().columns().values().stream(),
                                        command.target().lines().headerColumns().values().stream())
                                .flatMap(names -> names))
                .forEach(name -> column(table, name, "foz.command"));
        Stream.concat(command.owner().stream(), command.fill().stream().map(CommandSpec.Fill::by))
                .forEach(name -> referenced(table, name));
        if (table.key().size() != 1) {
            problem(
                    table,
                    "a command's table needs a key of one column",
                    "use the device's row id");
        }
        inboxes(table, command);
        Optional<Contract.Table> lines = contract.table(command.lines());
        if (lines.isEmpty()) {
            problem(table, "foz.command.lines names no table", "name the lines' table");
            return;
        }
        Stream.concat(
                        Stream.of(
                                command.lineParent(),
                                command.lineNumber(),
                                command.lineResult().message(),
                                command.lineResult().cut(),
                                command.lineResult().invoiced()),
                        command.target().lines().columns().values().stream())
                .forEach(name -> column(lines.get(), name, "foz.command.lines"));
    }

    private void inboxes(Contract.Table table, CommandSpec command) {
        CommandSpec.Inbox header = command.target().header();
        if (header.mark().isEmpty()) {
            problem(
                    table,
                    "foz.command.target.header has no mark",
                    "name the inbox column that takes the command's id");
        }
        if (command.number().isEmpty()) {
            problem(table, "foz.command.number is empty", "name the columns that number a command");
        }
        for (String column : header.key()) {
            if (!header.columns().containsKey(column)) {
                problem(
                        table,
                        "foz.command.target.header.key names '"
                                + column
                                + "', which is not among its columns",
                        "add it to the columns");
            }
        }
        if (header.key().isEmpty()) {
            problem(
                    table,
                    "foz.command.target.header.key is empty",
                    "name the inbox's natural key");
        }
        if (!command.target().lines().columns().containsValue(command.lineNumber())) {
            problem(
                    table,
                    "foz.command.target.lines does not take '" + command.lineNumber() + "'",
                    "add the line's number to its columns");
        }
    }

    private void referenced(Contract.Table table, String columnName) {
        Optional<Contract.Reference> reference =
                table.column(columnName).flatMap(Contract.Column::reference);
        if (reference.isEmpty()
                || contract.table(reference.get().table())
                        .flatMap(parent -> parent.column(reference.get().column()))
                        .isEmpty()) {
            problem(
                    table,
                    "foz.command needs to know which row '" + columnName + "' names",
                    "give that column a relationship to table.column");
        }
    }

    private void column(Contract.Table table, String name, String property) {
        if (table.column(name).isEmpty()) {
            problem(
                    table,
                    property
                            + " names '"
                            + name
                            + "', which is no column of '"
                            + table.name()
                            + "'",
                    "name a column, in lower case");
        }
    }

    private void problem(Contract.Table table, String message, String remedy) {
        int index = contract.tables().indexOf(table);
        Yaml node = root.list("schema").get(index);
        problems.add(new Problem(node.path(), node.line(), message, remedy));
    }
}
