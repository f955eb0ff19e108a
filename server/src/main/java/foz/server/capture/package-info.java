/// What is known of each table's capture, and what people ask of it.
@NullMarked
package foz.server.capture;

import org.jspecify.annotations.NullMarked;
