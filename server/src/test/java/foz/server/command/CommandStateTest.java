package foz.server.command;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class CommandStateTest {

    @Test
    void aVerdictIsNeverTakenBackButByCancelling() {
        for (CommandState next : CommandState.values()) {
            assertFalse(CommandState.REJECTED.mayBecome(next));
            assertFalse(CommandState.CANCELLED.mayBecome(next));
            assertFalse(next.mayBecome(CommandState.RECEIVED));
        }
        assertTrue(CommandState.ACCEPTED.mayBecome(CommandState.CANCELLED));
        assertFalse(CommandState.ACCEPTED.mayBecome(CommandState.REJECTED));
        assertFalse(CommandState.ACCEPTED.mayBecome(CommandState.EXPIRED));
    }

    @Test
    void theLegacySystemHasTheLastWordEvenAfterTheDeadline() {
        assertTrue(CommandState.EXPIRED.mayBecome(CommandState.ACCEPTED));
        assertTrue(CommandState.EXPIRED.mayBecome(CommandState.REJECTED));
        assertFalse(CommandState.EXPIRED.mayBecome(CommandState.QUEUED));
    }

    @Test
    void aVerdictMayOvertakeTheReport() {
        assertTrue(CommandState.QUEUED.mayBecome(CommandState.ACCEPTED));
        assertFalse(CommandState.ACCEPTED.mayBecome(CommandState.DELIVERED));
    }
}
