/// The data contract (ODCS v3.1) as records, and its validation.
@NullMarked
package foz.contract;

import org.jspecify.annotations.NullMarked;
