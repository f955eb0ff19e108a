package foz.contract;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Proposes a contract for a live database, for a person to review: what is there, how changes can
/// be found, what looks personal, and what must never leave the source.
public final class Proposal {

    private static final int POLL_MS_STAMP = 1_000;
    private static final int COMPARE_MS_STAMP = 60_000;
    private static final int POLL_MS_COMPARE = 5_000;

    private final Options options;
    private final SourceCatalogue catalogue;
    private final List<ProposedTable> tables;
    private final YamlText out = new YamlText();

    private Proposal(Options options, SourceCatalogue catalogue, List<ProposedTable> tables) {
        this.options = options;
        this.catalogue = catalogue;
        this.tables = tables;
    }

    /// What to propose.
    ///
    /// @param schema as the source writes its name; null for the connection's own
    /// @param include globs (`*`, `?`) of table names, case aside; empty for all
    /// @param exclude globs of table names, which win over `include`
    /// @param sampleRows rows of each table to look at; 0 to judge by names alone
    /// @param views whether views are proposed too
    /// @param log whether tables are captured by the source's log where it gives it, and else as
    ///   without this
    /// @param domain the contract's domain, if known
    /// @param name the contract's name; null for the schema's, or the database's where the schema
    ///   has its product's usual name
    public record Options(
            @Nullable String schema,
            List<String> include,
            List<String> exclude,
            int sampleRows,
            boolean views,
            boolean log,
            @Nullable String domain,
            @Nullable String name) {

        public Options {
            include = List.copyOf(include);
            exclude = List.copyOf(exclude);
            if (sampleRows < 0 || sampleRows > 10_000) {
                throw new IllegalArgumentException("sampleRows must be from 0 to 10000");
            }
        }

        /// All tables of the connection's own schema, 200 rows sampled of each.
        public static Options defaults() {
            return new Options(null, List.of(), List.of(), 200, false, false, null, null);
        }

        private boolean wants(String table) {
            return (include.isEmpty() || include.stream().anyMatch(glob -> matches(glob, table)))
                    && exclude.stream().noneMatch(glob -> matches(glob, table));
        }

        private static boolean matches(String glob, String table) {
            String regex = Pattern.quote(glob).replace("*", "\\E.*\\Q").replace("?", "\\E.\\Q");
            return Pattern.compile(regex, Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE)
                    .matcher(table)
                    .matches();
        }
    }

    /// An ODCS v3.1.0 document in YAML. The connection must be idle; it is read in a read-only
    /// transaction, by the driver's metadata calls and one bounded SELECT a table.
    ///
    /// @throws ContractException when the schema holds nothing to propose, or too much
    public static String propose(Connection connection, Options options) throws SQLException {
        boolean autoCommit = connection.getAutoCommit();
        boolean readOnly = connection.isReadOnly();
        connection.setReadOnly(true);
        connection.setAutoCommit(false);
        try {
            SourceCatalogue catalogue = new SourceCatalogue(connection, options.schema());
            List<SourceTable> found = catalogue.tables(options.views(), options::wants);
            if (found.isEmpty()) {
                throw new ContractException(List.of(nothing(catalogue)));
            }
            List<SourceTable> sampled = new ArrayList<>();
            for (SourceTable table : found) {
                sampled.add(catalogue.sample(table, options.sampleRows(), Proposal::worthSampling));
            }
            return new Proposal(options, catalogue, ProposedTable.of(sampled)).write();
        } finally {
            connection.rollback();
            connection.setAutoCommit(autoCommit);
            connection.setReadOnly(readOnly);
        }
    }

    private static Problem nothing(SourceCatalogue catalogue) throws SQLException {
        List<String> schemas = catalogue.schemas();
        return schemas.isEmpty() || schemas.contains(catalogue.name())
                ? new Problem(
                        "",
                        0,
                        "the schema " + catalogue.name() + " holds no such table",
                        "name another schema, or include other tables")
                : new Problem(
                        "",
                        0,
                        "there is no schema " + catalogue.name(),
                        "name one of " + String.join(", ", schemas));
    }

