package foz.adapter.camel;

import foz.adapter.camel.FeedSpec.Paging;
import foz.adapter.camel.FeedSpec.Service;
import foz.adapter.camel.FeedSpec.Size;
import foz.adapter.camel.ServiceCursor.At;
import foz.agent.FeedException;
import foz.agent.Reading;
import foz.agent.RowSink;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Reads a table from a service, page by page. All pages are one reading of a whole table; of
/// increments each page is a reading of its own, and after a stop the next page is asked for.
final class ServiceReader implements TableReader {

    private static final Pattern LINK = Pattern.compile("<([^>]*)>\\s*((?:;[^,<]*)*)");
    private static final Pattern NEXT = Pattern.compile("(?i)rel\\s*=\\s*\"?[^\";]*\\bnext\\b");

    /// @param highest of the values of the since column, with those before
    /// @param next empty when this was the last page
    private record Page(long rows, String highest, Optional<At> next, String token) {}

    private final FeedSpec feed;
    private final Service service;
    private final HttpCalls calls;
    private final RowReader rows;
    private final RowMapper mapper;
    private final Optional<Stamps> stamps;
    private final int stampPosition;
    private final InstantSource clock;

    /// @param stampPosition where the since column stands; -1: there is none
    ServiceReader(
            FeedSpec feed,
            Service service,
            HttpCalls calls,
            RowReader rows,
            RowMapper mapper,
            Optional<Stamps> stamps,
            int stampPosition,
            InstantSource clock) {
        this.feed = feed;
        this.service = service;
        this.calls = calls;
        this.rows = rows;
        this.mapper = mapper;
        this.stamps = stamps;
        this.stampPosition = stampPosition;
        this.clock = clock;
    }

    @Override
    public Reading read(String cursor, RowSink sink) throws IOException, InterruptedException {
        ServiceCursor before = ServiceCursor.of(cursor);
        boolean due =
                service.wholeEveryMs() > 0
                        && before.at().equals(atRest(before))
                        && before.wholeAtMs() + service.wholeEveryMs() <= clock.millis();
        return feed.whole() || due ? whole(sink) : increment(before, sink);
    }

    /// Where the reader stands between two runs through the pages.
    private At atRest(ServiceCursor cursor) {
        return service.paging() instanceof Paging.Token token && token.keep()
                ? cursor.at()
                : At.FIRST;
    }

    private Reading whole(RowSink sink) throws IOException, InterruptedException {
        long startMs = clock.millis();
        At at = At.FIRST;
        String highest = "";
        long count = 0;
        for (int pages = 1; ; pages++) {
            Page page = page(at, "", highest, sink);
            highest = page.highest();
            count += page.rows();
            if (page.next().isEmpty()) {
                at = rest(page, at);
                break;
            }
            at = page.next().get();
            if (pages >= service.limits().pagesMax()) {
                throw new FeedException(
                        "%s has more than pagesMax %d pages; write a larger one, or larger pages"
                                .formatted(service.address(), service.limits().pagesMax()));
            }
        }
        if (count == 0 && !feed.allowEmpty()) {
            throw new FeedException(
                    "%s answers with no row, which would empty the table; write allowEmpty: true if that is right"
                            .formatted(service.address()));
        }
        return new Reading.Whole(
                feed.whole() ? "" : new ServiceCursor(highest, highest, at, startMs).text());
    }

    private Reading increment(ServiceCursor before, RowSink sink)
            throws IOException, InterruptedException {
        Page page = page(before.at(), before.since(), before.highest(), sink);
        ServiceCursor after =
                page.next()
                        .map(next ->
                                new ServiceCursor(
                                        before.since(), page.highest(), next, before.wholeAtMs()))
                        .orElseGet(() ->
                                new ServiceCursor(
                                        page.highest(),
                                        page.highest(),
                                        rest(page, before.at()),
                                        before.wholeAtMs()));
        return new Reading.Increment(after.text(), page.next().isPresent());
    }

    private At rest(Page page, At last) {
        if (service.paging() instanceof Paging.Token token && token.keep()) {
            return new At(0, 0, page.token().isEmpty() ? last.token() : page.token());
        }
        return At.FIRST;
    }

    private Page page(At at, String since, String highestBefore, RowSink sink)
            throws IOException, InterruptedException {
        Map<String, String> values = values(at, since);
        HttpCalls.Answer answer =
                calls.ask(address(at, values), service.body().map(body -> filled(body, values)));
        Document document = new Document(service.address() + ", page " + name(at), answer.body());
        long[] count = {0};
        String[] highest = {highestBefore};
        rows.read(
                document,
                row -> {
                    var cells = mapper.map(document, row, sink);
                    count[0]++;
                    stamps.ifPresent(
                            stamp -> highest[0] = stamp.higher(highest[0], cells[stampPosition]));
                });
        String token = token(document, answer);
        return new Page(count[0], highest[0], next(at, count[0], token), token);
    }

    private static String name(At at) {
        return at.token().isEmpty()
                ? String.valueOf(Math.max(at.page() + 1, at.offset()))
                : at.token();
    }

