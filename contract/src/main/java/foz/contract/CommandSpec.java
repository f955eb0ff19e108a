package foz.contract;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A write that apps may ask of the legacy system, declared on the table that devices write to.
///
/// @param name as in `POST /v1/commands/{name}`
/// @param lines the table of the lines
/// @param lineParent column of the lines that holds the header's row id
/// @param lineNumber column that numbers the lines within their header
/// @param orderingKey commands with the same value are delivered one after another
/// @param number columns that number a command in the legacy system: reuse with other content is
///   refused
/// @param owner column whose referenced row must lie in the caller's buckets
/// @param claims columns fixed by the caller's claims: column to claim
/// @param fill columns that the server fills from a referenced row
/// @param deadlineMs after which a command without a verdict expires
public record CommandSpec(
        String name,
        String lines,
        String lineParent,
        String lineNumber,
        String orderingKey,
        List<String> number,
        Optional<String> owner,
        Map<String, String> claims,
        List<Fill> fill,
        long deadlineMs,
        Result result,
        LineResult lineResult,
        Target target,
        Verdict verdict) {

    public CommandSpec {
        number = List.copyOf(number);
        claims = Map.copyOf(claims);
        fill = List.copyOf(fill);
    }

    /// `column` takes the value that `fromColumn` has in the row which the value of `by`
    /// references.
    public record Fill(String column, String by, String fromColumn) {}

    /// Columns of the header's table that carry the command's state to devices.
    public record Result(
            String state, String message, String number, String code, String position, String at) {}

    /// Columns of the lines' table that carry the verdict to devices.
    public record LineResult(String message, String cut, String invoiced) {}

    /// The inbox tables of the legacy system.
    public record Target(Inbox header, Inbox lines) {}

    /// @param columns inbox column to a column of the device's table
    /// @param headerColumns for lines: inbox column to a column of the header's table
    /// @param constants inbox column to a literal; `$now` is the legacy database's clock
    /// @param mark inbox column that takes the command's id; makes a repeat recognisable
    /// @param key the inbox table's natural key
    public record Inbox(
            String table,
            Map<String, String> columns,
            Map<String, String> headerColumns,
            Map<String, String> constants,
            Optional<String> mark,
            List<String> key) {
        public Inbox {
            columns = Map.copyOf(columns);
            headerColumns = Map.copyOf(headerColumns);
            constants = Map.copyOf(constants);
            key = List.copyOf(key);
        }
    }

    /// Where the legacy system writes its answer.
    ///
    /// @param status column that tells whether there is an answer
    /// @param remarkPositions positions that turn an acceptance into one with remarks
    /// @param finalPositions positions after which nothing follows
    /// @param positions the legacy's code to the glossary's word
    /// @param cutWhen value of the lines' cut column that means yes
    public record Verdict(
            String status,
            List<String> accepted,
            List<String> rejected,
            String number,
            String code,
            String text,
            String position,
            List<String> remarkPositions,
            List<String> finalPositions,
            Map<String, String> positions,
            String lineText,
            String lineCut,
            String cutWhen,
            String lineInvoiced) {
        public Verdict {
            accepted = List.copyOf(accepted);
            rejected = List.copyOf(rejected);
            remarkPositions = List.copyOf(remarkPositions);
            finalPositions = List.copyOf(finalPositions);
            positions = Map.copyOf(positions);
        }
    }
}
