package foz.server.error;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.jdbc.UncategorizedSQLException;

class ProblemAdviceTest {

    private final ProblemAdvice advice = new ProblemAdvice();

    @Test
    void whatPassesSaysWhenToComeBack() {
        for (ErrorCode code : ErrorCode.values()) {
            ResponseEntity<ProblemDetail> answer =
                    advice.handle(new FozException(code, "detail", Map.of("expectedSeq", 7)));
            assertEquals(code.status(), answer.getStatusCode().value());
            boolean passes = code.status() == 429 || code.status() == 503;
            assertEquals(
                    passes,
                    answer.getHeaders().containsHeader(HttpHeaders.RETRY_AFTER),
                    code.name());
            ProblemDetail problem = answer.getBody();
            assertNotNull(problem);
            assertEquals(Map.of("code", code.name(), "expectedSeq", 7), problem.getProperties());
        }
    }

    @Test
    void aPoolWithoutAConnectionPasses() {
        assertTrue(
                Outage.is(
                        new UncategorizedSQLException(
                                "transaction",
                                null,
                                new SQLTransientConnectionException("request timed out"))));
        assertFalse(
                Outage.is(
                        new UncategorizedSQLException(
                                "transaction", null, new SQLException("other"))));
    }
}
