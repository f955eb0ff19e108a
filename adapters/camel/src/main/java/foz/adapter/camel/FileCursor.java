package foz.adapter.camel;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;

/// Which files of a folder were read, oldest reading first.
record FileCursor(List<Done> done) {

    /// A file that is no longer there is remembered for a while: it may come back.
    private static final int ABSENT_MAX = 1_000;

    private static final JsonMapper JSON = new JsonMapper();

    /// @param hash SHA-256 of the content; empty when files are not told apart by it
    record Done(Folder.Found file, String hash) {}

    FileCursor {
        done = List.copyOf(done);
    }

    static FileCursor of(String text) {
        return text.isEmpty() ? new FileCursor(List.of()) : JSON.readValue(text, FileCursor.class);
    }

    String text() {
        return JSON.writeValueAsString(this);
    }

    boolean has(Folder.Found file) {
        return done.stream().anyMatch(one -> one.file().equals(file));
    }

    boolean hasHash(String hash) {
        return !hash.isEmpty() && done.stream().anyMatch(one -> one.hash().equals(hash));
    }

    FileCursor with(Folder.Found file, String hash) {
        List<Done> more = new ArrayList<>(done);
        more.add(new Done(file, hash));
        return new FileCursor(more);
    }

    /// Without the oldest of those that are no longer there.
    FileCursor pruned(List<Folder.Found> present) {
        Set<Folder.Found> there = new HashSet<>(present);
        long absent = done.stream().filter(one -> !there.contains(one.file())).count();
        List<Done> kept = new ArrayList<>();
        for (Done one : done) {
            if (there.contains(one.file()) || absent <= ABSENT_MAX) {
                kept.add(one);
            } else {
                absent--;
            }
        }
        return new FileCursor(kept);
    }
}
