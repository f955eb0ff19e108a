package foz.server.command;

import foz.contract.CommandSpec;
import foz.contract.Contract.Table;
import foz.server.error.ErrorCode;
import foz.server.error.FozException;
import foz.server.identity.Caller;
import foz.server.tenant.Tenant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// One upload of an SDK's queue: its entries made into commands, and the rest refused in words.
final class Upload {

    /// As long as a mark in a legacy system's inbox may be.
    private static final int ID_MAX = 60;

    /// One entry: PUT (a new row), PATCH (changed columns) or DELETE.
    private record Entry(String operation, String table, String id, JsonNode data) {}

    private final Intake intake;
    private final Caller caller;
    private final Words words;
    private final List<Intake.Refused> refused = new ArrayList<>();

    Upload(Intake intake, Caller caller, Words words) {
        this.intake = intake;
        this.caller = caller;
        this.words = words;
    }

    CommandController.Uploaded take(String clientId, JsonNode crud) {
        Tenant tenant = intake.tenant(caller);
        List<Entry> entries = new ArrayList<>();
        crud.forEach(node -> entries.add(entry(node)));
        List<Receipt> receipts = new ArrayList<>();
        for (Entry entry : entries) {
            Optional<Table> table = tenant.table(entry.table());
            if (table.isEmpty()) {
                refuse(entry, words.say("refusal.table", entry.table()));
            } else if (table.get().command().isPresent()) {
                command(entry, table.get().command().get(), entries).ifPresent(receipts::add);
            } else {
                orphan(entry, tenant, entries);
            }
        }
        intake.refuse(caller, clientId, refused);
        return new CommandController.Uploaded(receipts, refused);
    }

    private static Entry entry(JsonNode node) {
        String operation = node.path("op").asString("");
        String table =
                node.path("type").isString()
                        ? node.path("type").asString()
                        : node.path("table").asString("");
        String id = node.path("id").asString("");
        if (!List.of("PUT", "PATCH", "DELETE").contains(operation)
                || table.isBlank()
                || id.isBlank()
                || id.length() > ID_MAX) {
            throw new FozException(
                    ErrorCode.BAD_REQUEST,
                    "each of crud needs op (PUT, PATCH or DELETE), type (the table) and id (at most 60 characters)");
        }
        return new Entry(operation, table, id, node.path("data"));
    }

    private Optional<Receipt> command(Entry header, CommandSpec spec, List<Entry> entries) {
        if (!header.operation().equals("PUT")) {
            refuse(header, words.say("refusal.operation"));
            return Optional.empty();
        }
        List<Submission.Line> lines = new ArrayList<>();
        for (Entry entry : entries) {
            if (isLineOf(entry, header, spec)) {
                Map<String, @Nullable String> values =
                        new LinkedHashMap<>(Submission.values(entry.data()));
                values.remove(spec.lineParent());
                lines.add(new Submission.Line(entry.id(), values));
            }
        }
        try {
            return Optional.of(
                    intake.take(
                            caller,
                            new Submission(
                                    spec.name(),
                                    header.id(),
                                    header.id(),
                                    Submission.values(header.data()),
                                    lines),
                            "id",
                            words));
        } catch (FozException e) {
            if (e.code() != ErrorCode.KEY_REUSED) {
                throw e;
            }
            refuse(header, e.detail());
            return Optional.empty();
        }
    }

    private static boolean isLineOf(Entry entry, Entry header, CommandSpec spec) {
        return entry.operation().equals("PUT")
                && entry.table().equals(spec.lines())
                && entry.data().path(spec.lineParent()).asString("").equals(header.id());
    }

    private void orphan(Entry entry, Tenant tenant, List<Entry> entries) {
        Optional<CommandSpec> spec =
                tenant.tables().stream()
                        .flatMap(table -> table.command().stream())
                        .filter(command -> command.lines().equals(entry.table()))
                        .findFirst();
        if (spec.isEmpty()) {
            refuse(entry, words.say("refusal.table", entry.table()));
        } else if (!entry.operation().equals("PUT")) {
            refuse(entry, words.say("refusal.operation"));
        } else {
            Map<String, Entry> headers = new LinkedHashMap<>();
            entries.forEach(other -> headers.put(other.id(), other));
            Entry header = headers.get(entry.data().path(spec.get().lineParent()).asString(""));
            if (header == null || !isLineOf(entry, header, spec.get())) {
                refuse(entry, words.say("refusal.orphan"));
            }
        }
    }

    private void refuse(Entry entry, String message) {
        refused.add(new Intake.Refused(entry.table(), entry.id(), entry.operation(), message));
    }
}
