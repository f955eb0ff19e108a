/// SQL Server as a source, by SELECT rights: change stamps and compare.
@NullMarked
package foz.agent.sqlserver;

import org.jspecify.annotations.NullMarked;
