/// Failures with a code, and their answers over HTTP.
@NullMarked
package foz.server.error;

import org.jspecify.annotations.NullMarked;
