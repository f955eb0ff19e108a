package foz.adapter.camel;

import foz.adapter.camel.FeedSpec.FileChoice;
import foz.adapter.camel.FeedSpec.LocalFolder;
import foz.adapter.camel.FeedSpec.Service;
import foz.adapter.camel.FeedSpec.SftpFolder;
import foz.agent.Reading;
import foz.agent.RowFeed;
import foz.agent.RowSink;
import foz.agent.SettingsException;
import foz.contract.Contract.Column;
import foz.contract.Contract.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.component.file.FileComponent;
import org.apache.camel.component.file.FileEndpoint;
import org.apache.camel.component.file.remote.SftpComponent;
import org.apache.camel.component.file.remote.SftpEndpoint;
import org.apache.camel.component.http.HttpComponent;
import org.apache.camel.component.http.HttpEndpoint;
import org.apache.camel.impl.DefaultCamelContext;

/// The tables of a feeds' file. Camel carries; what is read, and when it counts, is decided here.
final class CamelFeed implements RowFeed {

    private final String name;
    private final Map<String, FeedSpec> feeds;
    private final Path workDir;
    private final InstantSource clock;
    private final Pause pause;
    private final CamelContext camel;
    private final Map<String, TableReader> readers = new ConcurrentHashMap<>();

    /// @param name tells this source from another
    CamelFeed(
            String name,
            Map<String, FeedSpec> feeds,
            Path workDir,
            InstantSource clock,
            Pause pause) {
        this.name = name;
        this.feeds = Map.copyOf(feeds);
        this.workDir = workDir;
        this.clock = clock;
        this.pause = pause;
        this.camel = started();
    }

    /// Camel looks for its own parts by the thread's class loader, which is the agent's.
    private static CamelContext started() {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(CamelFeed.class.getClassLoader());
        try {
            DefaultCamelContext context = new DefaultCamelContext();
            context.setApplicationContextClassLoader(CamelFeed.class.getClassLoader());
            context.disableJMX();
            context.addComponent("file", new FileComponent());
            context.addComponent("sftp", new SftpComponent());
            context.addComponent("http", new HttpComponent());
            context.addComponent("https", new HttpComponent());
            context.start();
            return context;
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @Override
    public String fingerprint() {
        return "feed:" + name;
    }

    @Override
    public void check(List<Table> tables) {
        for (Table table : tables) {
            FeedSpec feed = feeds.get(table.name());
            if (feed == null) {
                throw new SettingsException(
                        "the contract's table '%s' has no feed, only %s have; write one, or leave foz.capture out"
                                .formatted(table.name(), feeds.keySet()));
            }
            Set<String> columns =
                    table.columns().stream().map(Column::name).collect(Collectors.toSet());
            feed.columns().keySet().forEach(column -> requireColumn(table, columns, column));
            if (feed.from() instanceof Service service) {
                service.since().ifPresent(since -> requireColumn(table, columns, since.column()));
            }
        }
    }

    private static void requireColumn(Table table, Set<String> columns, String column) {
        if (!columns.contains(column)) {
            throw new SettingsException(
                    "the feed of '%s' names the column '%s', which the contract does not have; write one of %s"
                            .formatted(table.name(), column, columns));
        }
    }

    @Override
    public Reading read(Table table, String cursor, RowSink sink)
            throws IOException, InterruptedException {
        return readers.computeIfAbsent(table.name(), _ -> reader(table)).read(cursor, sink);
    }

    private TableReader reader(Table table) {
        FeedSpec feed = feeds.get(table.name());
        if (feed == null) {
            throw new IllegalArgumentException("no feed of " + table.name());
        }
        RowReader rows = RowReader.of(feed.format());
        RowMapper mapper = new RowMapper(table, feed, rows.nulls());
        return switch (feed.from()) {
            case LocalFolder folder ->
                    files(
                            feed,
                            folder.files(),
                            new LocalFiles(folder.path(), endpoint(folder)),
                            rows,
                            mapper);
            case SftpFolder folder ->
                    files(
                            feed,
                            folder.files(),
                            new SftpFiles(folder, endpoint(folder), workDir.resolve(table.name())),
                            rows,
                            mapper);
            case Service service -> service(table, feed, service, rows, mapper);
        };
    }

    private TableReader files(
            FeedSpec feed, FileChoice choice, Folder folder, RowReader rows, RowMapper mapper) {
        return new FolderReader(feed, choice, folder, rows, mapper, clock);
    }

    private TableReader service(
            Table table, FeedSpec feed, Service service, RowReader rows, RowMapper mapper) {
        Optional<Column> stamp = service.since().flatMap(since -> table.column(since.column()));
        return new ServiceReader(
                feed,
                service,
                new HttpCalls(
                        service,
                        endpoint(service),
                        workDir.resolve(table.name() + ".page"),
                        clock,
                        pause),
                rows,
                mapper,
                stamp.map(
                        column -> new Stamps(service.since().orElseThrow(), column.type(), clock)),
                stamp.map(table.columns()::indexOf).orElse(-1),
                clock);
    }

    private FileEndpoint endpoint(LocalFolder folder) {
        return camel.getEndpoint("file:" + folder.path() + "?autoCreate=false", FileEndpoint.class);
    }

    private SftpEndpoint endpoint(SftpFolder folder) {
        return camel.getEndpoint(
                "sftp:%s:%d/%s".formatted(folder.host(), folder.port(), folder.path()),
                SftpEndpoint.class);
    }

    private HttpEndpoint endpoint(Service service) {
        String options =
                "throwExceptionOnFailure=false&disableStreamCache=true&followRedirects=false"
                        + "&copyHeaders=false&userAgent=Foz"
                        + "&connectTimeout=%1$d&connectionRequestTimeout=%1$d&responseTimeout=%2$d&soTimeout=%2$d"
                                .formatted(
                                        service.limits().connectMsMax(),
                                        service.limits().answerMsMax());
        return camel.getEndpoint(service.url() + "?" + options, HttpEndpoint.class);
    }

    @Override
    public void close() {
        readers.values().forEach(TableReader::close);
        camel.stop();
    }
}
