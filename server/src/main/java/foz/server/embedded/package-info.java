/// Parts that Foz starts itself: PostgreSQL, Kafka, the simulated ERP.
@NullMarked
package foz.server.embedded;

import org.jspecify.annotations.NullMarked;
