package foz.contract;

import foz.value.ColumnType;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// Reads a contract: ODCS's own shape first, then what Foz adds, then how the parts fit together.
public final class ContractReader {

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,58}");
    private static final int COLUMNS_MAX = 1_990;
    private static final long COMPARE_MS = 60_000;

    /// Beside a journal the compare only finds what triggers do not see.
    private static final long JOURNAL_COMPARE_MS = 600_000;

    private final List<Problem> problems = new ArrayList<>();
    private final QualityReader quality = new QualityReader(problems);

    private ContractReader() {}

    /// @throws ContractException with every problem found
    public static Contract read(String yaml) {
        Yaml root = Yaml.parse(yaml);
        List<Problem> shape = Odcs.check(root);
        if (!shape.isEmpty()) {
            throw new ContractException(shape);
        }
        ContractReader reader = new ContractReader();
        Contract contract = reader.contract((Yaml.Mapping) root);
        if (reader.problems.isEmpty()) {
            reader.problems.addAll(ContractRules.check(contract, (Yaml.Mapping) root));
        }
        if (!reader.problems.isEmpty()) {
            throw new ContractException(reader.problems);
        }
        return contract;
    }

    private Contract contract(Yaml.Mapping root) {
        Map<String, Yaml.Mapping> custom =
                customProperties(root, Set.of("foz.buckets", "foz.mappings", "foz.lists"));
        quality.declare(custom.get("foz.mappings"), custom.get("foz.lists"));
        String id = root.text("id").orElse("");
        String source =
                root.list("servers").stream()
                        .findFirst()
                        .flatMap(server -> ((Yaml.Mapping) server).text("server"))
                        .orElse("source");
        List<Contract.Table> tables = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Yaml object : root.list("schema")) {
            Contract.Table table = table((Yaml.Mapping) object);
            if (!names.add(table.name())) {
                problem(object, "the table '" + table.name() + "' stands twice", "rename one");
            }
            tables.add(table);
        }
        return new Contract(
                id,
                root.text("name").or(() -> root.text("dataProduct")).orElse(id),
                root.text("version").orElse(""),
                root.text("status").orElse(""),
                source,
                buckets(custom.get("foz.buckets")),
                tables);
    }

    private List<Contract.Bucket> buckets(
            Yaml.@org.jspecify.annotations.Nullable Mapping property) {
        if (property == null) {
            return List.of();
        }
        List<Contract.Bucket> buckets = new ArrayList<>();
        for (Yaml item : property.list("value")) {
            if (!(item instanceof Yaml.Mapping mapping)) {
                problem(item, "is not a mapping", "write {name, priority, claim}");
                continue;
            }
            Fields fields = new Fields(mapping, problems);
            Contract.Bucket bucket =
                    new Contract.Bucket(
                            fields.text("name"),
                            (int) fields.number("priority", 3, 0, 3),
                            fields.optionalText("claim"));
            fields.closed();
            if (!NAME.matcher(bucket.name()).matches()) {
                fields.problem("name", "is not a name", "use a-z, 0-9 and _");
            }
            buckets.add(bucket);
        }
        return buckets;
    }

    private Contract.Table table(Yaml.Mapping object) {
        Map<String, Yaml.Mapping> custom =
                customProperties(
                        object,
                        Set.of(
                                "foz.capture",
                                "foz.sync",
                                "foz.command",
                                "foz.deduplicate",
                                "foz.dependencies"));
        String name = object.text("name").orElse("").toLowerCase(Locale.ROOT);
        if (!NAME.matcher(name).matches() || name.startsWith("foz_")) {
            problem(
                    object,
                    "the table's name '" + name + "' cannot be a name in the replica",
                    "use a-z, 0-9 and _, at most 59, not beginning with foz_; keep the source's name in"
                            + " physicalName");
        }
        boolean keyless =
                Optional.ofNullable(custom.get("foz.capture"))
                        .flatMap(found -> found.get("value"))
                        .filter(Yaml.Mapping.class::isInstance)
                        .flatMap(value -> ((Yaml.Mapping) value).text("keyless"))
                        .filter("true"::equals)
                        .isPresent();
        List<Contract.Column> columns = columns(object, name, keyless);
        return new Contract.Table(
                name,
                object.text("physicalName").orElse(name),
                columns,
                Optional.ofNullable(custom.get("foz.capture")).map(this::capture),
                Optional.ofNullable(custom.get("foz.sync")).map(this::sync).orElse(List.of()),
                Optional.ofNullable(custom.get("foz.command")).flatMap(this::command),
                quality.table(name, object, custom));
    }

    private List<Contract.Column> columns(Yaml.Mapping object, String table, boolean keyless) {
        List<Contract.Column> columns = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Yaml property : object.list("properties")) {
            Contract.Column column = column((Yaml.Mapping) property, columns.size() + 1);
            if (!names.add(column.name())) {
                problem(property, "the column '" + column.name() + "' stands twice", "rename one");
            }
            columns.add(column);
        }
        boolean keyed = columns.stream().anyMatch(column -> column.keyPosition() > 0);
        if (keyed && keyless) {
            problem(
                    object,
                    "the table '" + table + "' has a primary key and is said to be keyless",
                    "leave keyless out of foz.capture");
        } else if (keyless) {
            columns.add(row());
        } else if (!keyed) {
            problem(
                    object,
                    "the table '" + table + "' has no primary key",
                    "mark the columns that identify a row with primaryKey: true, or write keyless: true in foz.capture");
        }
        if (columns.size() > COLUMNS_MAX) {
            problem(object, "has more than " + COLUMNS_MAX + " columns", "leave some out");
        }
        return columns;
    }

    private static Contract.Column row() {
        return new Contract.Column(
                Contract.ROW,
                "",
                Contract.ROW,
                ColumnType.text(),
                true,
                1,
                Optional.empty(),
                false,
                Optional.empty(),
                Optional.empty());
    }

    private Contract.Column column(Yaml.Mapping property, int ordinal) {
        Map<String, Yaml.Mapping> custom =
                customProperties(
                        property,
                        Set.of("foz.sync", "foz.classificationReason", "foz.clean", "foz.object"));
        String name = property.text("name").orElse("").toLowerCase(Locale.ROOT);
        if (!NAME.matcher(name).matches()) {
            problem(
                    property,
                    "the column's name '" + name + "' cannot be a name in the replica",
                    "use a-z, 0-9 and _, at most 59; keep the source's name in physicalName");
        }
        if (name.equals(Contract.ROW)) {
            problem(property, "the name '" + name + "' is Foz's own", "give it another name");
        }
        boolean key = isTrue(property, "primaryKey");
        int position = property.text("primaryKeyPosition").map(Integer::parseInt).orElse(ordinal);
        boolean synced =
                Optional.ofNullable(custom.get("foz.sync"))
                        .flatMap(found -> found.text("value"))
                        .map(text -> !text.equals("false"))
                        .orElse(true);
        return new Contract.Column(
                name,
                property.text("physicalName").orElse(name),
                property.text("businessName").orElse(name),
                ColumnType.of(property.text("physicalType"), property.text("logicalType")),
                isTrue(property, "required") || key,
                key ? Math.max(position, 1) : 0,
                property.text("classification"),
                synced,
                minimum(property),
                reference(property),
                quality.clean(custom.get("foz.clean")),
                Optional.ofNullable(custom.get("foz.object")).map(this::object).orElse(false));
    }

    private boolean object(Yaml.Mapping property) {
        String value = property.text("value").orElse("");
        if (!value.equals("true") && !value.equals("false")) {
            problem(property, "foz.object is '" + value + "'", "write true or false");
        }
        return value.equals("true");
    }

    private static Optional<BigDecimal> minimum(Yaml.Mapping property) {
        return property.get("logicalTypeOptions")
                .flatMap(options ->
                        options instanceof Yaml.Mapping found
                                ? found.text("exclusiveMinimum")
                                : Optional.empty())
                .map(BigDecimal::new);
    }

    private static Optional<Contract.Reference> reference(Yaml.Mapping property) {
        for (Yaml item : property.list("relationships")) {
            Optional<String> to = ((Yaml.Mapping) item).text("to");
            if (to.isPresent() && to.get().contains(".")) {
                String text = to.get().toLowerCase(Locale.ROOT);
                int dot = text.lastIndexOf('.');
                return Optional.of(
                        new Contract.Reference(text.substring(0, dot), text.substring(dot + 1)));
            }
        }
        return Optional.empty();
    }

    private Contract.Capture capture(Yaml.Mapping property) {
        Fields fields = fields(property);
        Optional<String> stamp =
                fields.optionalText("stamp").map(text -> text.toLowerCase(Locale.ROOT));
        Contract.Way way = way(fields, stamp);
        Contract.Capture capture =
                new Contract.Capture(
                        stamp,
                        fields.number("pollMs", 1_000, 50, 86_400_000),
                        fields.number(
                                "compareMs",
                                way == Contract.Way.JOURNAL ? JOURNAL_COMPARE_MS : COMPARE_MS,
                                200,
                                7 * 86_400_000L),
                        fields.number("overlapMs", 60_000, 1_000, 86_400_000),
                        way);
        String keyless = fields.optionalText("keyless").orElse("false");
        if (keyless.equals("true") && capture.stamp().isPresent()) {
            fields.problem("keyless", "stands beside stamp", "leave stamp out: rows are compared");
        } else if (keyless.equals("true") && way == Contract.Way.JOURNAL) {
            fields.problem(
                    "way",
                    "is journal beside keyless, and a journal names rows by their key",
                    "leave way out: rows are compared");
        } else if (!List.of("true", "false").contains(keyless)) {
            fields.problem("keyless", "is '" + keyless + "'", "write true or false");
        }
        fields.closed();
        return capture;
    }

    private static Contract.Way way(Fields fields, Optional<String> stamp) {
        Contract.Way usual = stamp.isPresent() ? Contract.Way.STAMP : Contract.Way.COMPARE;
        Optional<String> word = fields.optionalText("way");
        for (Contract.Way way : Contract.Way.values()) {
            if (word.isPresent() && word.get().equals(way.name().toLowerCase(Locale.ROOT))) {
                if (way == Contract.Way.STAMP && stamp.isEmpty()) {
                    fields.problem("way", "is stamp, and no stamp is named", "name it in stamp");
                }
                return way;
            }
        }
        if (word.isPresent()) {
            fields.problem(
                    "way",
                    "is '" + word.get() + "', no way to find changes",
                    "write log, stamp, journal or compare");
        }
        return usual;
    }

    private List<Contract.SyncScope> sync(Yaml.Mapping property) {
        List<Yaml> items =
                property.get("value").orElseThrow() instanceof Yaml.Sequence sequence
                        ? sequence.items()
                        : List.of(property.get("value").orElseThrow());
        List<Contract.SyncScope> scopes = new ArrayList<>();
        for (Yaml item : items) {
            if (!(item instanceof Yaml.Mapping mapping)) {
                problem(item, "is not a mapping", "write {bucket: name}, with by or through");
                continue;
            }
            Fields fields = new Fields(mapping, problems);
            String bucket = fields.text("bucket");
            Optional<String> by = fields.optionalText("by");
            Optional<String> column = fields.optionalText("column");
            Optional<String> through = fields.optionalText("through");
            fields.closed();
            if (by.isPresent() && through.isPresent()) {
                fields.problem("through", "stands beside by", "keep one of them");
            }
            if (by.isPresent()) {
                scopes.add(new Contract.SyncScope.ByColumn(bucket, by.get()));
            } else if (through.isPresent()) {
                scopes.add(through(fields, bucket, column, through.get()));
            } else {
                scopes.add(new Contract.SyncScope.Shared(bucket));
            }
        }
        return scopes;
    }

    private static Contract.SyncScope through(
            Fields fields, String bucket, Optional<String> column, String through) {
        int dot = through.lastIndexOf('.');
        if (dot < 1) {
            fields.problem(
                    "through", "'" + through + "' is not table.column", "write table.column");
        }
        String parent = dot < 1 ? through : through.substring(0, dot);
        String parentColumn = dot < 1 ? "" : through.substring(dot + 1);
        return new Contract.SyncScope.Through(
                bucket, column.orElse(parentColumn), parent, parentColumn);
    }

    private Optional<CommandSpec> command(Yaml.Mapping property) {
        return Optional.of(CommandReader.read(fields(property)));
    }

    private Fields fields(Yaml.Mapping property) {
        Yaml value = property.get("value").orElse(property);
        if (value instanceof Yaml.Mapping mapping) {
            return new Fields(mapping, problems);
        }
        problem(value, "is not a mapping", "write key: value pairs");
        return new Fields(
                new Yaml.Mapping(value.path(), value.line(), Map.of()), new ArrayList<>());
    }

    /// The customProperties of a node whose key begins with `foz.`; one that is not in `known` is a
    /// problem.
    private Map<String, Yaml.Mapping> customProperties(Yaml.Mapping node, Set<String> known) {
        Map<String, Yaml.Mapping> found = new java.util.LinkedHashMap<>();
        for (Yaml item : node.list("customProperties")) {
            Yaml.Mapping property = (Yaml.Mapping) item;
            String name = property.text("property").orElse("");
            if (!name.startsWith("foz.")) {
                continue;
            }
            if (!known.contains(name)) {
                problem(
                        property,
                        "the property '" + name + "' is not known here",
                        "use one of " + String.join(", ", known.stream().sorted().toList()));
            }
            if (found.put(name, property) != null) {
                problem(property, "the property '" + name + "' stands twice", "keep one");
            }
        }
        return found;
    }

    private static boolean isTrue(Yaml.Mapping node, String key) {
        return node.get(key).orElse(null) instanceof Yaml.Scalar(String _, int _, Boolean value)
                && value;
    }

    private void problem(Yaml at, String message, String remedy) {
        problems.add(new Problem(at.path(), at.line(), message, remedy));
    }
}
