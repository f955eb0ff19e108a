package foz.server.objects;

import foz.server.error.ErrorCode;
import foz.server.error.FozException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Where no store is set: says so to whoever needs one.
final class NoStore implements ObjectStore {

    private static FozException none() {
        return new FozException(
                ErrorCode.NO_OBJECT_STORE,
                "this server has no object store; set foz.objects.url to file:///folder or s3://bucket/prefix");
    }

    @Override
    public Stored put(ObjectKey key, long bytes, InputStream content) {
        throw none();
    }

    @Override
    public Optional<StoredObject> head(ObjectKey key) {
        throw none();
    }

    @Override
    public InputStream open(StoredObject object, long from, long bytes) {
        throw none();
    }

    @Override
    public boolean delete(ObjectKey key) {
        throw none();
    }

    @Override
    public List<StoredObject> list(String prefix, Optional<ObjectKey> after, int max) {
        return List.of();
    }

    @Override
    public int sweep(Instant before) {
        return 0;
    }

    @Override
    public void close() {}
}
