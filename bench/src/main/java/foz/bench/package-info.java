/// Benchmarks: what Foz does against what a user would pick instead, in the same run.
@NullMarked
package foz.bench;

import org.jspecify.annotations.NullMarked;
