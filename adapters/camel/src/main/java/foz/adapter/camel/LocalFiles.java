package foz.adapter.camel;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.component.file.FileEndpoint;
import org.apache.camel.component.file.FileOperations;
import org.apache.camel.component.file.GenericFileOperationFailedException;

/// A folder of this machine. Camel's file component moves and deletes; listing it does not offer.
final class LocalFiles implements Folder {

    private final Path path;
    private final FileOperations files;

    LocalFiles(Path path, FileEndpoint endpoint) {
        this.path = path;
        this.files = new FileOperations(endpoint);
    }

    @Override
    public List<Found> list() throws IOException {
        File[] listed = path.toFile().listFiles();
        if (listed == null) {
            throw new IOException(path + " is no folder that can be read");
        }
        List<Found> found = new ArrayList<>();
        for (File file : listed) {
            if (file.isFile()) {
                found.add(new Found(file.getName(), file.length(), file.lastModified()));
            }
        }
        return found;
    }

    @Override
    public Path fetch(Found file) {
        return path.resolve(file.name());
    }

    @Override
    public void release(Path fetched) {
        // It is the source's own.
    }

    @Override
    public void move(Found file, String folder, String name) throws IOException {
        Path target = path.resolve(folder);
        try {
            files.buildDirectory(target.toString(), true);
            if (!files.renameFile(
                    path.resolve(file.name()).toString(), target.resolve(name).toString())) {
                throw new IOException("cannot move " + file.name() + " to " + target);
            }
        } catch (GenericFileOperationFailedException e) {
            throw new IOException("cannot move " + file.name() + " to " + target, e);
        }
    }

    @Override
    public void delete(String name) throws IOException {
        if (!files.deleteFile(path.resolve(name).toString())) {
            throw new IOException("cannot delete " + path.resolve(name));
        }
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
