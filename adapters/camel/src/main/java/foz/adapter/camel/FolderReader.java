package foz.adapter.camel;

import foz.adapter.camel.FeedSpec.FileChoice;
import foz.adapter.camel.FeedSpec.Then;
import foz.adapter.camel.Folder.Found;
import foz.agent.FeedException;
import foz.agent.Reading;
import foz.agent.RowSink;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads a table from the files of a folder: of a whole table the newest file, of increments one
/// after another. A file that was read is moved or deleted only when the next reading begins, since
/// only then its rows are known to be durable.
final class FolderReader implements TableReader {

    private static final Logger LOG = LoggerFactory.getLogger(FolderReader.class);

    private record Watched(Found file, Instant since) {}

    private final FeedSpec feed;
    private final FileChoice choice;
    private final Folder folder;
    private final RowReader rows;
    private final RowMapper mapper;
    private final InstantSource clock;
    private final Pattern include;
    private Map<String, Watched> watched = new HashMap<>();

    FolderReader(
            FeedSpec feed,
            FileChoice choice,
            Folder folder,
            RowReader rows,
            RowMapper mapper,
            InstantSource clock) {
        this.feed = feed;
        this.choice = choice;
        this.folder = folder;
        this.rows = rows;
        this.mapper = mapper;
        this.clock = clock;
        this.include = pattern(choice.include());
    }

    private static Pattern pattern(String include) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < include.length(); i++) {
            char c = include.charAt(i);
            regex.append(
                    switch (c) {
                        case '*' -> ".*";
                        case '?' -> ".";
                        default -> Pattern.quote(String.valueOf(c));
                    });
        }
        return Pattern.compile(regex.toString());
    }

    @Override
    public Reading read(String cursor, RowSink sink) throws IOException {
        FileCursor before = FileCursor.of(cursor);
        List<Found> listed = folder.list();
        if (listed.size() > choice.filesMax()) {
            throw new FeedException(
                    "%s has %d files, over filesMax %d; write then: move or delete, or clear it"
                            .formatted(feed.from().address(), listed.size(), choice.filesMax()));
        }
        Set<String> names = listed.stream().map(Found::name).collect(Collectors.toSet());
        List<Found> files = matching(listed);
        watch(files);
        FileCursor pruned = before.pruned(files);
        List<Found> fresh = new ArrayList<>();
        for (Found file : files) {
            if (pruned.has(file)) {
                tidy(file, names);
            } else if (choice.marker().isEmpty() || names.contains(markerOf(file))) {
                fresh.add(file);
            }
        }
        return feed.whole() ? newest(files, fresh, pruned, sink) : next(fresh, pruned, sink);
    }

    private List<Found> matching(List<Found> listed) {
        Comparator<Found> order =
                choice.byTime()
                        ? Comparator.comparingLong(Found::modifiedMs).thenComparing(Found::name)
                        : Comparator.comparing(Found::name);
        return listed.stream()
                .filter(file -> include.matcher(file.name()).matches())
                .filter(file -> choice.marker().filter(file.name()::endsWith).isEmpty())
                .sorted(order)
                .toList();
    }

    private String markerOf(Found file) {
        return file.name() + choice.marker().orElse("");
    }

    /// Since when each file is as it is now.
    private void watch(List<Found> files) {
        Map<String, Watched> now = new HashMap<>();
        for (Found file : files) {
            Watched before = watched.get(file.name());
            now.put(
                    file.name(),
                    before != null && before.file().equals(file)
                            ? before
                            : new Watched(file, clock.instant()));
        }
        watched = now;
    }

    private boolean stable(Found file) {
        Watched seen = watched.get(file.name());
        return choice.marker().isPresent()
                || (seen != null
                        && !seen.since().plusMillis(choice.stableMs()).isAfter(clock.instant()));
    }

    private Reading newest(List<Found> files, List<Found> fresh, FileCursor before, RowSink sink)
            throws IOException {
        if (fresh.isEmpty() || !stable(fresh.getLast())) {
            return new Reading.Nothing(before.text());
        }
        Found file = fresh.getLast();
        // One that is older than what was read already would bring back what has changed since.
        boolean superseded = files.stream().skip(files.indexOf(file)).anyMatch(before::has);
        Reading read =
                superseded
                        ? new Reading.Nothing(before.with(file, "").text())
                        : read(file, before, sink, false);
        FileCursor after = FileCursor.of(read.cursor());
        for (Found older : fresh.subList(0, fresh.size() - 1)) {
            after = after.with(older, "");
        }
        return switch (read) {
            case Reading.Nothing _ -> new Reading.Nothing(after.text());
            case Reading.Whole _, Reading.Increment _ -> new Reading.Whole(after.text());
        };
    }

    /// In order: a file that is not complete yet holds up those after it.
    private Reading next(List<Found> fresh, FileCursor before, RowSink sink) throws IOException {
        return fresh.isEmpty() || !stable(fresh.getFirst())
                ? new Reading.Nothing(before.text())
                : read(fresh.getFirst(), before, sink, fresh.size() > 1);
    }

    private Reading read(Found file, FileCursor before, RowSink sink, boolean more)
            throws IOException {
        if (file.bytes() > choice.fileBytesMax()) {
            throw new FeedException(
                    "%s has %d bytes, over fileMbMax; write a larger one, or have it divided"
                            .formatted(file.name(), file.bytes()));
        }
        Path local = folder.fetch(file);
        try {
            String hash = choice.byHash() ? hash(local) : "";
            FileCursor after = before.with(file, hash);
            if (before.hasHash(hash)) {
                LOG.info("{} has the content of a file that was read", file.name());
                return feed.whole()
                        ? new Reading.Nothing(after.text())
                        : new Reading.Increment(after.text(), more);
            }
            long count = rows(new Document(file.name(), local), sink);
            requireUnchanged(file, local);
            if (feed.whole() && count == 0 && !feed.allowEmpty()) {
                throw new FeedException(
                        file.name()
                                + ": has no row, which would empty the table; write allowEmpty:"
                                + " true if that is right");
            }
            return new Reading.Increment(after.text(), more);
        } finally {
            folder.release(local);
        }
    }

    private long rows(Document document, RowSink sink) throws IOException {
        long[] count = {0};
        rows.read(
                document,
                row -> {
                    mapper.map(document, row, sink);
                    count[0]++;
                });
        return count[0];
    }

    /// Somebody who writes while it is read makes a file that nobody meant.
    private void requireUnchanged(Found file, Path local) throws IOException {
        if (Files.size(local) != file.bytes() || !folder.list().contains(file)) {
            throw new IOException(
                    file.name() + " changed while it was read; it is read again once it is stable");
        }
    }

    private static String hash(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[1 << 16];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /// What was read is put away. That this fails harms nothing: the file is known.
    private void tidy(Found file, Set<String> names) {
        try {
            boolean marked = choice.marker().isPresent() && names.contains(markerOf(file));
            switch (choice.then()) {
                case Then.Leave _ -> {
                    return;
                }
                case Then.Delete _ -> folder.delete(file.name());
                case Then.Move(String to) ->
                        // A later file of the same name does not take its place.
                        folder.move(file, to, file.modifiedMs() + "-" + file.name());
            }
            if (marked) {
                folder.delete(markerOf(file));
            }
        } catch (IOException e) {
            LOG.warn("{} was read and stays where it is: {}", file.name(), e.toString());
        }
    }

    @Override
    public void close() {
        folder.close();
    }
}
