package foz.adapter.camel;

import foz.adapter.camel.FeedSpec.FileChoice;
import foz.adapter.camel.FeedSpec.Format;
import foz.adapter.camel.FeedSpec.From;
import foz.adapter.camel.FeedSpec.GoneWhen;
import foz.adapter.camel.FeedSpec.LocalFolder;
import foz.adapter.camel.FeedSpec.Mapped;
import foz.adapter.camel.FeedSpec.SftpFolder;
import foz.adapter.camel.FeedSpec.Then;
import foz.agent.SourceSettings;
import foz.contract.Problem;
import foz.contract.Yaml;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.UnsupportedCharsetException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads the feeds' file.
final class FeedsReader {

    private static final long MEGABYTE = 1 << 20;
    private static final int PORT_MAX = 65_535;
    private static final int WIDTH_MAX = 100_000;
    private static final int MS_MAX = 3_600_000;

    private final Path base;
    private final ValueFormat plain;
    private final List<Problem> problems = new ArrayList<>();

    FeedsReader(Path base, SourceSettings settings) {
        this.base = base;
        ValueFormat any = ValueFormat.PLAIN;
        this.plain = settings.timeZone().isEmpty() ? any : any.in(ZoneId.of(settings.timeZone()));
    }

    List<Problem> problems() {
        return problems;
    }

    FeedsFile file(Yaml root, Secrets secrets) {
        if (!(root instanceof Yaml.Mapping mapping)) {
            problems.add(new Problem("", root.line(), "is not a mapping", "write feeds: […]"));
            return new FeedsFile("", Map.of());
        }
        Keys keys = new Keys(mapping, problems, secrets);
        String name = keys.text("name", "");
        if (!keys.has("feeds") || mapping.list("feeds").isEmpty()) {
            keys.problem("feeds", "is not a list of feeds", "write one for each table");
        }
        keys.closed();
        return new FeedsFile(name, feeds(keys, mapping.list("feeds")));
    }

    private Map<String, FeedSpec> feeds(Keys keys, List<Yaml> items) {
        Map<String, FeedSpec> feeds = new LinkedHashMap<>();
        for (Yaml item : items) {
            if (item instanceof Yaml.Mapping one) {
                FeedSpec feed = feed(keys.of(one));
                if (feeds.put(feed.table(), feed) != null) {
                    keys.of(one).problem("table", "stands twice", "keep one feed for a table");
                }
            } else {
                problems.add(
                        new Problem(item.path(), item.line(), "is not a mapping", "write a feed"));
            }
        }
        return feeds;
    }

    private FeedSpec feed(Keys keys) {
        ValueFormat values =
                keys.child("values")
                        .map(child -> closed(child, values(child, plain)))
                        .orElse(plain);
        Keys fromKeys = keys.required("from");
        From from = from(fromKeys);
        fromKeys.closed();
        Keys formatKeys = keys.required("format");
        Format format = format(formatKeys);
        formatKeys.closed();
        FeedSpec feed =
                new FeedSpec(
                        keys.text("table"),
                        from,
                        format,
                        values,
                        columns(keys, values),
                        keys.choice("mode", "whole", List.of("whole", "increment")).equals("whole"),
                        keys.child("gone").map(FeedsReader::gone),
                        keys.flag("allowEmpty", false));
        keys.closed();
        if (feed.whole() && feed.gone().isPresent()) {
            keys.problem("gone", "is of increments only", "leave it out, or write mode: increment");
        }
        return feed;
    }

    private static <T> T closed(Keys keys, T value) {
        keys.closed();
        return value;
    }

    private static GoneWhen gone(Keys keys) {
        String field = keys.text("field");
        Optional<List<String>> texts = keys.texts("in");
        if (texts.isEmpty()) {
            keys.problem("in", "is missing", "write the texts that mark a row as gone");
        }
        return closed(keys, new GoneWhen(field, texts.orElse(List.of())));
    }

