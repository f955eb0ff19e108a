/// Oracle as a source, by SELECT rights: change stamps and compare.
@NullMarked
package foz.agent.oracle;

import org.jspecify.annotations.NullMarked;
