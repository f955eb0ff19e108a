/// The object store: values and bodies that are too large for a row or a batch, by their content's
/// hash.
@NullMarked
package foz.server.objects;

import org.jspecify.annotations.NullMarked;