    private Map<String, Mapped> columns(Keys keys, ValueFormat defaults) {
        Map<String, Mapped> columns = new LinkedHashMap<>();
        keys.entries("columns")
                .forEach((column, node) -> {
                    if (node instanceof Yaml.Mapping mapping) {
                        Keys own = keys.of(mapping);
                        String field = own.text("field", column);
                        columns.put(column, closed(own, new Mapped(field, values(own, defaults))));
                    } else {
                        columns.put(column, new Mapped(Yaml.asText(node).orElse(column), defaults));
                    }
                });
        return columns;
    }

    private static ValueFormat values(Keys keys, ValueFormat defaults) {
        String decimal = keys.text("decimal", defaults.decimal());
        if (decimal.length() != 1) {
            keys.problem("decimal", "is not one character", "write ',' or '.'");
        }
        String group = keys.text("group", defaults.group());
        if (group.equals(decimal)) {
            keys.problem("group", "is the decimal too", "write another, or leave it out");
        }
        return new ValueFormat(
                decimal,
                group,
                pattern(keys, "date", defaults.date()),
                pattern(keys, "time", defaults.time()),
                pattern(keys, "timestamp", defaults.timestamp()),
                zone(keys).or(defaults::zone),
                keys.texts("nulls").or(defaults::nulls),
                keys.texts("trueTexts").orElse(defaults.trueTexts()),
                keys.texts("falseTexts").orElse(defaults.falseTexts()),
                keys.choice("bytes", defaults.bytes(), List.of("base64", "hex")));
    }

    private static String pattern(Keys keys, String key, String fallback) {
        String pattern = keys.text(key, fallback);
        boolean epoch = key.equals("timestamp") && List.of("epochMs", "epochS").contains(pattern);
        if (!pattern.isEmpty() && !epoch) {
            try {
                ValueFormat.formatter(pattern);
            } catch (IllegalArgumentException e) {
                keys.problem(key, "is no pattern: " + e.getMessage(), "write dd/MM/yyyy, say");
            }
        }
        return pattern;
    }

    private static Optional<ZoneId> zone(Keys keys) {
        return keys.maybe("zone")
                .flatMap(name -> {
                    try {
                        return Optional.of(ZoneId.of(name));
                    } catch (DateTimeException _) {
                        keys.problem(
                                "zone",
                                "'" + name + "' is no time zone",
                                "write America/Sao_Paulo, say");
                        return Optional.empty();
                    }
                });
    }

    private From from(Keys keys) {
        return switch (keys.one(List.of("folder", "sftp", "http"))) {
            case "folder" -> {
                Keys own = keys.required("folder");
                yield closed(own, new LocalFolder(base.resolve(own.text("path")), files(own)));
            }
            case "sftp" -> {
                Keys own = keys.required("sftp");
                yield closed(own, sftp(own));
            }
            case String _ -> {
                Keys own = keys.required("http");
                yield closed(own, ServiceKeys.service(own));
            }
        };
    }

    private SftpFolder sftp(Keys keys) {
        SftpFolder folder =
                new SftpFolder(
                        keys.text("host"),
                        (int) keys.number("port", 22, 1, PORT_MAX),
                        keys.text("user"),
                        keys.secret("password"),
                        keys.maybe("privateKeyFile").map(base::resolve),
                        keys.secret("passphrase"),
                        base.resolve(keys.text("knownHostsFile")),
                        keys.text("path"),
                        (int) keys.number("connectMsMax", 10_000, 100, MS_MAX),
                        (int) keys.number("answerMsMax", 60_000, 100, MS_MAX),
                        files(keys));
        if (folder.password().isEmpty() == folder.privateKeyFile().isEmpty()) {
            keys.problem("password", "or 'privateKeyFile' is needed", "write exactly one of them");
        }
        return folder;
    }

