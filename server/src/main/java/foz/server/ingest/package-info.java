/// Takes batches from agents: durable before acknowledged.
@NullMarked
package foz.server.ingest;

import org.jspecify.annotations.NullMarked;
