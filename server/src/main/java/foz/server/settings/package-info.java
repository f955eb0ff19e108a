/// Settings as records: each read once, each with a default and a line in the reference.
@NullMarked
package foz.server.settings;

import org.jspecify.annotations.NullMarked;
