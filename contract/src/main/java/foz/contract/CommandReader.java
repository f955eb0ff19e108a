package foz.contract;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Reads `foz.command`.
final class CommandReader {

    private CommandReader() {}

    static CommandSpec read(Fields fields) {
        CommandSpec spec =
                new CommandSpec(
                        fields.text("name"),
                        fields.text("lines"),
                        fields.text("lineParent"),
                        fields.text("lineNumber"),
                        fields.text("orderingKey"),
                        fields.texts("number"),
                        fields.optionalText("owner"),
                        fields.textMap("claims"),
                        fill(fields),
                        fields.number("deadlineMs", 86_400_000, 1_000, 30 * 86_400_000L),
                        result(fields.child("result")),
                        lineResult(fields.child("lineResult")),
                        target(fields.child("target")),
                        verdict(fields.child("verdict")));
        fields.closed();
        return spec;
    }

    private static List<CommandSpec.Fill> fill(Fields fields) {
        List<CommandSpec.Fill> fills = new ArrayList<>();
        for (Map.Entry<String, String> entry : fields.textMap("fill").entrySet()) {
            int dot = entry.getValue().indexOf('.');
            if (dot < 1) {
                fields.problem(
                        "fill",
                        "'" + entry.getValue() + "' is not column.column",
                        "write the referencing column, a point, and a column of the referenced"
                                + " table");
                continue;
            }
            fills.add(
                    new CommandSpec.Fill(
                            entry.getKey(),
                            entry.getValue().substring(0, dot),
                            entry.getValue().substring(dot + 1)));
        }
        return fills;
    }

    private static CommandSpec.Result result(Fields fields) {
        CommandSpec.Result result =
                new CommandSpec.Result(
                        fields.text("state"),
                        fields.text("message"),
                        fields.text("number"),
                        fields.text("code"),
                        fields.text("position"),
                        fields.text("at"));
        fields.closed();
        return result;
    }

    private static CommandSpec.LineResult lineResult(Fields fields) {
        CommandSpec.LineResult result =
                new CommandSpec.LineResult(
                        fields.text("message"), fields.text("cut"), fields.text("invoiced"));
        fields.closed();
        return result;
    }

    private static CommandSpec.Target target(Fields fields) {
        CommandSpec.Target target =
                new CommandSpec.Target(inbox(fields.child("header")), inbox(fields.child("lines")));
        fields.closed();
        return target;
    }

    private static CommandSpec.Inbox inbox(Fields fields) {
        CommandSpec.Inbox inbox =
                new CommandSpec.Inbox(
                        fields.text("table"),
                        fields.textMap("columns"),
                        fields.textMap("headerColumns"),
                        fields.textMap("constants"),
                        fields.optionalText("mark"),
                        fields.texts("key"));
        fields.closed();
        return inbox;
    }

    private static CommandSpec.Verdict verdict(Fields fields) {
        Fields lines = fields.child("lines");
        CommandSpec.Verdict verdict =
                new CommandSpec.Verdict(
                        fields.text("status"),
                        fields.texts("accepted"),
                        fields.texts("rejected"),
                        fields.text("number"),
                        fields.text("code"),
                        fields.text("text"),
                        fields.text("position"),
                        fields.texts("remarkPositions"),
                        fields.texts("finalPositions"),
                        fields.textMap("positions"),
                        lines.text("text"),
                        lines.text("cut"),
                        lines.text("cutWhen", "S"),
                        lines.text("invoiced"));
        fields.closed();
        lines.closed();
        return verdict;
    }
}
