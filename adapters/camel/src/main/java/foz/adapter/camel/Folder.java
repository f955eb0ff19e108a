package foz.adapter.camel;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// A folder of files, wherever it is. For one thread at a time.
interface Folder extends AutoCloseable {

    /// A file as the folder lists it.
    ///
    /// @param modifiedMs since 1970, as exact as the folder has it
    record Found(String name, long bytes, long modifiedMs) {}

    /// The files, not the folders within.
    List<Found> list() throws IOException;

    /// The file on this machine, whole.
    Path fetch(Found file) throws IOException;

    /// Gives up what was fetched.
    void release(Path fetched) throws IOException;

    /// @param folder relative to this one; made if need be
    void move(Found file, String folder, String name) throws IOException;

    void delete(String name) throws IOException;

    @Override
    void close();
}
