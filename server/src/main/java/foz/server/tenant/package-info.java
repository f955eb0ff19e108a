/// Tenants, their contracts and what follows from them.
@NullMarked
package foz.server.tenant;

import org.jspecify.annotations.NullMarked;
