package foz.server.identity;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class MetricsDoorAddressTest {

    @Test
    void onlyLoopbackAddressesAreThisMachine() {
        for (String local : List.of("127.0.0.1", "127.8.8.8", "::1", "0:0:0:0:0:0:0:1")) {
            assertTrue(MetricsDoor.isLocal(local), local);
        }
        for (String other : List.of("10.0.0.1", "192.168.0.7", "2001:db8::1", "localhost", "")) {
            assertFalse(MetricsDoor.isLocal(other), other);
        }
    }
}
