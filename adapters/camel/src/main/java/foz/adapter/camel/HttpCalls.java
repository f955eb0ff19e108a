package foz.adapter.camel;

import foz.adapter.camel.FeedSpec.Auth;
import foz.adapter.camel.FeedSpec.Service;
import foz.agent.FeedException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Producer;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.camel.component.http.HttpEndpoint;
import org.apache.camel.component.http.OAuth2ClientConfigurer;

/// Asks a service, through Camel's HTTP component, and is kind to it: pauses between requests,
/// waits as long as it asks for, and gives up after some tries.
final class HttpCalls implements AutoCloseable {

    private static final long FIRST_WAIT_MS = 1_000;
    private static final int TOO_MANY = 429;
    private static final int SERVER_ERROR = 500;
    private static final int BAD = 400;
    private static final int REDIRECT = 300;
    private static final long TOKEN_SECONDS = 3_600;
    private static final long TOKEN_MARGIN_SECONDS = 5;

    /// @param links the header `Link`; empty when there is none
    record Answer(Path body, String links) {}

    private record Response(int status, String retryAfter, String links) {}

    private final Service service;
    private final HttpEndpoint endpoint;
    private final Producer producer;
    private final Path file;
    private final InstantSource clock;
    private final Pause pause;
    private Instant notBefore = Instant.EPOCH;

    /// @param file where an answer is put
    HttpCalls(Service service, HttpEndpoint endpoint, Path file, InstantSource clock, Pause pause) {
        this.service = service;
        this.endpoint = endpoint;
        this.file = file;
        this.clock = clock;
        this.pause = pause;
        Optional<HttpClientConfigurer> signIn = signIn(service.auth());
        endpoint.setHttpClientConfigurer(builder -> {
            signIn.ifPresent(own -> own.configureHttpClient(builder));
            // They would sleep for as long as a service asks, unseen.
            builder.disableAutomaticRetries();
        });
        try {
            this.producer = endpoint.createProducer();
            producer.start();
        } catch (Exception e) {
            throw new IllegalStateException("an HTTP producer starts", e);
        }
    }

    /// Tokens are asked for, and kept while they are good, by Camel.
    private static Optional<HttpClientConfigurer> signIn(Auth auth) {
        return switch (auth) {
            case Auth.ClientCredentials(String url, String id, Secret secret, String scope) ->
                    Optional.of(
                            new OAuth2ClientConfigurer(
                                    id,
                                    secret.value(),
                                    url,
                                    null,
                                    scope.isEmpty() ? null : scope,
                                    true,
                                    TOKEN_SECONDS,
                                    TOKEN_MARGIN_SECONDS,
                                    false));
            case Auth.None _, Auth.Basic _, Auth.Bearer _, Auth.ApiKey _ -> Optional.empty();
        };
    }

