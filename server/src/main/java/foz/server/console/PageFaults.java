package foz.server.console;

import foz.server.error.FozException;
import foz.server.error.Outage;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.ErrorResponse;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;

/// A person whose page fails sees a page that says so; programs see a problem document, as
/// anywhere.
@Component
final class PageFaults implements HandlerExceptionResolver, Ordered {

    private static final Logger LOG = LoggerFactory.getLogger(PageFaults.class);
    private static final List<String> API =
            List.of("/agent/", "/v1/", "/sync/", "/oauth2/", "/metrics", "/health");

    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }

    @Override
    public @Nullable ModelAndView resolveException(
            HttpServletRequest request,
            HttpServletResponse response,
            @Nullable Object handler,
            Exception e) {
        if (!wantsPage(request) || response.isCommitted()) {
            return null;
        }
        int status = status(e);
        if (status >= 500) {
            LOG.error("page {} failed with {}", request.getRequestURI(), status, e);
        }
        return new ModelAndView("error", Map.of("status", status), HttpStatusCode.valueOf(status));
    }

    private static boolean wantsPage(HttpServletRequest request) {
        String accept = request.getHeader(HttpHeaders.ACCEPT);
        String path = request.getRequestURI();
        return accept != null
                && accept.contains(MediaType.TEXT_HTML_VALUE)
                && API.stream().noneMatch(path::startsWith);
    }

    static int status(Exception e) {
        return switch (e) {
            case FozException known -> known.code().status();
            case ErrorResponse known -> known.getStatusCode().value();
            default -> Outage.is(e) ? 503 : 500;
        };
    }
}
