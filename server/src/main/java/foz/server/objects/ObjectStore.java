package foz.server.objects;

import foz.server.error.FozException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Where objects lie. An object is there whole or not at all, whenever the process or its machine
/// dies, and never changes. Every method may be called from any thread.
///
/// Each throws [FozException] UNAVAILABLE when the store does not answer: then nothing is known to
/// have changed, and the call may be repeated.
public interface ObjectStore extends AutoCloseable {

    /// What a put found.
    enum Stored {
        NEW,
        PRESENT
    }

    /// Takes an object that has exactly these bytes and its key's hash; holds little of it in
    /// memory. One that is there already is read through and checked all the same.
    ///
    /// @throws FozException MALFORMED when the content has another length or hash; then the store
    ///   holds nothing of it
    /// @throws IOException what reading the content threw; then too
    Stored put(ObjectKey key, long bytes, InputStream content) throws IOException;

    Optional<StoredObject> head(ObjectKey key);

    /// Reads a part of an object; the caller closes it, read through or not.
    ///
    /// @param from first byte, counted from 0
    /// @param bytes of the part, within the object
    /// @throws FozException OBJECT_GONE when it is no longer there
    InputStream open(StoredObject object, long from, long bytes);

    /// @return whether it was there
    boolean delete(ObjectKey key);

    /// Objects whose path (`tenant/ab/cdef…`) begins with `prefix`, in the paths' order.
    ///
    /// @param after the last one of the page before
    /// @param max at most 1000
    List<StoredObject> list(String prefix, Optional<ObjectKey> after, int max);

    /// Removes what puts left that ended before this time without an object.
    ///
    /// @return how many
    int sweep(Instant before);

    @Override
    void close();
}
