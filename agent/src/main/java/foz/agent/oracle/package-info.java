/// Oracle, by SELECT rights: change stamps and compare.
@org.jspecify.annotations.NullMarked
package foz.agent.oracle;