    private static FileChoice files(Keys keys) {
        Optional<String> marker = keys.maybe("marker");
        if (marker.isPresent() && keys.has("stableMs")) {
            keys.problem("stableMs", "stands beside 'marker'", "write one of them");
        }
        return new FileChoice(
                keys.text("include", "*"),
                marker,
                keys.number("stableMs", 5_000, 0, MS_MAX),
                keys.choice("sameBy", "stat", List.of("stat", "content")).equals("content"),
                keys.choice("order", "name", List.of("name", "time")).equals("time"),
                then(keys),
                (int) keys.number("filesMax", 10_000, 1, 100_000),
                keys.number("fileMbMax", 2_048, 1, 1 << 20) * MEGABYTE);
    }

    private static Then then(Keys keys) {
        String then = keys.choice("then", "leave", List.of("leave", "delete", "move"));
        Optional<String> folder = keys.maybe("moveTo");
        if (folder.isPresent() != then.equals("move")) {
            keys.problem("moveTo", "goes with then: move", "write both or neither");
        }
        return switch (then) {
            case "move" -> new Then.Move(folder.orElse("done"));
            case "delete" -> new Then.Delete();
            case String _ -> new Then.Leave();
        };
    }

    private static Format format(Keys keys) {
        return switch (keys.one(List.of("csv", "fixed", "xml", "json"))) {
            case "csv" -> {
                Keys own = keys.required("csv");
                yield closed(own, csv(own));
            }
            case "fixed" -> {
                Keys own = keys.required("fixed");
                yield closed(own, fixed(own));
            }
            case "xml" -> {
                Keys own = keys.required("xml");
                yield closed(own, xml(own));
            }
            case String _ -> {
                Keys own = keys.required("json");
                yield closed(
                        own, new FeedSpec.Json(own.text("rows", ""), own.flag("lines", false)));
            }
        };
    }

    private static FeedSpec.Csv csv(Keys keys) {
        boolean header = keys.flag("header", true);
        List<String> fields = keys.texts("fields").orElse(List.of());
        if (header != fields.isEmpty()) {
            keys.problem("fields", "goes with header: false", "write both or neither");
        }
        return new FeedSpec.Csv(
                charset(keys),
                one(keys, "delimiter", ","),
                one(keys, "quote", "\""),
                header,
                fields);
    }

    private static char one(Keys keys, String key, String fallback) {
        String text = keys.text(key, fallback);
        if (text.length() != 1 || text.equals("\n") || text.equals("\r")) {
            keys.problem(key, "is not one character", "write one; a tab is \"\\t\"");
            return fallback.charAt(0);
        }
        return text.charAt(0);
    }

    private static FeedSpec.Fixed fixed(Keys keys) {
        Map<String, Integer> widths = new LinkedHashMap<>();
        Keys fields = keys.required("fields");
        for (String field : keys.entries("fields").keySet()) {
            widths.put(field, (int) fields.number(field, 1, 1, WIDTH_MAX));
        }
        return new FeedSpec.Fixed(
                charset(keys), widths, keys.text("startWith", ""), keys.flag("stripped", false));
    }

    private static FeedSpec.Xml xml(Keys keys) {
        String path = keys.text("rows");
        Map<String, String> namespaces = keys.textMap("namespaces");
        List<String> names = List.of(path.replaceFirst("^/", "").split("/", -1));
        for (String name : names) {
            int colon = name.indexOf(':');
            if (name.isBlank()
                    || (colon >= 0 && !namespaces.containsKey(name.substring(0, colon)))) {
                keys.problem(
                        "rows",
                        "has the name '" + name + "', empty or with an unknown prefix",
                        "write /s:Envelope/s:Body/Item and the prefixes under namespaces");
            }
        }
        return new FeedSpec.Xml(names, namespaces);
    }

    private static Charset charset(Keys keys) {
        String name = keys.text("charset", "UTF-8");
        try {
            return Charset.forName(name);
        } catch (IllegalCharsetNameException | UnsupportedCharsetException _) {
            keys.problem("charset", "'" + name + "' is not known", "write windows-1252, say");
            return java.nio.charset.StandardCharsets.UTF_8;
        }
    }
}
