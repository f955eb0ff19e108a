package foz.adapter.camel;

import java.nio.file.Path;

/// A file, or a page of a service, that lies whole on this machine.
///
/// @param name for people
record Document(String name, Path file) {}