    /// Asks until there is an answer; each lies in the same file, so that it must be read before
    /// the next.
    Answer ask(URI uri, Optional<String> body) throws IOException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            requireAllowed();
            String fault;
            long waitMs = FIRST_WAIT_MS << Math.min(attempt - 1, 10);
            try {
                Response response = once(uri, body);
                if (response.status() < REDIRECT) {
                    pause.ofMs(service.limits().pauseMs());
                    return new Answer(file, response.links());
                }
                if (response.status() != TOO_MANY && response.status() < SERVER_ERROR) {
                    throw refused(response.status());
                }
                fault = "answers " + response.status();
                waitMs = retryAfterMs(response.retryAfter()).orElse(waitMs);
            } catch (IOException e) {
                fault = "does not answer: " + e.getMessage();
            }
            waitOrGiveUp(attempt, fault, waitMs);
        }
    }

    private void requireAllowed() throws IOException {
        if (clock.instant().isBefore(notBefore)) {
            throw new IOException(
                    service.address() + " asked not to be called before " + notBefore);
        }
    }

    private FeedException refused(int status) {
        String remedy =
                status == 401 || status == 403
                        ? "see 'auth', and the rights there"
                        : status < BAD ? "write the address that it has now" : "see the service";
        return new FeedException("%s answers %d; %s".formatted(service.address(), status, remedy));
    }

    private void waitOrGiveUp(int attempt, String fault, long waitMs)
            throws IOException, InterruptedException {
        if (waitMs > service.limits().waitMsMax()) {
            notBefore = clock.instant().plusMillis(waitMs);
            throw new IOException(
                    "%s %s, and asks for a wait of %d ms, over waitMsMax"
                            .formatted(service.address(), fault, waitMs));
        }
        if (attempt >= service.limits().tries()) {
            throw new IOException(
                    "%s %s, after %d tries".formatted(service.address(), fault, attempt));
        }
        pause.ofMs(waitMs);
    }

    /// Seconds, or a date.
    private Optional<Long> retryAfterMs(String header) {
        if (header.isBlank()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Math.multiplyExact(Long.parseLong(header.strip()), 1_000L));
        } catch (NumberFormatException | ArithmeticException _) {
            try {
                ZonedDateTime at =
                        ZonedDateTime.parse(header.strip(), DateTimeFormatter.RFC_1123_DATE_TIME);
                return Optional.of(Math.max(0, Duration.between(clock.instant(), at).toMillis()));
            } catch (DateTimeException _) {
                return Optional.empty();
            }
        }
    }

    private Response once(URI uri, Optional<String> body) throws IOException {
        Exchange exchange = endpoint.createExchange();
        Message request = exchange.getMessage();
        request.setHeader(Exchange.HTTP_URI, uri.toString());
        request.setHeader(Exchange.HTTP_METHOD, service.method());
        service.headers().forEach(request::setHeader);
        body.ifPresent(text -> {
            request.setHeader(Exchange.CONTENT_TYPE, service.contentType());
            request.setBody(text.getBytes(StandardCharsets.UTF_8));
        });
        switch (service.auth()) {
            case Auth.Bearer(Secret token) ->
                    request.setHeader("Authorization", "Bearer " + token.value());
            case Auth.ApiKey(String header, Secret key) -> request.setHeader(header, key.value());
            case Auth.Basic(String user, Secret password) ->
                    request.setHeader(
                            "Authorization", "Basic " + base64(user + ":" + password.value()));
            case Auth.None _, Auth.ClientCredentials _ -> {}
        }
        process(exchange);
        try {
            Message answer = exchange.getMessage();
            keep(answer);
            return new Response(
                    answer.getHeader(Exchange.HTTP_RESPONSE_CODE, 0, Integer.class),
                    answer.getHeader("Retry-After", "", String.class),
                    answer.getHeader("Link", "", String.class));
        } finally {
            exchange.getExchangeExtension()
                    .handoverCompletions()
                    .forEach(completion -> completion.onComplete(exchange));
        }
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private void process(Exchange exchange) throws IOException {
        try {
            producer.process(exchange);
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e.getMessage(), e);
        }
        Exception fault = exchange.getException();
        if (fault != null) {
            throw new IOException(fault.getMessage(), fault);
        }
    }

    private void keep(Message answer) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        long bytesMax = service.limits().pageBytesMax();
        try (InputStream in = stream(answer);
                OutputStream out = Files.newOutputStream(file)) {
            byte[] buffer = new byte[1 << 16];
            long total = 0;
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                total += n;
                if (total > bytesMax) {
                    throw new FeedException(
                            "%s answers with more than pageMbMax; ask for smaller pages"
                                    .formatted(service.address()));
                }
                out.write(buffer, 0, n);
            }
        }
    }

    private static InputStream stream(Message answer) {
        InputStream in = answer.getBody(InputStream.class);
        return in == null ? InputStream.nullInputStream() : in;
    }

    @Override
    public void close() {
        producer.stop();
        try {
            Files.deleteIfExists(file);
        } catch (IOException _) {
            // It is written over at the next start.
        }
    }
}
