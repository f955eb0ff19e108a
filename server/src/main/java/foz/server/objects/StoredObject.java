package foz.server.objects;

/// An object that is in the store, whole.
public record StoredObject(ObjectKey key, long bytes) {}
