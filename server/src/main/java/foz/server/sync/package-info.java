/// Streams each device its buckets.
@NullMarked
package foz.server.sync;

import org.jspecify.annotations.NullMarked;
