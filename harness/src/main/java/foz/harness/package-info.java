/// One Foz as a user runs it, in processes of its own, for tests and benches.
@NullMarked
package foz.harness;

import org.jspecify.annotations.NullMarked;
