package foz.server.command;

import java.util.Arrays;
import java.util.Optional;

/// The states of a command, and which may follow which. The legacy system has the last word: its
/// verdict counts even after the deadline.
enum CommandState {
    RECEIVED("received"),
    QUEUED("queued"),
    DELIVERED("delivered"),
    ACCEPTED("accepted"),
    ACCEPTED_WITH_REMARKS("accepted_with_remarks"),
    REJECTED("rejected"),
    EXPIRED("expired"),
    DEAD_LETTERED("dead_lettered"),
    CANCELLED("cancelled");

    private final String word;

    CommandState(String word) {
        this.word = word;
    }

    /// The word in the ledger, on devices and in the API.
    String word() {
        return word;
    }

    static Optional<CommandState> of(String word) {
        return Arrays.stream(values()).filter(state -> state.word.equals(word)).findFirst();
    }

    boolean mayBecome(CommandState next) {
        return switch (this) {
            case RECEIVED -> next == QUEUED || next == REJECTED;
            case QUEUED ->
                    next == DELIVERED
                            || next.isVerdict()
                            || next == EXPIRED
                            || next == DEAD_LETTERED;
            case DELIVERED, EXPIRED, DEAD_LETTERED ->
                    next.isVerdict() || (this == DELIVERED && next == EXPIRED);
            case ACCEPTED, ACCEPTED_WITH_REMARKS ->
                    next == ACCEPTED || next == ACCEPTED_WITH_REMARKS || next == CANCELLED;
            case REJECTED, CANCELLED -> false;
        };
    }

    private boolean isVerdict() {
        return switch (this) {
            case ACCEPTED, ACCEPTED_WITH_REMARKS, REJECTED, CANCELLED -> true;
            case RECEIVED, QUEUED, DELIVERED, EXPIRED, DEAD_LETTERED -> false;
        };
    }
}