    private static boolean worthSampling(SourceTable.Column column) {
        return (Classification.isText(column) || Classification.isNumber(column))
                && Classification.secret(column).isEmpty();
    }

    private String write() throws SQLException {
        header(Optional.ofNullable(options.name()).orElse(catalogue.title()));
        servers();
        out.blank()
                .open(
                        "schema",
                        () -> {
                            for (int i = 0; i < tables.size(); i++) {
                                if (i > 0) {
                                    out.blank();
                                }
                                table(tables.get(i));
                            }
                        });
        String text = out.toString();
        List<Problem> problems = Odcs.check(Yaml.parse(text));
        if (!problems.isEmpty()) {
            throw new IllegalStateException("the proposal is not ODCS: " + problems);
        }
        return text;
    }

    private void header(String name) throws SQLException {
        out.comment("Proposed from the catalogue of a %s database.".formatted(catalogue.product()))
                .comment(
                        "A person must look at each line marked REVIEW before status is set to active.")
                .put("apiVersion", "v3.1.0")
                .put("kind", "DataContract")
                .put("id", id(name))
                .put("name", name)
                .put("version", "0.1.0")
                .put("status", "proposed");
        if (options.domain() != null) {
            out.put("domain", options.domain());
        }
    }

    /// The same for the same database, schema and name, wherever it is reached: a UUID of version 5
    /// (RFC 9562, section 5.5) without a name space.
    private String id(String name) {
        String key = String.join("\n", catalogue.catalog().orElse(""), catalogue.name(), name);
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-1").digest(key.getBytes(StandardCharsets.UTF_8));
            java.nio.ByteBuffer bytes = java.nio.ByteBuffer.wrap(hash);
            long high = (bytes.getLong() & ~0xf000L) | 0x5000L;
            long low = (bytes.getLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
            return new UUID(high, low).toString();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }

    private void servers() throws SQLException {
        SourceAddress address =
                SourceAddress.of(catalogue.url(), catalogue.catalog(), catalogue.name());
        out.blank()
                .open(
                        "servers",
                        () ->
                                out.item(() -> {
                                    out.put("server", "source").put("type", address.type());
                                    address.fields().forEach(out::put);
                                }));
    }

    private void table(ProposedTable table) {
        out.item(() -> {
            out.put("name", table.name())
                    .put("physicalName", table.source().name())
                    .put("physicalType", table.source().view() ? "view" : "table")
                    .put("logicalType", "object");
            describe(table);
            capture(table);
            tableRelationships(table);
            if (table.columns().isEmpty()) {
                out.put("properties", List.of());
            } else {
                out.open("properties", () -> table.columns().forEach(c -> column(table, c)));
            }
        });
    }

    private void describe(ProposedTable table) {
        List<String> sentences = new ArrayList<>();
        if (!table.source().remarks().isEmpty()) {
            String remarks = table.source().remarks();
            sentences.add(remarks.matches("(?s).*[.!?]") ? remarks : remarks + ".");
        }
        if (!table.leftOut().isEmpty()) {
            sentences.add(
                    "Left out of capture, for their names say that they hold secrets: "
                            + String.join(", ", table.leftOut())
                            + ".");
        }
        if (table.key().isEmpty()) {
            sentences.add(
                    "No key was found: a person must decide which columns identify a row and mark them"
                            + " with primaryKey, or, where none do and the source is PostgreSQL, write"
                            + " keyless: true in foz.capture; the contract is not valid before.");
        }
        if (!sentences.isEmpty()) {
            boolean review = !table.leftOut().isEmpty() || table.key().isEmpty();
            String text = String.join(" ", sentences);
            if (review) {
                out.comment("REVIEW: read the description");
            }
            out.put("description", text);
        }
    }

    private void capture(ProposedTable table) {
        Map<String, Object> value = new LinkedHashMap<>();
        boolean log = options.log() && !table.source().view() && table.key().isPresent();
        if (log) {
            value.put("way", "log");
        }
        Optional<String> stamp = table.stamp();
        stamp.ifPresent(name -> value.put("stamp", name));
        value.put("pollMs", stamp.isPresent() ? POLL_MS_STAMP : POLL_MS_COMPARE);
        stamp.ifPresent(_ -> value.put("compareMs", COMPARE_MS_STAMP));
        String comment =
                log
                        ? "where the source's log does not give the table, the rest of this line counts"
                        : stamp.map(name ->
                                        "REVIEW: does the source set " + name + " at each change?")
                                .orElse("no change stamp found: rows are compared");
        out.open(
                "customProperties",
                () ->
                        out.item(() ->
                                out.put("property", "foz.capture").put("value", value, comment)));
    }

    private void tableRelationships(ProposedTable table) {
        List<ProposedTable.Link> links =
                table.links().stream().filter(link -> link.from().size() > 1).toList();
        if (!links.isEmpty()) {
            out.open("relationships", () -> links.forEach(link -> tableRelationship(table, link)));
        }
    }

    private void tableRelationship(ProposedTable table, ProposedTable.Link link) {
        out.item(() ->
                out.put("type", "foreignKey")
                        .put("from", qualified(table.name(), link.from()))
                        .put("to", qualified(link.table(), link.to())));
    }

    private static List<String> qualified(String table, List<String> columns) {
        return columns.stream().map(column -> table + "." + column).toList();
    }

    private void column(ProposedTable table, ProposedTable.Column column) {
        SourceTable.Column source = column.source();
        out.item(() -> {
            out.put("name", column.name()).put("physicalName", source.name());
            type(source);
            if (!source.remarks().isEmpty()) {
                out.put("description", source.remarks());
            }
            out.put("required", source.required());
            key(table, column);
            classification(column);
            columnRelationships(table, column);
        });
    }

    private void type(SourceTable.Column source) {
        String logicalType = LogicalType.of(source);
        out.put("logicalType", logicalType);
        if (logicalType.equals("array")) {
            String element = source.physicalType().replaceFirst("\\[\\]$", "");
            out.put("items", Map.of("physicalType", element));
        }
        if (source.computed()) {
            out.put("physicalType", source.physicalType(), "computed by the source");
        } else {
            out.put("physicalType", source.physicalType());
        }
    }

    private void key(ProposedTable table, ProposedTable.Column column) {
        table.key()
                .filter(key -> key.columns().contains(column.source().name()))
                .ifPresent(key -> {
                    int position = key.columns().indexOf(column.source().name()) + 1;
                    if (key.index().isPresent()) {
                        out.put(
                                "primaryKey",
                                true,
                                "REVIEW: by the unique index " + key.index().get());
                    } else {
                        out.put("primaryKey", true);
                    }
                    out.put("primaryKeyPosition", position);
                });
    }

    private void classification(ProposedTable.Column column) {
        Classification guess = column.classification();
        Optional<String> keyReason = column.keyReason();
        if (guess.reason().isPresent()) {
            out.put("classification", guess.level(), "REVIEW");
        } else {
            out.put("classification", guess.level());
        }
        if (guess.reason().isPresent() || keyReason.isPresent()) {
            out.open(
                    "customProperties",
                    () -> {
                        guess.reason()
                                .ifPresent(reason -> note("foz.classificationReason", reason));
                        keyReason.ifPresent(reason -> note("keyReason", reason));
                    });
        }
    }

    private void note(String property, String text) {
        out.item(() -> out.put("property", property).put("value", text));
    }

    private void columnRelationships(ProposedTable table, ProposedTable.Column column) {
        List<String> targets =
                table.links().stream()
                        .filter(link -> link.from().equals(List.of(column.name())))
                        .map(link -> link.table() + "." + link.to().getFirst())
                        .distinct()
                        .toList();
        if (!targets.isEmpty()) {
            out.open(
                    "relationships",
                    () ->
                            targets.forEach(to ->
                                    out.item(() -> out.put("type", "foreignKey").put("to", to))));
        }
    }
}