    private String token(Document document, HttpCalls.Answer answer) throws IOException {
        return switch (service.paging()) {
            case Paging.None _, Paging.Numbered _, Paging.Offset _ -> "";
            case Paging.Token token -> rows.beside(document, token.at());
            case Paging.Link(String at, Size _) ->
                    at.isEmpty() ? linked(answer.links()) : rows.beside(document, at);
        };
    }

    private static String linked(String header) {
        Matcher link = LINK.matcher(header);
        while (link.find()) {
            if (NEXT.matcher(link.group(2)).find()) {
                return link.group(1);
            }
        }
        return "";
    }

    private Optional<At> next(At at, long count, String token) {
        return switch (service.paging()) {
            case Paging.None _ -> Optional.empty();
            // Only a page without rows is surely the last: a service may give fewer than asked.
            case Paging.Numbered _ ->
                    count == 0 ? Optional.empty() : Optional.of(new At(at.page() + 1, 0, ""));
            case Paging.Offset _ ->
                    count == 0 ? Optional.empty() : Optional.of(new At(0, at.offset() + count, ""));
            case Paging.Link _ -> following(at, token);
            case Paging.Token paging ->
                    paging.keep() && (count == 0 || token.equals(at.token()))
                            ? Optional.empty()
                            : following(at, token);
        };
    }

    private Optional<At> following(At at, String token) {
        if (token.equals(at.token()) && !token.isEmpty()) {
            throw new FeedException(
                    "%s names the page '%s' as the one after itself; see 'paging', or the service"
                            .formatted(service.address(), token));
        }
        return token.isEmpty() ? Optional.empty() : Optional.of(new At(0, 0, token));
    }

    /// What the placeholders and parameters stand for on this page.
    private Map<String, String> values(At at, String since) {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("since", stamps.map(stamp -> stamp.parameter(since)).orElse(""));
        values.put("page", "");
        values.put("offset", "");
        values.put("cursor", "");
        values.put("size", size().rows() == 0 ? "" : String.valueOf(size().rows()));
        switch (service.paging()) {
            case Paging.Numbered number ->
                    values.put("page", String.valueOf(number.first() + at.page()));
            case Paging.Offset _ -> values.put("offset", String.valueOf(at.offset()));
            case Paging.Token _ -> values.put("cursor", at.token());
            case Paging.None _, Paging.Link _ -> {}
        }
        return values;
    }

    private Size size() {
        return service.paging().size();
    }

    private URI address(At at, Map<String, String> values) {
        if (service.paging() instanceof Paging.Link && !at.token().isEmpty()) {
            return sameService(at.token());
        }
        Map<String, String> query = new LinkedHashMap<>(service.query());
        Map<String, String> parameters = new LinkedHashMap<>();
        service.since().ifPresent(since -> parameters.put("since", since.parameter()));
        parameters.put("size", size().parameter());
        switch (service.paging()) {
            case Paging.Numbered number -> parameters.put("page", number.parameter());
            case Paging.Offset offset -> parameters.put("offset", offset.parameter());
            case Paging.Token token -> parameters.put("cursor", token.parameter());
            case Paging.None _, Paging.Link _ -> {}
        }
        parameters.forEach((value, parameter) -> {
            String text = values.getOrDefault(value, "");
            boolean inBody =
                    service.body().filter(b -> b.contains("{{" + value + "}}")).isPresent();
            if (!text.isEmpty() && !parameter.isEmpty() && !inBody) {
                query.put(parameter, text);
            }
        });
        return URI.create(
                service.url()
                        + query.entrySet().stream()
                                .map(e -> encoded(e.getKey()) + "=" + encoded(e.getValue()))
                                .collect(Collectors.joining("&", query.isEmpty() ? "" : "?", "")));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /// A link to elsewhere would carry our credentials there.
    private URI sameService(String link) {
        URI base = URI.create(service.url());
        try {
            URI next = base.resolve(link);
            if (origin(next).equals(origin(base))) {
                return next;
            }
        } catch (IllegalArgumentException _) {
            // Answered below, as one to elsewhere is.
        }
        throw new FeedException(
                "%s names '%s' as its next page, which is not of the same service; see 'paging'"
                        .formatted(service.address(), link));
    }

    private static List<String> origin(URI uri) {
        return Stream.of(uri.getScheme(), uri.getHost(), uri.getPort())
                .map(String::valueOf)
                .toList();
    }

    private String filled(String body, Map<String, String> values) {
        String filled = body;
        for (Map.Entry<String, String> value : values.entrySet()) {
            filled = filled.replace("{{" + value.getKey() + "}}", escaped(value.getValue()));
        }
        return filled;
    }

    private String escaped(String text) {
        if (service.contentType().contains("xml")) {
            return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
        }
        return service.contentType().contains("json")
                ? text.replace("\\", "\\\\").replace("\"", "\\\"")
                : text;
    }

    @Override
    public void close() {
        calls.close();
    }
}
