/// Logs of changes read by Debezium's connectors, where Foz has no reader of its own. Debezium says
/// what changed; Foz reads the tables whole, keeps the position, and reads again what Debezium
/// would give otherwise than a SELECT does.
@NullMarked
package foz.adapter.debezium;

import org.jspecify.annotations.NullMarked;
