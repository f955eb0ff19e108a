/// The Kafka topics.
@NullMarked
package foz.server.log;

import org.jspecify.annotations.NullMarked;
