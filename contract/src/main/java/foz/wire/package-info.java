/// The agent's wire format: batches, their identity and their hash chain.
@NullMarked
package foz.wire;

import org.jspecify.annotations.NullMarked;
