/// Brings batches from the log into the replica.
@NullMarked
package foz.server.apply;

import org.jspecify.annotations.NullMarked;
