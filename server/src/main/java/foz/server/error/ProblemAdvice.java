package foz.server.error;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.async.AsyncRequestNotUsableException;

/// Turns every failure of a request into a problem document (RFC 9457) with a `code`.
@RestControllerAdvice
@Order(Ordered.HIGHEST_PRECEDENCE)
final class ProblemAdvice {

    private static final Logger LOG = LoggerFactory.getLogger(ProblemAdvice.class);

    @ExceptionHandler
    ResponseEntity<ProblemDetail> handle(FozException e) {
        ProblemDetail problem = problem(e.code(), e.detail());
        e.extra().forEach(problem::setProperty);
        return answer(e.code(), problem);
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> handle(AccessDeniedException e) {
        return answer(ErrorCode.FORBIDDEN, "the token does not allow this: " + e.getMessage());
    }

    /// The reader went away; there is nobody to answer.
    @ExceptionHandler
    void handle(AsyncRequestNotUsableException e) {
        LOG.debug("client went away: {}", e.getMessage());
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> handleOther(
            Exception e, HttpServletRequest request, HttpServletResponse response)
            throws Exception {
        if (response.isCommitted()) {
            // Half an answer is out: the connection breaks off, so that nobody takes it for all.
            throw e;
        }
        if (e instanceof ErrorResponse known) {
            HttpStatusCode status = known.getStatusCode();
            ProblemDetail problem = known.getBody();
            problem.setProperty("code", codeOf(status).name());
            return answer(codeOf(status), problem);
        }
        if (e instanceof org.springframework.http.converter.HttpMessageNotReadableException) {
            return answer(
                    ErrorCode.BAD_REQUEST,
                    "the body is not the JSON expected here: " + rootMessage(e));
        }
        if (Outage.is(e)) {
            LOG.warn("database fault at {} {}", request.getMethod(), request.getRequestURI(), e);
            return answer(
                    ErrorCode.UNAVAILABLE,
                    "the database does not answer; nothing was changed; try again");
        }
        String id = UUID.randomUUID().toString();
        LOG.error("defect {} at {} {}", id, request.getMethod(), request.getRequestURI(), e);
        ProblemDetail problem =
                problem(ErrorCode.INTERNAL, "a defect in Foz; report it with the id " + id);
        problem.setProperty("id", id);
        return answer(ErrorCode.INTERNAL, problem);
    }

    private static String rootMessage(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String message = String.valueOf(root.getMessage());
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }

    private static ErrorCode codeOf(HttpStatusCode status) {
        return switch (status.value()) {
            case 401 -> ErrorCode.UNAUTHORIZED;
            case 403 -> ErrorCode.FORBIDDEN;
            case 404 -> ErrorCode.NOT_FOUND;
            case 413 -> ErrorCode.TOO_LARGE;
            case 415, 406 -> ErrorCode.UNSUPPORTED_TYPE;
            case 429 -> ErrorCode.BUSY;
            case 503 -> ErrorCode.UNAVAILABLE;
            default -> status.is4xxClientError() ? ErrorCode.BAD_REQUEST : ErrorCode.INTERNAL;
        };
    }

    /// A problem document as every endpoint answers it.
    static ProblemDetail problem(ErrorCode code, String detail) {
        ProblemDetail problem =
                ProblemDetail.forStatusAndDetail(HttpStatus.valueOf(code.status()), detail);
        problem.setProperty("code", code.name());
        return problem;
    }

    private static ResponseEntity<ProblemDetail> answer(ErrorCode code, String detail) {
        return answer(code, problem(code, detail));
    }

    private static ResponseEntity<ProblemDetail> answer(ErrorCode code, ProblemDetail problem) {
        ResponseEntity.BodyBuilder answer =
                ResponseEntity.status(problem.getStatus())
                        .contentType(MediaType.APPLICATION_PROBLEM_JSON);
        if (code.passes()) {
            answer.header(HttpHeaders.RETRY_AFTER, ErrorCode.RETRY_AFTER_SECONDS);
        }
        return answer.body(problem);
    }
}
