package foz.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Clock;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import org.junit.jupiter.api.Test;

/// When and how fast a source is read whole.
class PaceTest {

    private static final ZoneId ZONE = ZoneId.of("America/Sao_Paulo");

    private static ZonedDateTime at(String local) {
        return LocalDateTime.parse(local).atZone(ZONE);
    }

    private static boolean holds(String hours, String local) {
        return ReadingHours.of(hours, ZONE)
                .holds(at(local).withZoneSameInstant(ZoneId.of("Asia/Tokyo")));
    }

    @Test
    void hoursGoOverMidnightAndWeekends() {
        // 2026-11-25 is a Wednesday.
        String nights = "Mon-Fri 19:00-07:00, Sat-Sun 00:00-24:00";
        assertTrue(holds(nights, "2026-11-25T19:00:00"));
        assertTrue(holds(nights, "2026-11-26T06:59:59"));
        assertFalse(holds(nights, "2026-11-26T07:00:00"));
        assertFalse(holds(nights, "2026-11-25T12:00:00"));
        assertTrue(holds(nights, "2026-11-28T12:00:00"));
        assertTrue(holds(nights, "2026-11-29T23:59:00"));
        assertFalse(holds(nights, "2026-11-30T00:00:00"), "Sunday's hours are over");
        assertTrue(holds("Fri-Mon 22:00-02:00", "2026-12-01T01:00:00"), "Monday's night");
        assertFalse(holds("Fri-Mon 22:00-02:00", "2026-12-02T01:00:00"));
        assertTrue(holds("", "2026-11-25T12:00:00"));
    }

    @Test
    void theNextBeginningIsSaid() {
        ReadingHours hours = ReadingHours.of("Mon-Fri 19:00-07:00, Sun 8:00-9:00", ZONE);
        assertEquals("Wed 19:00", hours.next(at("2026-11-25T12:00:00")));
        assertEquals("Sun 08:00", hours.next(at("2026-11-27T19:00:00")));
    }

    @Test
    void whatIsNoWindowIsRefusedWithThePartAndTheRemedy() {
        for (String wrong :
                List.of(
                        "19-7",
                        "Mon-Fry 19:00-07:00",
                        "25:00-26:00",
                        "24:00-07:00",
                        "19:00-07:00,")) {
            IllegalArgumentException refused =
                    assertThrows(
                            IllegalArgumentException.class, () -> ReadingHours.of(wrong, ZONE));
            assertTrue(String.valueOf(refused.getMessage()).contains("write"), refused::toString);
        }
    }

    @Test
    void outsideTheHoursNothingIsRead() {
        ReadingHours nights = ReadingHours.of("19:00-07:00", ZONE);
        Pace noon =
                new Pace(
                        new Pace.Limits(0, 0, nights),
                        Clock.fixed(at("2026-11-25T12:00:00").toInstant(), ZONE));
        assertFalse(noon.mayRead());
        Pace.ClosedException closed = assertThrows(Pace.ClosedException.class, noon::requireOpen);
        assertTrue(String.valueOf(closed.getMessage()).contains("Wed 19:00"), closed::toString);
    }

    @Test
    void whoReadMuchMustWaitForItsCeilingAndWhoHasNoneNever() {
        Pace free = new Pace(Pace.Limits.none());
        free.took(1_000_000_000, 1L << 40);
        assertTrue(free.mayRead());
        ReadingHours always = ReadingHours.of("", ZONE);
        Pace byRows = new Pace(new Pace.Limits(1_000, 0, always));
        assertTrue(byRows.mayRead());
        byRows.took(1_000_000, 1);
        assertFalse(byRows.mayRead());
        Pace byBytes = new Pace(new Pace.Limits(0, 1_000, always));
        byBytes.took(1, 1_000_000);
        assertFalse(byBytes.mayRead());
    }
}
