package foz.server.command;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What an app learns of its command.
///
/// @param number the legacy system's own number, once there is one
/// @param position the legacy system's position, in the glossary's word
public record Receipt(
        String id,
        String command,
        String state,
        @Nullable String message,
        @Nullable String number,
        @Nullable String code,
        @Nullable String position,
        List<LineVerdict> lines) {

    public Receipt {
        lines = List.copyOf(lines);
    }

    /// @param line the line's number
    public record LineVerdict(String id, @Nullable String line, @Nullable String message) {}
}
