/// The value model: column types, and the canonical text of every value between source and device.
@NullMarked
package foz.value;

import org.jspecify.annotations.NullMarked;
