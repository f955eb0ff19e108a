/// Tenants, their contracts and what follows from them.
@NullMarked
package foz.server.quality;

import org.jspecify.annotations.NullMarked;
