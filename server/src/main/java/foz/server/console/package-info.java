/// The pages for people.
@NullMarked
package foz.server.console;

import org.jspecify.annotations.NullMarked;
