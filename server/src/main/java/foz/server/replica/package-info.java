/// The tenant's current rows, their versions and the operations that devices receive.
@NullMarked
package foz.server.replica;

import org.jspecify.annotations.NullMarked;
