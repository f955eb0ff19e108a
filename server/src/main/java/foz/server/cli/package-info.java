/// The command line.
@NullMarked
package foz.server.cli;

import org.jspecify.annotations.NullMarked;
