/// PostgreSQL as a source.
@NullMarked
package foz.agent.postgres;

import org.jspecify.annotations.NullMarked;
