/// The server: one artifact, every role.
@NullMarked
package foz.server;

import org.jspecify.annotations.NullMarked;
